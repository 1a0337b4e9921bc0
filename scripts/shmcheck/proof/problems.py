"""Reads cases/problems.toml: frequent problems of users, and the cases that catch them. The file's header explains its
keys."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.proof.coverage import ListedCase

ID = re.compile(r"P\d\d")
KEYS = {"id", "title", "caught", "excuse"}


@dataclass(frozen=True)
class Problem:
    """One [[problem]]."""

    id: str
    title: str
    caught: tuple[str, ...]
    excuse: str


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong(place: int, table: dict[str, object]) -> list[str]:
    """The problems of a table's keys and values. `place` is its number in the file, from 1 on."""
    caught = table.get("caught")
    found = [f"unknown key '{key}'" for key in sorted(table.keys() - KEYS)]
    if table.get("id") != f"P{place:02}":
        found.append(f"its id is not P{place:02}")
    if not _is_text(table.get("title")):
        found.append("it has no title")
    if "excuse" in table and not _is_text(table["excuse"]):
        found.append("its excuse is empty")
    if not isinstance(caught, list) or not all(_is_text(name) for name in caught):
        found.append("caught is not a list of texts")
    elif len(set(caught)) != len(caught):
        found.append("a case is named twice")
    elif not caught and "excuse" not in table:
        found.append("no case catches it, and it has no excuse")
    return found


def parse(text: str, name: str) -> tuple[Problem, ...]:
    """Reads the text of the file. CannotRun names all problems at once."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CannotRun(f"{name}: not TOML: {error}") from error
    problems = tables.get("problem")
    if set(tables) != {"problem"} or not isinstance(problems, list) or not problems:
        raise CannotRun(f"{name}: it must have [[problem]] tables only, and at least one")
    wrong = [
        f"{name}: problem {place}: {what}" for place, table in enumerate(problems, 1) for what in _wrong(place, table)
    ]
    if wrong:
        raise CannotRun("\n".join(wrong))
    return tuple(
        Problem(str(table["id"]), str(table["title"]), tuple(table["caught"]), str(table.get("excuse", "")))
        for table in problems
    )


def load(path: Path) -> tuple[Problem, ...]:
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"{path}: cannot be read: {error}") from error


def unknown(problems: Iterable[Problem], cases: Iterable[ListedCase]) -> list[tuple[Problem, str]]:
    """The cases that problems name and that do not exist."""
    known = {case.id for case in cases}
    return [(problem, name) for problem in problems for name in problem.caught if name not in known]


def figures(problems: Iterable[Problem]) -> dict[str, int]:
    """The numbers of problems that a case catches, and of those that are only excused."""
    listed = tuple(problems)
    caught = sum(bool(problem.caught) for problem in listed)
    return {"problems": len(listed), "caught": caught, "excused": len(listed) - caught}
