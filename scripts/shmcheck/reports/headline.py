"""How the systems of a page stand, and the sentences that say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shmcheck.definitions import Verdict
from shmcheck.reports.change_kinds import Change
from shmcheck.reports.compare import Comparison
from shmcheck.reports.page_model import Page
from shmcheck.reports.results import BAD, Run

NAMED_SYSTEMS = 4  # with more systems, the headline shows a range
WORSE = (Change.REGRESSED, Change.NEW_FAILURE, Change.LOST_COVERAGE, Change.REMOVED)
BETTER = (Change.FIXED, Change.UNEXPECTEDLY_PASSING)


@dataclass(frozen=True)
class Standing:
    """How one system stands."""

    run: Run
    met: int  # rows of the contract
    ran: int
    cases: Counter[str]  # by verdict
    comparison: Comparison | None  # with an earlier run

    @property
    def share(self) -> str:
        """The rows met, in per cent of those that ran; "" if none ran."""
        return percent(self.met, self.ran) if self.ran else ""

    @property
    def changes(self) -> str:
        """What changed since the earlier run, in words: "3 worse, 1 better"; "" without an earlier run."""
        if self.comparison is None or self.run.lost:
            return ""
        counts = self.comparison.counts
        worse, better = (sum(counts[change] for change in changes) for changes in (WORSE, BETTER))
        other = counts[Change.CHANGED] + counts[Change.NEWLY_KNOWN]
        parts = [f"{count} {word}" for count, word in ((worse, "worse"), (better, "better"), (other, "otherwise changed")) if count]
        return ", ".join(parts) or "nothing changed"


def standings(page: Page) -> list[Standing]:
    """How each system stands, in the order of the columns."""
    compared = {comparison.new.target: comparison for comparison in page.comparisons}
    found = []
    for run in page.runs:
        verdicts = Counter(case.verdict.value for case in run.cases.values())
        found.append(Standing(run, *page.rows_met[run.target], verdicts, compared.get(run.target)))
    return found


def sentence(page: Page) -> str:
    """The standing and the news in one text."""
    return f"{standing(page)} {news(page)}".strip()


def standing(page: Page) -> str:
    """The share of rows that each system meets, in per cent of those that ran."""
    usable = [each for each in standings(page) if not each.run.lost]
    ran = [each for each in usable if each.ran]
    if not ran:
        return "No row of the contract was checked." if usable else ""
    if len(ran) <= NAMED_SYSTEMS:
        words = [f"{each.run.target} meets {each.share} ({each.met} of {each.ran})" for each in ran]
        return f"Of the rows that ran, {_listed(words)}."
    low, *_, high = sorted(ran, key=lambda each: (each.met / each.ran, each.run.target))
    return f"{len(ran)} systems meet {low.share} ({low.run.target}) to {high.share} ({high.run.target}) of the rows that ran."


def news(page: Page) -> str:
    """One sentence: the changes from earlier runs, the cases that fail, and the disagreements."""
    lost = len(page.runs) - len(page.usable)
    tail = f" {_plural(lost, 'system is', 'systems are')} lost." if lost else ""
    if not page.usable:
        return "No report is usable." + tail
    text = f"{_since(page)}{_outcome(page)} on {_plural(len(page.usable), 'system', 'systems')}{_agreement(page)}."
    return text[0].upper() + text[1:] + tail


def _outcome(page: Page) -> str:
    bad = sum(1 for case in page.cases if any(state in BAD for state in case.states))
    if bad:
        verbs = "misses an expectation or ends in an error" if bad == 1 else "miss an expectation or end in an error"
        return f"{bad} of {len(page.cases)} cases {verbs}"
    ran = sum(1 for case in page.cases if any(state in (Verdict.PASS, Verdict.KNOWN) for state in case.states))
    known = sum(1 for case in page.cases if Verdict.KNOWN in case.states)
    but = f", but for {_plural(known, 'known deviation', 'known deviations')}," if known else ""
    return f"all {ran} cases that ran meet their expectations{but}"


def _agreement(page: Page) -> str:
    if len(page.usable) < 2:
        return ""
    differ = sum(1 for case in page.disagreements if case.verdicts_differ)
    if not differ:
        return "; all systems agree in every verdict"
    return f"; the verdicts on {_plural(differ, 'case', 'cases')} differ between the systems"


def _since(page: Page) -> str:
    if not page.comparisons:
        return ""
    words = (
        (Change.REGRESSED, "regression", "regressions"),
        (Change.NEW_FAILURE, "new failure", "new failures"),
        (Change.LOST_COVERAGE, "case no longer covered", "cases no longer covered"),
        (Change.UNEXPECTEDLY_PASSING, "unexpected pass", "unexpected passes"),
        (Change.FIXED, "fix", "fixes"),
    )
    parts = []
    for change, one, many in words:
        count = len({difference.key for _, difference in page.changes[change]})
        if count:
            parts.append(_plural(count, one, many))
    earlier = "recorded" if page.recorded else "earlier"
    return (_listed(parts) if parts else "no case got better or worse") + f" since the {earlier} runs; "


def percent(part: int, whole: int) -> str:
    """Per cent with one decimal. Only exact values give 100.0 and 0.0; a smaller share gives 99.9 at most."""
    tenths = 1000 * part // whole if part == whole else min(999, round(1000 * part / whole))
    if part and not tenths:
        tenths = 1
    return f"{tenths // 10}.{tenths % 10} %"


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
