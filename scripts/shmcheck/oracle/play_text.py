"""Sequences as files of steps for shmcheck --play (harness/PLAY.md), and the replies from the transcript of such a case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shmcheck.oracle.maker import ENDS, child_of
from shmcheck.oracle.text import together

STARTING = "system"  # a step without effect, which only starts a role
REFERENCE = re.compile(r"=\$([a-z][a-z0-9-]*)\.")
STEP = re.compile(r"([a-z][a-z0-9-]*)> (.+?) -> (.+)")


def lines_of(steps: Sequence[tuple[str, str]], replies: Sequence[str] = ()) -> list[str]:
    """The lines of a case that performs the steps. With replies, each reply is expected; without, none is judged. A role
    that a step refers to before its own first step first gets a step that starts it."""
    lines: list[str] = []
    started: set[str] = set()
    start = 0
    while start < len(steps):
        count = together(steps, start)
        for role, text in steps[start : start + count]:
            started.add(child_of(text))
            for other in [role, *REFERENCE.findall(text)]:
                if other not in started and (other != role or text in ENDS):
                    lines.append(f"{other}> {STARTING}")
                started.add(other)
        for index in range(start, start + count):
            role, text = steps[index]
            if text in ENDS:
                lines.append(f"{ENDS[text]} {role}")
                started.discard(role)
            elif count > 1:
                lines.append(f"begins {role}> {text}")
            else:
                lines.append(f"{role}> {text}" + (f" -> {replies[index]}" if index < len(replies) else ""))
        if count > 1:
            for index in range(start, start + count):
                lines.append(f"finishes {steps[index][0]} -> {replies[index] if index < len(replies) else '*'}")
        start += count
    return lines


def playable(expected: str) -> str:
    """The allowed reply as an expectation in a file of steps."""
    if expected in ("an answer", "any outcome"):
        return "*"
    return expected.removesuffix(" in the range of the step")


def replies_of(steps: Sequence[tuple[str, str]], transcript: str) -> list[str]:
    """The replies to the steps in the transcript of their case, up to the first step that it does not have. The reply to the
    end of a role is "gone"."""
    found: list[str] = []
    lines = iter(transcript.split("\n"))
    for role, text in steps:
        if text in ENDS:
            found.append("gone")
            continue
        for line in lines:
            match = STEP.fullmatch(line)
            if match and (match[1], match[2]) == (role, text):
                found.append(match[3])
                break
        else:
            return found
    return found
