"""The data that the page's templates show: symbols, cells, steps side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shmcheck.contract import Row
from shmcheck.definitions import Verdict
from shmcheck.reports.change_kinds import Change
from shmcheck.reports.compare import Difference, reply_word
from shmcheck.reports.explain import Group
from shmcheck.reports.failure_groups import essence
from shmcheck.reports.history_view import Chart, chart
from shmcheck.reports.page_model import ABSENT, LOST, Area, Page, PageCase
from shmcheck.reports.results import RUN_FACTS, Case, Key, Run
from shmcheck.reports.transcript import align, first_difference

# Symbol, class name in the style sheet, words. A state never differs by its colour alone.
STATES: dict[str, tuple[str, str, str]] = {
    Verdict.PASS: ("✓", "p", Verdict.PASS.value),
    Verdict.FAIL: ("✗", "f", Verdict.FAIL.value),
    Verdict.DEVIATES: ("≠", "d", Verdict.DEVIATES.value),
    Verdict.ERROR: ("!", "e", Verdict.ERROR.value),
    Verdict.KNOWN: ("≈", "k", Verdict.KNOWN.value),
    Verdict.SKIP: ("○", "s", Verdict.SKIP.value),
    ABSENT: ("·", "n", "not in this run"),
    LOST: ("?", "l", "lost"),
}
LEGEND = (
    (Verdict.PASS, Verdict.PASS.value),
    *(
        (verdict, f"{verdict}: {verdict.entry.meaning}")
        for verdict in (Verdict.FAIL, Verdict.DEVIATES, Verdict.ERROR, Verdict.KNOWN, Verdict.SKIP)
    ),
    (ABSENT, "not in this run"),
    (LOST, "lost: this system has no report"),
)
WORST_FIRST = (Verdict.ERROR, Verdict.FAIL, Verdict.DEVIATES, Verdict.KNOWN, Verdict.PASS, Verdict.SKIP, ABSENT, LOST)
FAILING = (Verdict.FAIL, Verdict.DEVIATES, Verdict.ERROR)
RAN = (*FAILING, Verdict.PASS, Verdict.KNOWN)
IN_BRACKETS = re.compile(r"\[([a-z][a-z0-9-]*)\]")  # how a failure names its row
SIDE_BY_SIDE = 3  # with more observations, the replies are one below the other
MOST_VARIANTS = 26  # of one case on the page; the JSON has all
ATTENTION = (Change.REGRESSED, Change.NEW_FAILURE, Change.LOST_COVERAGE)
NEWS = (
    Change.UNEXPECTEDLY_PASSING,
    Change.FIXED,
    Change.CHANGED,
    Change.NEWLY_KNOWN,
    Change.ADDED,
    Change.REMOVED,
)


@dataclass(frozen=True)
class Cell:
    """One area on one system."""

    symbol: str
    style: str
    text: str  # "36/39": 36 of the 39 cases that ran passed
    known: str  # "≈ 2": two known deviations; "" for none
    words: str  # "3 fail, 36 pass"


def cell(tally: Counter[str]) -> Cell:
    words = ", ".join(f"{tally[state]} {STATES[state][2]}" for state in WORST_FIRST if tally[state])
    worst = next((state for state in WORST_FIRST if tally[state]), ABSENT)
    symbol, style, _ = STATES[worst]
    ran = sum(tally[state] for state in RAN)
    if worst == LOST:
        return Cell(symbol, style, "lost", "", "lost")
    known = f"{STATES[Verdict.KNOWN][0]} {tally[Verdict.KNOWN]}" if tally[Verdict.KNOWN] else ""
    return Cell(symbol, style, f"{tally[Verdict.PASS]}/{ran}", known, words)


def total(page: Page) -> list[Counter[str]]:
    """The number of cases in each state, one counter per column."""
    return [Counter(case.states[column] for case in page.cases) for column in range(len(page.runs))]


@dataclass(frozen=True)
class Bar:
    """A piece of a stacked bar; start and width in per cent of the bar's width."""

    style: str
    start: float
    width: float


def bars(tally: Counter[str]) -> list[Bar]:
    shown = [state for state in (Verdict.PASS, Verdict.KNOWN, Verdict.SKIP, Verdict.DEVIATES, Verdict.FAIL, Verdict.ERROR)]
    whole = sum(tally[state] for state in shown)
    out: list[Bar] = []
    start = 0.0
    for state in shown:
        if tally[state]:
            width = round(100 * tally[state] / whole, 2)
            out.append(Bar(STATES[state][1], round(start, 2), width))
            start += width
    return out


@dataclass(frozen=True)
class ShownReply:
    letters: str  # "A, C"
    text: str
    missing: bool


@dataclass(frozen=True)
class StepView:
    request: str
    reply: str  # if all systems agree
    replies: tuple[ShownReply, ...]  # otherwise, one for each different reply
    comment: bool


def steps(case: PageCase) -> list[StepView]:
    """The transcripts of all observations in one list."""
    variants = [variant for variant in case.variants if variant.case.transcript][:MOST_VARIANTS]
    out = []
    for step in align([variant.case.transcript for variant in variants]):
        replies: dict[str | None, list[str]] = {}
        for variant, reply in zip(variants, step.replies, strict=True):
            replies.setdefault(reply, []).append(variant.letter)
        comment = step.request.startswith("# ")
        if len(replies) == 1:
            out.append(StepView(step.request, step.replies[0] or "", (), comment))
            continue
        split = tuple(
            ShownReply(", ".join(letters), "not done" if text is None else text or "done", text is None)
            for text, letters in replies.items()
        )
        out.append(StepView(step.request, "", split, comment))
    return out


@dataclass(frozen=True)
class Pattern:
    """Cases with the same outcomes on the same systems. An outcome is a verdict, or a letter if the verdicts are equal."""

    outcomes: tuple[Group, ...]
    cases: tuple[PageCase, ...]


@dataclass(frozen=True)
class Split:
    """Cases that divide the systems into the same groups."""

    cause: str  # the fact that separates the groups; "" if it is unknown
    patterns: tuple[Pattern, ...]  # the one with the most cases first

    @property
    def count(self) -> int:
        """The number of its cases."""
        return sum(len(pattern.cases) for pattern in self.patterns)


def splits(page: Page, verdicts_differ: bool) -> list[Split]:
    """The disagreements in verdicts, or those in transcripts only, by the groups of systems; the split with the most cases
    first."""
    found: dict[frozenset[tuple[str, ...]], dict[frozenset[Group], list[PageCase]]] = {}
    for case in page.disagreements:
        if case.explanation and case.verdicts_differ == verdicts_differ:
            groups = case.explanation.groups
            patterns = found.setdefault(frozenset(group.targets for group in groups), {})
            patterns.setdefault(frozenset(groups), []).append(case)
    out = [_split(list(patterns.values())) for patterns in found.values()]
    return sorted(out, key=lambda split: -split.count)


def _split(cases: list[list[PageCase]]) -> Split:
    explanations = [group[0].explanation for group in cases]
    patterns = [
        Pattern(explanation.groups, tuple(group)) for explanation, group in zip(explanations, cases, strict=True) if explanation
    ]
    cause = next((explanation.separation() for explanation in explanations if explanation), "")
    return Split(cause, tuple(sorted(patterns, key=lambda pattern: -len(pattern.cases))))


def column_note(page: Page, run: Run) -> str:
    """The text below a system's name: its platform, and the date or the programs' version if two columns have one platform."""
    notes = [(other.timestamp[:10], other.facts.get("harness_version", "")) for other in page.usable if other.platform == run.platform]
    for own, others in zip((run.timestamp[:10], run.facts.get("harness_version", "")), zip(*notes, strict=True), strict=True):
        if len(set(others)) > 1:
            return f"{run.platform}, {own}"
    return run.platform


def chart_of(page: Page) -> Chart | None:
    """The chart of the rows that each system met over time; None if the history has no runs."""
    return chart(page.history)


def strip(verdicts: Sequence[str]) -> list[tuple[str, str, str]]:
    """Symbol, class and word of each of the last runs."""
    return [STATES[verdict or ABSENT] for verdict in verdicts]


def last_runs(page: Page, case: PageCase) -> list[tuple[str, tuple[str, ...]]]:
    """The verdicts of a case in the last runs of each system that the history knows."""
    strips = page.history.strips
    return [(run.target, strips[run.target, case.key]) for run in page.runs if (run.target, case.key) in strips]


def last_runs_of_area(page: Page, area: Area) -> list[tuple[str, tuple[str, ...]]]:
    """The worst verdict of an area's cases in each of the last runs, for each system that the history knows."""
    keys = [case.key for case in area.cases]
    found = [(run.target, page.history.area(run.target, keys)) for run in page.runs]
    return [(target, verdicts) for target, verdicts in found if verdicts]


def summary(case: PageCase) -> str:
    """A case's states in words, for readers who do not see the symbols."""
    tally = Counter(case.states)
    if len(case.states) == 1:
        return STATES[case.states[0]][2]
    return ", ".join(f"{STATES[state][2]} on {tally[state]}" for state in WORST_FIRST if tally[state])


@dataclass(frozen=True)
class Item:
    """A change from an earlier run, and all systems on which it happened."""

    change: Change
    difference: Difference
    targets: tuple[str, ...]
    before: str
    now: str
    step: tuple[str, str, str] | None  # request, reply before, reply now
    anchor: str


def items(page: Page, changes: tuple[Change, ...]) -> list[Item]:
    out = []
    for change in changes:
        groups: dict[tuple[tuple[str, str], str, str, str], list[tuple[Run, Difference]]] = {}
        for run, difference in page.changes[change]:
            was = difference.base.verdict.value if difference.base else ABSENT
            became = difference.new.verdict.value if difference.new else ABSENT
            key = (difference.key.order(), was, became, difference.case.message)
            groups.setdefault(key, []).append((run, difference))
        for (_, before, now, _), group in sorted(groups.items(), key=lambda item: item[0]):
            first = group[0][1]
            targets = tuple(run.target for run, _ in group)
            anchor = f"case-{first.key.topic}-{first.key.id}"
            out.append(Item(change, first, targets, before, now, _step(first), anchor))
    return out


def together(found: Sequence[Item]) -> list[list[Item]]:
    """The items in groups: changes between the same verdicts, on the same systems, in which the same part of a reply
    differs. The largest group is first."""
    groups: dict[tuple[object, ...], list[Item]] = {}
    for item in found:
        seen = essence(item.difference.case) if item.difference.case.message else item.step[1:] if item.step else ()
        groups.setdefault((item.change, item.before, item.now, item.targets, seen), []).append(item)
    return sorted(groups.values(), key=lambda group: -len(group))


def changes_of(case: PageCase) -> list[tuple[str, str, str, list[str]]]:
    """The changes of a case: kind, verdict before, verdict now, systems."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for changed in case.changes:
        base, new = changed.difference.base, changed.difference.new
        before, now = (side.verdict.value if side else ABSENT for side in (base, new))
        groups.setdefault((changed.difference.change.value, before, now), []).append(changed.target)
    return [(*key, targets) for key, targets in groups.items()]


def _step(difference: Difference) -> tuple[str, str, str] | None:
    if not difference.base or not difference.new:
        return None
    found = first_difference(difference.base.transcript, difference.new.transcript)
    if not found:
        return None
    return (found.request, reply_word(found.before), reply_word(found.now))


def strength_of(case: Case, rows: Mapping[str, Row]) -> list[tuple[str, str]]:
    """The rows that a failure names in brackets, each with the strength of its evidence for Windows."""
    named = dict.fromkeys(IN_BRACKETS.findall(f"{case.message}\n{case.details}"))
    return [(name, rows[name].strength) for name in named if name in rows]


def evidence(strength: str) -> str:
    """The strength of the evidence for Windows, in words."""
    return "no evidence from Windows yet" if strength == "hypothesis" else f"{strength} for Windows"


def skip_groups(targets: dict[str, list[Key]]) -> list[tuple[list[str], list[Key]]]:
    """Groups the systems that skip the same cases: systems, cases."""
    groups: dict[tuple[Key, ...], list[str]] = {}
    for target, keys in targets.items():
        groups.setdefault(tuple(sorted(keys, key=Key.order)), []).append(target)
    return [(found, list(keys)) for keys, found in groups.items()]


def fact_names(page: Page) -> list[tuple[str, bool]]:
    """The facts that any run has, in order of first appearance, and whether they differ between the systems. Facts that
    change from run to run on one machine never count as different."""
    names: dict[str, None] = {}
    for run in page.usable:
        names |= dict.fromkeys(run.facts)
    seen = {name: {run.facts.get(name) for run in page.usable} for name in names}
    return [(name, len(values) > 1 and name not in RUN_FACTS) for name, values in seen.items()]


def data(page: Page) -> dict[str, object]:
    """The data that the page's script filters: the systems, and one entry per case."""
    return {"systems": [run.target for run in page.runs], "cases": [_entry(case) for case in page.cases]}


def _entry(case: PageCase) -> list[str]:
    """Topic, id, states as letters, marks, other rows; without the empty values at the end."""
    marks = ("" if case.plain else "l") + ("x" if case.explanation else "") + ("c" if case.changes else "")
    states = "".join(STATES[state][1] for state in case.states)
    entry = [case.key.topic, case.key.id, states, marks, *(row for row in case.rows[:20] if row != case.key.id)]
    while not entry[-1]:
        entry.pop()
    return entry
