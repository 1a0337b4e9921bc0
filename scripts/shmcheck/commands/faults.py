"""scripts/faults: runs the cases on faulty systems, and tells which of these they notice."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shmcheck.build import cmake_build, packages
from shmcheck.commandline import Parser, write_file
from shmcheck.commands.run import guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun
from shmcheck.paths import BUILD, ON_WINDOWS, REPORTS, ROOT, make_build_folder, target_path
from shmcheck.processes import run_quiet
from shmcheck.proof.faults import Fault, Outcome, check_topics, choose, figures, judge, passing, read_faults, table
from shmcheck.proof.suite import run_suite
from shmcheck.reports.results import Key, Run
from shmcheck.targets import options
from shmcheck.targets.target import Target, this_target

VARIABLE = "SHMCHECK_FAULT"
FILTERS_MOST = 64  # of shmcheck.exe

DESCRIPTION = """\
Runs the cases again on systems that break one rule each, and tells which cases notice which fault. A fault is looked
for in the topics where its rule is checked, with the cases that pass here without a fault. What no case notices is a
missing case. The table stands in reports/latest/faults.md too.

Exit code 0: every fault is caught; 1: some are missed; 3: a run was not possible."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        prog="scripts/faults",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    parser.add_argument("--list", action="store_true", help="print every fault with its topics; run nothing")
    parser.add_argument("--whole", action="store_true", help="look for every fault in all topics, which takes long")
    parser.add_argument("--jobs", type=int, default=options.processors(), metavar="N", help="cases at the same time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--programs", type=Path, metavar="DIR", help="use the programs in this folder; build nothing")
    return parser.parse_args(arguments)


@dataclass(frozen=True)
class Bench:
    """What is run, and where."""

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
        """The cases on the faulty system, as many at a time as there can be filters."""
        words = ["--actor", target_path(str(self.faulty_actor), str(ROOT))]
        runs = []
        for start in range(0, len(cases), FILTERS_MOST):
            filters = [word for key in cases[start : start + FILTERS_MOST] for word in ("--filter", key.id)]
            runs.append(self.run([*words, *filters], {VARIABLE: fault.name}))
        return runs


def built_programs() -> Path:
    make_build_folder()
    if not ON_WINDOWS:
        packages.ensure(packages.FOR_RUN)
    lock = cmake_build.BuildLock()
    cmake_build.ensure([*cmake_build.run_parts(), cmake_build.Part(cmake_build.main_preset(), ("shmactor-faulty",))], lock)
    return cmake_build.programs()


def show(outcome: Outcome) -> None:
    cases = ", ".join(key.id for key in outcome.caught_by[:4]) + (", ..." if len(outcome.caught_by) > 4 else "")
    broken = f", {len(outcome.errors)} broken preconditions" if outcome.errors else ""
    word = "caught" if outcome.caught else "MISSED"
    print(f"{word}  {outcome.fault.name}: {len(outcome.caught_by)} of {outcome.cases} cases{broken}: {cases}", flush=True)


def look_for(bench: Bench, wanted: argparse.Namespace, faults: Sequence[Fault]) -> int:
    """Runs every fault; the exit code."""
    baseline = bench.run([], {})
    passed = passing(baseline)
    check_topics(faults, {key.topic for key in baseline.cases})
    print(f"{len(faults)} faults; {len(passed)} of {len(baseline.cases)} cases pass without one", flush=True)
    outcomes = []
    for fault in faults:
        cases = [key for key in passed if wanted.whole or key.topic in fault.topics]
        outcomes.append(judge(fault, bench.run_fault(fault, cases), set(passed)))
        show(outcomes[-1])
    found = figures(outcomes)
    print(f"{found['faults']} faults: {found['caught']} caught, {found['missed']} missed")
    if not wanted.fault:
        REPORTS.mkdir(parents=True, exist_ok=True)
        write_file(REPORTS / "faults.md", table(outcomes, baseline.platform))
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
        bench = Bench(target, programs, wanted.jobs)
        faults = choose(bench.faults(), wanted.fault)
        if wanted.list:
            for fault in faults:
                print(f"{fault.name} ({', '.join(fault.topics)}): {fault.sentence}")
            return EXIT_PASSED
        return look_for(bench, wanted, faults)


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/faults", lambda: run(arguments), lambda: None)
