"""The steps of a transcript as turns of the roles and of the first process, which starts them."""

from __future__ import annotations

from dataclasses import dataclass

from shmcheck.reproduce.role_code import REFERENCE
from shmcheck.reproduce.steps import CannotExpress, CallStep
from shmcheck.verbs import Table

MAIN = "main"
IDENTITIES = {
    # level, flags, denied group, deleted privilege, restricting SIDs, equal to the runner's identities of these names
    "untrusted": ("SECURITY_MANDATORY_LOW_RID", "0", "WinNullSid", "NULL", "FALSE"),
    "low": ("SECURITY_MANDATORY_LOW_RID", "0", "WinNullSid", "NULL", "FALSE"),
    "medium": ("SECURITY_MANDATORY_MEDIUM_RID", "0", "WinNullSid", "NULL", "FALSE"),
    "restricted": ("0", "0", "WinNullSid", "NULL", "TRUE"),
    "unauthenticated": ("0", "0", "WinAuthenticatedUserSid", "NULL", "FALSE"),
    "no-global-privilege": ("0", "0", "WinNullSid", 'L"SeCreateGlobalPrivilege"', "FALSE"),
    "filtered": ("SECURITY_MANDATORY_MEDIUM_RID", "LUA_TOKEN", "WinBuiltinAdministratorsSid", "NULL", "FALSE"),
}


@dataclass
class Event:
    """A part of a turn. `what`: step, leave, crash (done by the role); kill, gone (done by the first process)."""

    actor: str
    what: str
    role: str
    step: CallStep | None = None
    index: int = 0
    other: str = ""  # the role that a spawn starts


@dataclass
class Turns:
    events: list[Event]
    roles: list[str]  # in the order in which they appear
    spawned: set[str]
    identities: dict[str, str]
    bits: dict[str, int]


def wanted_values(steps: list[CallStep], table: Table) -> set[tuple[int, str]]:
    """The steps whose volatile values later steps refer to, as (index, field)."""
    wanted: set[tuple[int, str]] = set()
    for place, step in enumerate(steps):
        for value in step.keys.values():
            for found in REFERENCE.finditer(value):
                role, name = found[1], found[2]
                if name in ("pid", "token", "program"):
                    continue
                before = [
                    index
                    for index, other in enumerate(steps[:place])
                    if other.role == role and other.verb in table.verbs and other.got.ok
                    and f"~{name}" in table.verbs[other.verb].reply_fields()
                ]
                if not before:
                    raise CannotExpress(f"${role}.{name}, which no earlier reply has")
                wanted.add((before[-1], name))
    return wanted


def turns_of(steps: list[CallStep]) -> Turns:
    """The turns of a transcript. A role that appears again after its end is another process: writer, writer-2."""
    plan = Turns([], [], set(), {}, {})
    current: dict[str, str] = {}
    ended: set[str] = set()

    def process(role: str) -> str:
        name = current.get(role, role)
        if name in ended:
            count = 2
            while f"{role}-{count}" in plan.roles:
                count += 1
            name = f"{role}-{count}"
        current[role] = name
        if name not in plan.roles:
            plan.roles.append(name)
        return name

    for index, step in enumerate(steps):
        role = process(step.role)
        if step.verb == "(start)":
            start(plan, role, step)
        elif step.verb == "(killed)":
            plan.events.append(Event(MAIN, "kill", role))
            ended.add(role)
        elif step.verb == "exit":
            plan.events += [Event(role, "leave", role, step), Event(MAIN, "gone", role)]
            ended.add(role)
        elif step.got.outcome == "gone":
            plan.events += [Event(role, "crash", role, step), Event(MAIN, "gone", role, step)]
            ended.add(role)
        elif step.verb == "spawn" and "$" in step.keys.get("pipe", ""):
            child = process(step.label)
            plan.spawned.add(child)
            plan.events.append(Event(role, "step", role, step, index, child))
        else:
            plan.events.append(Event(role, "step", role, step, index))
    return plan


def start(plan: Turns, role: str, step: CallStep) -> None:
    """Reads the options of a role from its line "(start) identity=low"."""
    words = step.request.split(" ")[1:]
    for word in words:
        key, _, value = word.partition("=")
        if key == "identity" and value in IDENTITIES:
            plan.identities[role] = value
        elif key == "bits" and value == "64" or (key == "arch" and value == "x64"):
            plan.bits[role] = 64
        elif key == "large-address-aware" and value == "yes":
            pass
        else:
            raise CannotExpress(f"(start): {word}")
