"""Faulty systems: families with parameters, what counts as caught, and the figures.

shmactor-faulty.exe is the actor on top of a system that breaks one rule (harness/faults). A family of faults breaks a
rule in one way; its own parameters say where, and a gate, which is one more parameter, says when: from a size on, for
the second handle, after a process was killed. A system is caught if a case that passes without the fault fails or
deviates with it. An error does not count: the case can no longer tell what it checks. A fault that no call reached in a
run is not caught either, whatever the cases say.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shmcheck.console import CannotRun
from shmcheck.definitions import Verdict
from shmcheck.reports.results import Key, Run

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PARAMETER = re.compile(r"([a-z0-9-]+)=([A-Za-z0-9-]+(?:\|[A-Za-z0-9-]+)*)")
CONTROL = "control"  # what stands in place of the areas of a family without a fault
CONFIDENCE = 0.95
QUANTILE = 1.959964  # of the normal distribution, for CONFIDENCE


@dataclass(frozen=True)
class FamilyNeed:
    """A sample draws systems with these parameters only where one of these cases passes without a fault."""

    parameters: tuple[tuple[str, str], ...]  # none: every system of the family
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """One line of shmactor-faulty --faults."""

    name: str
    areas: tuple[str, ...]  # numbers of the contract's areas
    topics: tuple[str, ...]  # where cases are that should notice
    own: Mapping[str, tuple[str, ...]]  # parameters that it always has; the first value is the default
    gates: Mapping[str, tuple[str, ...]]  # parameters that say when it breaks the rule; without one: always
    sentence: str
    needs: tuple[FamilyNeed, ...] = ()

    @property
    def is_control(self) -> bool:
        return self.areas == (CONTROL,)


@dataclass(frozen=True)
class System:
    """A family with parameters: what is played."""

    family: Family
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """As --fault and the faulty actor take it: "names-cut:units=63,way=A"."""
        pairs = ",".join(f"{key}={value}" for key, value in self.parameters)
        return f"{self.family.name}:{pairs}" if pairs else self.family.name


class By(StrEnum):
    """How a system was caught, or why it was not."""

    FAIL = "fail"
    DEVIATES = "deviates"
    ERROR = "error only"
    NOTHING = "nothing"
    NOT_REACHED = "not reached"


@dataclass
class Outcome:
    """What came of running cases on a faulty system."""

    system: System
    failed: list[Key] = field(default_factory=list)
    deviated: list[Key] = field(default_factory=list)
    errors: list[Key] = field(default_factory=list)
    cases: int = 0  # that were run
    reached: bool = False  # whether the fault concerned a call

    @property
    def by(self) -> By:
        if not self.reached:
            return By.NOT_REACHED
        if self.failed:
            return By.FAIL
        if self.deviated:
            return By.DEVIATES
        return By.ERROR if self.errors else By.NOTHING

    @property
    def caught(self) -> bool:
        return self.by in (By.FAIL, By.DEVIATES)

    @property
    def caught_by(self) -> list[Key]:
        return [*self.failed, *self.deviated]


# ---- families and systems ----


def read_parameters(text: str, place: str) -> dict[str, tuple[str, ...]]:
    """Reads "page=first|last size=8K|1M"; CannotRun names the word that is wrong."""
    parameters: dict[str, tuple[str, ...]] = {}
    for word in text.split():
        match = PARAMETER.fullmatch(word)
        if not match or match[1] in parameters:
            raise CannotRun(f"{place}: expected key=value|value..., each key once, got {ascii(word)}")
        parameters[match[1]] = tuple(match[2].split("|"))
    return parameters


def read_needs(text: str, place: str) -> tuple[FamilyNeed, ...]:
    """Reads "case way=A,page=last:case"; CannotRun names the word that is wrong."""
    needs: dict[tuple[tuple[str, str], ...], tuple[str, ...]] = {}
    for word in text.split():
        condition, _, case = word.rpartition(":")
        pairs = [pair.partition("=") for pair in filter(None, condition.split(","))]
        if not NAME.fullmatch(case) or not all(key and value for key, _, value in pairs):
            raise CannotRun(f"{place}: expected a case or key=value,...:case, got {ascii(word)}")
        parameters = tuple((key, value) for key, _, value in pairs)
        needs[parameters] = (*needs.get(parameters, ()), case)
    return tuple(FamilyNeed(parameters, cases) for parameters, cases in needs.items())


def read_families(text: str) -> list[Family]:
    """Reads what shmactor-faulty --faults prints; CannotRun says what is wrong with it."""
    families: dict[str, Family] = {}
    for number, line in enumerate(text.splitlines(), 1):
        place = f"the list of faults, line {number}"
        fields = line.split("\t")
        if len(fields) != 7 or not NAME.fullmatch(fields[0]) or not all(fields[i].split() for i in (1, 2, 6)):
            raise CannotRun(
                f"{place}: expected a name, areas, topics, parameters, gates, needs and a sentence, got {ascii(line)}"
            )
        name, areas, topics, own, gates, needs, sentence = fields
        if name in families:
            raise CannotRun(f"{place}: there are two faults {name}")
        families[name] = Family(
            name,
            tuple(areas.split()),
            tuple(topics.split()),
            read_parameters(own, place),
            read_parameters(gates, place),
            sentence,
            read_needs(needs, place),
        )
    if not families:
        raise CannotRun("the list of faults is empty")
    return list(families.values())


def check_topics(families: Iterable[Family], topics: Collection[str]) -> None:
    """A fault that is looked for in a topic without cases would never be caught."""
    for family in families:
        for topic in family.topics:
            if topic not in topics:
                raise CannotRun(f"fault {family.name} names the topic {topic}, which has no case")


def system_of(text: str, families: Sequence[Family]) -> System:
    """The system of a name like "names-cut" or "names-cut:units=63,way=A"; CannotRun if there is none."""
    name, _, rest = text.partition(":")
    family = next((family for family in families if family.name == name), None)
    if family is None:
        raise CannotRun(f"there is no fault {name!r}; --list prints them all")
    parameters: list[tuple[str, str]] = []
    for word in filter(None, rest.split(",")):
        key, _, value = word.partition("=")
        if value not in (*family.own.get(key, ()), *family.gates.get(key, ())) or key in dict(parameters):
            raise CannotRun(f"{word!r} is no parameter of {name}, or it is given twice; --list prints what it takes")
        parameters.append((key, value))
    return System(family, tuple(parameters))


def unmet_needs(families: Iterable[Family], passed: Iterable[Key]) -> list[tuple[Family, FamilyNeed]]:
    """Which systems a sample leaves out on a system where these cases pass without a fault."""
    ids = {key.id for key in passed}
    return [(family, need) for family in families for need in family.needs if not ids.intersection(need.cases)]


def unmet_need(system: System, unmet: Iterable[tuple[Family, FamilyNeed]]) -> FamilyNeed | None:
    """The unmet need that concerns a system: the platform breaks the same rule by itself. None: there is no such need."""
    parameters = set(system.parameters)
    return next((need for one, need in unmet if one is system.family and set(need.parameters) <= parameters), None)


@dataclass(frozen=True)
class Chosen:
    """The systems to play, and those that were left out because of an unmet need, by their names."""

    systems: list[System]
    left_out: dict[str, FamilyNeed] = field(default_factory=dict)

    @property
    def reasons(self) -> dict[str, str]:
        """By the name of each system that was left out: why."""
        return {name: f"none of these cases passes here without a fault: {', '.join(need.cases)}" for name, need in self.left_out.items()}


def draw(
    families: Sequence[Family], count: int, seed: int, unmet: Collection[tuple[Family, FamilyNeed]] = ()
) -> Chosen:
    """Draws different systems: a family, a value of each of its own parameters, and one of its gates with a value; none
    that an unmet need concerns. The same arguments give the same systems, and a larger sample begins with the smaller
    one."""
    source = random.Random(seed)
    faulty = [family for family in families if not family.is_control]
    systems: dict[str, System] = {}
    left_out: dict[str, FamilyNeed] = {}
    for _ in range(100 * count):
        if len(systems) == count:
            return Chosen(list(systems.values()), left_out)
        family = source.choice(faulty)
        parameters = [(key, source.choice(values)) for key, values in family.own.items()]
        if family.gates:
            gate = source.choice(list(family.gates))
            parameters.append((gate, source.choice(family.gates[gate])))
        system = System(family, tuple(parameters))
        need = unmet_need(system, unmet)
        if need is None:
            systems.setdefault(system.text, system)
        else:
            left_out[system.text] = need
    raise CannotRun(f"there are fewer than {count} different systems; draw fewer with --sample")


def choose(families: Sequence[Family], names: Sequence[str], unmet: Collection[tuple[Family, FamilyNeed]] = ()) -> Chosen:
    """The systems of these names; without names every family that has a fault, without a gate, and none that an unmet need
    concerns."""
    if names:
        return Chosen([system_of(name, families) for name in names])
    systems = [System(family) for family in families if not family.is_control]
    left_out = {system.text: need for system in systems if (need := unmet_need(system, unmet))}
    return Chosen([system for system in systems if system.text not in left_out], left_out)


# ---- what counts ----


def passing(run: Run) -> list[Key]:
    """The cases that pass on the system as it is: no other can notice anything."""
    return [key for key, case in run.cases.items() if case.verdict is Verdict.PASS]


def judge(system: System, runs: Iterable[Run], passed: Collection[Key], reached: bool) -> Outcome:
    """What cases that pass without the fault make of it."""
    outcome = Outcome(system, reached=reached)
    lists = {
        Verdict.FAIL: outcome.failed,
        Verdict.DEVIATES: outcome.deviated,
        Verdict.ERROR: outcome.errors,
    }
    for run in runs:
        for key, case in run.cases.items():
            if key in passed:
                outcome.cases += 1
                if case.verdict in lists:
                    lists[case.verdict].append(key)
    return outcome


def wilson(caught: int, count: int) -> tuple[float, float]:
    """The Wilson score interval of a share, for CONFIDENCE: from 0 to 1."""
    if count == 0:
        return 0.0, 1.0
    share, square = caught / count, QUANTILE * QUANTILE
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = QUANTILE / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


# ---- figures ----


def figures(outcomes: Sequence[Outcome], seed: int | None = None) -> dict[str, object]:
    """What --json writes; `seed` is that of a sample."""
    caught = [outcome for outcome in outcomes if outcome.caught]
    low, high = wilson(len(caught), len(outcomes))
    return {
        "faults": len(outcomes),
        "caught": len(caught),
        "missed": len(outcomes) - len(caught),
        "caught_by": {outcome.system.text: [str(key) for key in outcome.caught_by] for outcome in caught},
        "missed_faults": [outcome.system.text for outcome in outcomes if not outcome.caught],
        "seed": seed,
        "estimate": {
            "share": len(caught) / len(outcomes) if outcomes else 0.0,
            "low": low,
            "high": high,
            "interval": "Wilson",
            "confidence": CONFIDENCE,
        },
        "systems": [
            {
                "system": outcome.system.text,
                "family": outcome.system.family.name,
                "areas": list(outcome.system.family.areas),
                "parameters": dict(outcome.system.parameters),
                "by": outcome.by.value,
                "cases": outcome.cases,
                "errors": [str(key) for key in outcome.errors],
            }
            for outcome in outcomes
        ],
    }


def estimate_text(outcomes: Sequence[Outcome]) -> str:
    """The last line: the share that is caught, and how sure it is."""
    caught = sum(outcome.caught for outcome in outcomes)
    low, high = wilson(caught, len(outcomes))
    share = caught / len(outcomes) if outcomes else 0.0
    return (
        f"{len(outcomes)} faults: {caught} caught, {len(outcomes) - caught} missed; "
        f"{share:.0%} caught ({CONFIDENCE:.0%} Wilson interval: {low:.0%} to {high:.0%})"
    )


def table(outcomes: Sequence[Outcome], platform: str) -> str:
    """The table for people, as Markdown."""
    missed = [outcome for outcome in outcomes if not outcome.caught]
    lines = [
        "# Which cases notice which faulty system",
        "",
        f"On {platform}: {len(outcomes) - len(missed)} of {len(outcomes)} faults are caught.",
        "",
        "| fault | this system | noticed by | errors |",
        "| --- | --- | --- | --- |",
    ]
    for outcome in [*missed, *(outcome for outcome in outcomes if outcome.caught)]:
        noticed = ", ".join(key.id for key in outcome.caught_by)
        if not outcome.caught:
            noticed = f"**missed** by {outcome.cases} cases ({outcome.by})"
        sentence = outcome.system.family.sentence.replace("|", "\\|")
        lines.append(f"| {outcome.system.text} | {sentence} | {noticed} | {len(outcome.errors) or ''} |")
    return "\n".join(lines) + "\n"
