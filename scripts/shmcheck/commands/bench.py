"""scripts/bench: what the suite costs, as ratios of what it could cost at best."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import cmake_build, packages
from shmcheck.build.cmake_build import Part
from shmcheck.build.prepare import prepare
from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED
from shmcheck.files import write_file
from shmcheck.processes import processors
from shmcheck.proof.bench import Bench, measure, verdicts
from shmcheck.targets.target import this_target

PROGRAMS = ("shmcheck", "shmactor", "shmbench")

DESCRIPTION = """\
Measures the suite against its lower bounds, all in one run, because a machine is not equally fast at two times:

  floor_s        actor starts of the suite x the time of a bare CreateProcess-to-exit loop, in seconds
  jobs1_ratio    time of the whole suite with one job / floor_s          (goal: 1.25 at most)
  jobsN_ratio    time of the whole suite with a job a processor / floor_s (goal with two: 0.75 at most)
  step_ratio     a step of a case / a raw exchange of as many bytes over a pipe (goal: 1.5 at most)
  growth         cost of a repetition between 4 and 16 repetitions / between 1 and 4 (1 is linear)

Exit code 0: every goal is met; 1: one is not; 3: nothing could be measured."""


def bench(arguments: Sequence[str]) -> int:
    parser = Parser("scripts/bench", DESCRIPTION)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    wanted = parser.parse_args(arguments)
    prepare([Part(cmake_build.main_preset(), PROGRAMS)], packages.FOR_RUN)
    with this_target() as target:
        figures = measure(Bench(target), processors())
    for name, value in figures.items():
        print(f"{name:18} {value}")
    if wanted.json:
        write_file(wanted.json, json.dumps(figures, indent=2) + "\n")
    missed = False
    for name, ratio, goal in verdicts(figures):
        print(f"{name:18} {ratio:.2f}, goal {goal:.2f}: {'met' if ratio <= goal else 'MISSED'}")
        missed = missed or ratio > goal
    return EXIT_FAILED if missed else EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/bench", lambda: bench(arguments))
