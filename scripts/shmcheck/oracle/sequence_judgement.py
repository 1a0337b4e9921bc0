"""Judges the replies to a sequence of steps."""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass, field

from shmcheck.oracle.maker import ENDS, Sequence
from shmcheck.oracle.model import Finding, Judgement, Model, judge_reply
from shmcheck.oracle.state import Platform, World
from shmcheck.oracle.text import reply, step


@dataclass(slots=True)
class SequenceJudgement:
    """The verdict on one sequence. `at` is the index of the contradicted step, at which judging ends; -1 if there is none."""

    explained: int = 0
    unexplained: int = 0
    known: int = 0
    at: int = -1
    judgement: Judgement | None = None
    changes: list[str] = field(default_factory=list)  # the changed rules that explained known deviations

    def add(self, judgement: Judgement) -> None:
        if judgement.finding is Finding.EXPLAINED:
            self.explained += 1
        elif judgement.finding is Finding.UNEXPLAINED:
            self.unexplained += 1
        elif judgement.finding is Finding.KNOWN:
            self.known += 1
            self.changes.extend(judgement.changes)


def judge(model: Model, platform: Platform, steps: Many[tuple[str, str]], replies: Many[str]) -> SequenceJudgement:
    """Judges all steps, with a state that follows the replies."""
    found, world = SequenceJudgement(), World(platform)
    for index, ((role, text), answer) in enumerate(zip(steps, replies)):
        if text in ENDS:
            world.end(world.process(role))
            del world.processes[role]
            continue
        judgement = model.judge(world, role, step(text), reply(answer))
        if judgement.finding is Finding.CONTRADICTED:
            found.at, found.judgement = index, judgement
            return found
        found.add(judgement)
    return found


def judge_predicted(model: Model, platform: Platform, made: Sequence, replies: Many[str]) -> SequenceJudgement:
    """The same, and faster if all replies match the predictions that were made with the sequence."""
    found = SequenceJudgement()
    for expected, answer in zip(made.expected, replies):
        if expected is None:
            continue
        got = reply(answer)
        predicted_fail = bool(expected.refusals)
        if (got.word == "ok") == predicted_fail or (expected.states and not expected.allows(got)):
            return judge(model, platform, made.steps, replies)
        found.add(judge_reply(expected, got))
    return found
