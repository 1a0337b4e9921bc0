"""The kinds of change of a case between two runs. Each case has exactly one."""

from __future__ import annotations

from enum import StrEnum

from shmcheck.definitions import Verdict
from shmcheck.reports.results import BAD, SEVERITY, Case, observation


class Change(StrEnum):
    """The kinds of change, in the order in which they are printed."""

    REGRESSED = "regressed"
    NEW_FAILURE = "new-failure"
    LOST_COVERAGE = "lost-coverage"
    REMOVED = "removed"
    UNEXPECTEDLY_PASSING = "unexpectedly-passing"
    FIXED = "fixed"
    CHANGED = "changed"
    NEWLY_KNOWN = "newly-known"
    STILL_FAILING = "still-failing"
    STILL_KNOWN = "still-known"
    ADDED = "added"
    NOT_SELECTED = "not-selected"
    SAME = "same"


MEANING: dict[Change, str] = {
    Change.REGRESSED: "ran before and now, and got worse",
    Change.NEW_FAILURE: "fails, and was missing or did not run before",
    Change.LOST_COVERAGE: "ran before, and is now skipped, or missing from a run that did not finish",
    Change.UNEXPECTEDLY_PASSING: "was a known deviation, and passes now on the same version of the system or an older one",
    Change.FIXED: "failed before, and passes now; or was a known deviation of an older version of the system",
    Change.CHANGED: "neither better nor worse, but the transcript differs",
    Change.NEWLY_KNOWN: "passed before, and is now a known deviation",
    Change.STILL_FAILING: "fails as before, and is not known",
    Change.STILL_KNOWN: "fails as before, and is a known deviation now",
    Change.ADDED: "does not fail, and was missing or did not run before",
    Change.REMOVED: "was in the earlier run, and is missing from a run that finished",
    Change.NOT_SELECTED: "was in the earlier run, and the new run is a selection without it",
    Change.SAME: "the same as before",
}

# The kinds that make scripts/compare end with exit code 1 by default, because a person should check them before a merge. A
# fix or another transcript is not one of them.
DEFAULT_FAIL_ON = frozenset({Change.REGRESSED, Change.NEW_FAILURE, Change.LOST_COVERAGE, Change.REMOVED})


def classify(
    base: Case | None, new: Case | None, *, finished: bool, selection: bool = False, newer: bool = False
) -> Change:
    """The kind of change of a case that is in at least one of two runs. `finished`: the new run finished; `selection`: it is
    a selection of the cases; `newer`: its system is of a newer version than that of the base."""
    if new is None:
        return Change.NOT_SELECTED if base and finished and selection else _gone(base, finished)
    if base is None or base.verdict is Verdict.SKIP:
        return _first_seen(base, new)
    if new.verdict is Verdict.SKIP:
        return Change.LOST_COVERAGE
    if base.verdict is new.verdict:
        return _same_verdict(base, new)
    if new.verdict is Verdict.PASS:
        return Change.UNEXPECTEDLY_PASSING if base.verdict is Verdict.KNOWN and not newer else Change.FIXED
    if new.verdict is Verdict.KNOWN:
        return Change.NEWLY_KNOWN if base.verdict is Verdict.PASS else Change.STILL_KNOWN
    if SEVERITY[new.verdict] > SEVERITY[base.verdict]:
        return Change.REGRESSED
    return Change.CHANGED


def _gone(base: Case | None, finished: bool) -> Change:
    if base is None:
        raise ValueError("a case must be in one of the runs")
    # A case that did not run before cannot lose coverage.
    return Change.REMOVED if finished or base.verdict is Verdict.SKIP else Change.LOST_COVERAGE


def _first_seen(base: Case | None, new: Case) -> Change:
    """Whether the case was missing or did not run before."""
    if new.verdict in BAD:
        return Change.NEW_FAILURE
    if base is None or new.verdict is not Verdict.SKIP:
        return Change.ADDED
    return Change.SAME if base.message == new.message else Change.CHANGED


def _same_text(base: Case, new: Case) -> bool:
    """Whether both say the same to the letter, so that their observations need not be computed."""
    return (base.kind, base.message, base.details, base.transcript) == (new.kind, new.message, new.details, new.transcript)


def _same_verdict(base: Case, new: Case) -> Change:
    if not _same_text(base, new) and observation(base) != observation(new):
        return Change.CHANGED
    if new.verdict is Verdict.PASS:
        return Change.SAME
    return Change.STILL_KNOWN if new.verdict is Verdict.KNOWN else Change.STILL_FAILING
