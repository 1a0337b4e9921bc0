"""Searches the contract, known.toml and problems.toml for a symptom such as "error 5 MapViewOfFile"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shmcheck.console import CannotRun
from shmcheck.contract import Contract, Row
from shmcheck.definitions import CONSTANTS, ERRORS, STATUSES
from shmcheck.proof.problems import Problem
from shmcheck.reports.known_list import Entry

ERROR_NAMES = {entry.name: entry.code for entry in ERRORS}
ERROR_NUMBERS = {entry.code: entry.name for entry in ERRORS}
STATUS_NAMES = {entry.name: entry.code for entry in STATUSES}
STATUS_NUMBERS = {entry.code: entry.name for entry in STATUSES}
CONSTANT_NAMES = frozenset(entry.name for entry in CONSTANTS)
WORD = re.compile(r"0x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9_-]*|[0-9]+")
FUNCTION = re.compile(r"[A-Z][a-z]+[A-Za-z0-9]*[A-Z][A-Za-z0-9]*")
NOISE = frozenset("a an and the of is in with to error status last returns return failed fails fail code win32 ntstatus on my i".split())
# The names in the contract of functions that have several forms.
FORM = re.compile(r"(?:FromApp|Numa2?|Ex|[23AW])+$")

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Symptom:
    functions: tuple[str, ...]  # by their names in the contract
    errors: tuple[int, ...]
    statuses: tuple[int, ...]
    words: tuple[str, ...]  # lower case


@dataclass(frozen=True)
class Found:
    rows: list[Row]
    known: list[Entry]
    problems: list[Problem]


def parse(text: str) -> Symptom:
    """Reads the description of a symptom. CannotRun if it has no word to search for."""
    functions: list[str] = []
    errors: list[int] = []
    statuses: list[int] = []
    words: list[str] = []
    for word in WORD.findall(text):
        if word in ERROR_NAMES:
            errors.append(ERROR_NAMES[word])
        elif word in STATUS_NAMES:
            statuses.append(STATUS_NAMES[word])
        elif word[0].isdigit():
            number = int(word, 16 if word.startswith("0x") else 10)
            (statuses if number >= 0x40000000 else errors).append(number)
        elif FUNCTION.fullmatch(word):
            functions.append(FORM.sub("", word))
        elif word.lower() not in NOISE:
            words.append(word.lower())
    if not (functions or errors or statuses or words):
        raise CannotRun(f"{text!r} has no word to search for; give an error, a function or other words: \"error 5 MapViewOfFile\"")
    return Symptom(tuple(functions), tuple(errors), tuple(statuses), tuple(words))


def numbers(outcome: str) -> list[str]:
    """The decimal numbers of an outcome, which name errors: ["5"] for "NULL; 5"."""
    return re.findall(r"(?<![\w.])[0-9]+(?![\w.])", outcome)


def score(symptom: Symptom, function: str, outcome: str, prose: str) -> int:
    """How well a text matches; 0: not at all. The text must contain the function and the error of the symptom."""
    if symptom.functions and not any(name.lower() in (function + " " + prose).lower() for name in symptom.functions):
        return 0
    there = set(numbers(outcome))
    names = outcome + " " + prose
    hits = sum(str(error) in there or ERROR_NUMBERS.get(error, "-") in names.split() for error in symptom.errors)
    hits += sum(STATUS_NUMBERS.get(status, "-") in names or f"{status:08X}" in names.upper() for status in symptom.statuses)
    if (symptom.errors or symptom.statuses) and hits == 0:
        return 0
    lower = f"{function} {outcome} {prose}".lower()
    words = sum(word in lower for word in symptom.words)
    if symptom.words and words == 0 and not (symptom.functions or hits):
        return 0
    direct = sum(name.lower() in function.lower() for name in symptom.functions)
    return 8 * hits + 4 * direct + 3 * words + (1 if symptom.functions else 0)


def best(things: Iterable[Thing], value: Callable[[Thing], int], most: int) -> list[Thing]:
    rated = [(value(thing), place, thing) for place, thing in enumerate(things)]
    return [thing for rating, _, thing in sorted(rated, key=lambda one: (-one[0], one[1])) if rating > 0][:most]


def search(
    symptom: Symptom, contract: Contract, known: Sequence[Entry], problems: Sequence[Problem], most: int
) -> Found:
    """The `most` best matches of each list. A problem is matched by its title and by the rows of its cases."""
    rated = {row.id: score(symptom, row.function, row.expected, row.statement) for row in contract.rows}

    def of_problem(problem: Problem) -> int:
        own = score(Symptom((), (), (), symptom.words), "", "", problem.title) if symptom.words else 0
        shown = max((rated.get(name, 0) for name in problem.caught), default=0)
        return 2 * own + shown

    return Found(
        best(contract.rows, lambda row: rated[row.id], most),
        best(known, lambda entry: score(symptom, "", entry.check, f"{entry.reason} {entry.check}"), most),
        best(problems, of_problem, most),
    )
