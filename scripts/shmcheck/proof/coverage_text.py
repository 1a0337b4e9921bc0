"""The output of scripts/coverage about the rows of the contract."""

from __future__ import annotations

from dataclasses import asdict

from shmcheck.console import say
from shmcheck.contract import BASES, STRENGTHS, Contract, Row
from shmcheck.proof.coverage import Count, Coverage
from shmcheck.proof.problems import Problem
from shmcheck.proof.problems import figures as problem_figures


def groups(contract: Contract) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """The rows by area number, and by basis."""
    areas = {str(number): [row for row in contract.rows if row.area == number] for number in sorted(contract.areas)}
    bases = {basis: [row for row in contract.rows if row.basis == basis] for basis in BASES}
    return areas, bases


def strengths(contract: Contract) -> dict[str, int]:
    """The number of rows of each strength of evidence."""
    return {strength: sum(row.strength == strength for row in contract.rows) for strength in STRENGTHS}


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
    for strength in STRENGTHS:
        print(line(f"    {strength} for Windows", coverage.count(row for row in contract.rows if row.strength == strength)))
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
        "strength": strengths(contract),
    }


def complain(coverage: Coverage, complete: bool) -> bool:
    """Prints the errors. Returns True if there are none."""
    for row_id, case in coverage.unknown:
        say(f"error: case {case.id} ({case.topic}) names the row {row_id}, which the contract does not have")
    for row, case in coverage.stale:
        say(f"error: row {row.id} has an excuse, but case {case.id} ({case.topic}) checks it; remove the excuse")
    if complete and coverage.uncovered:
        say(f"error: {len(coverage.uncovered)} rows are neither covered nor excused; --rows names them")
    return coverage.good() and not (complete and coverage.uncovered)
