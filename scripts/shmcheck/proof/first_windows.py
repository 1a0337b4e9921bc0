"""Finds the functions that a program imports and that an older Windows does not export, by first_windows.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from shmcheck.proof.portable_executable import Program

LIST = Path(__file__).with_name("first_windows.toml")
# The oldest Windows on which each program must load. Programs look up functions of later versions when they need them.
OLDEST = {"shmcheck": "server-2003", "shmactor": "server-2003"}
# C libraries, which the compiler chooses.
C_LIBRARIES = ("msvcrt", "ucrtbase", "vcruntime", "api-ms-win-crt-")


@cache
def first_windows() -> dict[str, int]:
    """Maps each function to the index in versions() of the first Windows that exports it."""
    with LIST.open("rb") as file:
        table = tomllib.load(file)
    return {name: place for place, words in enumerate(table.values()) for name in words.split()}


@cache
def versions() -> tuple[str, ...]:
    """The names of the list's Windows versions, from the oldest."""
    with LIST.open("rb") as file:
        return tuple(tomllib.load(file))


def imported(path: Path) -> set[str]:
    """The functions that a program imports from DLLs of the system, without those of the C library."""
    found: set[str] = set()
    for module, names in Program(path).imports_by_module().items():
        if not module.startswith(C_LIBRARIES):
            found |= names
    return found


def missing(names: set[str], version: str) -> set[str]:
    """The imported functions that this Windows does not export. A function that is not in the list counts as missing."""
    latest = versions().index(version)
    return {name for name in names if first_windows().get(name, latest + 1) > latest}
