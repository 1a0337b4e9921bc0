"""The content of the package for Windows: programs, lists, licences, and the scripts that start them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from shmcheck.build.cmake_build import Part, family, preset, version_of
from shmcheck.console import CannotRun
from shmcheck.definitions import ARM64, X64, X86
from shmcheck.paths import BUILD, KNOWN, ROOT, tree

TEMPLATES = ROOT / "harness" / "package"
TARGETS = ("shmcheck", "shmactor")
STRIP = {X64: "x86_64-w64-mingw32-strip", X86: "i686-w64-mingw32-strip"}
# The actors beside each runner: a runner starts the actors of all architectures that its Windows runs.
OTHERS = {X64: (X86,), X86: (), ARM64: (X64, X86)}
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]*")


def presets() -> dict[str, str]:
    """The presets of the package's programs, by architecture. arm64 is included if a compiler for it is installed."""
    found = {X64: preset(X64), X86: preset(X86)}
    if family() == "msvc":
        found[ARM64] = preset(ARM64)
    elif shutil.which("zig"):
        found[ARM64] = "zig-arm64"
    return found


def parts() -> list[Part]:
    """The parts that must be built for the package."""
    return [Part(name, TARGETS) for name in presets().values()]


def programs(date: int) -> tuple[str, dict[str, bytes]]:
    """The version of the built programs, and the programs by their paths in the package. CannotRun if one is missing, or
    if their versions differ. `date`: the time that a tool may put into a program."""
    found = presets()
    versions = {name: version_of(name).strip() for name in found.values()}
    different = sorted(set(versions.values()))
    if len(different) != 1 or not VERSION.fullmatch(different[0]):
        listed = ", ".join(f"{name}: {version or 'not built'}" for name, version in versions.items())
        raise CannotRun(f"the programs are not of one version ({listed}); run scripts/package without --no-build")
    files: dict[str, bytes] = {}
    for arch, name in found.items():
        for program in TARGETS:
            files[f"{arch}/{program}.exe"] = stripped(tree(name) / "bin" / f"{program}.exe", arch, date)
    for arch in found:
        for other in OTHERS[arch]:
            files[f"{arch}/shmactor-{other}.exe"] = files[f"{other}/shmactor.exe"]
    return different[0], files


def stripped(program: Path, arch: str, date: int) -> bytes:
    """A program without its debug information, if a tool that removes it is installed."""
    if not program.exists():
        raise CannotRun(f"{program} is not built; run scripts/package without --no-build")
    tool = shutil.which(STRIP.get(arch, ""))
    if not tool or family() == "msvc":  # these compilers put debug information into a file of its own
        return program.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, program.name)
        command = [tool, "--strip-unneeded", "-o", str(out), str(program)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(date)}  # otherwise the tool puts the current time into the program
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise CannotRun(f"{tool} failed: {done.stderr.strip()}")
        return out.read_bytes()


def cmocka_licence() -> bytes:
    """The licence of the cmocka that is linked into the runner."""
    found = sorted(BUILD.glob("downloads/cmocka-*/COPYING")) + [Path("/usr/share/doc/libcmocka0/copyright")]
    for file in found[-2::-1] + found[-1:]:
        if file.exists():
            return file.read_bytes()
    raise CannotRun(f"the licence of cmocka is not in {BUILD / 'downloads'}; build first, or install libcmocka0")


def windows_text(text: str) -> bytes:
    """ASCII text with the line ends of Windows."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")


def content(version: str, built: dict[str, bytes]) -> dict[str, bytes]:
    """All files of the package by their paths in it, without the SHA-256 list."""
    architectures = ", ".join(sorted({name.partition("/")[0] for name in built}))
    readme = (TEMPLATES / "README.txt").read_text(encoding="ascii")
    files = dict(built)
    for name in ("run.cmd", "examples/own-known.toml", "examples/workflow.yml"):
        files[name] = windows_text((TEMPLATES / name).read_text(encoding="ascii"))
    files["README.txt"] = windows_text(readme.replace("@VERSION@", version).replace("@ARCHITECTURES@", architectures))
    files["known.toml"] = KNOWN.read_bytes()
    files["contract.toml"] = (ROOT / "cases" / "contract.toml").read_bytes()
    files["LICENSE.txt"] = (ROOT / "LICENSE").read_bytes()
    files["licences/cmocka.txt"] = cmocka_licence()
    return files


def source_date() -> int:
    """Seconds since 1970: SOURCE_DATE_EPOCH, or else the time of the commit, or else 1980."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given:
        if not given.isdecimal():
            raise CannotRun(f"SOURCE_DATE_EPOCH must be a number of seconds, not '{given}'")
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return 0
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip().isdecimal() else 0
