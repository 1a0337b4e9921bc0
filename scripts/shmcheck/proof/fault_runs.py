"""Runs the cases on faulty systems: what scripts/faults starts, and what it prints while it runs."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import Verdict
from shmcheck.paths import BUILD, ROOT, target_path
from shmcheck.processes import run_quiet
from shmcheck.proof.fault_order import Order
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
from shmcheck.proof.suite import SECONDS, run_suite
from shmcheck.reports.results import Key, Run
from shmcheck.targets.target import Target

VARIABLE = "SHMCHECK_FAULT"
REACHED = "SHMCHECK_FAULT_REACHED"
REPORT = "TEST-shmcheck-fault.xml"
SECONDS_A_RUN, SECONDS_A_CASE = 30.0, 0.5  # at most, before --timeout-scale
FILTERS_MOST = 512  # OPTIONS_FILTERS of shmcheck.exe


@dataclass(frozen=True)
class FaultRuns:
    """What is run, and where."""

    target: Target
    programs: Path
    jobs: int
    timeout_scale: float = 1.0
    stopping: threading.Event = field(default_factory=threading.Event)  # set when no further run is wanted

    @property
    def faulty_actor(self) -> Path:
        return self.programs / "tests" / "shmactor-faulty.exe"

    def families(self) -> list[Family]:
        command = [*self.target.command(self.faulty_actor), "--faults"]
        code, text = run_quiet(command, environment=self.target.environment, seconds=60)
        if code != 0:
            raise CannotRun(f"{self.faulty_actor} --faults ended with {code}: {text.strip()}")
        return read_families(text)

    def run_baseline(self) -> Run:
        """The suite with the actor as it is, `jobs` cases at a time."""
        with self.folder() as folder:
            return self.run(Path(folder), [], {}, self.jobs)

    def folder(self) -> tempfile.TemporaryDirectory[str]:
        """For the files of some runs, so that several systems can be played side by side."""
        (BUILD / "faults").mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix="run-", dir=BUILD / "faults")

    def run(
        self, folder: Path, words: Sequence[str], variables: Mapping[str, str], jobs: int, seconds: float = SECONDS
    ) -> Run:
        options = ["--jobs", str(jobs), "--timeout-scale", str(self.timeout_scale), *words]
        return run_suite(self.target, self.programs, folder / REPORT, options, variables, seconds)

    def run_cases(self, system: System, cases: Sequence[Key], first: bool, jobs: int) -> tuple[list[Run], bool]:
        """The cases on the faulty system, `jobs` at a time, up to the `first` that fails or deviates or all of them.
        The runs, and whether the fault was reached in one of them."""
        # A fault may count what its process did: an actor that has played another role would begin elsewhere.
        words = ["--actor", target_path(str(self.faulty_actor), str(ROOT)), "--fresh-actors"]
        words += ["--fail-fast"] if first else []
        with self.folder() as name:
            mark = Path(name) / "reached"
            variables = {VARIABLE: system.text, REACHED: target_path(str(mark), str(ROOT))}
            runs = []
            for start in range(0, len(cases), FILTERS_MOST):
                chosen = cases[start : start + FILTERS_MOST]
                filters = [word for key in chosen for word in ("--filter", key.id)]
                seconds = self.timeout_scale * (SECONDS_A_RUN + SECONDS_A_CASE * len(chosen))
                runs += self.run_twice(Path(name), [*words, *filters], variables, jobs, seconds)
            return runs, mark.exists()

    def run_twice(
        self, folder: Path, words: Sequence[str], variables: Mapping[str, str], jobs: int, seconds: float
    ) -> list[Run]:
        """One run, again if it did not come to its end: a faulty system can make wineserver end, and then every run in
        this prefix stops. Nothing, with a line that says so, if the second one fails too."""
        for attempt in ("again", "not again"):
            if self.stopping.is_set():
                raise CannotRun("interrupted")
            try:
                return [self.run(folder, words, variables, jobs, seconds)]
            except CannotRun as error:
                print(f"{variables[VARIABLE]}: the run failed, and is {attempt} tried: {error}", flush=True)
        return []


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
    run = runs.run_baseline()
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
            played, _ = runs.run_cases(System(family), changed, first=False, jobs=runs.jobs)
            verdicts = {key: case.verdict for run in played for key, case in run.cases.items()}
            changed = [key for key in changed if verdicts.get(key) not in (Verdict.PASS, Verdict.SKIP)]
        problems += [f"{family.name}: {key} was {verdicts.get(key, 'not run')}" for key in changed]
        print(f"{family.name}: {len(changed)} of {len(baseline.passed)} verdicts changed", flush=True)
    return problems


def side_by_side(runs: FaultRuns, systems: Sequence[System], play: Callable[[System], Outcome]) -> list[Outcome]:
    """Plays as many systems at the same time as `runs` has jobs, and shows each as soon as it is played. The outcomes, in
    the order of the systems."""
    with ThreadPoolExecutor(runs.jobs) as pool:
        futures = [pool.submit(play, system) for system in systems]
        try:
            for future in as_completed(futures):
                show(future.result())
        except BaseException:
            runs.stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [future.result() for future in futures]


def look_for(runs: FaultRuns, systems: Sequence[System], baseline: Baseline, whole: bool) -> list[Outcome]:
    """Runs every case of the topics of each system, or with `whole` every case."""

    def play(system: System) -> Outcome:
        cases = [key for key in baseline.passed if whole or key.topic in system.family.topics]
        played, reached = runs.run_cases(system, cases, first=False, jobs=1)
        return judge(system, played, set(baseline.passed), reached)

    return side_by_side(runs, systems, play)


def sample(runs: FaultRuns, systems: Sequence[System], baseline: Baseline) -> list[Outcome]:
    """Runs the cases that can reach each system up to the first that catches it: the likely ones, then the others."""
    order = Order(baseline.run)

    def play(system: System) -> Outcome:
        can_reach = reachable(system)
        useful = [key for key in baseline.passed if can_reach(baseline.run.cases[key])]
        outcome = Outcome(system)
        for batch in order.batches(system, useful):
            outcome = play_batch(runs, outcome, batch, set(baseline.passed))
            if outcome.caught:
                order.note(outcome)
                break
        return outcome

    return side_by_side(runs, systems, play)


def play_batch(runs: FaultRuns, before: Outcome, batch: Sequence[Key], passed: Collection[Key]) -> Outcome:
    """Runs these cases, too, up to the first that catches the system and does so again. `before` is what came of
    others."""
    left, outcome = list(batch), before
    while left and not outcome.caught:
        played, reached = runs.run_cases(outcome.system, left, first=True, jobs=1)
        more = judge(outcome.system, played, passed, outcome.reached or reached)
        if more.caught:
            confirm(runs, more)
        more.errors = [*outcome.errors, *more.errors]
        more.cases += outcome.cases
        seen = {key for run in played for key in run.cases}
        # The run may have stopped at a case that errs, or that fails before the fault is reached.
        left = [key for key in left if key not in seen] if seen else []
        outcome = more
    return outcome


def confirm(runs: FaultRuns, outcome: Outcome) -> None:
    """Runs the cases that caught a system once more, and keeps those that fail or deviate again: a case may have failed
    for another reason, such as a busy machine."""
    again, _ = runs.run_cases(outcome.system, outcome.caught_by, first=False, jobs=1)
    noticed = {
        key for run in again for key, case in run.cases.items() if case.verdict in (Verdict.FAIL, Verdict.DEVIATES)
    }
    outcome.failed = [key for key in outcome.failed if key in noticed]
    outcome.deviated = [key for key in outcome.deviated if key in noticed]
