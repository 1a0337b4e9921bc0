"""scripts/history: stores runs in one file, and shows the results of a case over time."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun, say, shortened
from shmcheck.files import write_out
from shmcheck.reports import history_query as query
from shmcheck.reports.export import plain_cell
from shmcheck.reports.history_store import add, opened
from shmcheck.reports.report_files import load

MESSAGE = 160  # characters of a message in a line
DESCRIPTION = """\
Stores the runs of shmcheck in one SQLite file, and shows the results of a case over time.

  add REPORT...  adds reports, or folders of them; a run that is already stored is not added again
  case CASE      the results of a case on each target; consecutive runs with the same result are one line
  flaky          cases with different verdicts or transcripts on one system with the same programs
  since CASE     the changes of a case's verdict: the versions and dates before and after each change
  export         all cases of all runs, as CSV or as one JSON object per line

Several processes may add at the same time. A run is added completely or not at all. The file grows by some 17 bytes for
each case of a run, and some 400 bytes for each observation that no earlier run had: 10,000 runs of 643 cases with 30,000
different observations take 143 MiB.

Exit code 0: done; 1: add: some report could not be used, or flaky: there are flaky cases; 3: wrong usage, or the file
cannot be used, and it is unchanged."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/history", DESCRIPTION)
    parser.add_argument("--database", type=Path, required=True, metavar="FILE", help="the file with the history")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    adding = commands.add_parser("add", help="add reports")
    adding.add_argument("reports", nargs="+", type=Path, metavar="REPORT", help="a report, or a folder of reports")
    adding.add_argument("--create", action="store_true", help="create the file if it does not exist")
    for name, words in (("case", "one case over time"), ("since", "the changes of a case's verdict")):
        commands.add_parser(name, help=words).add_argument("case", metavar="CASE", help="id of the case, or topic/id")
    commands.add_parser("flaky", help="cases whose results vary on one system")
    exporting = commands.add_parser("export", help="all stored results, for other programs")
    exporting.add_argument("--format", choices=("csv", "jsonl"), default="csv", help="default: csv")
    return parser.parse_args(arguments)


def add_reports(found: argparse.Namespace) -> int:
    loaded = load(found.reports)
    for file in loaded.bad:
        say(f"error: {file.name}: {file.problem}")
    runs = sorted((run for run in loaded.runs if not run.lost), key=lambda run: (run.timestamp, run.target))
    if not runs:
        raise CannotRun("no report is usable, so no run is added")
    with opened(found.database, found.create) as connection:
        added = sum(add(connection, run) for run in runs)
    write_out(f"added {added} of {len(runs)} runs; {len(runs) - added} are already stored\n")
    return EXIT_FAILED if loaded.bad else EXIT_PASSED


def _day(time: str) -> str:
    return time[:10] or query.NO_DATE


def case_text(connection: sqlite3.Connection, name: str) -> str:
    number, key = query.case_id(connection, name)
    lines = [str(key)]
    target = ""
    for stretch in query.stretches(query.results(connection, number)):
        if stretch.first.target != target:
            target = stretch.first.target
            lines.append(f"{target} ({stretch.last.platform})")
        days = dict.fromkeys((_day(stretch.first.time), _day(stretch.last.time)))
        runs = "1 run" if stretch.runs == 1 else f"{stretch.runs} runs"
        message = f": {shortened(stretch.last.message, MESSAGE)}" if stretch.last.message else ""
        lines.append(f"  {' to '.join(days)}, {runs}: {stretch.last.verdict}{message}")
    return "\n".join(lines) + "\n"


def since_text(connection: sqlite3.Connection, name: str) -> str:
    number, key = query.case_id(connection, name)
    found = query.results(connection, number, with_facts=True)
    lines = [str(key)]
    for title, turns in (("by version", query.turns_by_version(found)), ("by date", query.turns_by_date(found))):
        lines.append(f"{title}:" if turns else f"{title}: the verdict never changed")
        for turn in turns:
            old = turn.before if turn.first == turn.before else f"{turn.first} to {turn.before}"
            new = turn.after if turn.last == turn.after else f"{turn.after} to {turn.last}"
            message = f": {shortened(turn.message, MESSAGE)}" if turn.message else ""
            lines.append(f"  {turn.where}: {turn.was} in {old}, {turn.now} in {new}{message}")
    return "\n".join(lines) + "\n"


def flaky_text(found: Sequence[query.Flaky]) -> str:
    lines = []
    for entry in found:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in entry.verdicts)
        differ = f"{entry.observations} different observations" if entry.observations > 1 else "one observation"
        unstable = f"; repetitions disagreed in {entry.unstable}" if entry.unstable else ""
        lines.append(f"{entry.key} on {entry.target} ({entry.platform}): {entry.runs} runs, {counts}; {differ}{unstable}")
    return "\n".join(lines or ["no case is flaky"]) + "\n"


def export_all(connection: sqlite3.Connection, form: str) -> None:
    if form == "csv":
        write_out(",".join(query.FIELDS) + "\r\n")
    for entry in query.everything(connection):
        if form == "jsonl":
            write_out(json.dumps(entry, ensure_ascii=False) + "\n")
            continue
        text = io.StringIO()
        csv.writer(text).writerow([plain_cell(str(value)) for value in entry.values()])
        write_out(text.getvalue())


def run(arguments: Sequence[str]) -> int:
    found = options(arguments)
    if found.command == "add":
        return add_reports(found)
    with opened(found.database) as connection:
        if found.command == "export":
            export_all(connection, found.format)
            return EXIT_PASSED
        if found.command == "flaky":
            flaky = query.flaky(connection)
            write_out(flaky_text(flaky))
            return EXIT_FAILED if flaky else EXIT_PASSED
        write_out({"case": case_text, "since": since_text}[found.command](connection, found.case))
    return EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/history", lambda: run(arguments))
