"""Which cases notice which faulty system.

shmactor-faulty.exe is the actor on top of systems that break one rule each (harness/faults). A fault is caught if a case
that passes on the system as it is sees an expectation fail with the fault. A case whose preconditions break before does
not count: it can no longer tell what it is there for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shmcheck.console import CannotRun
from shmcheck.reports.results import Case, Key, Run, Verdict

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NOTICED = frozenset({Verdict.FAIL, Verdict.DEVIATES})
# How a failed expectation begins in the details of a case: with the row that it checks.
EXPECTATION = re.compile(r"^(line [0-9]+: )?\[[a-z0-9-]+\] ", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One line of shmactor-faulty --faults."""

    name: str
    topics: tuple[str, ...]  # where cases are that should notice
    sentence: str


@dataclass
class Outcome:
    """What came of running cases with a fault."""

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
    """A fault that is looked for where no case is would be missed for ever."""
    for fault in faults:
        for topic in fault.topics:
            if topic not in topics:
                raise CannotRun(f"fault {fault.name} is looked for in the topic {topic}, which no case has")


def choose(faults: Sequence[Fault], names: Sequence[str]) -> list[Fault]:
    """The faults of these names, or all."""
    known = {fault.name: fault for fault in faults}
    for name in names:
        if name not in known:
            raise CannotRun(f"no fault is called {name!r}; --list shows them")
    return [known[name] for name in names] if names else list(faults)


def passing(run: Run) -> list[Key]:
    """The cases that pass on the system as it is: no other can notice anything."""
    return [key for key, case in run.cases.items() if case.verdict is Verdict.PASS]


def notices(case: Case) -> bool:
    """Whether an expectation failed, be it that a precondition behind it broke as well."""
    return case.verdict in NOTICED or (case.verdict is Verdict.ERROR and EXPECTATION.search(case.details) is not None)


def judge(fault: Fault, runs: Iterable[Run], passed: Collection[Key]) -> Outcome:
    """What cases that pass without the fault make of it."""
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
    """What --json writes."""
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
    """The table for people, as Markdown."""
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
