"""Queries of the history: one case over time, flaky cases, changes of a case, and all results for other programs."""

from __future__ import annotations

import difflib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shmcheck.console import CannotRun
from shmcheck.reports.results import Key, version, windows_version

NO_DATE = "no date"
FIELDS = (
    *("time", "target", "platform", "harness_version", "topic", "case"),
    *("verdict", "kind", "message", "milliseconds", "unstable"),
)
ARCHITECTURES = ("process_arch", "writer_arch", "reader_arch")


@dataclass(frozen=True)
class Result:
    """A case in one run."""

    run: int
    target: str
    time: str  # UTC, or ""
    platform: str
    facts: str  # JSON; "{}" if the query does not need them
    seen: int  # the number of the observation
    verdict: str
    message: str
    unstable: int  # 1 if its repetitions disagreed


@dataclass(frozen=True)
class Stretch:
    """Consecutive runs of one target with the same observation of a case."""

    first: Result
    last: Result
    runs: int


@dataclass(frozen=True)
class Flaky:
    """A case with different observations on one system with the same programs."""

    key: Key
    target: str
    platform: str
    runs: int
    verdicts: tuple[tuple[str, int], ...]  # each with its number of runs, the most frequent first
    observations: int  # the number of different ones
    unstable: int  # runs in which its repetitions disagreed


@dataclass(frozen=True)
class Turn:
    """A change of a case between two consecutive versions or dates."""

    where: str  # the target, or the family of platforms
    first: str  # the first version or date before the change with the old verdict
    before: str  # the last version or date with the old verdict
    was: str  # the old verdict
    after: str  # the first version or date with the new verdict
    last: str  # the last version or date with the new verdict
    now: str  # the new verdict
    message: str  # of the verdict that is not a pass


def case_id(connection: sqlite3.Connection, name: str) -> tuple[int, Key]:
    """The id of the case of this name, "ID" or "TOPIC/ID". CannotRun if there is none, or if several topics have one."""
    topic, _, own = name.rpartition("/")
    found = connection.execute('SELECT id, topic, name FROM "case" WHERE name = ?', (own,)).fetchall()
    found = [entry for entry in found if topic in ("", entry[1])]
    if len(found) == 1:
        return int(found[0][0]), Key(found[0][1], found[0][2])
    if found:
        raise CannotRun(f"several topics have a case '{own}': name one of {', '.join(f'{entry[1]}/{own}' for entry in found)}")
    names = [entry[0] for entry in connection.execute('SELECT name FROM "case"')]
    near = difflib.get_close_matches(own, names, 3)
    raise CannotRun(f"no run of the history has a case '{name}'" + (f"; similar: {', '.join(near)}" if near else ""))


def results(connection: sqlite3.Connection, case: int, with_facts: bool = False) -> list[Result]:
    """The results of a case in all runs, by target, the oldest first. `facts`: with the facts of the runs, which are much
    more text than the rest."""
    facts = "facts" if with_facts else "'{}'"
    statement = (
        f"SELECT run.id, target, time, platform, {facts}, seen.id, verdict, message, unstable FROM result "
        'JOIN run ON run.id = result.run JOIN seen ON seen.id = result.seen WHERE result."case" = ? '
        "ORDER BY target, time, run.id"
    )
    return [Result(*entry) for entry in connection.execute(statement, (case,))]


def stretches(found: Sequence[Result]) -> list[Stretch]:
    """The results of each target; consecutive results with the same observation are one stretch."""
    out: list[Stretch] = []
    for result in found:
        if out and (out[-1].last.target, out[-1].last.seen) == (result.target, result.seen):
            out[-1] = Stretch(out[-1].first, result, out[-1].runs + 1)
        else:
            out.append(Stretch(result, result, 1))
    return out


def flaky(connection: sqlite3.Connection) -> list[Flaky]:
    """The cases with different verdicts or transcripts on one system with the same programs, and those whose repetitions
    disagreed within a run; by case and target. Reads the whole history."""
    # System and programs belong to a run. There are few runs, so they are read once and joined here.
    kinds: dict[int, tuple[str, str, bytes, bytes]] = {
        entry[0]: entry[1:] for entry in connection.execute("SELECT id, target, platform, system, programs FROM run")
    }
    suspects = (
        'SELECT "case" FROM result GROUP BY "case" HAVING min(seen) <> max(seen) OR max(unstable) > 0 ORDER BY "case"'
    )
    out = []
    for (case,) in connection.execute(suspects).fetchall():
        groups: dict[tuple[str, str, bytes, bytes], list[tuple[int, int]]] = {}
        for run, seen, unstable in connection.execute('SELECT run, seen, unstable FROM result WHERE "case" = ?', (case,)):
            groups.setdefault(kinds[run], []).append((seen, unstable))
        for (target, platform, _, _), group in groups.items():
            different = {seen for seen, _ in group}
            unstable = sum(1 for _, flag in group if flag)
            if len(different) > 1 or unstable:
                out.append(_flaky(connection, case, target, platform, [seen for seen, _ in group], unstable))
    return sorted(out, key=lambda entry: (entry.key.order(), entry.target))


def _flaky(
    connection: sqlite3.Connection, case: int, target: str, platform: str, seen: Sequence[int], unstable: int
) -> Flaky:
    topic, name = connection.execute('SELECT topic, name FROM "case" WHERE id = ?', (case,)).fetchone()
    counts: dict[str, int] = {}
    for number in seen:
        verdict = connection.execute("SELECT verdict FROM seen WHERE id = ?", (number,)).fetchone()[0]
        counts[verdict] = counts.get(verdict, 0) + 1
    verdicts = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return Flaky(Key(topic, name), target, platform, len(seen), verdicts, len(set(seen)), unstable)


def turns_by_date(found: Sequence[Result]) -> list[Turn]:
    """The changes of a case's verdict from one run of a target to the next one."""
    out = []
    for target in dict.fromkeys(result.target for result in found):
        own = [result for result in found if result.target == target]
        out += _turns(target, [(result.time or NO_DATE, result) for result in own])
    return out


def turns_by_version(found: Sequence[Result]) -> list[Turn]:
    """The changes of a case's verdict from one version of a platform to the next one. The newest run of each version counts.
    The results need their facts. Wine and Windows are separate platforms, and so is each architecture."""
    families: dict[str, dict[str, Result]] = {}
    for result in sorted(found, key=lambda result: (result.time, result.run)):
        facts = json.loads(result.facts)
        wine = facts.get("wine_version")
        number = wine or windows_version(facts)
        if number:
            arch = ", ".join(dict.fromkeys(facts[name] for name in ARCHITECTURES if name in facts))
            families.setdefault(f"{'Wine' if wine else 'Windows'} {arch}".strip(), {})[number] = result
    out = []
    for family, by_number in sorted(families.items()):
        out += _turns(family, sorted(by_number.items(), key=lambda item: version(item[0])))
    return out


def _turns(where: str, points: Sequence[tuple[str, Result]]) -> list[Turn]:
    sides: list[list[tuple[str, Result]]] = []
    for label, result in points:
        if result.verdict == "skip":  # a skip has no information about the behaviour
            continue
        if sides and sides[-1][-1][1].verdict == result.verdict:
            sides[-1].append((label, result))
        else:
            sides.append([(label, result)])
    out = []
    for old, new in zip(sides, sides[1:], strict=False):
        message = new[0][1].message or old[-1][1].message
        out.append(Turn(where, old[0][0], old[-1][0], old[0][1].verdict, new[0][0], new[-1][0], new[0][1].verdict, message))
    return out


def everything(connection: sqlite3.Connection) -> Iterator[dict[str, object]]:
    """All results, ordered by run, with the names in FIELDS. An iterator, so that a large history does not fill the memory."""
    runs = connection.execute("SELECT id, time, target, platform, facts FROM run ORDER BY time, id").fetchall()
    statement = (
        'SELECT topic, name, verdict, kind, message, milliseconds, unstable FROM "case" '
        'JOIN result ON result."case" = "case".id AND result.run = ? JOIN seen ON seen.id = result.seen ORDER BY topic, name'
    )
    for number, time, target, platform, facts in runs:
        head = (time, target, platform, json.loads(facts).get("harness_version", ""))
        for entry in connection.execute(statement, (number,)):
            yield dict(zip(FIELDS, (*head, *entry), strict=True))
