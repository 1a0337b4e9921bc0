"""Prepares a run: installs the packages that are missing and builds the programs that are not up to date."""

from __future__ import annotations

from collections.abc import Sequence

from shmcheck.build import cmake_build, packages
from shmcheck.build.cmake_build import BuildLock, Part
from shmcheck.build.packages import Need
from shmcheck.paths import ON_WINDOWS, make_build_folder

_held: list[BuildLock] = []  # held shared until this process ends, so that no other build replaces the programs that it runs


def prepare(parts: Sequence[Part], needs: Sequence[Need]) -> None:
    """Installs the packages and builds the parts. CannotRun if a package cannot be installed or a part does not
    build."""
    make_build_folder()
    if not ON_WINDOWS:
        packages.ensure(needs)
    _held.append(BuildLock())
    cmake_build.ensure(parts, _held[-1])


def prepare_run(*more: Part) -> None:
    """Installs and builds what a run of cases on this machine needs, and `more` parts."""
    prepare([*cmake_build.run_parts(), *more], packages.FOR_RUN)
