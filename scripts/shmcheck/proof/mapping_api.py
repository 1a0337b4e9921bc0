"""Checks in the built programs that the runner does not call the mapping API.

The names of these functions in a program prove nothing: the runner contains them to ask whether a system exports them.
"""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from shmcheck.processes import run_quiet
from shmcheck.proof.portable_executable import BadProgram, Program

# Functions that create, open, map or unmap a section, with any suffix.
MAPPING_API = (
    r"(?:(?:CreateFileMapping|OpenFileMapping|MapViewOfFile|UnmapViewOfFile)\w*"
    r"|(?:Nt|Zw)(?:Create|Open|MapViewOf|UnmapViewOf)Section\w*)"
)
NM = "x86_64-w64-mingw32-nm"


def imported(path: Path) -> set[str]:
    """Functions of the mapping API in the import table."""
    return {name for name in Program(path).imports() if re.fullmatch(MAPPING_API, name)}


def symbols(path: Path) -> set[str] | None:
    """Names of the mapping API among the symbols; None if no program that reads symbols is installed."""
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
    """The checks of a program, each with its problem: "" if there is none, None if the check was not possible.

    A program that is `free` must not have the functions. The actor must have them; that shows that the check finds them.
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
            results.append((name, "" if found else "the check does not find the actor's calls"))
    return results
