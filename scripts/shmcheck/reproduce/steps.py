"""The steps of a case's transcript, each with its expected reply: the one that a failure in the report names, else the
recorded reply."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shmcheck.console import CannotRun
from shmcheck.reports.results import Case
from shmcheck.reports.transcript import external_program

LINE = re.compile(r"(?P<role>[a-z][a-z0-9-]*)> (?P<request>.*) -> (?P<reply>.*)")
# The text about a step that was not as expected: an expectation of the row in brackets, or a precondition.
EXPECTATION = re.compile(
    r"(?:line \d+: )?(?:\[[^\]]+\] )?(?P<role>[a-z][a-z0-9-]*)> (?P<request>.*?)"
    r"(?:: expected (?P<expected>.*?), got (?P<got>.*)"
    r"|: precondition failed: expected (?P<pre>.*?), got (?P<pregot>.*))"
)
OWN_CHECK = re.compile(r"(?:line \d+: )?\[[^\]]+\] (?P<text>[^>]*): expected (?P<expected>.*), got (?P<got>.*)")


class CannotExpress(CannotRun):
    """A transcript has a step that plain calls cannot do. The text starts with its verb and says why."""


@dataclass(frozen=True)
class ExpectedReply:
    """A reply, or an expected reply: the outcome (ok, fail, fault, bye, gone, hello) and fields."""

    outcome: str
    fields: dict[str, str]

    @property
    def ok(self) -> bool:
        return self.outcome == "ok"


@dataclass
class CallStep:
    """One line of a transcript. `keys` are as written, with their escapes."""

    role: str
    request: str
    verb: str
    label: str
    keys: dict[str, str]
    got: ExpectedReply
    expected: ExpectedReply
    failed: bool = False  # the report says that `got` differs from the expected reply
    notes: list[str] = field(default_factory=list)  # the notes of the case before this step

    def text(self, key: str, default: str = "") -> str:
        """The value of a key with its escapes decoded to Latin-1 characters, one for each byte."""
        return unescape(self.keys.get(key, default))

    @property
    def made_unexpectedly(self) -> bool:
        """Whether the call succeeded although it should fail; later steps of the case undo it."""
        return self.got.ok and self.expected.outcome == "fail"


def unescape(value: str) -> str:
    """The bytes of an escaped value, each as the character with its number."""
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), value)


def parse_reply(text: str) -> ExpectedReply:
    words = text.split()
    fields = dict(word.split("=", 1) for word in words[1:] if "=" in word and not word.startswith("~"))
    return ExpectedReply(words[0] if words else "", fields)


def parse_step(line: str) -> CallStep:
    found = LINE.fullmatch(line)
    if not found:
        raise CannotExpress(f"a line of the transcript that is not a step: {line[:80]}")
    words = found["request"].split(" ")
    label = ""
    rest = words[1:]
    if rest and "=" not in rest[0]:
        label, rest = rest[0], rest[1:]
    keys = dict(word.split("=", 1) for word in rest if "=" in word)
    reply = parse_reply(found["reply"])
    return CallStep(found["role"], found["request"], words[0], label, keys, reply, reply)


def failures(case: Case) -> list[tuple[str, str, ExpectedReply, str]]:
    """The steps that the report says were not as expected, in its order: role, request, expected reply, received reply."""
    found: list[tuple[str, str, ExpectedReply, str]] = []
    for line in [case.message.removeprefix("known: "), *case.details.split("\n")]:
        match = EXPECTATION.fullmatch(line)
        if match:
            expected = match["expected"] or match["pre"] or ""
            got = match["got"] or match["pregot"] or ""
            found.append((match["role"], match["request"], parse_reply(expected), got))
        elif (own := OWN_CHECK.fullmatch(line)) is not None:
            raise CannotExpress(f"the case computes this itself, from several replies: {own['text']}")
    return found


def steps_of(case: Case) -> list[CallStep]:
    """The steps with their expected replies. CannotExpress for a line that is not a step."""
    if program := external_program(case.transcript):
        raise CannotExpress(f"the external program {program} plays a role, and a report does not carry what it calls")
    steps: list[CallStep] = []
    notes: list[str] = []
    for line in case.transcript.split("\n"):
        if line.startswith(("# ", "= ")):
            notes.append(line[2:])
        elif line:
            step = parse_step(line)
            step.notes, notes = notes, []
            steps.append(step)
    at = 0
    for role, request, expected, got in failures(case):
        while at < len(steps) and not (
            (steps[at].role, steps[at].request) == (role, request) and steps[at].got == parse_reply(got)
        ):
            at += 1
        if at == len(steps):
            raise CannotExpress(f"the report names a step that its transcript does not have: {role}> {request}")
        steps[at].expected, steps[at].failed = expected, True
        at += 1
    return steps
