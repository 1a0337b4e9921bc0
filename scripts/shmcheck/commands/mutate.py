"""scripts/mutate: tests that each check can fail."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build.prepare import prepare_run
from shmcheck.commandline import Parser, guarded, number_of
from shmcheck.console import EXIT_ERROR, EXIT_FAILED, EXIT_PASSED, CannotRun, say
from shmcheck.definitions import option
from shmcheck.files import write_file
from shmcheck.paths import ROOT
from shmcheck.proof.mutants import Excuse, Score, load_excuses, score
from shmcheck.proof.mutation_run import run_mutated
from shmcheck.reports import report_files, report_reader

EXCUSED = ROOT / "cases" / "excused.toml"
SHOWN = 200
MOST_EXCUSED = 2.0  # per cent of the changes

DESCRIPTION = """\
Runs each case many times, each time with one change in one reply of an actor: success to failure or failure to success,
the last error, the NTSTATUS, a data byte, a size, a protection, a count. A change that the case does not notice survives:
no expectation depends on the changed value. cases/excused.toml says where none needs to, and why.

Exit code 0: no change survived that is not excused; 1: one did, or more than 2 % had to be excused; 2: the run did not
end, or a case was an error; 3: the run could not start."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/mutate", DESCRIPTION)
    parser.add_argument("--percent", type=number_of(option("MUTATE")), default=100, metavar="N", help="the share of the changes that run, in per cent (1 to 100)")
    parser.add_argument("--seed", metavar="N|today", default="1", help="chooses the changes; 'today' differs from day to day")
    parser.add_argument("--filter", action="append", default=[], metavar="GLOB", help="only these cases")
    parser.add_jobs("cases at the same time")
    parser.add_json()
    parser.add_argument("--report", type=Path, metavar="FILE", help="judge this report of a run with --mutate instead")
    return parser.parse_args(arguments)


def seed_of(word: str) -> int:
    """The seed: the number, or one made of today's date."""
    if word == "today":
        return int(datetime.date.today().strftime("%Y%m%d"))
    if not word.isdecimal() or not 1 <= int(word) <= 1_000_000_000:
        raise CannotRun(f"--seed takes a number from 1 to 1000000000 or 'today', not {word!r}")
    return int(word)


def run_cases(wanted: argparse.Namespace) -> Path | None:
    """Runs the cases with changed replies, and returns the path of the report; None if the run did not end by itself."""
    seed = seed_of(wanted.seed)
    prepare_run()
    return run_mutated(wanted.percent, seed, wanted.jobs, wanted.filter)


def show(total: Score, excuses: Sequence[Excuse], whole: bool) -> None:
    """Prints the survivors, the excuses and the score."""
    print()
    for survivor in total.survived[:SHOWN]:
        print(f"survived  {survivor.case}  {survivor.field}: {survivor.step} -> {survivor.reply}")
    if len(total.survived) > SHOWN:
        print(f"... and {len(total.survived) - SHOWN} more")
    for excuse in excuses:
        if excuse.used:
            print(f"excused {excuse.used:5}  {excuse.case} / {excuse.field} / {excuse.step}: {excuse.reason}")
        elif whole:
            print(f"not needed on this system, the excuse for {excuse.case} / {excuse.field} / {excuse.step}")
    if total.unproven:
        print(f"cases with the verdict error, whose changes were not tested: {', '.join(total.unproven)}")
    print(
        f"{total.mutants} changes in {total.cases} cases: {total.killed} noticed ({total.percent:.1f} %), "
        f"{len(total.survived)} survived, {len(total.excused)} excused ({total.percent_excused:.1f} %); "
        f"{total.run} were run with real processes"
    )


def verdict(total: Score, whole: bool) -> int:
    """The exit code. If only some cases or changes ran, any share of them may be excused."""
    if total.survived or total.mutants == 0:
        return EXIT_FAILED
    if whole and total.percent_excused > MOST_EXCUSED:
        say(f"More than {MOST_EXCUSED:.0f} % of the changes had to be excused.")
        return EXIT_FAILED
    return EXIT_ERROR if total.unproven else EXIT_PASSED


def mutate(arguments: Sequence[str]) -> int:
    wanted = parse(arguments)
    excuses = load_excuses(EXCUSED)
    report = wanted.report or run_cases(wanted)
    if report is None:
        say("The run did not finish, so there is no result about the changes.")
        return EXIT_ERROR
    try:
        run = report_files.read(report)
    except report_reader.BadReport as error:
        raise CannotRun(f"{report}: {error}") from error
    if "mutated_replies" not in run.facts:
        raise CannotRun(f"{report} is the report of a run without --mutate")
    total = score(run, excuses)
    whole = wanted.percent == 100 and not wanted.filter
    show(total, excuses, whole)
    if wanted.json:
        write_file(wanted.json, json.dumps(total.figures(), indent=2) + "\n")
    return verdict(total, whole)


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/mutate", lambda: mutate(arguments))
