"""scripts/report: one page about the runs on several systems."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun, say
from shmcheck.contract import Contract, ContractError
from shmcheck.contract import load as load_contract
from shmcheck.files import write_file
from shmcheck.paths import KNOWN, ROOT
from shmcheck.proof import problems
from shmcheck.reports import export, headline, known_list, report_markdown
from shmcheck.reports.baselines import BASELINES
from shmcheck.reports.history_store import opened
from shmcheck.reports.history_view import History
from shmcheck.reports.history_view import read as read_history
from shmcheck.reports.page_model import FrequentProblem, Page, build
from shmcheck.reports.report_files import load
from shmcheck.reports.results import Loaded, Run

CONTRACT = ROOT / "cases" / "contract.toml"
PROBLEMS = ROOT / "cases" / "problems.toml"

DESCRIPTION = """\
Makes one page about the runs of shmcheck on several systems, from their JUnit XML reports.

stderr and the page name each file that cannot be used (malformed, too big, not written by shmcheck, ...), and the page
shows the other reports. The same reports give the same bytes.

Exit code 0: all output is written; 1: all output is written, but some report could not be used; 3: wrong usage, or an
output could not be written."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/report", DESCRIPTION)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a report, or a folder of reports")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the page; one HTML file (needs Jinja2)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="a summary for a pull request, 60,000 bytes at most")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all data, for programs")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="one line for each case and system")
    parser.add_argument(
        "--base",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="an earlier report, or a folder of them, to show the changes since; each run is compared with the earlier "
        "run of its target, or else of the same version of its platform; a single report and a single earlier report are "
        "always compared; may be given several times. Without it each run is compared with the run in reports/baselines "
        "that fits it",
    )
    parser.add_argument("--no-base", action="store_true", help="compare with no earlier run")
    parser.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help="a file of scripts/history: the page shows the last runs of each case and area, and the rows met over time",
    )
    parser.add_argument("--contract", type=Path, metavar="FILE", help="default: cases/contract.toml of this checkout")
    parser.add_argument("--known", type=Path, metavar="FILE", help="default: cases/known.toml of this checkout")
    parser.add_argument("--title", default="shmcheck", help="the title of the page")
    found = parser.parse_args(arguments)
    if found.base and found.no_base:
        parser.error("--base and --no-base exclude each other; leave one out")
    if not any((found.output, found.markdown, found.json, found.csv)):
        parser.error("name at least one output: -o, --markdown, --json or --csv")
    return found


def read_all(paths: Sequence[Path]) -> Loaded:
    loaded = load(paths)
    for file in loaded.bad:
        say(f"error: {file.name}: {file.problem}")
    return loaded


def contract_of(path: Path | None) -> Contract | None:
    """The contract; None if this checkout has none and no other was named."""
    if path is None and not CONTRACT.exists():
        return None
    try:
        return load_contract(path or CONTRACT)
    except ContractError as error:
        raise CannotRun("; ".join(error.problems[:3])) from error


def known_of(path: Path | None) -> list[known_list.Entry]:
    if path is not None and not path.exists():
        raise CannotRun(f"{path}: there is no such file")
    return known_list.load(path or KNOWN)


def history_of(path: Path | None, targets: Sequence[str]) -> History:
    """The history of these targets; empty if no file was named."""
    if path is None:
        return History()
    with opened(path) as connection:
        return read_history(connection, targets)


def recorded_runs() -> list[Run]:
    """The runs in reports/baselines of this checkout; none if it has none. One that cannot be used is named on stderr."""
    if not BASELINES.is_dir() or not any(BASELINES.glob("*.xml")):
        return []
    return [run for run in read_all([BASELINES]).runs if not run.lost]


def frequent_problems() -> list[FrequentProblem]:
    """The frequent problems of this checkout; none if it has none."""
    if not PROBLEMS.exists():
        return []
    return [FrequentProblem(one.id, one.title, one.caught) for one in problems.load(PROBLEMS)]


def page_of(found: argparse.Namespace) -> tuple[Page, bool]:
    """The page, and whether all files could be used."""
    loaded = read_all(found.files)
    if len(loaded.bad) == len(loaded.runs):  # the report of a lost run can be used: it says why it was lost
        raise CannotRun("no report is usable")
    base: list[Run] = []
    earlier = Loaded()
    if found.base:
        earlier = read_all(found.base)
        base = [run for run in earlier.runs if not run.lost]
        if not base:
            raise CannotRun("no earlier report is usable")
    history = history_of(found.history, [run.target for run in loaded.runs])
    contract, known = contract_of(found.contract), known_of(found.known)
    recorded = [] if base or found.no_base else recorded_runs()
    page = build(loaded.runs, loaded.bad + earlier.bad, base, contract, known, history, recorded, frequent_problems())
    return page, not loaded.bad and not earlier.bad


def run(arguments: Sequence[str]) -> int:
    found = options(arguments)
    page, whole = page_of(found)
    if found.output:
        from shmcheck.reports.page import render  # only this needs Jinja2

        write_file(found.output, render(page, found.title))
    if found.markdown:
        write_file(found.markdown, report_markdown.render(page))
    if found.json:
        write_file(found.json, export.as_json(page))
    if found.csv:
        write_file(found.csv, export.as_csv(page))
    say(headline.sentence(page))
    return EXIT_PASSED if whole else EXIT_FAILED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/report", lambda: run(arguments))
