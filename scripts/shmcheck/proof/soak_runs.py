"""The whole runs that scripts/soak compares."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.paths import BUILD
from shmcheck.proof.cpu_load import Load
from shmcheck.proof.soak import Setting, Soak
from shmcheck.proof.suite import run_suite
from shmcheck.reports.results import Run
from shmcheck.targets.target import Target


def run_one(target: Target, programs: Path, setting: Setting, filters: Sequence[str]) -> Run:
    words = setting.words()
    for glob in filters:
        words += ["--filter", glob]
    report = BUILD / "soak" / f"TEST-shmcheck-soak{setting.twin}.xml"
    run = run_suite(target, programs, report, words, {})
    if setting.order_seed and not setting.fresh and run.facts.get("actors_reused", "0") == "0":
        raise CannotRun(f"{setting}: no role got a used actor, so the comparison is not possible")
    return run


def run_all_at_once(
    target: Target, programs: Path, settings: Sequence[Setting], filters: Sequence[str]
) -> list[tuple[Setting, Run]]:
    with Load(settings[0].loaded), ThreadPoolExecutor(len(settings)) as pool:
        started = [pool.submit(run_one, target, programs, setting, filters) for setting in settings]
        return [(setting, future.result()) for setting, future in zip(settings, started, strict=True)]


def run_settings(
    soak: Soak, target: Target, programs: Path, settings: Sequence[Setting], filters: Sequence[str]
) -> None:
    """Performs the runs of these settings at the same time, adds them to `soak`, and prints a line about each."""
    started = time.monotonic()
    for setting, run in run_all_at_once(target, programs, settings, filters):
        soak.add(setting, run)
        seconds = time.monotonic() - started
        roles = f"{run.facts.get('actors_reused', '?')} of {run.facts.get('actor_roles', '?')} roles with used actors"
        print(f"{setting}: {run.summary}; {roles}; {seconds:.0f} s; {len(soak.differences())} differ", flush=True)
