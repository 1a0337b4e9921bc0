"""The summary of the page as Markdown for a pull request, within GitHub's size limit. Text of a report never acts as
markup."""

from __future__ import annotations

from collections import Counter

from shmcheck.reports import headline
from shmcheck.reports import page_view as view
from shmcheck.reports.markdown import Document, block, cell, code
from shmcheck.reports.page_model import Page
from shmcheck.reports.results import BAD

MOST_COLUMNS = 12


def render(page: Page) -> str:
    document = Document()
    document.add(f"## {_plain(headline.sentence(page))}")
    _standings(document, page)
    _missing(document, page)
    _changes(document, page)
    _matrix(document, page)
    _failures(document, page)
    _disagreements(document, page)
    _lists(document, page)
    return document.text()


def _plain(sentence: str) -> str:
    """The summary sentence has words and numbers only."""
    return "".join(character for character in sentence if character.isalnum() or character in " ,.;:-%()")


def _standings(document: Document, page: Page) -> None:
    """A table of the rows that each system met, and what changed on it."""
    rows = []
    for each in headline.standings(page)[:MOST_COLUMNS]:
        share = f"{each.share} ({each.met} of {each.ran})" if each.ran else "lost" if each.run.lost else "none ran"
        since = f"{each.changes} since {cell(each.comparison.base.target, 40)}" if each.comparison and each.changes else ""
        rows.append([cell(each.run.target, 40), share, since])
    document.table(["system", "rows met of those that ran", "changes"], rows)


def _missing(document: Document, page: Page) -> None:
    items = [[f"- {code(file.name)} cannot be used: {code(file.problem)}"] for file in page.bad]
    known = {f"its report cannot be used: {file.problem}" for file in page.bad}
    items += [[f"- {code(run.target)} was lost: {code(run.lost)}"] for run in page.runs if run.lost and run.lost not in known]
    items += [[f"- {code(run.target)} did not finish"] for run in page.usable if not run.complete]
    document.section("Missing", items)
    care = [
        [f"- {code(comparison.base.target)} and {code(comparison.new.target)}: {code(warning)}"]
        for comparison in page.comparisons
        for warning in comparison.warnings
    ]
    if page.earlier and not page.comparisons:
        care = [[f"- no earlier report ({code(', '.join(page.earlier))}) is of one of these systems"]]
    document.section("The conditions of the runs differ", care)


def _changes(document: Document, page: Page) -> None:
    for change in (*view.ATTENTION, *view.NEWS):
        items = []
        for item in view.items(page, (change,)):
            verdicts = item.now if item.before == item.now else f"{item.before} → {item.now}"
            lines = [f"- {code(str(item.difference.key))} {verdicts}, {_names(item.targets, page)}"]
            if item.difference.case.message:
                lines.append(f"  {code(item.difference.case.message)}")
            if item.step:
                request, before, now = item.step
                lines += block([f"  {request}", f"- {before}", f"+ {now}"], "diff", "  ")
            items.append(lines)
        document.section(f"{change} ({len(items)})", items)


def _names(targets: tuple[str, ...], page: Page) -> str:
    if len(targets) == len(page.runs) and len(targets) > 1:
        return "all systems"
    more = f" and {len(targets) - 6} more" if len(targets) > 6 else ""
    return ", ".join(code(target, 64) for target in targets[:6]) + more


def _matrix(document: Document, page: Page) -> None:
    columns = range(min(len(page.runs), MOST_COLUMNS))
    document.add("", "### Areas and systems", "", "Passed/ran, and ≈ the known deviations.")
    header = ["", *(cell(page.runs[column].target, 40) for column in columns)]
    rows = [["**all**", *(_cell(tally) for tally in view.total(page)[: len(columns)])]]
    rows += [[cell(area.title, 60), *(_cell(area.tallies[column]) for column in columns)] for area in page.areas]
    document.table(header, rows)
    if len(page.runs) > MOST_COLUMNS:
        document.add("", f"… and {len(page.runs) - MOST_COLUMNS} more systems, which the page has.")


def _cell(tally: Counter[str]) -> str:
    found = view.cell(tally)
    return f"{found.symbol} {found.text}" + (f" {found.known}" if found.known else "")


def _failures(document: Document, page: Page) -> None:
    items = []
    for case in page.cases:
        for variant in case.variants:
            if variant.case.verdict in BAD:
                head = f"- {code(str(case.key))} {variant.case.verdict} on {_names(variant.targets, page)}"
                items.append([head, f"  {code(variant.case.message)}"])
    document.section(f"Failing, not known ({len(items)})", items)


def _disagreements(document: Document, page: Page) -> None:
    items = []
    for case in page.disagreements:
        if case.explanation and case.verdicts_differ:
            items.append([f"- {code(str(case.key))}: {code(case.explanation.sentence(), 400)}"])
    document.section(f"Where the systems disagree ({len(items)})", items)


def _lists(document: Document, page: Page) -> None:
    known = []
    for entry in page.known_cases:
        age = f", {entry.days} days old" if entry.days is not None else ""
        known.append([f"- {code(entry.reason)}: {len(entry.cases)} cases on {_names(entry.targets, page)}{age}"])
    document.section(f"Known deviations ({len(known)})", known)
    old = [[f"- {code(entry.reason)} passes on {_names(tuple(targets), page)}"] for entry, targets in page.stale]
    document.section(f"Known deviations that no longer apply ({len(old)})", old)
    skips = [[f"- {code(reason)}: {max(map(len, targets.values()))} cases on {len(targets)} systems"] for reason, targets in page.skips]
    document.section(f"Skips by reason ({len(skips)})", skips)
