"""The data behind the page, the JSON and the Markdown: areas, cases, observations, disagreements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from shmcheck.contract import Contract, Row
from shmcheck.definitions import Verdict
from shmcheck.reports.baseline_match import best_fit, same_version
from shmcheck.reports.change_kinds import Change
from shmcheck.reports.compare import Comparison, Difference, compare
from shmcheck.reports.explain import Explanation, Facts
from shmcheck.reports.history_view import History
from shmcheck.reports.known_list import Entry, stale
from shmcheck.reports.failure_groups import FailureGroup, Occurrence, grouped
from shmcheck.reports.results import BAD, SEVERITY, BadFile, Case, Key, Run, observation, rows_met, version, windows_version

ABSENT = "absent"  # the case is not in this run
LOST = "lost"  # the whole run is missing


def _badness(verdict: Verdict) -> tuple[int, bool]:
    return (SEVERITY[verdict], verdict is Verdict.PASS)  # a case that passes on one system and is skipped on another counts as passed


@dataclass(frozen=True)
class Variant:
    """One observation of a case, and the systems on which it was made."""

    letter: str
    case: Case
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Changed:
    """The change of a case from an earlier run of one system."""

    target: str
    difference: Difference


@dataclass(frozen=True, eq=False)
class PageCase:
    """One case on all systems."""

    key: Key
    rows: tuple[str, ...]
    states: tuple[str, ...]  # one per column: a verdict, ABSENT or LOST
    variants: tuple[Variant, ...]  # in order of the columns
    explanation: Explanation | None  # None: the systems agree
    verdicts_differ: bool  # among systems on which it ran
    changes: tuple[Changed, ...]  # from earlier runs; unchanged cases have none
    unstable: tuple[str, ...]  # targets whose repetitions disagree

    @property
    def anchor(self) -> str:
        return f"case-{self.key.topic}-{self.key.id}"

    @property
    def plain(self) -> bool:
        """Whether the case needs no attention: it passes on every system with the same observation, and it is new or did so
        in the earlier runs too."""
        passes = all(state == Verdict.PASS for state in self.states if state != LOST)
        news = any(changed.difference.change is not Change.ADDED for changed in self.changes)
        return passes and not self.explanation and not news and not self.unstable

    @property
    def uniform(self) -> bool:
        """Whether the case passes on every system with the same observation, so that the page shows no details."""
        return len(self.variants) == 1 and all(state == Verdict.PASS for state in self.states)

    @property
    def worst(self) -> Verdict | None:
        """The worst verdict on any system; None if no system has the case."""
        verdicts = [variant.case.verdict for variant in self.variants]
        return max(verdicts, key=_badness) if verdicts else None


@dataclass(frozen=True)
class Area:
    number: int  # of the contract; 0: cases whose rows are not in it
    title: str
    cases: tuple[PageCase, ...]

    @property
    def anchor(self) -> str:
        return f"area-{self.number}" if self.number else f"topic-{self.cases[0].key.topic}"

    @cached_property
    def tallies(self) -> tuple[Counter[str], ...]:
        """The number of cases in each state, one counter per column."""
        columns = len(self.cases[0].states) if self.cases else 0
        return tuple(Counter(case.states[column] for case in self.cases) for column in range(columns))


@dataclass(frozen=True)
class KnownCase:
    """A known deviation: its reason, and the cases and systems that show it."""

    reason: str
    cases: tuple[Key, ...]
    targets: tuple[str, ...]
    entry: Entry | None
    days: int | None  # from the entry's `since` to the newest run that shows it


@dataclass(frozen=True)
class RowState:
    """A row of the contract, and the cases that check it."""

    row: Row
    cases: tuple[PageCase, ...]

    @property
    def state(self) -> str:
        """The worst verdict of any case of the row on any system; "" if no case checks it."""
        worst = [case.worst for case in self.cases if case.worst is not None]
        return max(worst, key=_badness).value if worst else ""


@dataclass(frozen=True)
class FrequentProblem:
    """A problem that users have met (cases/problems.toml), and the ids of the cases that show it."""

    id: str
    title: str
    cases: tuple[str, ...]


@dataclass
class Page:
    runs: list[Run]  # the columns
    bad: list[BadFile]
    areas: list[Area]
    comparisons: list[Comparison]
    contract: Contract | None
    known: list[Entry] = field(default_factory=list)
    earlier: tuple[str, ...] = ()  # the targets of all earlier runs that were given, also of those that fit no system
    history: History = field(default_factory=History)
    problems: tuple[FrequentProblem, ...] = ()
    recorded: bool = False  # the earlier runs are recorded ones, because no others were given

    @cached_property
    def cases(self) -> list[PageCase]:
        return [case for area in self.areas for case in area.cases]

    @property
    def usable(self) -> list[Run]:
        return [run for run in self.runs if not run.lost]

    @cached_property
    def changes(self) -> dict[Change, list[tuple[Run, Difference]]]:
        """The changes from earlier runs, by kind."""
        found: dict[Change, list[tuple[Run, Difference]]] = {change: [] for change in Change}
        for comparison in self.comparisons:
            for difference in comparison.differences:
                found[difference.change].append((comparison.new, difference))
        return found

    @cached_property
    def care(self) -> list[tuple[str, list[str]]]:
        """The warnings about comparisons, each with its systems."""
        found: dict[str, list[str]] = {}
        for comparison in self.comparisons:
            for warning in comparison.warnings:
                found.setdefault(warning, []).append(comparison.new.target)
        return list(found.items())

    @cached_property
    def uncompared(self) -> list[str]:
        """The systems without an earlier run, if any earlier runs were given."""
        have = {comparison.new.target for comparison in self.comparisons}
        return [run.target for run in self.runs if run.target not in have] if have else []

    @cached_property
    def disagreements(self) -> list[PageCase]:
        """The cases with different verdicts first."""
        found = [case for case in self.cases if case.explanation]
        return sorted(found, key=lambda case: not case.verdicts_differ)

    @cached_property
    def rows_met(self) -> dict[str, tuple[int, int]]:
        """The number of rows that each system met, and of those that ran on it."""
        return {run.target: rows_met(run) for run in self.runs}

    @cached_property
    def failing(self) -> list[PageCase]:
        """The cases that fail, deviate or end in an error on some system."""
        return [case for case in self.cases if any(state in BAD for state in case.states)]

    @cached_property
    def failures(self) -> list[FailureGroup]:
        """The failures of these cases, grouped by expected and received reply."""
        return grouped(
            Occurrence(case.key, variant.case, variant.targets)
            for case in self.failing
            for variant in case.variants
            if variant.case.verdict in BAD
        )

    @cached_property
    def changed(self) -> list[PageCase]:
        """The cases that changed since the earlier runs."""
        return [case for case in self.cases if case.changes]

    @cached_property
    def known_keys(self) -> set[Key]:
        """The cases that are a known deviation on some system."""
        return {key for known in self.known_cases for key in known.cases}

    @cached_property
    def skipped_keys(self) -> set[Key]:
        """The cases that some system skips."""
        return {key for _, targets in self.skips for keys in targets.values() for key in keys}

    @cached_property
    def rows(self) -> list[RowState]:
        by_row: dict[str, list[PageCase]] = {}
        for case in self.cases:
            for row in case.rows:
                by_row.setdefault(row, []).append(case)
        rows = self.contract.rows if self.contract else ()
        return [RowState(row, tuple(by_row.get(row.id, ()))) for row in rows]

    @cached_property
    def known_cases(self) -> list[KnownCase]:
        found: dict[str, list[tuple[Run, Case]]] = {}
        for run in self.runs:
            for case in run.cases.values():
                if case.verdict is Verdict.KNOWN:
                    found.setdefault(case.reason, []).append((run, case))
        return [self._known(reason, seen) for reason, seen in sorted(found.items())]

    def _known(self, reason: str, seen: Sequence[tuple[Run, Case]]) -> KnownCase:
        entry = next((entry for entry in self.known if any(entry.excuses(case) for _, case in seen)), None)
        ages = [entry.age(run.timestamp) for run, _ in seen] if entry else []
        keys = sorted({case.key for _, case in seen}, key=Key.order)
        targets = tuple(run.target for run in self.runs if any(run is other for other, _ in seen))
        return KnownCase(reason, tuple(keys), targets, entry, max((age for age in ages if age is not None), default=None))

    @cached_property
    def stale(self) -> list[tuple[Entry, list[str]]]:
        return stale(self.known, self.usable)

    @cached_property
    def skips(self) -> list[tuple[str, dict[str, list[Key]]]]:
        """The reasons of skips, the most frequent first, with the cases of each target."""
        found: dict[str, dict[str, list[Key]]] = {}
        for run in self.runs:
            for case in run.cases.values():
                if case.verdict is Verdict.SKIP:
                    found.setdefault(case.message or "no reason given", {}).setdefault(run.target, []).append(case.key)
        return sorted(found.items(), key=lambda item: (-max(len(keys) for keys in item[1].values()), item[0]))


# ---- building it ----


def column_order(run: Run) -> tuple[object, ...]:
    """The sort key of a column: Windows by build, then Wine by version, then lost runs. It ignores the order of the files."""
    wine = run.facts.get("wine_version")
    number = version(wine) if wine else version(windows_version(run.facts))
    return (bool(run.lost), wine is not None, number, run.facts.get("process_arch", ""), run.target)


def letter(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def build(
    runs: Sequence[Run],
    bad: Sequence[BadFile] = (),
    base: Sequence[Run] = (),
    contract: Contract | None = None,
    known: Sequence[Entry] = (),
    history: History | None = None,
    recorded: Sequence[Run] = (),
    problems: Sequence[FrequentProblem] = (),
) -> Page:
    """The page about these runs. `base` are earlier runs to compare with; without any, each run is compared with the
    one of the `recorded` runs that fits it best."""
    ordered = sorted(runs, key=column_order)
    comparisons = compare_all(ordered, base) if base else compare_recorded(ordered, recorded)
    changes: dict[Key, list[Changed]] = {}
    for comparison in comparisons:
        for difference in comparison.differences:
            if difference.change not in (Change.SAME, Change.STILL_FAILING, Change.STILL_KNOWN, Change.NOT_SELECTED):
                changes.setdefault(difference.key, []).append(Changed(comparison.new.target, difference))
    facts = Facts(run for run in ordered if not run.lost)
    keys = sorted({key for run in ordered for key in run.cases} | changes.keys(), key=Key.order)
    cases = [_case(key, ordered, facts, tuple(changes.get(key, ()))) for key in keys]
    bad_sorted = sorted(bad, key=lambda file: (file.name, file.problem))
    earlier = tuple(sorted(run.target for run in base))
    areas = _areas(cases, contract)
    implied = bool(comparisons) and not base
    return Page(
        ordered, bad_sorted, areas, comparisons, contract, list(known), earlier, history or History(), tuple(problems), implied
    )


def compare_all(runs: Sequence[Run], base: Sequence[Run]) -> list[Comparison]:
    """Compares each run with the earlier run of its target, or else of the same version of its platform. A single run and a
    single earlier run are always compared."""
    usable = [run for run in base if not run.lost]
    if len(runs) == len(usable) == 1:
        return [compare(usable[0], runs[0])]
    by_target = {run.target: run for run in usable}
    found = []
    for run in runs:
        earlier = by_target.get(run.target)
        if earlier is None and not run.lost:
            fits = best_fit(run, usable)
            earlier = fits if fits and same_version(fits, run) else None
        if earlier:
            found.append(compare(earlier, run))
    return found


def compare_recorded(runs: Sequence[Run], recorded: Sequence[Run]) -> list[Comparison]:
    """Compares each run with the recorded run that fits it best. A recorded run is not compared."""
    found = []
    for run in runs:
        fits = None if run.lost else best_fit(run, recorded)
        if fits and (fits.timestamp, fits.facts.get("run_id")) != (run.timestamp, run.facts.get("run_id")):
            found.append(compare(fits, run))
    return found


def _case(key: Key, runs: Sequence[Run], facts: Facts, changes: tuple[Changed, ...]) -> PageCase:
    seen: dict[tuple[str, ...], list[tuple[str, Case]]] = {}
    states: list[str] = []
    rows: dict[str, None] = {}
    for run in runs:
        case = run.cases.get(key)
        if case is None:
            states.append(LOST if run.lost else ABSENT)
            continue
        states.append(case.verdict.value)
        rows |= dict.fromkeys(case.rows)
        seen.setdefault(observation(case), []).append((run.target, case))
    if not rows:
        rows = dict.fromkeys(row for changed in changes for row in changed.difference.case.rows)
    variants = tuple(
        Variant(letter(number), group[0][1], tuple(target for target, _ in group))
        for number, group in enumerate(seen.values())
    )
    ran = [variant for variant in variants if variant.case.verdict is not Verdict.SKIP]
    verdicts = {target: variant.case.verdict.value for variant in ran for target in variant.targets}
    differ = len(set(verdicts.values())) > 1
    seen_as = {target: f"{variant.letter} is seen" for variant in ran for target in variant.targets}
    explanation = facts.explain(verdicts if differ else seen_as)
    unstable = tuple(run.target for run in runs if key in run.cases and run.cases[key].unstable)
    return PageCase(key, tuple(rows), tuple(states), variants, explanation, differ, changes, unstable)


def _areas(cases: Sequence[PageCase], contract: Contract | None) -> list[Area]:
    """The cases by the area of their first row. Cases whose rows are not in the contract are grouped by topic."""
    area_of = {row.id: row.area for row in contract.rows} if contract else {}
    titles: Mapping[int, str] = contract.areas if contract else {}
    by_number: dict[int, list[PageCase]] = {}
    by_topic: dict[str, list[PageCase]] = {}
    for case in cases:
        row = next((row for row in case.rows if row in area_of), None)
        if row is None:
            by_topic.setdefault(case.key.topic, []).append(case)
        else:
            by_number.setdefault(area_of[row], []).append(case)
    areas = [Area(number, titles[number], tuple(found)) for number, found in sorted(by_number.items())]
    return areas + [Area(0, f"Topic {topic}", tuple(found)) for topic, found in sorted(by_topic.items())]
