"""Explores on a target, for scripts/explore and scripts/faults --by-exploring."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.oracle.explained import changes_of
from shmcheck.oracle.exploring import ALL_FAMILIES, Contradiction, Explored, Job, explore
from shmcheck.oracle.state import Platform
from shmcheck.paths import BUILD, KNOWN
from shmcheck.processes import run_quiet
from shmcheck.proof.faults import System
from shmcheck.reports.known_list import load
from shmcheck.reports.report_files import read
from shmcheck.reports.results import Run
from shmcheck.targets import target_resolve
from shmcheck.targets.target import Target
from shmcheck.targets.targets_file import Spec

PROBE = "create-unnamed"  # a case whose report has the facts of the platform
PROBE_SECONDS = 120.0
VARIABLE = "SHMCHECK_FAULT"


def probe(target: Target, spec: Spec, programs: Path, scale: float, cases: Iterable[str] = ()) -> Run:
    """Runs one case for the facts of the platform, and these cases. Returns the run. CannotRun if there is no report."""
    with tempfile.TemporaryDirectory(prefix="explore-", dir=BUILD) as folder:
        report = Path(folder) / "TEST-shmcheck-probe.xml"
        words = ["--timeout-scale", f"{scale:g}"]
        words += [word for case in dict.fromkeys((PROBE, *cases)) for word in ("--filter", case)]
        words += ["--junit", target_resolve.path_for(spec, str(report), folder)]
        command = [*target.command(programs / "shmcheck.exe"), *words]
        code, text = run_quiet(command, environment=target.environment, seconds=PROBE_SECONDS)
        if not report.exists():
            raise CannotRun(f"shmcheck --filter {PROBE} ended with {code} and left no report: {text.strip()}")
        return read(report)


@dataclass(frozen=True)
class Plan:
    """The limits and settings of an exploration."""

    families: tuple[str, ...] = ALL_FAMILIES
    seed: str = "1"
    sequences: int = 0  # 0: as many as the time allows
    seconds: float = 60.0  # 0: without limit
    depth: int = 4
    jobs: int = 2
    scale: float = 1.0


def jobs_of(plan: Plan, target: Target, actor: Path, facts: Run, variables: Mapping[str, str]) -> list[Job]:
    """One job for each worker. `variables` are added to the actors' environment."""
    changes = tuple(changes_of(facts, load(KNOWN)))
    platform = replace(Platform.from_facts(facts.facts), used_actors=True)
    command = tuple(target.command(actor))
    environment = {**target.environment, **variables}
    return [
        Job(
            command, environment, changes, platform, plan.families, plan.seed, plan.sequences, plan.seconds, plan.depth,
            worker, plan.jobs, plan.scale,
        )
        for worker in range(plan.jobs)
    ]  # fmt: skip


@dataclass
class FaultFound:
    """The result of exploring a faulty system."""

    system: System
    sequences: int
    seconds: float
    found: Contradiction | None


def explore_fault(plan: Plan, target: Target, actor: Path, facts: Run, system: System) -> FaultFound:
    """Explores a faulty system until a reply contradicts the contract, and again when repeated, or the time is over. CannotRun if
    a worker failed or explored nothing: that says nothing about the system."""

    def told(so_far: Explored, new: Sequence[Contradiction]) -> bool:
        return not any(item.repeatable for item in so_far.found.values())

    found = explore(jobs_of(plan, target, actor, facts, {VARIABLE: system.text}), told)
    first = next((item for item in found.found.values() if item.repeatable), None)
    if first is None and (found.errors or not found.tally.sequences):
        raise CannotRun(f"{system.text} was not explored: {found.errors[0] if found.errors else 'no worker played a sequence'}")
    return FaultFound(system, found.tally.sequences, found.seconds, first)


def fault_text(result: FaultFound) -> str:
    """One line about a faulty system."""
    if result.found is None:
        return f"MISSED  {result.system.text} in {result.sequences} sequences: {result.system.family.sentence}"
    steps = [f"{role}> {text}" for role, text in result.found.steps]
    return f"found   {result.system.text} after {result.found.after:.1f} s, {len(steps)} steps: {steps[-1]}"


def fault_figures(results: Sequence[FaultFound], left_out: Mapping[str, str], seed: int | None) -> dict[str, object]:
    """The figures for --json. `left_out`: the systems that were not explored, each with the reason."""
    missed = [result.system.text for result in results if result.found is None]
    return {
        "seed": seed,
        "faults": len(results),
        "found": len(results) - len(missed),
        "missed": len(missed),
        "missed_faults": missed,
        "left_out": dict(left_out),
        "seconds": {result.system.text: round(result.found.after, 1) for result in results if result.found},
        "shrunk_in": {result.system.text: round(result.found.shrunk_in, 1) for result in results if result.found},
        "steps": {result.system.text: len(result.found.steps) for result in results if result.found},
    }
