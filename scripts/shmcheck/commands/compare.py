"""scripts/compare: says what changed between two runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, say
from shmcheck.files import write_file, write_out
from shmcheck.reports.baseline_match import base_of
from shmcheck.reports.change_kinds import DEFAULT_FAIL_ON, MEANING, Change
from shmcheck.reports.compare import Comparison, compare
from shmcheck.reports.compare_text import as_json, markdown, text
from shmcheck.reports.report_files import read
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import Run

DESCRIPTION = f"""\
Compares two reports of shmcheck case by case. Every case falls into one class:

{chr(10).join(f"  {change.value:<22}{meaning}" for change, meaning in MEANING.items())}

Line numbers, durations, addresses, process ids and handles do not count as differences.

Exit code 0: no case is in a class of --fail-on; 1: some are; 3: wrong usage, or a report cannot be used."""

FORMATS = {"text": text, "markdown": markdown, "json": as_json}
OFFERED = [change for change in Change if change is not Change.SAME]


def classes(word: str) -> frozenset[Change]:
    """The value of --fail-on."""
    if word == "none":
        return frozenset()
    if word == "any":
        return frozenset(OFFERED) - {Change.STILL_FAILING, Change.STILL_KNOWN}
    names = {change.value: change for change in OFFERED}
    unknown = [name for name in word.split(",") if name not in names]
    if unknown:
        raise argparse.ArgumentTypeError(f"no class is named '{unknown[0]}'; there are {', '.join(names)}")
    return frozenset(names[name] for name in word.split(","))


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/compare", DESCRIPTION)
    parser.add_argument(
        "base", type=Path, metavar="BASE", help="the earlier report, or a folder: of its reports the one that fits NEW"
    )
    parser.add_argument("new", type=Path, metavar="NEW", help="the new report")
    parser.add_argument("--format", choices=FORMATS, default="text", help="what is printed; default: text")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write Markdown here too, 60,000 bytes at most")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write JSON here too")
    parser.add_argument(
        "--fail-on",
        type=classes,
        default=DEFAULT_FAIL_ON,
        metavar="CLASSES",
        help="classes, separated by commas, that make the exit code 1; 'none'; or 'any', every class of what differs. "
        f"Default: {','.join(change for change in Change if change in DEFAULT_FAIL_ON)}",
    )
    return parser.parse_args(arguments)


def read_named(path: Path) -> Run:
    try:
        return read(path)
    except BadReport as error:
        raise BadReport(f"{path}: {error}") from error


def compared(found: argparse.Namespace) -> Comparison:
    new = read_named(found.new)
    base, file = base_of(found.base, new)
    if found.base.is_dir():
        say(f"compared with {file} ({base.platform})")
    if base.lost:
        raise BadReport(f"{file}: it cannot be compared with, because the run was lost: {base.lost}")
    return compare(base, new)


def run(arguments: Sequence[str]) -> int:
    found = options(arguments)
    comparison = compared(found)
    if found.markdown:
        write_file(found.markdown, markdown(comparison))
    if found.json:
        write_file(found.json, as_json(comparison))
    write_out(FORMATS[found.format](comparison))
    failing = [change for change in Change if change in found.fail_on and comparison.counts[change]]
    if failing:
        say("exit code 1 because of " + ", ".join(f"{comparison.counts[change]} {change}" for change in failing))
    return EXIT_FAILED if failing else EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/compare", lambda: run(arguments))
