"""scripts/compare: says what changed between two runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_NOT_RUN, EXIT_PASSED, CannotRun, say
from shmcheck.files import write_file, write_out
from shmcheck.reports.baseline_match import Bases
from shmcheck.reports.change_kinds import DEFAULT_FAIL_ON, MEANING, Change
from shmcheck.reports.compare import Comparison, compare
from shmcheck.reports.compare_text import LINES, as_json, markdown, text
from shmcheck.reports.markdown import MAX_BYTES
from shmcheck.reports.report_files import files_of, pooled, read
from shmcheck.reports.report_reader import BadReport
from shmcheck.reports.results import Run

DESCRIPTION = f"""\
Compares two reports of shmcheck case by case. Every case falls into one class:

{chr(10).join(f"  {change.value:<22}{meaning}" for change, meaning in MEANING.items())}

Line numbers, durations, addresses, process ids and handles do not count as differences.

Exit code 0: no case is in a class of --fail-on; 1: some are; 3: wrong usage, or a report cannot be compared."""

FORMATS = ("text", "markdown", "json")
LEAST_LINES = 6  # the least number of lines for each of several comparisons
OFFERED = [change for change in Change if change is not Change.SAME]


def classes(word: str) -> frozenset[Change]:
    """The value of --fail-on."""
    if word == "none":
        return frozenset()
    if word == "any":
        return frozenset(OFFERED) - {Change.STILL_FAILING, Change.STILL_KNOWN, Change.NOT_SELECTED}
    names = {change.value: change for change in OFFERED}
    unknown = [name for name in word.split(",") if name not in names]
    if unknown:
        raise argparse.ArgumentTypeError(f"no class is named '{unknown[0]}'; the classes are {', '.join(names)}")
    return frozenset(names[name] for name in word.split(","))


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/compare", DESCRIPTION)
    parser.add_argument(
        "base", type=Path, metavar="BASE", help="the earlier report, or a folder: its report that fits NEW is used"
    )
    parser.add_argument("new", type=Path, metavar="NEW", help="the new report, or a folder: each of its reports is compared")
    parser.add_argument("--all", action="store_true", help=f"print everything; otherwise the text has {LINES} lines at most")
    parser.add_argument("--format", choices=FORMATS, default="text", help="the format of the output; default: text")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write Markdown here too, 60,000 bytes at most")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write JSON here too")
    parser.add_argument(
        "--fail-on",
        type=classes,
        default=DEFAULT_FAIL_ON,
        metavar="CLASSES",
        help="classes, separated by commas, that make the exit code 1; 'none'; or 'any', all classes of differences. "
        f"Default: {','.join(change for change in Change if change in DEFAULT_FAIL_ON)}",
    )
    return parser.parse_args(arguments)


def read_named(path: Path) -> Run:
    try:
        return pooled(read(path))
    except BadReport as error:
        raise BadReport(f"{path}: {error}") from error


def compared(found: argparse.Namespace) -> tuple[list[Comparison], list[str]]:
    """The comparisons, one for each new report, and for each report that cannot be compared the reason."""
    files = files_of([found.new])
    if len(files) > 1 and not found.base.is_dir():
        raise CannotRun(f"{found.new} has {len(files)} reports, so BASE must be a folder with a report for each, not {found.base}")
    bases = Bases(found.base)
    comparisons, problems = [], []
    for file in files:
        try:
            comparisons.append(one_compared(bases, file))
        except BadReport as error:
            problems.append(str(error))
    return comparisons, problems


def one_compared(bases: Bases, file: Path) -> Comparison:
    """The comparison of one new report. BadReport if it cannot be compared."""
    new = read_named(file)
    if new.lost and bases.path.is_dir():
        raise BadReport(f"{file}: cannot be compared, because the run was lost: {new.lost}")
    base, base_file = bases.fitting(new)
    if bases.path.is_dir():
        say(f"{file.name}: compared with {base_file} ({base.platform})")
    if base.lost:
        raise BadReport(f"{base_file}: cannot be used as the earlier report, because the run was lost: {base.lost}")
    return compare(base, new)


def as_text(comparisons: Sequence[Comparison], everything: bool) -> str:
    """All comparisons as text for people, in LINES lines at most unless `everything` is set."""
    most = 0 if everything else max(LEAST_LINES, LINES // len(comparisons) - 2)
    if len(comparisons) == 1:
        return text(comparisons[0], 0 if everything else LINES)
    return "\n".join(f"== {each.new.target}\n{text(each, most)}" for each in comparisons)


def as_markdown(comparisons: Sequence[Comparison]) -> str:
    """All comparisons as Markdown, in MAX_BYTES bytes at most."""
    return "\n".join(markdown(each, MAX_BYTES // len(comparisons) - 1) for each in comparisons)


def run(arguments: Sequence[str]) -> int:
    found = options(arguments)
    comparisons, problems = compared(found)
    if not comparisons:
        raise BadReport("\n".join(problems))
    if found.markdown:
        write_file(found.markdown, as_markdown(comparisons))
    if found.json:
        write_file(found.json, as_json(comparisons))
    made: dict[str, Callable[[], str]] = {
        "text": lambda: as_text(comparisons, found.all),
        "markdown": lambda: as_markdown(comparisons),
        "json": lambda: as_json(comparisons),
    }
    write_out(made[found.format]())
    counts = {change: sum(each.counts[change] for each in comparisons) for change in Change}
    failing = [change for change in Change if change in found.fail_on and counts[change]]
    for problem in problems:
        say(f"scripts/compare: {problem}")
    if failing:
        code = EXIT_NOT_RUN if problems else EXIT_FAILED
        say(f"exit code {code} because of " + ", ".join(f"{counts[change]} {change}" for change in failing))
    return EXIT_NOT_RUN if problems else EXIT_FAILED if failing else EXIT_PASSED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/compare", lambda: run(arguments))
