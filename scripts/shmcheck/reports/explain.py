"""Finds the property of the platform that separates the systems that disagree about a case.

It tries simple conditions on a single recorded fact: the report has it, it equals a value, it is at most or at least a
version or number. A condition must hold for exactly the systems of one group. If several independent facts separate the
systems equally well, it names none: a case that changed between two versions of the programs is not a difference of the
platform, and two machines may differ in more than two runs can tell apart. A condition is an observation about these runs,
not a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shmcheck.definitions import FACTS
from shmcheck.reports.results import PROGRAMS, RUN_FACTS, Run, version, windows_version

# os_build and os_ubr together.
VERSION = "os_version"


def _listed(*uses: str) -> list[str]:
    """The names of the facts with these uses, in the order of their list; os_version follows os_build."""
    names: list[str] = []
    for fact in FACTS:
        if fact.use in uses:
            names += [fact.name, VERSION] if fact.name == "os_build" else [fact.name]
    return names


# The facts that are most likely to explain a difference come first. Other facts come after these, by name.
FIRST_FACTS = tuple(_listed("PLATFORM", "PAIR"))
# The version of the programs, and so of the cases.
PROGRAM_VERSION = "harness_version"
# The programs themselves, by their SHA-256. They differ where the version or the bitness does.
PROGRAM_FILES = "programs"
FOLLOWS_FROM = {PROGRAM_FILES: frozenset({PROGRAM_VERSION, "process_arch"})}
# These separate systems by chance, so they come last. All of them are one cause: another machine.
LAST_FACTS = tuple(name for name in _listed("DETAIL") if name != PROGRAM_VERSION)
# These facts follow from the system and its version. If several of them differ, they count as one cause.
SYSTEM_VERSION = frozenset(
    {"wine_version", "wine_host", "os_build", VERSION, "os_edition", "os_name", "os_release", "status_table"}
)
ORDERED = frozenset({VERSION} | {fact.name for fact in FACTS if fact.order == "ORDERED"})
# os_ubr means nothing without os_build, and harness_version describes the programs.
NOT_FACTS = RUN_FACTS | PROGRAMS.keys() | frozenset(_listed("PART"))


@dataclass(frozen=True)
class Group:
    """A group of systems that agree with each other."""

    outcome: str  # a verdict, or the letter of an observation if the verdicts are equal
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A condition that is true for exactly the systems of one group."""

    fact: str
    text: str  # "wine_version ≤ 5.0"
    otherwise: str  # the condition of the others, "≥ 8.0"; "" if it adds nothing


@dataclass(frozen=True)
class Explanation:
    groups: tuple[Group, ...]  # the largest last
    conditions: tuple[Condition | None, ...]  # of all groups but the last
    also: tuple[str, ...]  # other facts that separate the groups, of the same cause
    unclear: tuple[str, ...]  # independent facts that separate the systems equally well; () for one cause or none
    same_platform: tuple[str, str] | None  # two systems that disagree although all their recorded facts are equal

    @property
    def found(self) -> bool:
        return all(condition is not None for condition in self.conditions)

    @property
    def scattered(self) -> bool:
        """Whether all systems differ from each other, as with values that depend on the machine."""
        return len(self.groups) > 2 and all(len(group.targets) == 1 for group in self.groups)

    def sentence(self) -> str:
        """The explanation in words; "" if none is found, or more than one. The names of systems are with the groups."""
        if self.same_platform:
            one, other = self.same_platform
            return f"{one} and {other} disagree although all their recorded facts are equal: repeat the case, or compare the machines."
        if self.scattered:
            return "All systems differ from each other."
        if not self.found or self.unclear:
            return ""
        parts = []
        for group, condition in zip(self.groups, self.conditions, strict=False):
            if condition:
                rest = f", not where it is {condition.otherwise}" if condition.otherwise else ""
                parts.append(f"{group.outcome} where {condition.text}{rest}")
        return "; ".join(parts) + f"; elsewhere {self.groups[-1].outcome}.{self._also()}"

    def separation(self) -> str:
        """The same without the outcomes: what separates the groups of systems, whatever was seen on them."""
        if self.same_platform or self.scattered or not self.found or self.unclear:
            return self.sentence()
        parts = []
        for group, condition in zip(self.groups, self.conditions, strict=False):
            if condition:
                rest = f"; the others {condition.otherwise}" if condition.otherwise else ""
                parts.append(f"{', '.join(group.targets)}: {condition.text}{rest}")
        return ". ".join(parts) + f".{self._also()}"

    def _also(self) -> str:
        return f" Also separated by {', '.join(self.also)}." if self.also else ""


class Facts:
    """The facts of some systems, as conditions use them."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.of: dict[str, dict[str, str]] = {run.target: _facts(run) for run in runs}
        names = {name for facts in self.of.values() for name in facts}
        self.names = [name for name in FIRST_FACTS if name in names]
        last = (PROGRAM_VERSION, PROGRAM_FILES, *LAST_FACTS)
        self.names += sorted(names - set(FIRST_FACTS) - set(last))
        self.names += [name for name in last if name in names]
        self.seen: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Condition]] = {}

    def explain(self, outcomes: Mapping[str, str]) -> Explanation | None:
        """The explanation of different outcomes (target -> outcome); None if they are equal."""
        groups = _groups(outcomes)
        if len(groups) < 2:
            return None
        targets_of_all = [target for group in groups for target in group.targets]
        conditions = []
        also: list[str] = []
        unclear: tuple[str, ...] = ()
        for group in groups[:-1]:
            rest = [target for target in targets_of_all if target not in set(group.targets)]
            found = self.conditions(group.targets, rest)
            conditions.append(found[0] if found else None)
            also = [condition.fact for condition in found[1:]] if len(groups) == 2 else []
            # A fact that a report does not record may still be equal.
            told = [condition.fact for condition in found if not condition.text.endswith("recorded")]
            unclear = unclear or independent(told)
        telling = [fact for fact in also if fact not in LAST_FACTS][:4]
        return Explanation(groups, tuple(conditions), tuple(telling), unclear, self.alike(groups))

    def conditions(self, inside: Sequence[str], outside: Sequence[str]) -> list[Condition]:
        """The simplest condition of each fact that holds for exactly `inside`, best fact first."""
        sides = (tuple(inside), tuple(outside))
        if sides not in self.seen:  # many cases split the systems in the same way
            found = [self.condition(name, inside, outside) for name in self.names]
            self.seen[sides] = [condition for condition in found if condition]
        return self.seen[sides]

    def condition(self, name: str, inside: Sequence[str], outside: Sequence[str]) -> Condition | None:
        have = [self.of[target].get(name) for target in inside]
        others = [self.of[target].get(name) for target in outside]
        there = [value for value in have if value is not None]
        elsewhere = [value for value in others if value is not None]
        if not there:
            text = "it is not Wine" if name == "wine_version" else f"{name} is not recorded"
            return Condition(name, text, "") if len(elsewhere) == len(others) else None
        if len(there) != len(have) or set(there) & set(elsewhere):
            return None
        if not elsewhere:
            return Condition(name, "it is Wine" if name == "wine_version" else f"{name} is recorded", "")
        if name in ORDERED:
            threshold = _threshold(name, there, elsewhere)
            if threshold:
                return threshold
        if len(set(there)) == 1:
            return Condition(name, f"{name} = {there[0]}", "")
        if len(set(elsewhere)) == 1 and len(elsewhere) == len(others):
            return Condition(name, f"{name} ≠ {elsewhere[0]}", "")
        return None

    def alike(self, groups: Sequence[Group]) -> tuple[str, str] | None:
        """Two systems of different groups whose facts are equal, apart from those that differ by chance; None if none are."""
        seen: dict[tuple[tuple[str, str], ...], tuple[str, int]] = {}
        for number, group in enumerate(groups):
            for target in group.targets:
                facts = tuple(sorted(item for item in self.of[target].items() if item[0] not in LAST_FACTS))
                other, place = seen.setdefault(facts, (target, number))
                if place != number:
                    return (other, target)
        return None


def independent(names: Sequence[str]) -> tuple[str, ...]:
    """One fact of each cause among the facts that separate the systems; () for one cause or none."""
    telling = [name for name in names if not FOLLOWS_FROM.get(name, frozenset()) & set(names)]
    causes = {_cause(name): name for name in reversed(telling)}
    found = tuple(name for name in telling if name in causes.values())
    return found if len(found) > 1 else ()


def _cause(name: str) -> str:
    return "system" if name in SYSTEM_VERSION else "machine" if name in LAST_FACTS else name


def _facts(run: Run) -> dict[str, str]:
    facts = {name: value for name, value in run.facts.items() if name not in NOT_FACTS}
    whole = windows_version(run.facts)
    if whole != facts.get("os_build", ""):
        facts[VERSION] = whole
    files = [run.facts[name][:12] for name in PROGRAMS if name in run.facts]
    if files:
        facts[PROGRAM_FILES] = " ".join(files)
    return facts


def _groups(outcomes: Mapping[str, str]) -> tuple[Group, ...]:
    """The groups by outcome: the smallest first, because they need the explanation; among equal sizes `pass` last."""
    by_outcome: dict[str, list[str]] = {}
    for target, outcome in outcomes.items():
        by_outcome.setdefault(outcome, []).append(target)
    groups = [Group(outcome, tuple(targets)) for outcome, targets in by_outcome.items()]
    return tuple(sorted(groups, key=lambda group: (len(group.targets), group.outcome == "pass", group.outcome)))


def _threshold(name: str, inside: Sequence[str], outside: Sequence[str]) -> Condition | None:
    ours = sorted(set(inside), key=lambda value: (version(value), value))
    theirs = sorted(set(outside), key=lambda value: (version(value), value))
    if not all(version(value) for value in (*ours, *theirs)):
        return None
    if version(ours[-1]) < version(theirs[0]):
        return Condition(name, f"{name} ≤ {ours[-1]}", f"≥ {theirs[0]}")
    if version(ours[0]) > version(theirs[-1]):
        return Condition(name, f"{name} ≥ {ours[0]}", f"≤ {theirs[-1]}")
    return None
