"""Checks on the built programs that the runner does not call the mapping API.

Strings in a program prove nothing: the runner asks which functions a system exports, and names them for that.
"""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from shmcheck.processes import run_quiet
from shmcheck.proof.portable_executable import BadProgram, Program

# Functions that create, open, map or unmap a section, by whatever suffix.
MAPPING_API = (
    r"(?:(?:CreateFileMapping|OpenFileMapping|MapViewOfFile|UnmapViewOfFile)\w*"
    r"|(?:Nt|Zw)(?:Create|Open|MapViewOf|UnmapViewOf)Section\w*)"
)
NM = "x86_64-w64-mingw32-nm"


def imported(path: Path) -> set[str]:
    """Functions of the mapping API in the import table."""
    return {name for name in Program(path).imports() if re.fullmatch(MAPPING_API, name)}


def symbols(path: Path) -> set[str] | None:
    """Names of the mapping API among the symbols; None without a program that can read them."""
    if shutil.which(NM) is None:
        return None
    code, text = run_quiet([NM, path])
    if code != 0:
        raise BadProgram(text.strip())
    return set(re.findall(rf"\b_*(?:imp_+)?({MAPPING_API})", text))


LOOKS: tuple[tuple[str, Callable[[Path], set[str] | None]], ...] = (
    ("imports", imported),
    ("symbols", symbols),
)


def findings(path: Path, free: bool) -> list[tuple[str, str | None]]:
    """Each check of a program with what is wrong: "" if nothing is, None if it could not be made.

    A program that is `free` must not have the functions. The other kind, the actor, must have them, which shows that
    the check finds them.
    """
    results: list[tuple[str, str | None]] = []
    for name, look in LOOKS:
        try:
            found = look(path)
        except (BadProgram, OSError, ValueError, struct.error) as error:
            results.append((name, str(error) or "it cannot be read"))
            continue
        if found is None:
            results.append((name, None))
        elif free:
            results.append((name, f"it has {', '.join(sorted(found))}" if found else ""))
        else:
            results.append((name, "" if found else "the actor's calls are not seen"))
    return results
