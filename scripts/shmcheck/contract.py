"""Reads the contract, cases/contract.toml, strictly.

The build (harness/cmake/contract_table.py) and scripts/coverage read it through this module, so that both accept the
same files. The file's header explains its keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun

BASES = ("documented", "observed", "record")
STRENGTHS = ("asserted", "documented", "reported", "hypothesis")
REPORT = "report"  # the kind of evidence that no suite asserts

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NEED = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NOTE = re.compile(r"D[1-9][0-9]*")
CHEN = re.compile(r"chen-[0-9]{8}")

AREA_KEYS: dict[str, type] = {"number": int, "title": str}
NOTE_KEYS: dict[str, type] = {"id": str, "text": str}
SUITE_KEYS: dict[str, type] = {"id": str, "repository": str, "text": str}
ROW_KEYS: dict[str, type] = {
    "id": str,
    "area": int,
    "statement": str,
    "function": str,
    "expected": str,
    "basis": str,
    "code_basis": str,
    "strength": str,
    "source": list,
    "needs": list,
    "test": str,
}
ROW_OPTIONAL_KEYS: dict[str, type] = {"evidence": list, "note": str, "excuse": str}
KINDS: dict[type, str] = {int: "a number", str: "a string", list: "a list of strings"}


class ContractError(CannotRun):
    """The contract is not valid; `problems` says what is wrong, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Row:
    id: str
    area: int
    statement: str
    function: str  # "" if the row is about no function in particular
    expected: str
    basis: str
    code_basis: str
    strength: str  # one of STRENGTHS: how well the outcome is known for Windows
    source: tuple[str, ...]
    needs: tuple[str, ...]
    test: str
    evidence: tuple[str, ...] = ()  # "suite: file test", or "report: where"
    note: str = ""
    excuse: str = ""


@dataclass(frozen=True)
class Contract:
    areas: dict[int, str]  # number -> title
    notes: dict[str, str]  # "D9" -> text
    rows: tuple[Row, ...]  # in the order of the file
    suites: dict[str, str]  # "wine" -> its repository on GitHub, "owner/name"


def load(path: Path) -> Contract:
    """Reads a contract. ContractError if it cannot be read or is not valid."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError([f"{path}: cannot be read: {error}"]) from error
    try:
        return parse(text)
    except ContractError as error:
        raise ContractError([f"{path}: {problem}" for problem in error.problems]) from error


def parse(text: str) -> Contract:
    """Reads the text of a contract. ContractError names all problems, not only the first."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError([f"not TOML: {error}"]) from error
    problems = [f"unknown key '{key}' at the top" for key in sorted(tables.keys() - {"area", "note", "row", "suite"})]
    areas = _areas(_tables(tables, "area", problems), problems)
    notes_by_id = _by_id("note", _tables(tables, "note", problems), NOTE_KEYS, _wrong_note, problems)
    suites_by_id = _by_id("suite", _tables(tables, "suite", problems), SUITE_KEYS, _wrong_suite, problems)
    notes = {name: str(table["text"]) for name, table in notes_by_id.items()}
    suites = {name: str(table["repository"]) for name, table in suites_by_id.items()}
    rows = _rows(_tables(tables, "row", problems), areas, notes, suites, problems)
    if problems:
        raise ContractError(problems)
    return Contract(areas, notes, rows, suites)


def _tables(tables: dict[str, object], name: str, problems: list[str]) -> list[dict[str, object]]:
    found = tables.get(name, [])
    if isinstance(found, list) and found and all(isinstance(table, dict) for table in found):
        return found
    problems.append(f"there is no [[{name}]]")
    return []


def _areas(tables: list[dict[str, object]], problems: list[str]) -> dict[int, str]:
    areas: dict[int, str] = {}
    for place, table in enumerate(tables, 1):
        what = f"area {table.get('number', f'(the {place}. one)')}"
        if not _shape(what, table, AREA_KEYS, {}, problems):
            continue
        number = int(str(table["number"]))
        if number in areas:
            problems.append(f"{what}: this number is used twice")
        areas[number] = str(table["title"])
    return areas


def _by_id(
    kind: str,
    tables: list[dict[str, object]],
    keys: dict[str, type],
    wrong_id: Callable[[str], str],
    problems: list[str],
) -> dict[str, dict[str, object]]:
    """The tables of notes or suites by their ids. `wrong_id` returns the problem of an id, or ""."""
    found: dict[str, dict[str, object]] = {}
    for place, table in enumerate(tables, 1):
        what = f"{kind} {table.get('id', f'(the {place}. one)')}"
        if not _shape(what, table, keys, {}, problems):
            continue
        name = str(table["id"])
        if wrong := wrong_id(name):
            problems.append(f"{what}: {wrong}")
        if name in found:
            problems.append(f"{what}: this id is used twice")
        found[name] = table
    return found


def _wrong_note(name: str) -> str:
    return "" if NOTE.fullmatch(name) else "the id is not D and a number"


def _wrong_suite(name: str) -> str:
    return "" if KEBAB.fullmatch(name) and name != REPORT else f"the id is not kebab-case, or is '{REPORT}'"


def _rows(
    tables: list[dict[str, object]],
    areas: dict[int, str],
    notes: dict[str, str],
    suites: dict[str, str],
    problems: list[str],
) -> tuple[Row, ...]:
    rows: dict[str, Row] = {}
    for place, table in enumerate(tables, 1):
        what = f"row {table.get('id', f'(the {place}. one)')}"
        if not _shape(what, table, ROW_KEYS, ROW_OPTIONAL_KEYS, problems):
            continue
        row = _row(table)
        problems += [f"{what}: {problem}" for problem in _row_problems(row, areas, notes) + _evidence_problems(row, suites)]
        if row.id in rows:
            problems.append(f"{what}: this id is used twice")
        rows[row.id] = row
    return tuple(rows.values())


def _row(table: dict[str, object]) -> Row:
    """A row from a table that _shape has accepted."""

    def words(key: str) -> tuple[str, ...]:
        value = table.get(key)
        return tuple(str(word) for word in value) if isinstance(value, list) else ()

    texts = {key: str(table[key]) for key, kind in ROW_KEYS.items() if kind is str}
    texts |= {key: str(table[key]) for key, kind in ROW_OPTIONAL_KEYS.items() if kind is str and key in table}
    area, evidence = int(str(table["area"])), words("evidence")
    return Row(area=area, source=words("source"), evidence=evidence, needs=words("needs"), **texts)


def _row_problems(row: Row, areas: dict[int, str], notes: dict[str, str]) -> list[str]:
    found = []
    if not KEBAB.fullmatch(row.id):
        found.append("the id is not kebab-case")
    if row.area not in areas:
        found.append(f"there is no area {row.area}")
    for key, basis in (("basis", row.basis), ("code_basis", row.code_basis)):
        if basis not in BASES:
            found.append(f"{key} '{basis}' is none of {', '.join(BASES)}")
    if row.basis in BASES and row.code_basis in BASES and BASES.index(row.code_basis) < BASES.index(row.basis):
        found.append(f"its code ({row.code_basis}) cannot be better known than its outcome ({row.basis})")
    if not row.source and not row.evidence:
        found.append("it has neither source nor evidence")
    found += [f"need '{need}' is not kebab-case" for need in row.needs if not NEED.fullmatch(need)]
    if len(set(row.needs)) != len(row.needs):
        found.append("a need is named twice")
    if row.note and row.note not in notes:
        found.append(f"there is no note {row.note}")
    return found


def _evidence_problems(row: Row, suites: dict[str, str]) -> list[str]:
    """The problems of a row's evidence, and of its strength with that evidence."""
    kinds = [entry.partition(": ")[0] for entry in row.evidence]
    found = [
        f"evidence '{entry}' does not start with a suite's id or '{REPORT}', and ': '"
        for entry, kind in zip(row.evidence, kinds, strict=True)
        if (kind != REPORT and kind not in suites) or not entry.partition(": ")[2]
    ]
    if row.strength not in STRENGTHS:
        found.append(f"strength '{row.strength}' is none of {', '.join(STRENGTHS)}")
    if row.strength == "asserted" and not any(kind in suites for kind in kinds):
        found.append("its strength is asserted, and no suite is among its evidence")
    if row.strength == "documented" and row.basis == "observed":
        found.append("its strength is documented, and its basis is observed")
    if row.strength == "reported" and not row.evidence and not any(CHEN.fullmatch(source) for source in row.source):
        found.append("its strength is reported, and it has no evidence and no source that is an article")
    if row.strength == "hypothesis" and row.evidence:
        found.append("its strength is hypothesis, and it has evidence")
    return found


def _shape(
    what: str,
    table: dict[str, object],
    required: dict[str, type],
    optional: dict[str, type],
    problems: list[str],
) -> bool:
    """Whether a table has all required keys, no unknown ones, and values of the right kind that are not blank."""
    found = [f"unknown key '{key}'" for key in sorted(table.keys() - required.keys() - optional.keys())]
    found += [f"key '{key}' is missing" for key in required if key not in table]
    for key, kind in (required | optional).items():
        if key not in table:
            continue
        value = table[key]
        if type(value) is not kind or (isinstance(value, list) and any(type(word) is not str for word in value)):
            found.append(f"{key} is not {KINDS[kind]}")
            continue
        texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        if key != "function" and any(not text.strip() for text in texts):
            found.append(f"{key} is empty")
        if any(text != " ".join(text.split()) for text in texts):
            found.append(f"{key} has blanks at an end, two in a row, or a line break")
    problems += [f"{what}: {problem}" for problem in found]
    return not found
