"""Judges all steps of the transcript of a case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from shmcheck.oracle.model import Finding, Judgement, Model
from shmcheck.oracle.rule_life import token_of
from shmcheck.oracle.state import Platform, World
from shmcheck.oracle.text import Reply, Step, reply, step

LINE = re.compile(r"([a-z0-9_-]+)> (.*?) -> (.*)")


@dataclass(slots=True)
class Walked:
    """One step of a transcript and its judgement."""

    number: int  # of the line in the transcript, from 1
    role: str
    step: str
    reply: str
    judgement: Judgement

    def text(self) -> str:
        """The line of the transcript."""
        return f"{self.role}> {self.step} -> {self.reply}"


@dataclass(slots=True)
class Counts:
    """The number of steps of each kind."""

    steps: int = 0
    explained: int = 0
    unexplained: int = 0
    contradicted: int = 0
    known: int = 0
    reasons: dict[str, int] = field(default_factory=dict)  # reasons of unexplained steps, with their numbers

    def add(self, judgement: Judgement) -> None:
        self.steps += 1
        name = judgement.finding.value
        setattr(self, name, getattr(self, name) + 1)
        if judgement.finding is Finding.UNEXPLAINED:
            self.reasons[judgement.why] = self.reasons.get(judgement.why, 0) + 1


def walk(model: Model, platform: Platform, transcript: str) -> Iterator[Walked]:
    """The steps of one case in order. Actions of the stage (a start, a kill, an exit) are not steps."""
    world = World(platform)
    for number, line in enumerate(transcript.split("\n"), 1):
        match = LINE.fullmatch(line)
        if not match:
            continue  # a heading, an equality of values, a control
        role, text, answer = match.groups()
        if text.startswith("("):
            direct(world, role, text)
            continue
        request: Step = step(text)
        got: Reply = reply(answer)
        if request.verb in ("exit", "crash"):
            if got.word in ("bye", "gone"):
                world.end(world.process(role))
            continue
        yield Walked(number, role, text, answer, model.judge(world, role, request, got))


def direct(world: World, role: str, text: str) -> None:
    """Applies an action of the stage: `(start) identity=low`, `(killed)`."""
    if text.startswith("(killed)") or text.startswith("(ended)"):
        world.end(world.process(role))
        return
    process = world.process(role)
    for word in text.split(" ")[1:]:
        key, _, value = word.partition("=")
        if key == "identity":
            process.token = token_of(value, world)
            process.identity = value
        elif key == "bits":
            process.bits = int(value) if value.isdigit() else process.bits
        elif key == "large-address-aware":
            process.aware = value == "yes"
        elif key == "arch":
            process.bits = 32 if value == "x86" else 64
