"""The registry of rules: the functions that state each row of the contract, and the changed rules of platforms.

A rule is a function of a call, which is a step with its meaning in the current state. A rule is one of three kinds:

    refuses   the call fails; the function returns a Fail, or a Fault for a memory access
    grants    the reply of a success; the function returns its fields, {} for a success without a field
    records   the row expects nothing here and allows either; the function returns True

None means that the rule is not about this call. If refusals apply, the reply must be one of them; otherwise it must have
the fields of all grants. If no rule applies the model makes no statement.

A platform with known deviations has changed rules: `@instead_of(rule, "name")` declares a function that replaces a rule
if an entry of cases/known.toml with `rule = "name"` applies to the platform.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shmcheck.oracle.constants import ERRORS, STATUSES
from shmcheck.oracle.state import Process, World
from shmcheck.oracle.text import Reply, Step


class Fail:
    """A refusal: the last error, and the status if the row names one. error None: any error but 0."""

    __slots__ = ("error", "status", "text")

    def __init__(self, error: int | None, status: int | None = None) -> None:
        self.error = None if error is None else str(error)
        self.status = None if status is None else f"0x{status:08X}"
        words = ["fail"]
        if error is not None:
            words.append(f"error={error} {ERRORS[error]}" if error in ERRORS else f"error={error}")
        if status is not None:
            words.append(f"status={self.status} {STATUSES[status]}" if status in STATUSES else f"status={self.status}")
        self.text = " ".join(words)

    @property
    def sample(self) -> str:
        """An allowed reply."""
        return self.text if self.error is not None else self.text.replace("fail", "fail error=1", 1)

    def allows(self, reply: Reply) -> bool:
        if reply.word != "fail":
            return False
        found = reply.fields.get("error", "")
        if self.error is None:
            return found not in ("", "0")
        return found == self.error and (self.status is None or reply.fields.get("status") == self.status)


class Fault:
    """An exception at a memory access: the kind of the access, and its last possible offset from the label's base."""

    __slots__ = ("access", "first", "last", "code", "text")

    def __init__(self, access: str, first: int, last: int, code: str = "0xC0000005") -> None:
        self.access = access
        self.first = first
        self.last = last
        self.code = code
        self.text = f"fault code={code} access={access} in the range of the step"

    @property
    def sample(self) -> str:
        """An allowed reply."""
        return f"fault code={self.code} access={self.access} at=+{self.last}"

    def allows(self, reply: Reply) -> bool:
        if reply.word != "fault" or reply.fields.get("code") != self.code or reply.fields.get("access") != self.access:
            return False
        at = reply.fields.get("at", "")
        return at.startswith("+") and at[1:].isdigit() and self.first <= int(at[1:]) <= self.last


Fields = Mapping[str, str]
Check = Callable[[Any], "Fail | Fault | Fields | bool | None"]
Effect = Callable[[Any, Reply], None]
Prepare = Callable[[World, Process, Step], Any]

F = TypeVar("F", bound=Callable[..., Any])  # a function that a decorator returns unchanged

SUCCESS: Fields = {}


@dataclass(slots=True)
class Rule:
    """One function of the model, and the rows that it states."""

    kind: str  # refuses, grants, records
    verb: str
    rows: tuple[str, ...]
    check: Check


@dataclass(slots=True)
class VerbRules:
    """The rules of a verb."""

    name: str
    prepare: Prepare
    refusals: list[Rule] = field(default_factory=list)
    grants: list[Rule] = field(default_factory=list)
    records: list[Rule] = field(default_factory=list)
    done: Effect | None = None  # the changes of the state by a success
    failed: Effect | None = None  # the changes of the state by a refusal
    lost: Effect | None = None  # makes parts of the state unknown if the model made no statement


VERBS: dict[str, VerbRules] = {}
RULES: dict[Check, list[Rule]] = {}


# Changed rules of platforms: by name, the functions that replace others.
CHANGES: dict[str, dict[Check, Check]] = {}


def verb(*names: str) -> Callable[[F], F]:
    """Declares verbs; the function makes a call of a step."""

    def declare(prepare: F) -> F:
        for name in names:
            VERBS[name] = VerbRules(name, prepare)
        return prepare

    return declare


def _rule(kind: str, verbs: str, rows: tuple[str, ...]) -> Callable[[F], F]:
    def declare(check: F) -> F:
        for name in verbs.split():
            rule = Rule(kind, name, rows, check)
            {"refuses": VERBS[name].refusals, "grants": VERBS[name].grants, "records": VERBS[name].records}[kind].append(rule)
            RULES.setdefault(check, []).append(rule)
        return check

    return declare


def refuses(verbs: str, *rows: str) -> Callable[[F], F]:
    """The function states when calls of these verbs fail, and with which error."""
    return _rule("refuses", verbs, rows)


def grants(verbs: str, *rows: str) -> Callable[[F], F]:
    """The function states the fields of a success of these verbs."""
    return _rule("grants", verbs, rows)


def records(verbs: str, *rows: str) -> Callable[[F], F]:
    """The function states when a row of the basis `record` allows success and failure."""
    return _rule("records", verbs, rows)


def instead_of(original: Check, name: str) -> Callable[[F], F]:
    """The function replaces a rule on platforms with this known deviation. One name may change several rules."""

    def declare(check: F) -> F:
        if CHANGES.setdefault(name, {}).setdefault(original, check) is not check:
            raise ValueError(f"{name} changes one rule twice")
        return check

    return declare


def done(verbs: str) -> Callable[[F], F]:
    """The function changes the state as a success of these verbs does."""

    def declare(effect: F) -> F:
        for name in verbs.split():
            VERBS[name].done = effect
        return effect

    return declare


def failed(verbs: str) -> Callable[[F], F]:
    """The function changes the state as a refusal of these verbs does."""

    def declare(effect: F) -> F:
        for name in verbs.split():
            VERBS[name].failed = effect
        return effect

    return declare


def lost(verbs: str) -> Callable[[F], F]:
    """The function makes parts of the state unknown after a step about which the model made no statement."""

    def declare(effect: F) -> F:
        for name in verbs.split():
            VERBS[name].lost = effect
        return effect

    return declare


ACCESS_DENIED = Fail(5)
INVALID_HANDLE = Fail(6)
INVALID_PARAMETER = Fail(87)
NOT_FOUND = Fail(2)
INVALID_ADDRESS = Fail(487)
