"""Runs the cases on faulty systems: what scripts/faults starts, and what it prints while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import Verdict
from shmcheck.paths import BUILD, ROOT, target_path
from shmcheck.processes import run_quiet
from shmcheck.proof.fault_reach import reachable
from shmcheck.proof.faults import (
    Family,
    Outcome,
    System,
    check_topics,
    judge,
    passing,
    read_families,
)
from shmcheck.proof.suite import run_suite
from shmcheck.reports.results import Key, Run
from shmcheck.targets.target import Target

VARIABLE = "SHMCHECK_FAULT"
REACHED = "SHMCHECK_FAULT_REACHED"
FILTERS_MOST = 512  # OPTIONS_FILTERS of shmcheck.exe


@dataclass(frozen=True)
class FaultRuns:
    """What is run, and where."""

    target: Target
    programs: Path
    jobs: int
    timeout_scale: float = 1.0

    @property
    def faulty_actor(self) -> Path:
        return self.programs / "tests" / "shmactor-faulty.exe"

    def families(self) -> list[Family]:
        command = [*self.target.command(self.faulty_actor), "--faults"]
        code, text = run_quiet(command, environment=self.target.environment, seconds=60)
        if code != 0:
            raise CannotRun(f"{self.faulty_actor} --faults ended with {code}: {text.strip()}")
        return read_families(text)

    def run(self, words: Sequence[str], variables: Mapping[str, str]) -> Run:
        report = BUILD / "faults" / "TEST-shmcheck-fault.xml"
        common = ["--jobs", str(self.jobs), "--timeout-scale", str(self.timeout_scale)]
        return run_suite(self.target, self.programs, report, [*common, *words], variables)

    def run_cases(self, system: System, cases: Sequence[Key], first: bool) -> tuple[list[Run], bool]:
        """The cases on the faulty system, up to the `first` that fails or deviates or all of them. The runs, and
        whether the fault was reached in one of them."""
        # A fault may count what its process did: an actor that has played another role would begin elsewhere.
        words = ["--actor", target_path(str(self.faulty_actor), str(ROOT)), "--fresh-actors"]
        words += ["--fail-fast"] if first else []
        mark = BUILD / "faults" / "reached"
        mark.unlink(missing_ok=True)
        variables = {VARIABLE: system.text, REACHED: target_path(str(mark), str(ROOT))}
        runs = []
        for start in range(0, len(cases), FILTERS_MOST):
            filters = [word for key in cases[start : start + FILTERS_MOST] for word in ("--filter", key.id)]
            runs.append(self.run([*words, *filters], variables))
        return runs, mark.exists()


def show(outcome: Outcome) -> None:
    """One line for a system; of one that is not caught a second one, with the command that repeats it."""
    cases = ", ".join(key.id for key in outcome.caught_by[:4]) + (", ..." if len(outcome.caught_by) > 4 else "")
    errors = f", {len(outcome.errors)} errors" if outcome.errors else ""
    if outcome.caught:
        print(f"caught  {outcome.system.text} ({outcome.by}): {cases}{errors}", flush=True)
        return
    print(f"MISSED  {outcome.system.text} ({outcome.by}) by {outcome.cases} cases{errors}")
    print(f"        {outcome.system.family.sentence}")
    print(f"        scripts/faults --whole --fault {outcome.system.text}", flush=True)


@dataclass(frozen=True)
class Baseline:
    """The suite without a fault, against which faulty systems are held."""

    run: Run
    passed: tuple[Key, ...]


def run_baseline(runs: FaultRuns, families: Sequence[Family]) -> Baseline:
    """Runs the suite with the actor as it is. CannotRun if a family is looked for where no case is."""
    run = runs.run([], {})
    check_topics(families, {key.topic for key in run.cases})
    passed = passing(run)
    print(f"{len(passed)} of {len(run.cases)} cases pass without a fault", flush=True)
    return Baseline(run, tuple(passed))


def check_controls(runs: FaultRuns, families: Sequence[Family], baseline: Baseline) -> list[str]:
    """Runs the suite on every system that has a layer of the faults but no fault. Returns one sentence for each case
    that passes without it and not with it, twice. A case that finds the run without power, and is skipped, is none: with
    two views for one some counts say nothing."""
    problems = []
    for family in families:
        if not family.is_control:
            continue
        changed: list[Key] = list(baseline.passed)
        for _attempt in range(2):
            played, _ = runs.run_cases(System(family), changed, first=False)
            verdicts = {key: case.verdict for run in played for key, case in run.cases.items()}
            changed = [key for key in changed if verdicts.get(key) not in (Verdict.PASS, Verdict.SKIP)]
        problems += [f"{family.name}: {key} was {verdicts.get(key, 'not run')}" for key in changed]
        print(f"{family.name}: {len(changed)} of {len(baseline.passed)} verdicts changed", flush=True)
    return problems


def look_for(runs: FaultRuns, systems: Sequence[System], baseline: Baseline, whole: bool) -> list[Outcome]:
    """Runs every case of the topics of each system, or with `whole` every case."""
    outcomes = []
    for system in systems:
        cases = [key for key in baseline.passed if whole or key.topic in system.family.topics]
        played, reached = runs.run_cases(system, cases, first=False)
        outcomes.append(judge(system, played, set(baseline.passed), reached))
        show(outcomes[-1])
    return outcomes


def sample(runs: FaultRuns, systems: Sequence[System], baseline: Baseline) -> list[Outcome]:
    """Runs the cases that can reach each system up to the first that catches it: those of its topics, then the others."""
    outcomes = []
    for system in systems:
        can_reach = reachable(system)
        useful = [key for key in baseline.passed if can_reach(baseline.run.cases[key])]
        near = [key for key in useful if key.topic in system.family.topics]
        far = [key for key in useful if key.topic not in system.family.topics]
        played, reached = runs.run_cases(system, near, first=True)
        outcome = judge(system, played, set(baseline.passed), reached)
        if not outcome.caught:
            more, reached_there = runs.run_cases(system, far, first=True)
            outcome = judge(system, [*played, *more], set(baseline.passed), reached or reached_there)
        if outcome.caught:
            confirm(runs, outcome)
        outcomes.append(outcome)
        show(outcome)
    return outcomes


def confirm(runs: FaultRuns, outcome: Outcome) -> None:
    """Runs the cases that caught a system once more, and keeps those that fail or deviate again: a case may have failed
    for another reason, such as a busy machine."""
    again, _ = runs.run_cases(outcome.system, outcome.caught_by, first=False)
    noticed = {
        key for run in again for key, case in run.cases.items() if case.verdict in (Verdict.FAIL, Verdict.DEVIATES)
    }
    outcome.failed = [key for key in outcome.failed if key in noticed]
    outcome.deviated = [key for key in outcome.deviated if key in noticed]
