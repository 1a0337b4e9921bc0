"""Transcripts of a report as one file of steps (harness/PLAY.md), and the comparison after it was played."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shmcheck.reports.results import Case
from shmcheck.reports.transcript import TranscriptStep, align, external_program, split

STEP = re.compile(r"([a-z][a-z0-9-]*)> (.*)")
# Steps that several roles perform at the same time. A transcript is a sequence of lines and does not say when each began.
TOGETHER = frozenset("await burst churn gone initialise race wake".split())


STARTING = "system"  # a step without effect, which only starts a role


def why_not(case: Case) -> str:
    """Why the transcript of a case cannot be played; "" if it can."""
    if program := external_program(case.transcript):
        return f"the external program {program} plays a role, and a report does not carry programs: play the file of steps itself"
    for line in steps_of(case):
        found = STEP.fullmatch(line.request)
        if not found:
            return f"a line that is not a step: {line.request[:60]}"
        verb = found[2].split(" ")[0]
        if verb in TOGETHER:
            return f"the step '{verb}' runs at the same time as steps of other roles, and the transcript does not say when it began"
    return ""


def steps_of(case: Case) -> list[TranscriptStep]:
    """The steps of the transcript, without the notes of the case between them."""
    return [split(line) for line in case.transcript.split("\n") if line and not line.startswith(("= ", "# "))]


REFERENCE = re.compile(r"[=;\\]\$([a-z][a-z0-9-]*)\.(?:pid|[a-z])")


def started_before(case: Case) -> list[tuple[int, str]]:
    """Roles that a step refers to before their own first step: the case starts them without a step, so the played
    case needs a step that starts them. Returns (index of the step, role)."""
    seen: set[str] = set()
    found: list[tuple[int, str]] = []
    for index, step in enumerate(steps_of(case)):
        role, _, request = step.request.partition("> ")
        seen.add(role)
        words = request.split(" ")
        spawned = words[1] if words[0] == "spawn" and len(words) > 1 else ""
        for match in REFERENCE.finditer(request):
            if match[1] not in seen and match[1] != spawned:
                found.append((index, match[1]))
                seen.add(match[1])
        seen.add(spawned)
    return found


def as_file(cases: Iterable[Case]) -> str:
    """A file of steps in which each case records its replies. Starting a role also asks for its identity; the
    transcript has that request as a separate step, which is left out here."""
    lines = ["# Transcripts of a report, to be played: shmcheck --play FILE"]
    for case in cases:
        lines += ["", f"case {case.key.id}"]
        asked = ""  # the role whose start is the last line written
        early = started_before(case)
        for index, step in enumerate(steps_of(case)):
            lines += [f"{name}> {STARTING}" for at, name in early if at == index]
            role, _, request = step.request.partition("> ")
            if role == asked and request.startswith("identity tell="):
                asked = ""
                continue
            asked = role if request.startswith("(start) ") and "identity=" in request else ""
            # Only the end of a process is written with its reply: play then does not wait for one.
            reply = f" -> {step.reply}" if step.reply.startswith("gone code=") else ""
            lines.append(step.request + reply)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Played:
    """One case of the report, and the same case of the played run."""

    theirs: Case
    ours: Case | None  # None: the played run lacks the case

    @property
    def same(self) -> bool:
        return self.ours is not None and steps_of(self.theirs) == self.our_steps()

    def our_steps(self) -> list[TranscriptStep]:
        """The played steps, without those that only start a role."""
        steps = steps_of(self.ours) if self.ours else []
        early = started_before(self.theirs)
        places = {at + before for before, (at, _) in enumerate(early)}
        return [step for place, step in enumerate(steps) if place not in places]

    def side_by_side(self) -> list[str]:
        """All steps with both replies; `!` marks replies that differ."""
        if self.ours is None:
            return ["! the case was not played"]
        lines = []
        both = (steps_of(self.theirs), self.our_steps())
        for step in align(["\n".join(text(one) for one in steps) for steps in both]):
            theirs, ours = ("(no such step)" if reply is None else reply for reply in step.replies)
            if not step.differs:
                lines.append(f"  {step.request} -> {theirs}")
                continue
            lines += [f"! {step.request}", f"      report: {theirs}", f"      here:   {ours}"]
        return lines


def text(step: TranscriptStep) -> str:
    return f"{step.request} -> {step.reply}" if step.reply else step.request


def totals(played: Sequence[Played], not_replayable: dict[str, str], not_run: int) -> dict[str, object]:
    """The counts, and the cases that differ or cannot be played, for --json. `not_run`: cases without a step in the report;
    the other counts do not include them."""
    same = sum(one.same for one in played)
    return {
        "cases": len(played) + len(not_replayable),
        "same": same,
        "different": len(played) - same,
        "not_replayable": len(not_replayable),
        "not_run": not_run,
        "differing": {one.theirs.key.id: one.side_by_side() for one in played if not one.same},
        "reasons": not_replayable,
    }
