"""scripts/coverage: prints which rows of the contract the cases check."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from shmcheck.console import EXIT_FAILED, EXIT_NOT_RUN, EXIT_PASSED, CannotRun, say
from shmcheck.contract import BASES, Contract, ContractError, Row, load
from shmcheck.paths import ON_WINDOWS, ROOT, make_build_folder, tree
from shmcheck.processes import run_quiet
from shmcheck.proof import readme_table
from shmcheck.proof.coverage import Case, Count, Coverage, ListError, compare, read_list
from shmcheck.proof.problems import Problem
from shmcheck.proof.problems import figures as problem_figures
from shmcheck.proof.problems import load as load_problems
from shmcheck.proof.problems import unknown as unknown_cases
from shmcheck.targets.prefix import Prefix, run_wine, wine_version

CONTRACT = ROOT / "cases" / "contract.toml"
PROBLEMS = ROOT / "cases" / "problems.toml"
PRESETS = ("mingw-x64", "msvc-x64", "msvc-arm64")
LIST_SECONDS = 60.0

DESCRIPTION = """\
Compares cases/contract.toml with the cases of the built program, both ways, and prints how many rows are covered
(a case checks them), excused (none does, and the contract says why) and uncovered. With the project's own contract
it also says how many of the problems in cases/problems.toml cases catch.

Exit code 0: contract and cases agree; 1: a case names a row that there is not, a row is excused that a case checks,
a problem names a case that there is not, or (with --complete) a row is uncovered; 3: the contract, the list or the program cannot be read."""


class Parser(argparse.ArgumentParser):
    """As its parent, but wrong usage is exit code 3, as everywhere in this project."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        say(f"{self.prog}: {message}")
        sys.exit(EXIT_NOT_RUN)


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser(
        prog="scripts/coverage",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--list", type=Path, metavar="FILE", help="what shmcheck --list printed, instead of running it")
    source.add_argument("--program", type=Path, metavar="EXE", help="the shmcheck.exe to run; default: the built one")
    parser.add_argument("--contract", type=Path, metavar="FILE", default=CONTRACT, help="default: cases/contract.toml")
    parser.add_argument("--problems", type=Path, metavar="FILE", help="default: cases/problems.toml; with --contract none")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--rows", action="store_true", help="name every uncovered and every excused row")
    parser.add_argument("--readme", action="store_true", help="write the table of areas into README.md")
    parser.add_argument("--complete", action="store_true", help="an uncovered row is an error")
    return parser.parse_args(arguments)


def built_program() -> Path:
    """The program of a build tree, whichever compiler made it. What it lists is the same for all."""
    programs = [tree(preset) / "bin" / "shmcheck.exe" for preset in PRESETS]
    for program in programs:
        if program.exists():
            return program
    raise CannotRun(f"there is no {programs[0]}; build it (scripts/run does), or give --list FILE")


def list_of_program(program: Path) -> str:
    """What shmcheck --list prints, under Wine where that takes it."""
    command = [str(program), "--list"]
    if ON_WINDOWS:
        code, text = run_quiet(command, seconds=LIST_SECONDS)
    else:
        code, text = run_in_prefix(command)
    if code != 0:
        raise CannotRun(f"{program} --list ended with {code}: {text.strip() or 'it said nothing'}")
    return text


def run_in_prefix(command: list[str]) -> tuple[int, str]:
    """Exit code and output of a program under Wine, in the prefix of this checkout."""
    make_build_folder()
    version = wine_version()
    prefix = Prefix()
    prefix.enter(version)
    try:
        return run_wine(prefix, command, LIST_SECONDS)
    finally:
        prefix.leave()


def decoded(data: bytes, what: str) -> str:
    """Text of either of the encodings that a redirection gives: PowerShell's > writes UTF-16."""
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotRun(f"{what}: not UTF-8: {error}") from error


def list_text(found: argparse.Namespace) -> tuple[str, str]:
    """The list of cases, and where it is from."""
    if found.list is None:
        program = found.program or built_program()
        return list_of_program(program), f"{program} --list"
    try:
        return decoded(found.list.read_bytes(), str(found.list)), str(found.list)
    except OSError as error:
        raise CannotRun(f"{found.list}: cannot be read: {error}") from error


def groups(contract: Contract) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """The rows by area number, and by basis."""
    areas = {str(number): [row for row in contract.rows if row.area == number] for number in sorted(contract.areas)}
    bases = {basis: [row for row in contract.rows if row.basis == basis] for basis in BASES}
    return areas, bases


def line(name: str, count: Count) -> str:
    return f"{name:<46}{count.rows:>6}{count.covered:>9}{count.excused:>9}{count.uncovered:>11}"


def print_table(contract: Contract, coverage: Coverage) -> None:
    areas, bases = groups(contract)
    heading = f"{'':<46}{'rows':>6}{'covered':>9}{'excused':>9}{'uncovered':>11}"
    print(heading)
    for number, rows in areas.items():
        print(line(f"{number:>2}. {contract.areas[int(number)]}", coverage.count(rows)))
    print()
    for basis, rows in bases.items():
        print(line(f"    {basis}", coverage.count(rows)))
    print()
    print(line("    all", coverage.count(contract.rows)))


def print_rows(coverage: Coverage) -> None:
    for row in coverage.excused:
        print(f"excused: {row.id}: {row.excuse}")
    for row in coverage.uncovered:
        print(f"uncovered: {row.id}: {row.statement}")


def figures(contract: Contract, coverage: Coverage, problems: tuple[Problem, ...]) -> dict[str, object]:
    areas, bases = groups(contract)
    extra = {"problems": problem_figures(problems)} if problems else {}
    return extra | asdict(coverage.count(contract.rows)) | {
        "areas": {number: asdict(coverage.count(rows)) for number, rows in areas.items()},
        "bases": {basis: asdict(coverage.count(rows)) for basis, rows in bases.items()},
    }


def complain(coverage: Coverage, complete: bool) -> bool:
    """Says what is wrong; whether nothing is."""
    for row_id, case in coverage.unknown:
        say(f"error: case {case.id} ({case.topic}) names the row {row_id}, which the contract does not have")
    for row, case in coverage.stale:
        say(f"error: row {row.id} has an excuse, but case {case.id} ({case.topic}) checks it; take the excuse away")
    if complete and coverage.uncovered:
        say(f"error: {len(coverage.uncovered)} rows are neither covered nor excused; --rows names them")
    return coverage.good() and not (complete and coverage.uncovered)


def read_problems(found: argparse.Namespace) -> tuple[Problem, ...]:
    path = found.problems or (PROBLEMS if found.contract == CONTRACT else None)
    return load_problems(path) if path else ()


def complain_of_problems(problems: tuple[Problem, ...], cases: list[Case]) -> bool:
    """Says which cases there are not that problems name; whether there are none."""
    missing = unknown_cases(problems, cases)
    for problem, name in missing:
        say(f"error: problem {problem.id} names the case {name}, which there is not")
    return not missing


def run(found: argparse.Namespace) -> int:
    contract = load(found.contract)
    problems = read_problems(found)
    text, origin = list_text(found)
    try:
        cases = read_list(text)
    except ListError as error:
        raise CannotRun(f"{origin}: {error}") from error
    coverage = compare(contract, cases)
    print_table(contract, coverage)
    if problems:
        count = problem_figures(problems)
        print(f"\n{count['caught']} of {count['problems']} problems are caught by cases, {count['excused']} are excused")
    if found.rows:
        print()
        print_rows(coverage)
    sys.stdout.flush()
    if found.json:
        try:
            found.json.write_text(json.dumps(figures(contract, coverage, problems), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise CannotRun(f"{found.json}: cannot be written: {error}") from error
    agreed = complain(coverage, found.complete)
    if found.readme:
        readme_table.write(readme_table.table(contract, coverage))
    elif found.list is None and found.contract == CONTRACT and not readme_table.is_current(
        readme_table.table(contract, coverage)
    ):
        say("error: the table of areas in README.md is out of date; scripts/coverage --readme makes it anew")
        agreed = False
    agreed = complain_of_problems(problems, cases) and agreed
    return EXIT_PASSED if agreed else EXIT_FAILED


def main(arguments: Sequence[str]) -> int:
    try:
        return run(options(arguments))
    except ContractError as error:
        for problem in error.problems:
            say(f"error: {problem}")
    except CannotRun as error:
        say(f"error: {error}")
    except BrokenPipeError:
        # Somebody has read enough. What Python would still write at its end has nowhere to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        say("error: stdout was closed before all was printed")
    return EXIT_NOT_RUN
