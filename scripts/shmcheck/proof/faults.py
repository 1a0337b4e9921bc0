"""Decides which cases notice which faulty system.

shmactor-faulty.exe is the actor on systems that break one rule each (harness/faults). A fault is caught if a case that
passes on the unchanged system has a failed expectation with the fault. A case with a broken precondition before that
does not count, because it cannot check its rule any more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shmcheck.console import CannotRun
from shmcheck.definitions import Verdict
from shmcheck.reports.results import Case, Key, Run

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NOTICED = frozenset({Verdict.FAIL, Verdict.DEVIATES})
# The start of a failed expectation in a case's details: the row that it checks.
EXPECTATION = re.compile(r"^(line [0-9]+: )?\[[a-z0-9-]+\] ", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One line of shmactor-faulty --faults."""

    name: str
    topics: tuple[str, ...]  # topics whose cases should notice it
    sentence: str


@dataclass
class Outcome:
    """The result of running cases with a fault."""

    fault: Fault
    caught_by: list[Key] = field(default_factory=list)
    errors: list[Key] = field(default_factory=list)
    cases: int = 0  # that were run

    @property
    def caught(self) -> bool:
        return bool(self.caught_by)


def read_faults(text: str) -> list[Fault]:
    """Reads the list; CannotRun says what is wrong with it."""
    faults: dict[str, Fault] = {}
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split("\t")
        if len(fields) != 3 or not NAME.fullmatch(fields[0]) or not fields[1].split() or not fields[2]:
            raise CannotRun(f"the list of faults, line {number}: not a name, topics and a sentence: {ascii(line)}")
        if fields[0] in faults:
            raise CannotRun(f"the list of faults, line {number}: there are two faults {fields[0]}")
        faults[fields[0]] = Fault(fields[0], tuple(fields[1].split()), fields[2])
    if not faults:
        raise CannotRun("the list of faults is empty")
    return list(faults.values())


def check_topics(faults: Iterable[Fault], topics: Collection[str]) -> None:
    """Checks that every topic of a fault has cases; otherwise the fault could never be caught."""
    for fault in faults:
        for topic in fault.topics:
            if topic not in topics:
                raise CannotRun(f"fault {fault.name} names the topic {topic}, which has no case")


def choose(faults: Sequence[Fault], names: Sequence[str]) -> list[Fault]:
    """The faults of these names, or all."""
    known = {fault.name: fault for fault in faults}
    for name in names:
        if name not in known:
            raise CannotRun(f"there is no fault {name!r}; --list shows all")
    return [known[name] for name in names] if names else list(faults)


def passing(run: Run) -> list[Key]:
    """The cases that pass on the unchanged system; no other case can notice a fault."""
    return [key for key, case in run.cases.items() if case.verdict is Verdict.PASS]


def notices(case: Case) -> bool:
    """Whether an expectation failed, with or without a broken precondition after it."""
    return case.verdict in NOTICED or (case.verdict is Verdict.ERROR and EXPECTATION.search(case.details) is not None)


def judge(fault: Fault, runs: Iterable[Run], passed: Collection[Key]) -> Outcome:
    """Judges a fault by the cases that pass without it."""
    outcome = Outcome(fault)
    for run in runs:
        for key, case in run.cases.items():
            if key not in passed:
                continue
            outcome.cases += 1
            if notices(case):
                outcome.caught_by.append(key)
            elif case.verdict is Verdict.ERROR:
                outcome.errors.append(key)
    return outcome


def figures(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The figures that --json writes."""
    caught: Mapping[str, list[str]] = {
        outcome.fault.name: [str(key) for key in outcome.caught_by] for outcome in outcomes if outcome.caught
    }
    missed = [outcome.fault.name for outcome in outcomes if not outcome.caught]
    return {
        "faults": len(outcomes),
        "caught": len(caught),
        "missed": len(missed),
        "caught_by": caught,
        "missed_faults": missed,
    }


def table(outcomes: Sequence[Outcome], platform: str) -> str:
    """The table as Markdown."""
    missed = [outcome for outcome in outcomes if not outcome.caught]
    lines = [
        "# Which cases notice which faulty system",
        "",
        f"On {platform}: {len(outcomes) - len(missed)} of {len(outcomes)} faults are caught.",
        "",
        "| fault | this system | noticed by | broken preconditions |",
        "| --- | --- | --- | --- |",
    ]
    for outcome in [*missed, *(outcome for outcome in outcomes if outcome.caught)]:
        noticed = ", ".join(key.id for key in outcome.caught_by) or f"**missed** by {outcome.cases} cases"
        sentence = outcome.fault.sentence.replace("|", "\\|")
        lines.append(f"| {outcome.fault.name} | {sentence} | {noticed} | {len(outcome.errors) or ''} |")
    return "\n".join(lines) + "\n"
