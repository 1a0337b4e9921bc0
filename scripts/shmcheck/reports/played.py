"""Transcripts of a report as one file of steps (harness/PLAY.md), and what is to be compared after it was played."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shmcheck.reports.results import Case
from shmcheck.reports.transcript import Step, align, split

STEP = re.compile(r"([a-z][a-z0-9-]*)> (.*)")
# Steps that several roles perform at the same time. A transcript has one line after the other and does not say when each
# began.
TOGETHER = frozenset("await burst churn gone initialise race wake".split())


def why_not(case: Case) -> str:
    """What the transcript of a case does not carry; "" if it can be played."""
    if not case.transcript:
        return f"no step was recorded{': ' + case.message if case.message else ''}"
    for line in steps_of(case):
        found = STEP.fullmatch(line.request)
        if not found:
            return f"a line that is no step: {line.request[:60]}"
        verb = found[2].split(" ")[0]
        if verb in TOGETHER:
            return f"the step '{verb}' runs at the same time as steps of other roles, and the transcript does not say when it began"
    return ""


def steps_of(case: Case) -> list[Step]:
    """The steps of the transcript, without what the case itself noted between them."""
    return [split(line) for line in case.transcript.split("\n") if line and not line.startswith(("= ", "# "))]


def as_file(cases: Iterable[Case]) -> str:
    """A file of steps in which each case records its replies. The start of a role asks it who it is; the transcript has
    that question as a step of its own, which is left out here."""
    lines = ["# Transcripts of a report, to be played: shmcheck --play FILE"]
    for case in cases:
        lines += ["", f"case {case.key.id}"]
        asked = ""  # the role whose start has just been written
        for step in steps_of(case):
            role, _, request = step.request.partition("> ")
            if role == asked and request.startswith("identity tell="):
                asked = ""
                continue
            asked = role if request.startswith("(start) ") and "identity=" in request else ""
            # Only the end of a process is said beforehand: the step is sent without waiting for a reply.
            reply = f" -> {step.reply}" if step.reply.startswith("gone code=") else ""
            lines.append(step.request + reply)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Played:
    """One case of the report, and the same case as it was played."""

    theirs: Case
    ours: Case | None  # None: the run has no such case

    @property
    def same(self) -> bool:
        return self.ours is not None and steps_of(self.theirs) == steps_of(self.ours)

    def side_by_side(self) -> list[str]:
        """Each step with both replies; `!` marks one that differs."""
        if self.ours is None:
            return ["! the case was not played"]
        lines = []
        for step in align(["\n".join(text(one) for one in steps_of(case)) for case in (self.theirs, self.ours)]):
            theirs, ours = ("(no such step)" if reply is None else reply for reply in step.replies)
            if not step.differs:
                lines.append(f"  {step.request} -> {theirs}")
                continue
            lines += [f"! {step.request}", f"      report: {theirs}", f"      here:   {ours}"]
        return lines


def text(step: Step) -> str:
    return f"{step.request} -> {step.reply}" if step.reply else step.request


def totals(played: Sequence[Played], not_replayable: dict[str, str]) -> dict[str, object]:
    """The counts, and the cases that differ or cannot be played, for --json."""
    same = sum(one.same for one in played)
    return {
        "cases": len(played) + len(not_replayable),
        "same": same,
        "different": len(played) - same,
        "not_replayable": len(not_replayable),
        "differing": {one.theirs.key.id: one.side_by_side() for one in played if not one.same},
        "reasons": not_replayable,
    }
