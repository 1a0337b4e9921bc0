"""scripts/replay: plays the transcripts of a report on this machine."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from shmcheck.build import cmake_build, packages
from shmcheck.build.cmake_build import Part
from shmcheck.build.prepare import prepare
from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun
from shmcheck.files import write_file
from shmcheck.proof import replays
from shmcheck.reports import played
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import Case, Run
from shmcheck.targets.target import this_target

DESCRIPTION = """\
Plays the transcripts of a report, of another machine or another Windows, on this one: the same steps in the same order, by
shmcheck --play. Shows both replies of every step; `!` marks a step whose replies differ.

A transcript does not carry everything that a case does: what one role does while another one is still at its step, and what
the case computes from several replies. Cases that need the first are not played, and it is said why.

Exit code 0: every case that was played has the same transcript; 1: some differ; 3: wrong usage, a report that cannot be
used, a case that cannot be played, or a run that was killed or did not end."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/replay", DESCRIPTION)
    parser.add_argument("report", type=Path, metavar="REPORT", help="a report of shmcheck.exe, of any system")
    parser.add_argument("cases", nargs="*", metavar="CASE", help="names of cases, or topic/name")
    parser.add_argument("--all", action="store_true", help="all cases; shows those that differ")
    parser.add_argument("--json", type=Path, metavar="FILE", help="cases, same, different, not_replayable, as JSON")
    parser.add_argument("--steps", type=Path, metavar="FILE", help="write the file of steps too, for shmcheck --play")
    parser.add_timeout_scale("multiply all deadlines by X")
    found = parser.parse_args(arguments)
    if found.all == bool(found.cases):
        parser.error("name cases, or --all")
    return found


def chosen(run: Run, found: argparse.Namespace) -> list[Case]:
    """The cases that are named. CannotRun for one that the report does not have."""
    if found.all:
        return list(run.cases.values())
    cases = []
    for name in found.cases:
        case = next((case for key, case in run.cases.items() if name in (key.id, str(key))), None)
        if case is None:
            raise CannotRun(f"{name}: the report has no such case")
        cases.append(case)
    return cases


def replay(arguments: Sequence[str]) -> int:
    found = options(arguments)
    try:
        run = read(found.report)
    except BadReport as error:
        raise CannotRun(f"{found.report}: {error}") from error
    named = chosen(run, found)
    empty = [case for case in named if not case.transcript]
    if empty and not found.all:
        raise CannotRun("; ".join(f"{case.key.id}: the report has no step of it: {case.message or case.verdict}" for case in empty))
    reasons = {case.key.id: played.why_not(case) for case in named if case.transcript}
    not_replayable = {name: reason for name, reason in reasons.items() if reason}
    cases = [case for case in named if reasons.get(case.key.id) == ""]
    if found.steps:
        write_file(found.steps, played.as_file(cases))
    done: list[played.Played] = []
    if cases:
        prepare([Part(cmake_build.main_preset(), cmake_build.RUNNER)], packages.FOR_RUN)
        with this_target() as target:
            done = replays.play(cases, target, found.timeout_scale)
    totals = played.totals(done, not_replayable, len(empty))
    if found.json:
        write_file(found.json, json.dumps(totals, indent=2) + "\n")
    show(done, not_replayable, found.all)
    print(f"{totals['cases']} cases: {totals['same']} same, {totals['different']} different, {len(not_replayable)} not replayable")
    if not found.all and not_replayable:
        raise CannotRun("; ".join(f"{name} cannot be played: {reason}" for name, reason in not_replayable.items()))
    return EXIT_FAILED if totals["different"] else EXIT_PASSED


def show(done: Sequence[played.Played], not_replayable: dict[str, str], differing_only: bool) -> None:
    for one in done:
        if not (differing_only and one.same):
            print(f"{one.theirs.key.id}: {'same' if one.same else 'different'}")
            print("\n".join(one.side_by_side()) + "\n")
    if differing_only:
        for name, reason in not_replayable.items():
            print(f"{name}: not played: {reason}")


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/replay", lambda: replay(arguments))
