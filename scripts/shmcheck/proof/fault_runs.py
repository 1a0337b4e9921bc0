"""Runs the cases on faulty systems: what scripts/faults starts, and what it prints while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.paths import BUILD, ROOT, target_path
from shmcheck.processes import run_quiet
from shmcheck.proof.faults import Fault, Outcome, check_topics, judge, passing, read_faults
from shmcheck.proof.suite import run_suite
from shmcheck.reports.results import Key, Run
from shmcheck.targets.target import Target

VARIABLE = "SHMCHECK_FAULT"
FILTERS_MOST = 64  # of shmcheck.exe


@dataclass(frozen=True)
class FaultRuns:
    """The programs, the place to run them, and the number of jobs."""

    target: Target
    programs: Path
    jobs: int

    @property
    def faulty_actor(self) -> Path:
        return self.programs / "tests" / "shmactor-faulty.exe"

    def faults(self) -> list[Fault]:
        command = [*self.target.command(self.faulty_actor), "--faults"]
        code, text = run_quiet(command, environment=self.target.environment, seconds=60)
        if code != 0:
            raise CannotRun(f"{self.faulty_actor} --faults ended with {code}: {text.strip()}")
        return read_faults(text)

    def run(self, words: Sequence[str], variables: Mapping[str, str]) -> Run:
        report = BUILD / "faults" / "TEST-shmcheck-fault.xml"
        return run_suite(self.target, self.programs, report, ["--jobs", str(self.jobs), *words], variables)

    def run_fault(self, fault: Fault, cases: Sequence[Key]) -> list[Run]:
        """Runs the cases on the faulty system, as many at a time as there may be filters."""
        words = ["--actor", target_path(str(self.faulty_actor), str(ROOT))]
        runs = []
        for start in range(0, len(cases), FILTERS_MOST):
            filters = [word for key in cases[start : start + FILTERS_MOST] for word in ("--filter", key.id)]
            runs.append(self.run([*words, *filters], {VARIABLE: fault.name}))
        return runs


def show(outcome: Outcome) -> None:
    cases = ", ".join(key.id for key in outcome.caught_by[:4]) + (", ..." if len(outcome.caught_by) > 4 else "")
    broken = f", {len(outcome.errors)} broken preconditions" if outcome.errors else ""
    word = "caught" if outcome.caught else "MISSED"
    print(f"{word}  {outcome.fault.name}: {len(outcome.caught_by)} of {outcome.cases} cases{broken}: {cases}", flush=True)


def look_for(runs: FaultRuns, faults: Sequence[Fault], whole: bool) -> tuple[list[Outcome], str]:
    """Runs every fault, in its own topics or in the `whole` suite. Returns the outcomes, and the platform's name."""
    baseline = runs.run([], {})
    passed = passing(baseline)
    check_topics(faults, {key.topic for key in baseline.cases})
    print(f"{len(faults)} faults; {len(passed)} of {len(baseline.cases)} cases pass without one", flush=True)
    outcomes = []
    for fault in faults:
        cases = [key for key in passed if whole or key.topic in fault.topics]
        outcomes.append(judge(fault, runs.run_fault(fault, cases), set(passed)))
        show(outcomes[-1])
    return outcomes, baseline.platform
