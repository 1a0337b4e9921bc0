"""scripts/mutate: proof that every check can fail."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import cmake_build, packages
from shmcheck.commandline import Parser, write_file
from shmcheck.commands.run import guarded
from shmcheck.console import EXIT_ERROR, EXIT_FAILED, EXIT_PASSED, CannotRun, say
from shmcheck.paths import BUILD, KNOWN, ON_WINDOWS, ROOT, make_build_folder, target_path
from shmcheck.proof.mutants import Excuse, Score, load_excuses, score
from shmcheck.reports import report_files, report_reader
from shmcheck.targets import launch, options
from shmcheck.targets.target import this_target

EXCUSED = ROOT / "cases" / "excused.toml"
SHOWN = 200
MOST_EXCUSED = 2.0  # per cent of the changes; an excuse is the exception

DESCRIPTION = """\
Runs every case again and again with one thing in one reply of an actor changed at a time: success to failure and back,
the last error, the NTSTATUS, a data byte, a size, a protection, a count. A change that the case does not notice has
survived: no expectation rests on what was changed, or cases/excused.toml says why none needs to.

Exit code 0: nothing survived that is not excused; 1: something did, or more than 2 % had to be excused; 2: the run did
not end, or a case was an error; 3: it could not start."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        prog="scripts/mutate",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--percent", type=int, default=100, metavar="N", help="how many of the changes (1 to 100)")
    parser.add_argument("--seed", metavar="N|today", default="1", help="chooses them; 'today' differs from day to day")
    parser.add_argument("--filter", action="append", default=[], metavar="GLOB", help="only these cases")
    parser.add_argument("--jobs", type=int, default=options.processors(), metavar="N", help="cases at the same time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--report", type=Path, metavar="FILE", help="judge this report of a run with --mutate instead")
    return parser.parse_args(arguments)


def seed_of(word: str) -> int:
    """The number, or one made of today's date."""
    if word == "today":
        return int(datetime.date.today().strftime("%Y%m%d"))
    if not word.isdecimal() or not 1 <= int(word) <= 1_000_000_000:
        raise CannotRun(f"--seed takes a number from 1 to 1000000000 or 'today', not {word!r}")
    return int(word)


def run_cases(wanted: argparse.Namespace) -> Path | None:
    """Makes the report; None if the run did not come to its end."""
    make_build_folder()
    if not ON_WINDOWS:
        packages.ensure(packages.FOR_RUN)
    lock = cmake_build.BuildLock()
    cmake_build.ensure(cmake_build.run_parts(), lock)
    report = BUILD / "mutate" / "TEST-shmcheck-mutate.xml"
    report.parent.mkdir(exist_ok=True)
    words = ["--mutate", str(wanted.percent), "--seed", str(seed_of(wanted.seed)), "--jobs", str(wanted.jobs)]
    words += ["--known", target_path(str(KNOWN), str(ROOT)), "--junit", target_path(str(report), str(ROOT))]
    for glob in wanted.filter:
        words += ["--filter", glob]
    with this_target() as target:
        command = [*target.command(cmake_build.programs() / "shmcheck.exe"), *words]
        ending = launch.run(command, target.environment, ROOT)
    if ending.code == 3:
        raise CannotRun("shmcheck.exe could not run, see above")
    return report if ending.code in (0, 1, 2) and not ending.interrupted else None


def show(total: Score, excuses: Sequence[Excuse], whole: bool) -> None:
    """The survivors, the excuses, the score."""
    print()
    for survivor in total.survived[:SHOWN]:
        print(f"survived  {survivor.case}  {survivor.field}: {survivor.step} -> {survivor.reply}")
    if len(total.survived) > SHOWN:
        print(f"... and {len(total.survived) - SHOWN} more")
    for excuse in excuses:
        if excuse.used:
            print(f"excused {excuse.used:5}  {excuse.case} / {excuse.field} / {excuse.step}: {excuse.reason}")
        elif whole:
            print(f"not needed on this system: the excuse for {excuse.case} / {excuse.field} / {excuse.step}")
    if total.unproven:
        print(f"of these nothing is known, they are an error: {', '.join(total.unproven)}")
    print(
        f"{total.mutants} changes in {total.cases} cases: {total.killed} noticed ({total.percent:.1f} %), "
        f"{len(total.survived)} survived, {len(total.excused)} excused ({total.percent_excused:.1f} %); "
        f"{total.run} were run with real processes"
    )


def verdict(total: Score, whole: bool) -> int:
    """The exit code. Of a few cases, or of a few of the changes, any share may be excused."""
    if total.survived or total.mutants == 0:
        return EXIT_FAILED
    if whole and total.percent_excused > MOST_EXCUSED:
        say(f"More than {MOST_EXCUSED:.0f} % of the changes had to be excused.")
        return EXIT_FAILED
    return EXIT_ERROR if total.unproven else EXIT_PASSED


def mutate(arguments: Sequence[str]) -> int:
    wanted = parse(arguments)
    if not 1 <= wanted.percent <= 100:
        raise CannotRun(f"--percent takes a number from 1 to 100, not {wanted.percent}")
    excuses = load_excuses(EXCUSED)
    report = wanted.report or run_cases(wanted)
    if report is None:
        say("The run did not come to its end; nothing is said of the changes.")
        return EXIT_ERROR
    try:
        run = report_files.read(report)
    except report_reader.BadReport as error:
        raise CannotRun(f"{report}: {error}") from error
    if "mutated_replies" not in run.facts:
        raise CannotRun(f"{report} is the report of an ordinary run, not of one with --mutate")
    total = score(run, excuses)
    whole = wanted.percent == 100 and not wanted.filter
    show(total, excuses, whole)
    if wanted.json:
        write_file(wanted.json, json.dumps(total.figures(), indent=2) + "\n")
    return verdict(total, whole)


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/mutate", lambda: mutate(arguments), lambda: None)
