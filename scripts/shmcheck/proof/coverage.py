"""Compares the rows of the contract with the cases, in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shmcheck.contract import KEBAB, Contract, Row


class ListError(Exception):
    """The list of cases is malformed. The text says where and why."""


@dataclass(frozen=True)
class ListedCase:
    """One line of shmcheck --list."""

    id: str
    topic: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    rows: int
    covered: int
    excused: int
    uncovered: int


@dataclass(frozen=True)
class Coverage:
    covered: tuple[Row, ...]
    excused: tuple[Row, ...]  # not covered, and the contract says why
    uncovered: tuple[Row, ...]  # not covered, without a reason
    unknown: tuple[tuple[str, ListedCase], ...]  # ids that are not rows, with a case that names them
    stale: tuple[tuple[Row, ListedCase], ...]  # rows with an excuse, with a case that checks them; they are covered

    def good(self) -> bool:
        """Whether contract and cases agree. Rows that no case checks do not count as a disagreement."""
        return not self.unknown and not self.stale

    def count(self, rows: Iterable[Row]) -> Count:
        """Counts these rows by state."""
        ids = {row.id for row in rows}
        covered, excused, uncovered = (
            sum(row.id in ids for row in kind) for kind in (self.covered, self.excused, self.uncovered)
        )
        return Count(len(ids), covered, excused, uncovered)


def read_list(text: str) -> list[ListedCase]:
    """Reads the output of shmcheck --list: id, topic, needs and rows of each case, separated by tabs; needs and rows are
    lists separated by blanks."""
    cases: dict[str, ListedCase] = {}
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split("\t")
        if len(fields) != 4:
            raise ListError(f"line {number}: {len(fields)} tab-separated fields instead of id, topic, needs, rows")
        name, topic, rows = fields[0], fields[1], tuple(fields[3].split())
        if not KEBAB.fullmatch(name):
            raise ListError(f"line {number}: '{name}' is not the id of a case")
        if not rows:
            raise ListError(f"line {number}: case {name} has no rows")
        if name in cases:
            raise ListError(f"line {number}: the case {name} is listed twice")
        cases[name] = ListedCase(name, topic, rows)
    if not cases:
        raise ListError("it lists no case")
    return list(cases.values())


def compare(contract: Contract, cases: Iterable[ListedCase]) -> Coverage:
    """Finds rows without a case, and cases that name an id that is not a row."""
    first: dict[str, ListedCase] = {}
    for case in cases:
        for row_id in case.rows:
            first.setdefault(row_id, case)
    known = {row.id for row in contract.rows}
    covered = tuple(row for row in contract.rows if row.id in first)
    return Coverage(
        covered=covered,
        excused=tuple(row for row in contract.rows if row.id not in first and row.excuse),
        uncovered=tuple(row for row in contract.rows if row.id not in first and not row.excuse),
        unknown=tuple((row_id, case) for row_id, case in first.items() if row_id not in known),
        stale=tuple((row, first[row.id]) for row in covered if row.excuse),
    )
