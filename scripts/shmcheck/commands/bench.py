"""scripts/bench: the cost of the suite as ratios of lower bounds."""

from __future__ import annotations

import json
from collections.abc import Sequence

from shmcheck.build import cmake_build, packages
from shmcheck.build.cmake_build import Part
from shmcheck.build.prepare import prepare
from shmcheck.commandline import Parser, default_jobs, guarded
from shmcheck.console import EXIT_FAILED, EXIT_NOT_RUN, EXIT_PASSED, say
from shmcheck.files import write_file
from shmcheck.paths import ON_WINDOWS
from shmcheck.processes import processors
from shmcheck.proof.bench import MISSED, TOO_NOISY, Bench, measure, memory_folder, verdicts
from shmcheck.targets.target import this_target

PROGRAMS = ("shmcheck", "shmactor", "shmbench")

DESCRIPTION = """\
Measures the suite against lower bounds. It runs short slices of both alternately, because the speed of a machine changes.
Each ratio is the median of several, with its quartiles.

  floor_s        the number of roles in all cases x the time of a bare CreateProcess-to-exit, in seconds
  jobs1_ratio    a slice of the suite with one job / its floor             (goal: 0.45 at most)
  jobsN_ratio    the same with one job per processor                       (goal with two: 0.25 at most)
  default_ratio  the same with the number of jobs that scripts/run takes   (no goal)
  step_ratio     a step of a case / a raw exchange of as many bytes over a pipe (goal: 1.3 at most); on Linux both on one
                 processor, Wine's server included
  growth         cost of a repetition, from 4 to 16 repetitions / from 1 to 4 (goal: 1.1 at most)
  actor_starts   actor processes that a run of the whole suite starts      (goal: 300 at most)

Without a goal: jobs1_processor_ratio, jobsN_processor_ratio and default_processor_ratio, the same ratios of processor time,
Wine's server included (Linux only); step_requests and exchange_requests, how many requests of Wine's server a step and a raw
exchange make, whatever the speed of the machine.

A ratio whose quartiles lie on both sides of the goal is "too noisy": it neither meets nor misses the goal. On a busy machine,
where other programs take more than a tenth of the processors (others_share), all ratios are.

Debian's Wine keeps a file for each section. For the measurement these files are in memory (/dev/shm), if there is room: on some
file systems each run makes the next ones slower.

Exit code 0: every goal is met; 1: one is missed; 3: the measurement failed, or no goal is missed and one is too noisy."""


def bench(arguments: Sequence[str]) -> int:
    parser = Parser("scripts/bench", DESCRIPTION)
    parser.add_json()
    wanted = parser.parse_args(arguments)
    prepare([Part(cmake_build.main_preset(), PROGRAMS)], packages.FOR_RUN)
    section_files = memory_folder()
    if not section_files and not ON_WINDOWS:
        say("/dev/shm is no file system in memory with 2 GiB free for Wine's sections; the file system of /tmp is measured too")
    with this_target(section_files) as target:
        figures = measure(Bench(target), {"jobs1": 1, "jobsN": processors(), "default": default_jobs()})
    for name, value in figures.items():
        print(f"{name:18} {value}")
    if wanted.json:
        write_file(wanted.json, json.dumps(figures, indent=2) + "\n")
    found = verdicts(figures)
    for name, ratio, goal, verdict in found:
        print(f"{name:18} {ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f}), goal {goal:.2f}: {verdict}")
    said = {verdict for _, _, _, verdict in found}
    if MISSED in said:
        return EXIT_FAILED
    return EXIT_NOT_RUN if TOO_NOISY in said else EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/bench", lambda: bench(arguments))
