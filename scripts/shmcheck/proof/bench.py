"""Measures what the suite costs, relative to its lower bound."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from shmcheck.build import cmake_build
from shmcheck.console import CannotRun, say
from shmcheck.paths import BUILD, KNOWN, ROOT, target_path
from shmcheck.reports import report_files
from shmcheck.targets.target import Target

FLOOR_STARTS = 150
STEPS = 5000
GROWTH_FILTER = "open-*"
GROWTH = (1, 4, 16)

JOBS1_MOST = 1.25
JOBSN_MOST = 0.75
STEP_MOST = 1.5
GROWTH_MOST = 1.25


@dataclass(frozen=True)
class Measured:
    """One run of cases, from its report."""

    seconds: float
    starts: int
    memory_kib: int  # of the runner, at its peak
    report_kib: int


class Bench:
    """The programs, on a target."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.actor = target_path(str(cmake_build.programs() / "shmactor.exe"), str(ROOT))

    def output(self, program: str, *words: str) -> str:
        """What a program prints; CannotRun if it fails."""
        command = [*self.target.command(cmake_build.programs() / program), *words]
        done = subprocess.run(
            command, env=self.target.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT
        )
        # A run of cases ends with 0, 1 or 2; the verdicts do not matter here.
        if done.returncode not in (0, 1, 2):
            raise CannotRun(f"{program} {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def figures(self, *words: str) -> Mapping[str, float]:
        """The "name value" lines of shmbench.exe."""
        pairs = (line.split() for line in self.output("shmbench.exe", *words).splitlines())
        return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2}

    def floor(self) -> float:
        """Seconds of one bare start of an actor to its exit."""
        return self.figures("floor", self.actor, str(FLOOR_STARTS))["start_us"] / 1e6

    def suite(self, *words: str) -> Measured:
        """Runs cases; their verdicts do not matter here."""
        report = BUILD / "bench" / "TEST-shmcheck-bench.xml"
        report.parent.mkdir(exist_ok=True)
        known = target_path(str(KNOWN), str(ROOT))
        self.output("shmcheck.exe", "--known", known, "--junit", target_path(str(report), str(ROOT)), *words)
        facts = report_files.read(report).facts
        return Measured(
            seconds=int(facts["run_ms"]) / 1000,
            starts=int(facts["actor_starts"]),
            memory_kib=int(facts["runner_peak_memory_kib"]),
            report_kib=os.path.getsize(report) // 1024,
        )


def measure(bench: Bench, jobs: int) -> dict[str, object]:
    """All figures. The floor is measured before, between and after, so that a change of the machine's speed shows."""
    say(f"bare starts of the actor ({FLOOR_STARTS} three times), the whole suite with 1 and with {jobs} jobs ...")
    starts = [bench.floor()]
    one = bench.suite("--jobs", "1")
    starts.append(bench.floor())
    many = bench.suite("--jobs", str(jobs))
    starts.append(bench.floor())
    say("steps against raw exchanges ...")
    step = bench.figures("steps", bench.actor, str(STEPS))
    say(f"{', '.join(map(str, GROWTH))} times the cases {GROWTH_FILTER} ...")
    growth = [bench.suite("--jobs", "1", "--filter", GROWTH_FILTER, "--repeat", str(times)) for times in GROWTH]
    early = (growth[1].seconds - growth[0].seconds) / (GROWTH[1] - GROWTH[0])
    late = (growth[2].seconds - growth[1].seconds) / (GROWTH[2] - GROWTH[1])
    floor = median(starts) * one.starts
    return {
        "floor_s": round(floor, 3),
        "actor_starts": one.starts,
        "jobs": jobs,
        "jobs1_ratio": round(one.seconds / floor, 3),
        "jobsN_ratio": round(many.seconds / floor, 3),
        "step_ratio": round(step["step_us"] / step["ping_us"], 3),
        "growth": round(late / early, 3),
        "start_ms": [round(seconds * 1000, 2) for seconds in starts],
        "jobs1_s": one.seconds,
        "jobsN_s": many.seconds,
        "step_us": step["step_us"],
        "ping_us": step["ping_us"],
        "growth_s": [run.seconds for run in growth],
        "growth_memory_kib": [run.memory_kib for run in growth],
        "growth_report_kib": [run.report_kib for run in growth],
    }


def verdicts(figures: Mapping[str, object]) -> list[tuple[str, float, float]]:
    """Each ratio with its goal."""
    goals = [("jobs1_ratio", JOBS1_MOST), ("step_ratio", STEP_MOST), ("growth", GROWTH_MOST)]
    if figures["jobs"] == 2:
        goals.insert(1, ("jobsN_ratio", JOBSN_MOST))
    return [(name, float(str(figures[name])), goal) for name, goal in goals]
