"""scripts/coverage: prints which rows of the contract the cases check."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from shmcheck.commandline import Parser, guarded
from shmcheck.console import EXIT_FAILED, EXIT_PASSED, CannotRun, say
from shmcheck.contract import load
from shmcheck.files import write_file
from shmcheck.paths import ROOT
from shmcheck.proof import readme_table
from shmcheck.proof.case_list import list_text
from shmcheck.proof.coverage import ListError, ListedCase, compare, read_list
from shmcheck.proof.coverage_text import complain, figures, print_rows, print_table
from shmcheck.proof.problems import Problem
from shmcheck.proof.problems import figures as problem_figures
from shmcheck.proof.problems import load as load_problems
from shmcheck.proof.problems import unknown as unknown_cases

CONTRACT = ROOT / "cases" / "contract.toml"
PROBLEMS = ROOT / "cases" / "problems.toml"

DESCRIPTION = """\
Compares cases/contract.toml with the cases of the built program, in both directions, and prints how many rows are covered
(a case checks them), excused (no case does, and the contract says why) and uncovered. With the project's own contract
it also prints how many of the problems in cases/problems.toml the cases catch.

Exit code 0: contract and cases agree; 1: a case names a row that does not exist, a row is excused that a case checks,
a problem names a case that does not exist, or (with --complete) a row is uncovered; 3: the contract, the list or the program cannot be read."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = Parser("scripts/coverage", DESCRIPTION)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--list", type=Path, metavar="FILE", help="a file with the output of shmcheck --list, instead of running the program")
    source.add_argument("--program", type=Path, metavar="EXE", help="the shmcheck.exe to run; default: the built one")
    parser.add_argument("--contract", type=Path, metavar="FILE", default=CONTRACT, help="default: cases/contract.toml")
    parser.add_argument("--problems", type=Path, metavar="FILE", help="default: cases/problems.toml; with --contract none")
    parser.add_json()
    parser.add_argument("--rows", action="store_true", help="print the id of each uncovered and each excused row")
    parser.add_argument("--readme", action="store_true", help="write the table of areas into README.md")
    parser.add_argument("--complete", action="store_true", help="an uncovered row is an error")
    return parser.parse_args(arguments)


def read_problems(found: argparse.Namespace) -> tuple[Problem, ...]:
    path = found.problems or (PROBLEMS if found.contract == CONTRACT else None)
    return load_problems(path) if path else ()


def complain_of_problems(problems: tuple[Problem, ...], cases: list[ListedCase]) -> bool:
    """Prints the cases that a problem names and that do not exist. Returns whether all exist."""
    missing = unknown_cases(problems, cases)
    for problem, name in missing:
        say(f"error: problem {problem.id} names the case {name}, which does not exist")
    return not missing


def run(found: argparse.Namespace) -> int:
    contract = load(found.contract)
    problems = read_problems(found)
    text, origin = list_text(found.list, found.program)
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
        write_file(found.json, json.dumps(figures(contract, coverage, problems), indent=2) + "\n")
    agreed = complain(coverage, found.complete)
    if found.readme:
        readme_table.write(readme_table.table(contract, coverage))
    elif found.list is None and found.contract == CONTRACT and not readme_table.is_current(
        readme_table.table(contract, coverage)
    ):
        say("error: the table of areas in README.md is out of date; run scripts/coverage --readme")
        agreed = False
    agreed = complain_of_problems(problems, cases) and agreed
    return EXIT_PASSED if agreed else EXIT_FAILED


def main(arguments: Sequence[str]) -> int:
    return guarded("scripts/coverage", lambda: run(options(arguments)))
