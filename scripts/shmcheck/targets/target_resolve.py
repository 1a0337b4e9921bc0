"""Resolves the name of a target: the system, the programs, and the parts to build for them."""

from __future__ import annotations

import os
from pathlib import Path

from shmcheck.build import cmake_build
from shmcheck.console import CannotRun
from shmcheck.definitions import ARM64
from shmcheck.paths import ON_WINDOWS, ROOT, target_path, tree
from shmcheck.targets.debian_root import release_of_system
from shmcheck.targets.options import SUITE_PREFIX, TARGET_WORD, Options
from shmcheck.targets.target import Target, WindowsTarget, WineTarget
from shmcheck.targets.targets_file import BY_PATH, DEFAULT_FILE, Spec, by_path, find, load

THIS_SYSTEM = Spec("", "local")


def specs_of(wanted: Options) -> list[Spec]:
    """The targets that a command line names; without names, this system."""
    file = Path(wanted.targets_file) if wanted.targets_file else DEFAULT_FILE
    if not wanted.targets:
        if wanted.targets_file:
            raise CannotRun("--targets names a file of targets; name one of them with --target")
        if wanted.record or wanted.allow_lost:
            raise CannotRun("--record and --allow-lost need a named target: give --target")
        return [THIS_SYSTEM]
    specs = load(file)
    chosen = [
        by_path(name, os.getcwd()) if name.startswith(BY_PATH) else find(specs, name, file) for name in wanted.targets
    ]
    if len(chosen) > 1 and "--junit" in wanted.values:
        raise CannotRun("--junit names one report, but several targets write one each; use --target with one name, or leave out --junit")
    if len(chosen) > 1 and wanted.values.get(SUITE_PREFIX.name, TARGET_WORD) != TARGET_WORD:
        raise CannotRun(
            f"{SUITE_PREFIX.name} {wanted.values[SUITE_PREFIX.name]} would give {len(chosen)} targets the same names; "
            f"{SUITE_PREFIX.name} {TARGET_WORD} takes the name of each"
        )
    if len(chosen) > 1 and wanted.shows:
        raise CannotRun("--list and --version work with one target at most")
    return chosen


def arch_of(spec: Spec) -> str:
    """The architecture of the target's runner."""
    arch = spec.arch or cmake_build.architectures()[0]
    if arch == ARM64 and cmake_build.family() == "mingw":
        raise CannotRun(f"target {spec.name}: programs for {ARM64} are built with MSVC only; name their folder with programs=")
    return arch


def parts_of(spec: Spec) -> list[cmake_build.Part]:
    """The parts that must be built."""
    return [] if spec.programs else cmake_build.parts_for(arch_of(spec))


def programs_of(spec: Spec) -> Path:
    """The folder of shmcheck.exe and its actors."""
    folder = Path(spec.programs) if spec.programs else tree(cmake_build.preset(arch_of(spec))) / "bin"
    if spec.programs and not (folder / "shmcheck.exe").is_file():
        raise CannotRun(f"target {spec.name}: there is no shmcheck.exe in {folder}")
    return folder


def target_of(spec: Spec) -> Target:
    """The system of a target on this machine."""
    if ON_WINDOWS:
        if spec.kind == "wine":
            raise CannotRun(f"target {spec.name} is a Wine, which does not run on Windows")
        return WindowsTarget()
    if spec.path:
        return WineTarget(windows=spec.windows, path=spec.path)
    return WineTarget(0 if spec.debian == release_of_system() else spec.debian, spec.windows)


def name_of(spec: Spec, target: Target) -> str:
    """The name of the target's report. Without a name on the command line it is that of the target in targets.toml that
    is this system, so that the same system does not have two names; otherwise it has the version: wine-9.0."""
    if spec.name:
        return spec.name
    try:
        listed = list(load(DEFAULT_FILE).values())
    except CannotRun:  # a run without --target does not need the file
        listed = []
    plain = (each for each in listed if each == Spec(each.name, "wine", debian=each.debian) and each.debian == release_of_system())
    return next((each.name for each in plain if target.default_name.startswith(f"{each.name}.")), target.default_name)


def path_for(spec: Spec, path: str, folder: str) -> str:
    """A path of this system, relative to `folder`, as the programs of the target name it."""
    if spec.kind == "wine" and spec.debian not in (0, release_of_system()):
        whole = (Path(folder) / path).resolve()
        if not any(whole.is_relative_to(place) for place in (ROOT, Path("/tmp"))):
            raise CannotRun(f"target {spec.name} can use files in this checkout and in /tmp only, not {whole}")
        return target_path(str(whole), folder)
    return target_path(path, folder)
