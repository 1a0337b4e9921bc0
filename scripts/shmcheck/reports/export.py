"""The data of the page for programs, as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json

from shmcheck.reports import headline
from shmcheck.reports.change_kinds import Change
from shmcheck.reports.page_model import Page, PageCase

FIELDS = (
    "topic",
    "case",
    "area",
    "rows",
    "target",
    "platform",
    "verdict",
    "kind",
    "variant",
    "change",
    "milliseconds",
    "message",
)


def as_json(page: Page) -> str:
    document = {
        "format": "shmcheck-report-1",
        "sentence": headline.sentence(page),
        "bad_files": [{"name": file.name, "problem": file.problem} for file in page.bad],
        "systems": [
            {
                "target": run.target,
                "platform": run.platform,
                "timestamp": run.timestamp,
                "lost": run.lost,
                "complete": run.complete,
                "facts": dict(sorted(run.facts.items())),
            }
            for run in page.runs
        ],
        "comparisons": [
            {
                "base": comparison.base.target,
                "base_timestamp": comparison.base.timestamp,
                "new": comparison.new.target,
                "warnings": list(comparison.warnings),
                "counts": {change.value: comparison.counts[change] for change in Change},
            }
            for comparison in page.comparisons
        ],
        "areas": [
            {"number": area.number, "title": area.title, "cases": [_case(case) for case in area.cases]}
            for area in page.areas
        ],
        "known": [
            {
                "reason": known.reason,
                "cases": [str(key) for key in known.cases],
                "targets": list(known.targets),
                "since": known.entry.since.isoformat() if known.entry and known.entry.since else "",
                "days": known.days,
            }
            for known in page.known_cases
        ],
        "contract": [
            {
                "row": state.row.id,
                "strength": state.row.strength,
                "state": state.state,
                "cases": [str(case.key) for case in state.cases],
            }
            for state in page.rows
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def _case(case: PageCase) -> dict[str, object]:
    explanation = case.explanation
    return {
        "topic": case.key.topic,
        "id": case.key.id,
        "rows": list(case.rows),
        "states": list(case.states),
        "disagree": case.verdicts_differ,
        "explanation": explanation.sentence() if explanation else "",
        "separating_facts": [found.fact for found in explanation.conditions if found] if explanation else [],
        "changes": [{"target": changed.target, "class": changed.difference.change.value} for changed in case.changes],
        "unstable": list(case.unstable),
        "variants": [
            {
                "letter": variant.letter,
                "targets": list(variant.targets),
                "verdict": variant.case.verdict.value,
                "kind": variant.case.kind,
                "message": variant.case.message,
                "place": variant.case.place,
                "details": variant.case.details,
                "transcript": variant.case.transcript.split("\n") if variant.case.transcript else [],
            }
            for variant in case.variants
        ],
    }


def plain_cell(text: str) -> str:
    """The text in a form that a spreadsheet does not interpret as a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_csv(page: Page) -> str:
    """One line for each case and system, in UTF-8, with commas and CRLF as in RFC 4180."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    changes = {
        (comparison.new.target, difference.key): difference.change.value
        for comparison in page.comparisons
        for difference in comparison.differences
    }
    for area in page.areas:
        for case in area.cases:
            letters = {target: variant.letter for variant in case.variants for target in variant.targets}
            for run, state in zip(page.runs, case.states, strict=True):
                found = run.cases.get(case.key)
                line = [
                    case.key.topic,
                    case.key.id,
                    area.title,
                    " ".join(case.rows),
                    run.target,
                    run.platform,
                    state,
                    found.kind if found else "",
                    letters.get(run.target, ""),
                    changes.get((run.target, case.key), ""),
                    str(found.milliseconds) if found else "",
                    found.message if found else run.lost,
                ]
                writer.writerow([plain_cell(text) for text in line])
    return out.getvalue()
