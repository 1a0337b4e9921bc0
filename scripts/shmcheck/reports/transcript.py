"""Splits transcripts into steps, and aligns several transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class TranscriptStep:
    """One line of a transcript: the request and the reply.

    `writer> map view of=section -> ok` has a request and a reply, `= size: 4096` a name and a value; every other line
    has the first part only.
    """

    request: str
    reply: str


def split(line: str) -> TranscriptStep:
    if line.startswith("= "):
        name, separator, value = line.partition(": ")
        return TranscriptStep(name + separator.rstrip(), value)
    request, separator, reply = line.partition(" -> ")
    return TranscriptStep(request, reply) if separator and "> " in request else TranscriptStep(line, "")


def external_program(transcript: str) -> str:
    """The first program of a user that played a role (`external ROLE PROGRAM`); "" if none did. A report contains
    neither the program nor its calls, so its case can be played only on a machine with the program."""
    for line in transcript.split("\n"):
        words = line.split(" ")
        if words[0] == "external" and len(words) > 2:
            return words[2]
    return ""


def steps_of(transcript: str) -> list[TranscriptStep]:
    return [split(line) for line in transcript.split("\n")] if transcript else []


@dataclass(frozen=True, slots=True)
class Aligned:
    """One step of several transcripts; the reply is None for a transcript without it."""

    request: str
    replies: tuple[str | None, ...]

    @property
    def differs(self) -> bool:
        return any(reply != self.replies[0] for reply in self.replies)


def align(transcripts: Sequence[str]) -> list[Aligned]:
    """The steps of several transcripts in one list, in which the requests of each transcript keep their order."""
    merged: list[tuple[str, list[str | None]]] = []
    for place, transcript in enumerate(transcripts):
        merged = _merge(merged, steps_of(transcript), place)
    return [Aligned(request, tuple(replies)) for request, replies in merged]


def _merge(
    merged: list[tuple[str, list[str | None]]], steps: Sequence[TranscriptStep], place: int
) -> list[tuple[str, list[str | None]]]:
    """Adds a transcript. Its steps join those with the same request."""
    requests = [request for request, _ in merged]
    out: list[tuple[str, list[str | None]]] = []
    own = [step.request for step in steps]
    if own == requests:  # the usual case; the matcher is slow
        return [(request, [*replies, step.reply]) for (request, replies), step in zip(merged, steps, strict=True)]
    matcher = SequenceMatcher(None, requests, own, autojunk=False)
    for kind, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if kind == "equal":
            out += [
                (request, [*replies, step.reply])
                for (request, replies), step in zip(merged[a_from:a_to], steps[b_from:b_to], strict=True)
            ]
            continue
        out += [(request, [*replies, None]) for request, replies in merged[a_from:a_to]]
        out += [(step.request, [*[None] * place, step.reply]) for step in steps[b_from:b_to]]
    return out


@dataclass(frozen=True, slots=True)
class StepDifference:
    """A step in which two transcripts differ; the reply is None for a transcript without it."""

    request: str
    before: str | None
    now: str | None


def first_difference(base: str, new: str) -> StepDifference | None:
    """The first step with different replies; if there is none, the first that only one transcript has. None if the
    transcripts are equal."""
    lone = None
    for step in align([base, new]):
        before, now = step.replies
        if before is not None and now is not None and before != now:
            return StepDifference(step.request, before, now)
        if lone is None and before != now:
            lone = StepDifference(step.request, before, now)
    return lone
