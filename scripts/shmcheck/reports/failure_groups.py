"""Groups failures by expected and received reply, so that one cause in many cases is one entry."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shmcheck.definitions import Verdict
from shmcheck.reports.results import SEVERITY, Case, Key, signature

_EXPECTED = re.compile(r"(?:\[[^\]]*\] )?(?:.*?: )?expected (?P<expected>.+?), got (?P<got>.+)", re.DOTALL)
_PRECONDITION = re.compile(r".*?: precondition failed: expected .+?, got (?P<got>.+)", re.DOTALL)
_REFUSED = re.compile(r".*?: the actor rejected this step: (?P<why>.+)", re.DOTALL)
_NO_START = re.compile(r"the actor for '[^']*' (?P<why>does not start: .+)", re.DOTALL)
_STEP = re.compile(r"[a-z0-9-]+> [^:]*: (?P<why>.+)", re.DOTALL)
_CUT = "..."
_SHORT = 200  # characters


@dataclass(frozen=True)
class Occurrence:
    """A failure of one case, and the systems on which it failed so."""

    key: Key
    case: Case
    targets: tuple[str, ...]


@dataclass(frozen=True)
class FailureGroup:
    """Failures with the same difference between expected and received reply."""

    text: str  # "expected type=MEM_MAPPED, got type=MEM_PRIVATE"
    seen: tuple[Occurrence, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of its failures, the worst first."""
        return tuple(sorted({seen.case.verdict for seen in self.seen}, key=lambda verdict: -SEVERITY[verdict]))

    @property
    def count(self) -> int:
        """The number of its cases."""
        return len({seen.key for seen in self.seen})

    @property
    def targets(self) -> tuple[str, ...]:
        """The systems of all its failures, in the order in which they were met."""
        return tuple(dict.fromkeys(target for seen in self.seen for target in seen.targets))


def grouped(failures: Iterable[Occurrence]) -> list[FailureGroup]:
    """The failures in groups, the one with the most cases first."""
    groups: dict[str, list[Occurrence]] = {}
    for seen in failures:
        groups.setdefault(essence(seen.case), []).append(seen)
    found = [FailureGroup(text, tuple(group)) for text, group in groups.items()]
    return sorted(found, key=lambda group: -group.count)


def essence(case: Case) -> str:
    """The text of a failure without the case's own names: the part of the reply that was not as expected."""
    text = _whole(case)
    for pattern, words in ((_PRECONDITION, "precondition failed: got"), (_REFUSED, ""), (_NO_START, "an actor")):
        match = pattern.fullmatch(text)
        if match:
            told = _short(match["got"]) if "got" in match.groupdict() else match["why"]
            return _cut(f"{words} {told}".strip())
    match = _EXPECTED.fullmatch(text)
    if match:
        return _cut(_difference(match["expected"], match["got"]))
    match = _STEP.fullmatch(text)
    return _cut(match["why"] if match else text)


def _whole(case: Case) -> str:
    """The whole message. A report shortens it and repeats it in the details."""
    start = case.message.removesuffix(_CUT)
    first = case.details.partition("\n")[0]
    text = first if start != case.message and first.startswith(start) else case.message
    return signature(text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def _difference(expected: str, got: str) -> str:
    """The fields of two replies that differ, or their outcomes if these differ."""
    wanted, came = _fields(expected), _fields(got)
    if wanted.get("") != came.get("") or wanted == came:
        return f"expected {_short(expected)}, got {_short(got)}"
    names = [name for name in wanted if wanted[name] != came.get(name)] or [name for name in came if name not in wanted]
    one, other = (" ".join(f"{name}={side[name]}" for name in names if name in side) or "nothing" for side in (wanted, came))
    return f"expected {one}, got {other}"


def _fields(reply: str) -> dict[str, str]:
    """The outcome of a reply under "", and its fields. A word without '=' is the name of the value before it."""
    words = reply.split(" ")
    fields = {"": words[0]}
    last = ""
    for word in words[1:]:
        name, sign, value = word.partition("=")
        if sign:
            fields[name], last = value, name
        elif last:
            fields[last] += f" {word}"
    return fields


def _short(reply: str) -> str:
    """The outcome of a reply with its error, which distinguish failures."""
    fields = _fields(reply)
    told = [f"{name}={fields[name]}" for name in ("error", "status", "code") if name in fields]
    return " ".join([fields[""], *told[:1]]) if told else reply
