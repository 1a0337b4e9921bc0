"""Where things are, and how paths are written for a program under Wine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from shmcheck.console import CannotRun

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
KNOWN = ROOT / "cases" / "known.toml"
REPORTS = ROOT / "reports" / "latest"

ON_WINDOWS = sys.platform == "win32"

# What no file name under Windows can have; a path with one of these would silently name another file.
FORBIDDEN = frozenset('\\:*?"<>|')


def tree(preset: str) -> Path:
    """The build tree of a preset, as CMakePresets.json says it."""
    return BUILD / preset


def windows_path(path: str, folder: str) -> str:
    """A Unix path, relative to `folder` if it is relative at all, as a program under Wine knows it.

    Drive Z: is the root of the file system in every prefix that wineboot makes.
    """
    whole = os.path.normpath(os.path.join(folder, path))
    if not whole.startswith("/"):
        raise CannotRun(f"not a path that can be made absolute: {path}")
    for character in whole:
        if character in FORBIDDEN or ord(character) < 32 or 0xDC80 <= ord(character) <= 0xDCFF:
            raise CannotRun(f"a program for Windows cannot name this path, because of {character!r}: {ascii(whole)}")
    if any(part.endswith((".", " ")) for part in whole.split("/")):
        raise CannotRun(f"a program for Windows cannot name this path, a part ends with a dot or a blank: {whole}")
    return "Z:" + whole.replace("/", "\\")


def target_path(path: str, folder: str) -> str:
    """A path of this system as the programs of the target know it."""
    return os.path.abspath(os.path.join(folder, path)) if ON_WINDOWS else windows_path(path, folder)


def report_file(target: str) -> Path:
    """Where the report of a run on this target lies."""
    return REPORTS / f"TEST-shmcheck-{target}.xml"


def make_build_folder() -> None:
    """Creates build/, or says plainly why it cannot be used."""
    try:
        BUILD.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotRun(f"the build folder cannot be made: {error}") from error
    if not os.access(BUILD, os.W_OK | os.X_OK):
        raise CannotRun(f"the build folder {BUILD} belongs to somebody else; remove it or use a checkout of your own")
