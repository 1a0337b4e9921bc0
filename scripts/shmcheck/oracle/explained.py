"""Judges all steps of all cases of a report, and compares with the failures that the suite reports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shmcheck.definitions import Verdict
from shmcheck.oracle.model import Finding, Model
from shmcheck.oracle.state import Platform
from shmcheck.oracle.walk import Counts, Walked, walk
from shmcheck.reports.known_list import Entry, glob_matches
from shmcheck.reports.results import Case, Run

# A failed expectation about a step in a report.
FAILED = re.compile(r"(?:line [0-9]+: )?(\[[a-z0-9-]+\] ([A-Za-z0-9_-]+> .*?): expected .*)", re.DOTALL)


@dataclass(slots=True)
class ContradictedStep:
    """A step whose reply the contract does not allow, and whether the suite failed it too."""

    case: Case
    walked: Walked
    suite_failed: bool


@dataclass(slots=True)
class Explained:
    """The steps of one report. A known contradiction is counted in `counts.known`, not in `counts.contradicted`."""

    run: Run
    counts: Counts = field(default_factory=Counts)
    contradictions: list[ContradictedStep] = field(default_factory=list)
    missed: list[tuple[Case, str]] = field(default_factory=list)  # steps that only the suite failed

    @property
    def unfounded(self) -> list[ContradictedStep]:
        """Contradictions in cases that passed: either the case or the model is wrong."""
        return [found for found in self.contradictions if found.case.verdict is Verdict.PASS]

    @property
    def share(self) -> float:
        """The share of steps that the contract explains, including known deviations: from 0 to 1."""
        counts = self.counts
        return (counts.explained + counts.known + counts.contradicted) / counts.steps if counts.steps else 1.0


def changes_of(run: Run, entries: Iterable[Entry]) -> list[str]:
    """The changed rules of the platform of a run."""
    return sorted({entry.rule for entry in entries if entry.rule and entry.applies(run)})


def failed_steps(case: Case) -> dict[str, list[str]]:
    """The steps of a case that the suite failed, `role> step`, each with the texts that entries of known.toml match."""
    found: dict[str, list[str]] = {}
    for line in (case.reason, *case.details.split("\n")):
        match = FAILED.fullmatch(line)
        if match:
            found.setdefault(match[2], []).append(match[1])
    return found


def is_known(case: Case, walked: Walked, entries: Sequence[Entry], failed: Sequence[str]) -> bool:
    """Whether an entry of known.toml matches the contradiction as it matches the failure of a case."""
    rows = dict.fromkeys((*case.rows, *walked.judgement.rows))
    texts = list(failed)
    texts += [
        f"[{row}] {walked.role}> {walked.step}: expected {expected}, got {walked.reply}"
        for row in rows
        for expected in walked.judgement.expected
    ]
    return any(entry.names(case) and any(glob_matches(entry.check, text) for text in texts) for entry in entries)


def explain(run: Run, entries: Sequence[Entry]) -> Explained:
    """Walks all transcripts of a report. Entries are those of known.toml."""
    applying = [entry for entry in entries if entry.applies(run)]
    model = Model(changes_of(run, applying))
    platform = Platform.from_facts(run.facts)
    found = Explained(run)
    for case in run.cases.values():
        failed = failed_steps(case)
        seen: set[str] = set()
        for walked in walk(model, platform, case.transcript):
            text = f"{walked.role}> {walked.step}"
            judgement = walked.judgement
            if judgement.finding is Finding.CONTRADICTED:
                seen.add(text)
                if is_known(case, walked, applying, failed.get(text, ())):
                    judgement.finding = Finding.KNOWN
                else:
                    found.contradictions.append(ContradictedStep(case, walked, text in failed))
            elif judgement.finding is Finding.KNOWN:
                seen.add(text)
            found.counts.add(judgement)
        found.missed.extend((case, step) for step in sorted(failed.keys() - seen))
    return found
