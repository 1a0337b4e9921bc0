"""Finds the changed replies that no expectation noticed, and those of them that are excused.

shmcheck.exe --mutate runs each case again with one thing in one reply changed at a time. It writes the changes that
survived into the case's transcript:

  ! survived FIELD: REQUEST -> CHANGED REPLY
  ! mutants=N killed=N survived=N run=N
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import Verdict
from shmcheck.reports.results import Run

SURVIVOR = re.compile(r"! survived (\S+): (.*) -> (.*)")
SCORE = re.compile(r"! mutants=(\d+) killed=(\d+) survived=(\d+) run=(\d+)")
# An object name in a request, with the run's id in it.
NAME = re.compile(r"shmcheck-[0-9a-f]+-")
EXCUSE_KEYS = ("case", "step", "field", "reason")


@dataclass(frozen=True)
class Survivor:
    """A changed reply that the case did not notice."""

    case: str
    field: str
    step: str  # the request, names without the run's id
    reply: str  # the changed reply


@dataclass
class Excuse:
    """One [[excused]] of cases/excused.toml: globs, and the reason why no expectation needs to notice the change."""

    case: str
    step: str
    field: str
    reason: str
    used: int = 0

    def covers(self, survivor: Survivor) -> bool:
        return (
            fnmatch.fnmatchcase(survivor.case, self.case)
            and fnmatch.fnmatchcase(survivor.step, self.step)
            and fnmatch.fnmatchcase(survivor.field, self.field)
        )


@dataclass
class Score:
    """The result of all changes."""

    cases: int = 0
    unproven: list[str] = field(default_factory=list)  # cases with the verdict error, whose changes were not tested
    mutants: int = 0
    killed: int = 0
    run: int = 0  # changes for which the case ran with real processes
    survived: list[Survivor] = field(default_factory=list)  # that no excuse matches
    excused: list[tuple[Survivor, Excuse]] = field(default_factory=list)

    def figures(self) -> dict[str, int]:
        """The keys of --json."""
        return {
            "mutants": self.mutants,
            "killed": self.killed,
            "survived": len(self.survived),
            "excused": len(self.excused),
        }

    @property
    def percent(self) -> float:
        return 100.0 * self.killed / self.mutants if self.mutants else 0.0

    @property
    def percent_excused(self) -> float:
        return 100.0 * len(self.excused) / self.mutants if self.mutants else 0.0


def load_excuses(path: Path) -> list[Excuse]:
    """Reads the list of excuses. CannotRun, with the reason, if it is not valid."""
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CannotRun(f"{path}: {error}") from error
    tables = document.pop("excused", [])
    if document or not isinstance(tables, list):
        raise CannotRun(f"{path}: only [[excused]] is permitted in it")
    excuses = []
    for number, table in enumerate(tables, 1):
        if set(table) != set(EXCUSE_KEYS) or not all(isinstance(text, str) and text for text in table.values()):
            raise CannotRun(f"{path}: entry {number} must have {', '.join(EXCUSE_KEYS)}, each a text that is not empty")
        excuses.append(Excuse(**table))
    return excuses


def survivors_of(case: str, transcript: str) -> Iterable[Survivor]:
    for line in transcript.splitlines():
        if match := SURVIVOR.fullmatch(line):
            yield Survivor(case, match[1], NAME.sub("", match[2]), NAME.sub("", match[3]))


def score(run: Run, excuses: Sequence[Excuse]) -> Score:
    """Adds up a report of a run with --mutate. Cases that were skipped or ended as an error have no changes. CannotRun if
    the number of survivors does not agree with the list of them."""
    total = Score()
    for key in sorted(run.cases, key=lambda key: key.order()):
        case = run.cases[key]
        counts = SCORE.search(case.transcript)
        if case.verdict is Verdict.ERROR:
            total.unproven.append(key.id)
        if counts is None:
            continue
        survivors = list(survivors_of(key.id, case.transcript))
        if len(survivors) != int(counts[3]) or int(counts[1]) != int(counts[2]) + int(counts[3]):
            raise CannotRun(f"{run.target}: {key.id} lists {len(survivors)} survivors but counts: {counts[0][2:]}")
        total.cases += 1
        total.mutants += int(counts[1])
        total.killed += int(counts[2])
        total.run += int(counts[4])
        for survivor in survivors:
            excuse = next((excuse for excuse in excuses if excuse.covers(survivor)), None)
            if excuse is None:
                total.survived.append(survivor)
            else:
                excuse.used += 1
                total.excused.append((survivor, excuse))
    return total
