"""scripts/faults: runs the cases on faulty systems, and tells which faults they notice."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import cmake_build
from shmcheck.build.cmake_build import Part
from shmcheck.build.prepare import prepare_run
from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun
from shmcheck.files import write_file
from shmcheck.paths import REPORTS, make_build_folder
from shmcheck.processes import processors
from shmcheck.proof.fault_runs import FaultRuns, look_for
from shmcheck.proof.faults import Outcome, choose, figures, table
from shmcheck.targets.target import this_target

DESCRIPTION = """\
Runs the cases again on systems that break one rule each, and tells which cases notice which fault. The cases of the
topics that check the broken rule run, if they pass here without a fault. A fault that no case notices shows that a case
is missing. The table is written to reports/latest/faults.md too.

Exit code 0: every fault is caught; 1: some are missed; 3: a run was not possible."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/faults", DESCRIPTION)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    parser.add_argument("--list", action="store_true", help="print every fault with its topics; run nothing")
    parser.add_argument("--whole", action="store_true", help="look for every fault in all topics, which takes long")
    parser.add_argument("--jobs", type=int, default=processors(), metavar="N", help="cases at the same time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--programs", type=Path, metavar="DIR", help="use the programs in this folder; build nothing")
    return parser.parse_args(arguments)


def built_programs() -> Path:
    prepare_run(Part(cmake_build.main_preset(), ("shmactor-faulty",)))
    return cmake_build.programs()


def conclude(outcomes: Sequence[Outcome], platform: str, wanted: argparse.Namespace) -> int:
    """Prints and writes the figures. Returns the exit code."""
    found = figures(outcomes)
    print(f"{found['faults']} faults: {found['caught']} caught, {found['missed']} missed")
    if not wanted.fault:
        REPORTS.mkdir(parents=True, exist_ok=True)
        write_file(REPORTS / "faults.md", table(outcomes, platform))
    if wanted.json:
        write_file(wanted.json, json.dumps(found, indent=2) + "\n")
    return EXIT_PASSED if found["missed"] == 0 else EXIT_FAILED


def run(arguments: Sequence[str]) -> int:
    wanted = parse(arguments)
    if not 1 <= wanted.jobs <= 32:
        raise CannotRun(f"--jobs takes a number from 1 to 32, not {wanted.jobs}")
    make_build_folder()
    programs = wanted.programs.resolve() if wanted.programs else built_programs()
    with this_target() as target:
        runs = FaultRuns(target, programs, wanted.jobs)
        faults = choose(runs.faults(), wanted.fault)
        if wanted.list:
            for fault in faults:
                print(f"{fault.name} ({', '.join(fault.topics)}): {fault.sentence}")
            return EXIT_PASSED
        outcomes, platform = look_for(runs, faults, wanted.whole)
    return conclude(outcomes, platform, wanted)


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/faults", lambda: run(arguments))
