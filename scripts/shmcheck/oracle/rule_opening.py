"""Rules of opening: open (OpenFileMapping), openapp (OpenFileMappingFromApp)."""

from __future__ import annotations

from shmcheck.oracle import access, names
from shmcheck.oracle.constants import (
    ACCESS_SYSTEM_SECURITY,
    FILE_MAP_ALL_ACCESS,
    FILE_MAP_COPY,
    FILE_MAP_EXECUTE,
    MAXIMUM_ALLOWED,
    SECTION_MAP_EXECUTE,
    SECTION_MAP_READ,
    SYNCHRONIZE,
)
from shmcheck.oracle.rules import (
    ACCESS_DENIED,
    INVALID_HANDLE,
    INVALID_PARAMETER,
    NOT_FOUND,
    SUCCESS,
    Fail,
    Fields,
    done,
    grants,
    instead_of,
    lost,
    refuses,
    verb,
)
from shmcheck.oracle.state import LOST, UNKNOWN_NAME, Handle, HandleLabel, NoStatement, Object, Process, Section, World
from shmcheck.oracle.text import Reply, Step

OPENS = "open openapp"


class Open:
    """A call of OpenFileMapping."""

    __slots__ = ("world", "process", "label", "name", "ansi", "raw", "wanted", "inherit", "target", "granted")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.label = step.label
        self.ansi = step.word("api") == "A"
        self.name = names.of_step(world, step, self.ansi)
        self.raw = step.number("access")
        self.wanted = rights_of(self.raw)
        self.inherit = step.word("inherit") == "yes"
        key = self.name.key if self.name else ""
        found = world.names.get(key) if key else None
        if found is UNKNOWN_NAME:
            raise NoStatement("whether the name is there")
        self.target: Object | None = found  # type: ignore[assignment]
        self.granted: int | None | bool = None


def rights_of(raw: int) -> int:
    """The rights that OpenFileMapping requests; rows open-copy-treated-as-read, open-copy-plus-read-literal,
    open-execute, open-page-constant-trap."""
    if raw == FILE_MAP_COPY:
        return SECTION_MAP_READ
    if raw & FILE_MAP_EXECUTE:
        return raw & ~FILE_MAP_EXECUTE | SECTION_MAP_EXECUTE
    return raw


@verb("open", "openapp")
def open_section(world: World, process: Process, step: Step) -> Open:
    if process.token is None:
        raise NoStatement("who the process is")
    call = Open(world, process, step)
    if call.name is not None and call.name.why:
        raise NoStatement(call.name.why)
    if isinstance(call.target, Section):
        look_at_access(call)
    return call


def look_at_access(call: Open) -> None:
    """Whether the descriptor admits the process."""
    if access.mapped(call.wanted) & ~(access.ALL_RIGHTS | ACCESS_SYSTEM_SECURITY | MAXIMUM_ALLOWED):
        raise NoStatement("these bits of the access")
    if call.wanted & SYNCHRONIZE:
        raise NoStatement("SYNCHRONIZE on a section")
    assert isinstance(call.target, Section)
    call.granted = access.granted(call.target, call.process.token, call.wanted & ~ACCESS_SYSTEM_SECURITY)
    if call.granted is None and not call.wanted & MAXIMUM_ALLOWED:
        raise NoStatement("whether the descriptor admits the process")


# ---- refusals ----


@refuses(OPENS, "name-null-open")
def no_name(call: Open) -> Fail | None:
    return INVALID_PARAMETER if call.name is None else None


@refuses(OPENS, "name-length-limit")
def long_name(call: Open) -> Fail | None:
    if call.name is None or not call.ansi or call.name.most <= names.MAX_ANSI:
        return None
    if call.name.least > names.MAX_ANSI:
        return Fail(206)
    raise NoStatement("whether the name is longer than MAX_PATH")


@refuses(OPENS, "name-empty-string")
def empty_name(call: Open) -> Fail | None:
    return INVALID_HANDLE if call.name is not None and call.name.wrong == "empty" else None


@refuses(OPENS, "open-zero-access")
def no_access(call: Open) -> Fail | None:
    return ACCESS_DENIED if call.raw == 0 and isinstance(call.target, Section) else None


@instead_of(no_access, "access-zero-gives-a-handle")
def no_access_is_enough(call: Open) -> Fail | None:
    return None


@refuses(OPENS, "name-collide-open")
def name_of_another_kind(call: Open) -> Fail | None:
    if call.target is None or isinstance(call.target, Section):
        return None
    if not call.target.kind:
        raise NoStatement("what the name stands for")
    return INVALID_HANDLE


@refuses(OPENS, "open-missing", "open-needs-open-handle-somewhere", "life-name-gone-with-view", "name-case-sensitive")
def missing(call: Open) -> Fail | None:
    if call.name is None or call.name.wrong or call.target is not None:
        return None
    if call.world.unsure:
        raise NoStatement("whether an object has that name")
    if call.ansi and call.name.least > names.MAX_ANSI:
        return None  # row name-length-limit
    if call.name.most > names.MAX_UNITS:
        raise NoStatement("how long a wide name may be is not documented")
    return NOT_FOUND


@refuses(
    OPENS,
    "sd-read-only-for-others", "sd-empty-dacl", "sd-deny-ace-first", "access-copy-is-not-a-right",
    "il-low-cannot-write-up", "il-unlabelled-is-medium", "il-no-read-up", "il-before-dacl", "sd-set-by-handle",
)  # fmt: skip
def denied(call: Open) -> Fail | None:
    return ACCESS_DENIED if isinstance(call.target, Section) and call.granted is False else None


@refuses(OPENS, "sd-null-dacl")
def null_dacl_admits(call: Open) -> Fail | None:
    """A NULL DACL grants every access."""
    return None


@instead_of(null_dacl_admits, "null-dacl-is-empty")
def denied_by_null_dacl(call: Open) -> Fail | None:
    if isinstance(call.target, Section) and "NO_ACCESS_CONTROL" in (call.target.descriptor or ""):
        if access.granted_if(call.target, call.process.token, call.wanted, "D:P", False) is False:
            return ACCESS_DENIED
    return None


@instead_of(denied, "owner-has-all-standard-rights")
def denied_not_to_the_owner(call: Open) -> Fail | None:
    target = call.target
    if isinstance(target, Section) and target.descriptor and call.granted is False:
        if access.granted_if(target, call.process.token, call.wanted, target.descriptor, True) is not False:
            return None
    return denied(call)


@refuses(OPENS, "open-execute")
def execute_as_a_right(call: Open) -> Fail | None:
    """A DACL cannot refuse FILE_MAP_EXECUTE, which is not a right of sections."""
    return None


@instead_of(execute_as_a_right, "execute-right-as-it-stands")
def execute_withheld(call: Open) -> Fail | None:
    """No DACL of sections grants 0x20."""
    if isinstance(call.target, Section) and call.raw & FILE_MAP_EXECUTE and call.target.descriptor:
        return ACCESS_DENIED
    return None


@refuses(OPENS, "access-system-security")
def system_security(call: Open) -> Fail | None:
    if not isinstance(call.target, Section) or not call.wanted & ACCESS_SYSTEM_SECURITY:
        return None
    state = call.process.token.privileges.get("SeSecurityPrivilege") if call.process.token else None
    if state is None:
        raise NoStatement("whether the process has SeSecurityPrivilege")
    return None if state == "enabled" else Fail(1314)


@instead_of(system_security, "system-security-unchecked-without-descriptor")
def system_security_unchecked(call: Open) -> Fail | None:
    if isinstance(call.target, Section) and call.target.descriptor == "":
        return None
    return system_security(call)


# ---- replies of a success ----


@grants(OPENS, "open-existing", "open-same-object")
def opened(call: Open) -> Fields | None:
    return SUCCESS


@grants(OPENS, "access-standard-rights")
def standard_rights(call: Open) -> Fields | None:
    return SUCCESS if call.wanted & 0xF0000 and not call.wanted & 0xFF else None


@grants(OPENS, "open-all-access-on-readonly-section")
def protection_is_not_asked(call: Open) -> Fields | None:
    return SUCCESS if call.wanted == FILE_MAP_ALL_ACCESS else None


@done(OPENS)
def make(call: Open, reply: Reply) -> None:
    if not isinstance(call.target, Section):
        lose(call, reply)
        return
    granted = call.granted
    if granted is False or granted is True:
        granted = access.mapped(call.wanted) & ~MAXIMUM_ALLOWED if not call.wanted & MAXIMUM_ALLOWED else None
    if granted is not None and call.wanted & ACCESS_SYSTEM_SECURITY:
        granted |= ACCESS_SYSTEM_SECURITY
    handle = Handle(call.target, granted, call.inherit)
    handle.asked = call.raw
    value = call.world.give(call.process, handle)
    call.process.labels[call.label] = HandleLabel(value)
    call.process.last["handle"] = value


@lost(OPENS)
def lose(call: Open, reply: Reply) -> None:
    """After a success without a statement: an unknown handle, which may keep the object of that name."""
    call.process.labels[call.label] = LOST
    if call.target is not None:
        call.target.handles += 1  # never released: the end of the name is unknown from now on
        if call.target.name is not None:
            call.world.names[call.target.name] = UNKNOWN_NAME


