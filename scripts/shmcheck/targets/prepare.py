"""Prepares a run on named targets: installs the packages and builds the programs that they need."""

from __future__ import annotations

from collections.abc import Sequence

from shmcheck.build import packages, prepare
from shmcheck.build.cmake_build import Part
from shmcheck.targets import target_resolve
from shmcheck.targets.targets_file import Spec


def prepare_targets(specs: Sequence[Spec], *more: Part) -> None:
    """Installs the packages and builds the programs for all these targets, and `more` parts. CannotRun if that fails."""
    parts: list[Part] = list(more)
    for spec in specs:
        parts += [part for part in target_resolve.parts_of(spec) if part not in parts]
    needs: tuple[packages.Need, ...] = packages.BUILDING_FOR_WINDOWS if parts else ()
    if any(spec.kind != "ssh" for spec in specs):
        needs += packages.RUNNING
    if any(spec.kind == "ssh" for spec in specs):
        needs += packages.REACHING
    prepare.prepare(parts, needs)
