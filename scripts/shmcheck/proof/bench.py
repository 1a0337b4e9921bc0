"""Measures the cost of the suite relative to bare process starts and pipe exchanges, which are measured alternately with
it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import cast

from shmcheck.build import cmake_build
from shmcheck.console import CannotRun, say
from shmcheck.paths import BUILD, KNOWN, ROOT, target_path
from shmcheck.reports import report_files
from shmcheck.targets.target import Target

FLOOR_STARTS = 20  # in each slice
SLICES = 4  # of the suite: every fourth case
ROUNDS = 3  # over all slices
STEPS = 1000
STEP_ROUNDS = 7
GROWTH_FILTER = "open-*"
GROWTH = (1, 4, 16)
GROWTH_ROUNDS = 3

JOBS1_MOST = 0.45
JOBSN_MOST = 0.25
STEP_MOST = 1.3
GROWTH_MOST = 1.1
STARTS_MOST = 300


@dataclass(frozen=True)
class Ratio:
    """The median of several measurements of one ratio, and the quartiles around it."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Ratio:
        """The ratio of these values, two at least."""
        low, middle, high = quantiles(values, n=4, method="inclusive")
        return Ratio(round(middle, 3), round(low, 3), round(high, 3))

    def verdict(self, goal: float) -> str:
        """Met or missed if both quartiles are on one side of the goal; otherwise too noisy."""
        if self.high <= goal:
            return MET
        return MISSED if self.low > goal else TOO_NOISY


MET, MISSED, TOO_NOISY = "met", "MISSED", "too noisy"


@dataclass(frozen=True)
class Measured:
    """One run of cases, from its report."""

    seconds: float
    roles: int
    starts: int
    memory_kib: int  # of the runner, at its peak
    report_kib: int


class Bench:
    """The programs, on a target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.actor = target_path(str(cmake_build.programs() / "shmactor.exe"), str(ROOT))

    def output(self, program: str, *words: str) -> str:
        """The output of a program. CannotRun if it fails."""
        command = [*self.target.command(cmake_build.programs() / program), *words]
        done = subprocess.run(
            command, env=self.target.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT
        )
        # A run of cases ends with 0, 1 or 2. The verdicts do not matter here.
        if done.returncode not in (0, 1, 2):
            raise CannotRun(f"{program} {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def figures(self, *words: str) -> Mapping[str, float]:
        """The values that shmbench.exe prints as lines "name value"."""
        pairs = (line.split() for line in self.output("shmbench.exe", *words).splitlines())
        return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2}

    def floor(self) -> float:
        """The time from one bare start of an actor to its exit, in seconds."""
        return self.figures("floor", self.actor, str(FLOOR_STARTS))["start_us"] / 1e6

    def suite(self, *words: str) -> Measured:
        """Runs cases and measures the run, whatever their verdicts."""
        report = BUILD / "bench" / "TEST-shmcheck-bench.xml"
        report.parent.mkdir(exist_ok=True)
        known = target_path(str(KNOWN), str(ROOT))
        self.output("shmcheck.exe", "--known", known, "--junit", target_path(str(report), str(ROOT)), *words)
        facts = report_files.read(report).facts
        return Measured(
            seconds=int(facts["run_ms"]) / 1000,
            roles=int(facts["actor_roles"]),
            starts=int(facts["actor_starts"]),
            memory_kib=int(facts["runner_peak_memory_kib"]),
            report_kib=os.path.getsize(report) // 1024,
        )


    def slices(self) -> list[list[str]]:
        """The options that select each slice of the suite."""
        ids = [line.split("\t")[0] for line in self.output("shmcheck.exe", "--list").splitlines()]
        return [[word for one in ids[i::SLICES] for word in ("--filter", one)] for i in range(SLICES)]


@dataclass
class Pairs:
    """Slices of the suite, each with the bare starts that were measured right before and after it."""

    starts: list[float] = field(default_factory=list)  # seconds of one bare start
    one: list[float] = field(default_factory=list)  # ratios with one job
    many: list[float] = field(default_factory=list)


def measure_pairs(bench: Bench, jobs: int) -> Pairs:
    """Measures slices of the floor and of the suite alternately, so that both have the same noise."""
    pairs = Pairs()
    slices = bench.slices()
    before = bench.floor()
    for number in range(ROUNDS * SLICES):
        say(f"slice {number + 1} of {ROUNDS * SLICES} ...")
        for count, ratios in ((1, pairs.one), (jobs, pairs.many)):
            run = bench.suite("--jobs", str(count), *slices[number % SLICES])
            after = bench.floor()
            pairs.starts.append((before + after) / 2)
            ratios.append(run.seconds / (pairs.starts[-1] * run.roles))
            before = after
    return pairs


def growth_of(runs: Sequence[Measured]) -> float:
    """The cost of a late repetition divided by that of an early one."""
    early = (runs[1].seconds - runs[0].seconds) / (GROWTH[1] - GROWTH[0])
    late = (runs[2].seconds - runs[1].seconds) / (GROWTH[2] - GROWTH[1])
    return late / early


def with_spread(name: str, ratio: Ratio) -> dict[str, object]:
    return {name: ratio.median, f"{name}_spread": [ratio.low, ratio.high]}


def measure(bench: Bench, jobs: int) -> dict[str, object]:
    """Measures all figures of --json."""
    pairs = measure_pairs(bench, jobs)
    say("the whole suite once, for its process starts ...")
    whole = bench.suite("--jobs", str(jobs))
    say("steps against raw exchanges ...")
    steps = [bench.figures("steps", bench.actor, str(STEPS)) for _ in range(STEP_ROUNDS)]
    say(f"{', '.join(map(str, GROWTH))} times the cases {GROWTH_FILTER} ...")
    growth = [
        [bench.suite("--jobs", "1", "--filter", GROWTH_FILTER, "--repeat", str(times)) for times in GROWTH]
        for _ in range(GROWTH_ROUNDS)
    ]
    start = median(pairs.starts)
    return {
        "floor_s": round(start * whole.roles, 3),
        "roles": whole.roles,
        "actor_starts": whole.starts,
        "jobs": jobs,
        **with_spread("jobs1_ratio", Ratio.of(pairs.one)),
        **with_spread("jobsN_ratio", Ratio.of(pairs.many)),
        **with_spread("step_ratio", Ratio.of([one["step_us"] / one["ping_us"] for one in steps])),
        **with_spread("growth", Ratio.of([growth_of(runs) for runs in growth])),
        "start_ms": round(start * 1000, 2),
        "step_us": median(one["step_us"] for one in steps),
        "ping_us": median(one["ping_us"] for one in steps),
        "growth_s": [[run.seconds for run in runs] for runs in growth],
        "growth_memory_kib": [run.memory_kib for run in growth[-1]],
        "growth_report_kib": [run.report_kib for run in growth[-1]],
    }


def ratio_in(figures: Mapping[str, object], name: str) -> Ratio:
    low, high = cast(list[float], figures[f"{name}_spread"])
    return Ratio(cast(float, figures[name]), low, high)


def verdicts(figures: Mapping[str, object]) -> list[tuple[str, Ratio, float, str]]:
    """Each figure that has a goal: name, ratio, goal, verdict."""
    goals = [("jobs1_ratio", JOBS1_MOST), ("step_ratio", STEP_MOST), ("growth", GROWTH_MOST)]
    if figures["jobs"] == 2:
        goals.insert(1, ("jobsN_ratio", JOBSN_MOST))
    found = [(name, ratio_in(figures, name), goal) for name, goal in goals]
    starts = float(str(figures["actor_starts"]))
    found.append(("actor_starts", Ratio(starts, starts, starts), STARTS_MOST))
    return [(name, ratio, goal, ratio.verdict(goal)) for name, ratio, goal in found]
