"""The places of files, and paths for programs under Wine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from shmcheck.console import CannotRun

ROOT = Path(__file__).resolve().parents[2]
# The folder of all files that are made. start_command.py sets this variable from --build-dir.
BUILD_DIR = os.environ.get("SHMCHECK_BUILD_DIR", "")
BUILD = Path(BUILD_DIR) if os.path.isabs(BUILD_DIR) else ROOT / "build"
KNOWN = ROOT / "cases" / "known.toml"
REPORTS = BUILD / "reports" if os.path.isabs(BUILD_DIR) else ROOT / "reports" / "latest"

ON_WINDOWS = sys.platform == "win32"

# Characters that a file name on Windows cannot contain. A path with one of them would name another file.
FORBIDDEN = frozenset('\\:*?"<>|')

# CMake separates the elements of its lists by ';', generates no files for a path with '#', and cuts a path off at a newline.
UNBUILDABLE = frozenset(';#\n')


def tree(preset: str) -> Path:
    """The build tree of a preset of CMakePresets.json."""
    return BUILD / preset


def windows_path(path: str, folder: str) -> str:
    """A Unix path as a program under Wine names it. A relative path starts at `folder`. CannotRun if no Windows program
    can name it.

    Drive Z: is the root of the file system in every prefix that wineboot makes.
    """
    whole = os.path.normpath(os.path.join(folder, path))
    if not whole.startswith("/"):
        raise CannotRun(f"this path cannot be made absolute: {path}")
    for character in whole:
        if character in FORBIDDEN or ord(character) < 32 or 0xDC80 <= ord(character) <= 0xDCFF:
            raise CannotRun(f"a Windows program cannot name this path, which contains {character!r}: {ascii(whole)}")
    if any(part.endswith((".", " ")) for part in whole.split("/")):
        raise CannotRun(f"a Windows program cannot name this path, in which a name ends with a dot or a blank: {whole}")
    return "Z:" + whole.replace("/", "\\")


def target_path(path: str, folder: str) -> str:
    """A path of this system as the target's programs name it."""
    return os.path.abspath(os.path.join(folder, path)) if ON_WINDOWS else windows_path(path, folder)


def report_file(target: str, selection: bool = False) -> Path:
    """The default path of the report of a run on this target, of all cases or of a selection."""
    return (REPORTS / "selection" if selection else REPORTS) / f"TEST-shmcheck-{target}.xml"


def check_folder(folder: Path, advice: str) -> None:
    """CannotRun, with the advice, if CMake or a program under Wine cannot use a folder with this path. On Windows CMake itself
    says so."""
    found = [] if ON_WINDOWS else [character for character in str(folder) if character in UNBUILDABLE]
    if found:
        raise CannotRun(f"CMake cannot use this folder, whose path contains {found[0]!r}: {ascii(str(folder))}; {advice}")
    target_path(str(folder), "/")


def make_build_folder() -> None:
    """Creates the build folder. CannotRun if it or the checkout cannot be used."""
    check_folder(ROOT, "move the checkout")
    check_folder(BUILD, "name another one with --build-dir")
    try:
        BUILD.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"the build folder cannot be created: {error}; name another one with --build-dir") from error
    if not os.access(BUILD, os.W_OK | os.X_OK):
        raise CannotRun(f"the build folder {BUILD} cannot be written by this user; remove it, or name another one with --build-dir")
