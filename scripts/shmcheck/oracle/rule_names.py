"""Rules about the form of a name, which creating and opening have in common."""

from __future__ import annotations

from shmcheck.oracle import names
from shmcheck.oracle.rule_creating import CREATES, Create
from shmcheck.oracle.rule_opening import OPENS, Open
from shmcheck.oracle.rules import INVALID_HANDLE, NOT_FOUND, Fail, instead_of, refuses

NAMED = f"{CREATES} {OPENS}"
Call = Create | Open


@refuses(NAMED, "name-backslash-forbidden")
def backslash(call: Call) -> Fail | None:
    return {"leading": Fail(161), "backslash": Fail(3)}.get(names.refused(call.world, call.name))


@refuses(NAMED, "name-double-backslash")
def double_backslash(call: Call) -> Fail | None:
    return Fail(123) if names.refused(call.world, call.name) == "double" else None


@refuses(NAMED, "name-below-section")
def below_section(call: Call) -> Fail | None:
    return INVALID_HANDLE if names.refused(call.world, call.name) == "below" else None


@instead_of(below_section, "opens-find-nothing-below-a-section")
def nothing_below_section(call: Call) -> Fail | None:
    if isinstance(call, Open) and names.refused(call.world, call.name) == "below":
        return NOT_FOUND
    return below_section(call)


@refuses(NAMED, "name-reserved-words")
def reserved_word(call: Call) -> Fail | None:
    return INVALID_HANDLE if call.name is not None and call.name.wrong == "reserved" else None
