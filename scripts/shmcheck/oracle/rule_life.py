"""Rules of names and ends of processes: gone, exit, crash; of other named objects, identities and the system."""

from __future__ import annotations

from shmcheck.oracle import names
from shmcheck.oracle.access import LEVELS
from shmcheck.oracle.rules import (
    INVALID_HANDLE,
    SUCCESS,
    Fail,
    Fields,
    done,
    grants,
    lost,
    refuses,
    verb,
)
from shmcheck.oracle.rule_handles import Use
from shmcheck.oracle.state import UNKNOWN_NAME, Handle, HandleLabel, NoStatement, Object, Process, Token, World
from shmcheck.oracle.text import Reply, Step


class Plain:
    """A call for which the rules need only its step."""

    __slots__ = ("world", "process", "step")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.step = step


class Named(Plain):
    """A call with a name, and the current meaning of the name."""

    __slots__ = ("name", "target", "label")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        super().__init__(world, process, step)
        self.label = step.label
        self.name = names.of_step(world, step, False)
        if self.name is not None and self.name.why:
            raise NoStatement(self.name.why)
        found = world.names.get(self.name.key) if self.name else None
        if found is UNKNOWN_NAME:
            raise NoStatement("whether the name is there")
        self.target: Object | None = found  # type: ignore[assignment]


@verb("gone")
def gone(world: World, process: Process, step: Step) -> Named:
    return Named(world, process, step)


@grants("gone", "life-name-may-linger", "life-terminate-closes", "life-persistent-needs-holder")
def is_gone(call: Named) -> Fields | None:
    if call.name is None or call.name.wrong:
        return None
    if call.target is None:
        return {"gone": "yes", "error": "2"}
    return {"gone": "no"} if call.target.kind == "section" else None


# ---- other objects ----


@verb("hold")
def hold(world: World, process: Process, step: Step) -> Named:
    return Named(world, process, step)


@refuses("hold", "name-collide-reverse")
def name_of_a_section(call: Named) -> Fail | None:
    if call.target is None or call.target.kind != "section":
        return None
    return INVALID_HANDLE


@grants("hold", "name-global-privilege-sections-only")
def global_object(call: Named) -> Fields | None:
    if call.name is None or call.name.space != "global" or call.target is not None:
        return None
    return SUCCESS if call.world.platform.client_session else None


@done("hold")
def make_object(call: Named, reply: Reply) -> None:
    target = call.target
    if target is None or target.kind == "section":
        target = Object(call.step.word("kind"))
        if call.name is not None and call.name.key:
            target.name = call.name.key
            call.world.names[target.name] = target
    value = call.world.give(call.process, Handle(target, None))
    call.process.labels[call.label] = HandleLabel(value)
    call.process.last["handle"] = value


@lost("hold")
def hold_lost(call: Named, reply: Reply) -> None:
    make_object(call, reply)


@verb("wait")
def wait(world: World, process: Process, step: Step) -> Use:
    return Use(world, process, step)


@refuses("wait", "open-no-synchronize")
def no_synchronize(call: Use) -> Fail | None:
    return Fail(None) if call.section is not None else None


# ---- the system ----


@verb("system")
def system(world: World, process: Process, step: Step) -> Plain:
    return Plain(world, process, step)


@grants("system", "size-granularity-and-page")
def page_and_granule(call: Plain) -> Fields | None:
    return {"page": "4096", "granularity": "65536"}


# ---- identities of processes ----


@verb("identity", "privilege", "impersonate", "revert", "defaultdacl")
def who(world: World, process: Process, step: Step) -> Plain:
    return Plain(world, process, step)


# The replies of an actor with an identity about itself; harness/runner/peer/identity.h.
PROMISES: dict[str, dict[str, str]] = {
    "untrusted": {"integrity": "untrusted"},
    "low": {"integrity": "low"},
    "low-file": {"integrity": "low"},
    "medium": {"integrity": "medium"},
    "restricted": {"restricted": "yes"},
    "unauthenticated": {"authenticated": "no"},
    "no-global-privilege": {"global-privilege": "absent"},
    "filtered": {"integrity": "medium", "administrator": "no", "global-privilege": "absent"},
}


@grants("identity", "il-child-level-is-minimum", "sd-restricted-token-two-checks", "name-global-privilege-default-holders")
def is_who_it_was_started_as(call: Plain) -> Fields | None:
    promise = PROMISES.get(call.process.identity)
    if promise is None:
        return None
    return {key: value for key, value in promise.items() if key in call.step.word("tell").split(",")}


@done("identity")
def ignore_identity(call: Plain, reply: Reply) -> None:
    """Ignores the reply: the rules use the identity with which the process was started."""


@lost("identity privilege impersonate revert defaultdacl")
def learn(call: Plain, reply: Reply) -> None:
    """Stores the reply of an actor about itself."""
    process, verb_name = call.process, call.step.verb
    if process.token is not None and verb_name in ("impersonate", "revert"):
        process.token.default_dacl = None  # another one is in force; the rest of the token is the same
    elif process.token is not None and verb_name == "defaultdacl":
        process.token.default_dacl = reply.fields.get("sddl")
    elif process.token is not None and verb_name == "privilege":
        process.token.privileges[call.step.label] = reply.fields.get("state", "")
    elif process.token is not None:
        take_identity(process.token, reply)


def take_identity(token: Token, reply: Reply) -> None:
    fields = reply.fields
    if "integrity" in fields:
        token.level = fields["integrity"] if fields["integrity"] in LEVELS else None
    if "restricted" in fields:
        token.restricted = fields["restricted"] == "yes"
    if "appcontainer" in fields:
        token.container = fields["appcontainer"] == "yes"
    if fields.get("authenticated") == "no":
        token.members -= {"AU"}
        token.denied |= {"AU"}
    if fields.get("administrator") == "no":
        token.denied |= {"BA"}
    if "global-privilege" in fields:
        token.privileges["SeCreateGlobalPrivilege"] = fields["global-privilege"]
    if fields.get("account", "user") != "user":
        token.user = None


def token_of(identity: str, world: World) -> Token | None:
    """The known token of an actor that starts with an identity (harness/runner/peer/identity.h)."""
    token = world.plain_token()
    if identity in ("untrusted", "low", "medium"):
        token.level = identity
    elif identity == "low-file":
        token.level = "low"
    elif identity == "restricted":
        token.restricted = True
    elif identity == "unauthenticated":
        token.members -= {"AU"}
        token.denied |= {"AU"}
    elif identity == "no-global-privilege":
        token.privileges["SeCreateGlobalPrivilege"] = "absent"
    elif identity == "filtered":
        token.denied |= {"BA"}
        token.privileges["SeCreateGlobalPrivilege"] = "absent"
    else:
        return None
    return token
