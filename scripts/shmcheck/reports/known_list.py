"""Reads cases/known.toml for the reports: reasons, ages, and entries that no longer apply."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from shmcheck.console import CannotRun
from shmcheck.definitions import Verdict
from shmcheck.reports.results import Case, Key, Run

OWN_KEYS = frozenset({"case", "check", "reason", "since", "issue", "rule", "depends_on"})
LINK = re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/?#=&%+-]*)?")


@lru_cache(maxsize=None)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiles a glob. Repeated stars count as one, because a sequence of them makes matching slow."""
    parts = [".*" if character == "*" else "." if character == "?" else re.escape(character) for character in pattern]
    return re.compile(re.sub(r"(\.\*)+", ".*", "".join(parts)), re.DOTALL)


def glob_matches(pattern: str, word: str) -> bool:
    """Whether the glob matches, as harness/common/text.h describes: '*' matches any characters, '?' one character."""
    return _compiled(pattern).fullmatch(word) is not None


def any_matches(patterns: str, word: str) -> bool:
    """Whether one of the patterns between the bars matches."""
    return any(glob_matches(pattern, word) for pattern in patterns.split("|"))


@dataclass(frozen=True)
class Entry:
    case: str  # glob on ids
    reason: str
    since: date | None
    issue: str  # a link, or ""
    conditions: tuple[tuple[str, str], ...]  # fact, globs on its value with '|' between them
    check: str = "*"  # glob on the text of a failed check
    depends_on: str = ""  # what else the deviation depends on that no fact tells, or ""
    rule: str = ""  # the changed rule of the model that states the same deviation, or ""

    def applies(self, run: Run) -> bool:
        return all(fact in run.facts and any_matches(globs, run.facts[fact]) for fact, globs in self.conditions)

    def names(self, case: Case) -> bool:
        return glob_matches(self.case, case.key.id)

    def excuses(self, case: Case) -> bool:
        """Whether this entry made the case a known deviation. A report may have shortened a long reason."""
        if case.verdict is not Verdict.KNOWN or not self.names(case) or not case.reason:
            return False
        reason = " ".join(self.reason.split())
        seen = " ".join(case.reason.split())
        return reason == seen or (len(seen) > 200 and reason.startswith(seen.rstrip(".…")))

    def age(self, timestamp: str) -> int | None:
        """The days from `since` to a run; None if one of the dates is unknown."""
        if self.since is None or not timestamp:
            return None
        try:
            return (date.fromisoformat(timestamp[:10]) - self.since).days
        except ValueError:
            return None


def load(path: Path) -> list[Entry]:
    """The entries of a list; none if the file does not exist. CannotRun if it is not valid."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("known", [])
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotRun(f"{path}: {error}") from error
    if not isinstance(tables, list):
        raise CannotRun(f"{path}: known is not a list of tables")
    return [_entry(path, table) for table in tables]


def _entry(path: Path, table: object) -> Entry:
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise CannotRun(f"{path}: the values of a [[known]] must be strings")
    for key in ("case", "check", "reason"):
        if not table.get(key):
            raise CannotRun(f"{path}: a [[known]] has no {key}")
    since = None
    if "since" in table:
        try:
            since = date.fromisoformat(table["since"])
        except ValueError as error:
            raise CannotRun(f"{path}: since: {error}") from error
    issue = table.get("issue", "")
    conditions = tuple(sorted((key, value) for key, value in table.items() if key not in OWN_KEYS))
    return Entry(table["case"], table["reason"], since, issue if LINK.fullmatch(issue) else "", conditions, table["check"], table.get("depends_on", ""), table.get("rule", ""))


def stale(entries: list[Entry], runs: list[Run]) -> list[tuple[Entry, list[str]]]:
    """The entries that excused none of their cases although these ran, each with the targets. Not those whose deviation
    depends on something that no fact tells."""
    by_id: dict[str, set[Key]] = {}
    for run in runs:
        for key in run.cases:
            by_id.setdefault(key.id, set()).add(key)
    found = []
    for entry in entries:
        if entry.depends_on:
            continue
        keys = [key for id_, named in by_id.items() if glob_matches(entry.case, id_) for key in named]
        targets = [run.target for run in runs if run.complete and entry.applies(run) and _all_pass(run, keys)]
        if targets:
            found.append((entry, targets))
    return found


def _all_pass(run: Run, keys: Iterable[Key]) -> bool:
    """Whether some of these cases ran, and all that ran passed."""
    verdicts = {run.cases[key].verdict for key in keys if key in run.cases} - {Verdict.SKIP}
    return verdicts == {Verdict.PASS}
