"""Compares two runs case by case, and warns about conditions that differ between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shmcheck.definitions import FACTS
from shmcheck.reports.change_kinds import Change, classify
from shmcheck.reports.results import PROGRAMS, Case, Key, Run
from shmcheck.reports.transcript import first_difference

# Facts that change the expected results, each with the reason. If one of them differs, it may be the cause of a difference
# between the runs, instead of the system.
CONDITIONS: Mapping[str, str] = {fact.name: fact.why for fact in FACTS if fact.why}


def reply_word(reply: str | None) -> str:
    """The reply, or a word for an empty reply and for a step that a run does not have."""
    return "(no such step)" if reply is None else reply or "(no reply)"


@dataclass(frozen=True)
class Difference:
    """One case of one or both runs, and its kind of change."""

    key: Key
    change: Change
    base: Case | None
    new: Case | None

    @property
    def case(self) -> Case:
        """The case of the new run, or of the old one if the new run does not have it."""
        found = self.new or self.base
        if found is None:
            raise ValueError("a case must be in one of the runs")
        return found

    @property
    def unstable(self) -> bool:
        """Whether repetitions of the case disagree with each other in one of the runs."""
        return any(case is not None and case.unstable for case in (self.base, self.new))

    def what_was_seen(self) -> list[str]:
        """The difference, in lines for people."""
        lines: list[str] = []
        if self.new is not None and self.new.message:
            lines.append(self.new.message)
        elif self.base is not None and self.base.message:
            lines.append(f"before: {self.base.message}")
        if self.base is None or self.new is None or self.base.transcript == self.new.transcript:
            return lines
        found = first_difference(self.base.transcript, self.new.transcript)
        if found:
            lines.append(f"first difference: {found.request}")
            lines.append(f"  before: {reply_word(found.before)}")
            lines.append(f"  now:    {reply_word(found.now)}")
        return lines


@dataclass(frozen=True)
class Comparison:
    base: Run
    new: Run
    differences: tuple[Difference, ...]  # of all cases of both runs, in the order of kind and name
    warnings: tuple[str, ...]  # why the comparison may mislead

    @cached_property
    def counts(self) -> dict[Change, int]:
        counter = Counter(difference.change for difference in self.differences)
        return {change: counter[change] for change in Change}

    def of(self, change: Change) -> list[Difference]:
        return [difference for difference in self.differences if difference.change is change]

    def sentence(self) -> str:
        """The differences of the runs, in one sentence."""
        if self.new.lost:
            return f"{self.new.target} was lost: {self.new.lost}"
        words = [
            (Change.REGRESSED, "regressed"),
            (Change.NEW_FAILURE, "newly failing"),
            (Change.LOST_COVERAGE, "no longer covered"),
            (Change.REMOVED, "removed"),
            (Change.UNEXPECTEDLY_PASSING, "unexpectedly passing"),
            (Change.FIXED, "fixed"),
            (Change.CHANGED, "with another transcript"),
            (Change.NEWLY_KNOWN, "newly known"),
            (Change.ADDED, "added"),
        ]
        parts = [f"{self.counts[change]} {word}" for change, word in words if self.counts[change]]
        still = [
            f"{self.counts[change]} {word}"
            for change, word in (
                (Change.STILL_FAILING, "still failing"),
                (Change.STILL_KNOWN, "known as before"),
                (Change.NOT_SELECTED, "not selected"),
            )
            if self.counts[change]
        ]
        what = ", ".join(parts) if parts else "no difference"
        return f"{what} between {self.base.target} and {self.new.target}" + (f"; {', '.join(still)}" if still else "")


def compare(base: Run, new: Run) -> Comparison:
    keys = sorted(base.cases.keys() | new.cases.keys(), key=Key.order)
    order = list(Change)
    selection, newer = bool(new.selection), new.newer_than(base)
    differences = []
    for key in keys:
        before, now = base.cases.get(key), new.cases.get(key)
        change = classify(before, now, finished=new.complete, selection=selection, newer=newer)
        differences.append(Difference(key, change, before, now))
    differences.sort(key=lambda difference: (order.index(difference.change), difference.key.order()))
    return Comparison(base, new, tuple(differences), tuple(warnings(base, new)))


def warnings(base: Run, new: Run) -> list[str]:
    """Why the comparison may mislead; empty if there is no reason."""
    found = []
    for word, run in (("earlier", base), ("new", new)):
        if run.lost:
            found.append(f"the {word} run was lost: {run.lost}")
        elif not run.complete:
            found.append(f"the {word} run did not finish: cases may be missing from it")
    if base.lost or new.lost:
        return found
    for word, run in (("earlier", base), ("new", new)):
        if run.selection:
            found.append(f"the {word} run is a selection of the cases: {run.selection}")
    if base.pairs.keys() != new.pairs.keys():
        had, has = (", ".join(run.pairs) or "none" for run in (base, new))
        found.append(f"the pairs of architectures were {had} and are {has}: cases of different pairs are not compared")
    for fact, reason in CONDITIONS.items():
        before, now = base.facts.get(fact), new.facts.get(fact)
        if before != now:
            found.append(f"{fact} was {before or 'not recorded'} and is {now or 'not recorded'}: {reason}")
    programs = other_programs(base, new)
    if programs:
        named = f"{', '.join(programs)} {'is another program' if len(programs) == 1 else 'are other programs'}"
        found.insert(0, f"{named} of the same version: the cases or the actors may differ")
    return found


def other_programs(base: Run, new: Run) -> list[str]:
    """The programs that have the same version in both runs but differ by the SHA-256 in the reports. Programs of
    another version or bitness always differ, and a report without a SHA-256 cannot be compared."""
    if any(base.facts.get(fact) != new.facts.get(fact) for fact in ("harness_version", "process_arch")):
        return []
    both = [fact for fact in PROGRAMS if base.facts.get(fact) and new.facts.get(fact)]
    return [PROGRAMS[fact] for fact in both if base.facts[fact] != new.facts[fact]]

