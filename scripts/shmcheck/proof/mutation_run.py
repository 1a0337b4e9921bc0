"""A run of shmcheck.exe that changes replies, for scripts/mutate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import cmake_build
from shmcheck.console import CannotRun
from shmcheck.paths import BUILD, KNOWN, ROOT, target_path
from shmcheck.targets import launch
from shmcheck.targets.target import this_target


def run_mutated(percent: int, seed: int, jobs: int, filters: Sequence[str]) -> Path | None:
    """Runs the cases with `percent` of the possible changes, and returns the report; None if the run did not end by
    itself. The programs must be built. CannotRun if shmcheck.exe could not run."""
    report = BUILD / "mutate" / "TEST-shmcheck-mutate.xml"
    report.parent.mkdir(exist_ok=True)
    words = ["--mutate", str(percent), "--seed", str(seed), "--jobs", str(jobs)]
    words += ["--known", target_path(str(KNOWN), str(ROOT)), "--junit", target_path(str(report), str(ROOT))]
    for glob in filters:
        words += ["--filter", glob]
    with this_target() as target:
        command = [*target.command(cmake_build.programs() / "shmcheck.exe"), *words]
        ending = launch.run(command, target.environment, ROOT)
    if ending.code == 3:
        raise CannotRun("shmcheck.exe could not run, see above")
    return report if ending.code in (0, 1, 2) and not ending.interrupted else None
