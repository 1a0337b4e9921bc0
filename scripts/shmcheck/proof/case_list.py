"""The list of cases: the output of shmcheck --list, from the built program or from a file."""

from __future__ import annotations

from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import ARM64, X64
from shmcheck.paths import ON_WINDOWS, make_build_folder, tree
from shmcheck.processes import run_quiet
from shmcheck.targets.prefix import Prefix, run_wine, wine_version

PRESETS = (f"mingw-{X64}", f"msvc-{X64}", f"msvc-{ARM64}")
LIST_SECONDS = 60.0


def built_program() -> Path:
    """shmcheck.exe of any build tree; all compilers' programs list the same cases. CannotRun if there is none."""
    programs = [tree(preset) / "bin" / "shmcheck.exe" for preset in PRESETS]
    for program in programs:
        if program.exists():
            return program
    raise CannotRun(f"there is no {programs[0]}; build it (scripts/run does), or give --list FILE")


def list_of_program(program: Path) -> str:
    """The output of shmcheck --list, under Wine if this is not Windows. CannotRun if it fails."""
    command = [str(program), "--list"]
    if ON_WINDOWS:
        code, text = run_quiet(command, seconds=LIST_SECONDS)
    else:
        code, text = run_in_prefix(command)
    if code != 0:
        raise CannotRun(f"{program} --list ended with {code}: {text.strip() or 'it printed nothing'}")
    return text


def run_in_prefix(command: list[str]) -> tuple[int, str]:
    """Exit code and output of a program under Wine, in the prefix of this checkout."""
    make_build_folder()
    version = wine_version()
    prefix = Prefix()
    prefix.enter(version)
    try:
        return run_wine(prefix, command, LIST_SECONDS)
    finally:
        prefix.leave()


def decoded(data: bytes, what: str) -> str:
    """Redirected output as text: UTF-8, or UTF-16 as PowerShell's > writes it."""
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotRun(f"{what}: not UTF-8: {error}") from error


def list_text(file: Path | None, program: Path | None) -> tuple[str, str]:
    """The list of cases and its source: the file if one is named, else the named program, else the built program."""
    if file is None:
        program = program or built_program()
        return list_of_program(program), f"{program} --list"
    try:
        return decoded(file.read_bytes(), str(file)), str(file)
    except OSError as error:
        raise CannotRun(f"{file}: cannot be read: {error}") from error
