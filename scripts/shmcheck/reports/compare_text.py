"""A comparison as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from shmcheck.reports.change_kinds import MEANING, Change
from shmcheck.reports.compare import Comparison, Difference, reply_word
from shmcheck.reports.markdown import MAX_BYTES, Document, block, code
from shmcheck.reports.results import Case, Run
from shmcheck.reports.transcript import StepDifference, first_difference

# Of these kinds only the names are printed.
NAMES_ONLY = frozenset({Change.STILL_FAILING, Change.ADDED, Change.REMOVED})
# Of these kinds only the number is printed.
COUNTED_ONLY: Mapping[Change, str] = {
    Change.STILL_KNOWN: "known deviations are as before.",
    Change.NOT_SELECTED: "cases are not in the new run, which is a selection.",
    Change.SAME: "cases are the same in both.",
}
# The default number of lines; --all prints all.
LINES = 40


def verdicts(difference: Difference) -> str:
    """"pass -> fail"; one word if both verdicts are equal."""
    base = difference.base.verdict.value if difference.base else "absent"
    new = difference.new.verdict.value if difference.new else "absent"
    return base if base == new else f"{base} -> {new}"


def text(comparison: Comparison, most: int = 0) -> str:
    """The comparison for people, the most important changes first. At most `most` lines; 0: all."""
    counted = _counted(comparison)
    lines = []
    if comparison.warnings:
        lines += ["The conditions of the runs differ:", *(f"  {warning}" for warning in comparison.warnings), ""]
    lines += [comparison.sentence(), ""]
    for change in Change:
        found = comparison.of(change)
        if not found or change in COUNTED_ONLY:
            continue
        lines.append(f"{change} ({len(found)}): {MEANING[change]}")
        for difference in found:
            lines += _text_case(difference)
        lines.append("")
    room = most - len(counted) - 1
    if most and len(lines) > room + 1:  # the last line is empty
        lines[room:] = [f"... and {len(lines) - 1 - room} more lines; --all prints them"]
    return "\n".join([*lines, *counted]) + "\n"


def _counted(comparison: Comparison) -> list[str]:
    counts = comparison.counts
    return [f"{counts[change]} {words}" for change, words in COUNTED_ONLY.items() if counts[change] or change is Change.SAME]


def _text_case(difference: Difference) -> list[str]:
    unstable = "  (unstable: its repetitions disagree)" if difference.unstable else ""
    lines = [f"  {difference.key}  {verdicts(difference)}{unstable}"]
    if difference.change not in NAMES_ONLY:
        lines += [f"      {line}" for line in difference.what_was_seen()]
    return lines


# ---- Markdown ----


def markdown(comparison: Comparison, limit: int = MAX_BYTES) -> str:
    """The comparison as Markdown of at most `limit` bytes."""
    base, new = comparison.base, comparison.new
    document = Document(limit)
    document.add(f"## {_headline(comparison)}", "")
    document.add(f"{code(base.target)} ({code(base.platform)}) → {code(new.target)} ({code(new.platform)})")
    document.section("The conditions of the runs differ", [[f"- {code(warning)}"] for warning in comparison.warnings])
    for change in Change:
        if change not in COUNTED_ONLY:
            found = comparison.of(change)
            document.section(f"{change} ({len(found)})", [_item(difference) for difference in found], MEANING[change])
    document.add("", "  \n".join(_counted(comparison)))
    return document.text()


def _headline(comparison: Comparison) -> str:
    """The summary sentence without names, which come from file names."""
    counts = comparison.counts
    shown = [change for change in Change if change not in COUNTED_ONLY and counts[change]]
    return ", ".join(f"{counts[change]} {change}" for change in shown) or "No difference"


def _item(difference: Difference) -> list[str]:
    lines = [f"- {code(str(difference.key))} {verdicts(difference).replace('->', '→')}"]
    if difference.unstable:
        lines[0] += " (unstable: its repetitions disagree)"
    if difference.change in NAMES_ONLY:
        return lines
    if difference.case.message:
        lines.append(f"  {code(difference.case.message)}")
    if difference.base and difference.new:
        found = first_difference(difference.base.transcript, difference.new.transcript)
        if found:
            lines += block(_diff(found), "diff", "  ")
    return lines


def _diff(found: StepDifference) -> list[str]:
    return [f"  {found.request}", f"- {reply_word(found.before)}", f"+ {reply_word(found.now)}"]


# ---- JSON ----


def as_json(comparisons: Sequence[Comparison]) -> str:
    """One comparison as an object, or several as a list in an object."""
    if len(comparisons) == 1:
        document = _document(comparisons[0])
    else:
        document = {"format": "shmcheck-compare-list-1", "comparisons": [_document(each) for each in comparisons]}
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _document(comparison: Comparison) -> dict[str, object]:
    return {
        "format": "shmcheck-compare-1",
        "base": _run(comparison.base),
        "new": _run(comparison.new),
        "warnings": list(comparison.warnings),
        "counts": {change.value: count for change, count in comparison.counts.items()},
        "cases": [_case(difference) for difference in comparison.differences if difference.change is not Change.SAME],
    }


def _run(run: Run) -> dict[str, object]:
    return {
        "target": run.target,
        "timestamp": run.timestamp,
        "lost": run.lost,
        "complete": run.complete,
        "selection": run.selection,
        "facts": dict(sorted(run.facts.items())),
    }


def _side(case: Case | None) -> dict[str, object] | None:
    if case is None:
        return None
    return {
        "verdict": case.verdict.value,
        "kind": case.kind,
        "message": case.message,
        "place": case.place,
        "details": case.details,
        "transcript": case.transcript.split("\n") if case.transcript else [],
        "unstable": case.unstable,
    }


def _case(difference: Difference) -> dict[str, object]:
    return {
        "topic": difference.key.topic,
        "id": difference.key.id,
        "class": difference.change.value,
        "rows": list(difference.case.rows),
        "base": _side(difference.base),
        "new": _side(difference.new),
    }
