"""scripts/oracle: checks the transcripts of reports against the model of the contract."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun
from shmcheck.files import write_file, write_out
from shmcheck.oracle.explained import Explained, explain
from shmcheck.oracle.model import stated_rows
from shmcheck.paths import KNOWN
from shmcheck.reports.known_list import Entry, load
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import BadReport



DESCRIPTION = """\
Checks each step of the transcripts of reports with the model of the contract (scripts/shmcheck/oracle). A reply is

  explained     if rows of the contract allow it
  known         if only a known deviation of the platform (cases/known.toml) allows it
  unexplained   if the model makes no statement
  contradicted  if rows of the contract do not allow it

Cases and model are two encodings of one contract. If a case passed and the model contradicts one of its steps, one of the
two is wrong.

Exit code 0: no reply is contradicted; 1: some are; 3: a report cannot be used."""


def figures(found: Explained) -> dict[str, object]:
    """The counts of one report for --json."""
    counts = found.counts
    return {
        "report": found.run.target,
        "platform": found.run.platform,
        "steps": counts.steps,
        "explained": counts.explained,
        "unexplained": counts.unexplained,
        "contradicted": counts.contradicted,
        "known": counts.known,
        "contradicted_in_passed_cases": len(found.unfounded),
        "failed_by_the_suite_only": len(found.missed),
    }


def text_of(found: Explained, reasons: int, missed: bool) -> str:
    """The output about one report."""
    counts = found.counts
    lines = [
        f"{found.run.target} ({found.run.platform}): {counts.steps} steps: {counts.explained} explained, "
        f"{counts.known} known, {counts.unexplained} unexplained, {counts.contradicted} contradicted "
        f"({found.share:.1%} with a statement)"
    ]
    for item in found.contradictions:
        says = "the suite failed it too" if item.suite_failed else f"the suite did not fail it (case: {item.case.verdict})"
        walked = item.walked
        lines.append(f"  {item.case.key} line {walked.number}: {walked.text()}")
        lines.append(f"    allowed: {' or '.join(walked.judgement.expected)}")
        lines.append(f"    by {', '.join(dict.fromkeys(walked.judgement.rows))}; {says}")
    if missed:
        lines.extend(f"  only the suite: {case.key}: {step}" for case, step in found.missed)
    if reasons:
        most = sorted(counts.reasons.items(), key=lambda item: (-item[1], item[0]))[:reasons]
        lines.extend(f"  {count:>5} unexplained: {why}" for why, count in most)
    return "\n".join(lines) + "\n"


def explained(path: Path, entries: Sequence[Entry]) -> list[Explained]:
    """One result for each pair of architectures of a report."""
    run = read(path)
    if run.lost:
        raise BadReport(f"{path}: the run was lost: {run.lost}")
    return [explain(part, entries) for part in run.by_pair()]


def rules_text() -> str:
    """Every row that the model states, with the functions that state it."""
    return "".join(f"{row}: {', '.join(names)}\n" for row, names in sorted(stated_rows().items()))


def run(arguments: Sequence[str]) -> int:
    parser = Parser("scripts/oracle", DESCRIPTION)
    parser.add_argument("reports", nargs="*", type=Path, metavar="REPORT", help="a report of shmcheck")
    parser.add_json()
    parser.add_argument("--reasons", type=int, default=0, metavar="N", help="print the N most frequent reasons for no statement")
    parser.add_argument("--missed", action="store_true", help="also print the steps that only a case failed")
    parser.add_argument("--rules", action="store_true", help="print the functions that state each row, and end")
    found = parser.parse_args(arguments)
    if found.rules:
        write_out(rules_text())
        return EXIT_PASSED
    if not found.reports:
        raise CannotRun("give at least one report; scripts/run writes them into reports/latest")
    entries = load(KNOWN)
    results = [result for path in found.reports for result in explained(path, entries)]
    for result in results:
        write_out(text_of(result, found.reasons, found.missed))
    if found.json:
        figure_list = [figures(result) for result in results]
        total: dict[str, object] = {
            key: sum(int(str(item[key])) for item in figure_list)
            for key in ("steps", "explained", "unexplained", "contradicted", "known")
        }
        write_file(found.json, json.dumps({**total, "reports": figure_list}, indent=2) + "\n")
    return EXIT_FAILED if any(result.contradictions for result in results) else EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/oracle", lambda: run(arguments))
