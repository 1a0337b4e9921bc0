"""Rules of handles: close, granted, flags, setflags, size, duplicate, adopt, pull, compare, spawn."""

from __future__ import annotations

from shmcheck.oracle import access
from shmcheck.oracle.constants import FILE_MAP_EXECUTE, MAXIMUM_ALLOWED, SECTION_MAP_EXECUTE, SECTION_QUERY, section_words
from shmcheck.oracle.rules import (
    ACCESS_DENIED,
    INVALID_HANDLE,
    SUCCESS,
    Fail,
    Fields,
    done,
    failed,
    grants,
    instead_of,
    lost,
    refuses,
    verb,
)
from shmcheck.oracle.state import (
    LOST,
    NULL_VALUE,
    NUMBERS,
    UNKNOWN_NAME,
    File,
    Handle,
    HandleLabel,
    MemoryLabel,
    NoStatement,
    Object,
    Process,
    Section,
    UnknownLabel,
    Value,
    World,
)
from shmcheck.oracle.text import Reply, Step


def handle_of(process: Process, value: Value, of_section: bool = False) -> Handle | None:
    """The handle with a value in a process; None if no handle can have it. NoStatement if that is unknown.

    The value of a closed handle can be used for another object at the next open (row life-handle-value-reuse). The value
    of another process may also be a handle of this one by chance. `of_section`: only if this process opened a section."""
    found = process.table.get(value)
    if found is not None or value is NULL_VALUE:
        return found
    opened = process.closed.get(value)
    if opened is None:
        if process.opened or not of_section or not process.fresh:
            raise NoStatement("whether another process's handle value is one here too")
        return None
    if opened != process.opened:
        raise NoStatement("whether the value of a closed handle is in use again")
    return None


def labelled(process: Process, label: str) -> HandleLabel:
    """The handle of a label."""
    found = process.labels.get(label)
    if isinstance(found, HandleLabel):
        return found
    raise NoStatement(f"what the label {label} is" if found is None or isinstance(found, UnknownLabel) else "a view as a handle")


def reference(world: World, text: str, field: str) -> tuple[Process, object] | None:
    """The role of `$role.field` and its last value of that name; None for any other text."""
    if not text.startswith("$"):
        return None
    role, _, name = text[1:].partition(".")
    process = world.processes.get(role)
    if process is None or name != field:
        raise NoStatement(f"what {text} is")
    return process, process.last.get(field)


def process_of(world: World, text: str) -> Process:
    """The process that `$role.pid` names."""
    if not text.startswith("$") or not text.endswith(".pid"):
        raise NoStatement(f"which process {text} is")
    found = world.process(text[1:-4])
    if not found.alive:
        raise NoStatement("a process that has ended")
    return found


class Use:
    """A call that takes a handle."""

    __slots__ = ("world", "process", "label", "value", "handle", "step")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.step = step
        self.label = step.label
        self.value = labelled(process, step.label).value
        self.handle = handle_of(process, self.value)

    @property
    def section(self) -> Section | None:
        target = self.handle.object if self.handle else None
        return target if isinstance(target, Section) else None


@verb("close", "granted", "flags", "setflags", "size", "descriptor", "setdescriptor")
def use(world: World, process: Process, step: Step) -> Use:
    call = Use(world, process, step)
    if step.verb in ("flags",):
        process.last["handle"] = call.value
    return call


@refuses("close", "life-close-twice", "dup-close-source", "dup-close-remote")
def closed_already(call: Use) -> Fail | None:
    return INVALID_HANDLE if call.handle is None else None


@refuses("close", "handle-protect-from-close")
def protected(call: Use) -> Fail | None:
    if call.handle is None or call.handle.protected is False:
        return None
    if call.handle.protected is None:
        raise NoStatement("whether the handle is protected")
    return INVALID_HANDLE


@grants("close", "life-view-survives-handle", "create-any-handle-user", "open-any-handle-user")
def closes(call: Use) -> Fields | None:
    return SUCCESS if call.section is not None else None


@grants("close", "file-handle-may-close")
def closes_file(call: Use) -> Fields | None:
    target = call.handle.object if call.handle else None
    return SUCCESS if isinstance(target, File) and target.live else None


@done("close")
def close(call: Use, reply: Reply) -> None:
    if call.handle is not None:
        call.world.take(call.process, call.value)
    if call.step.word("keep") != "yes":
        call.process.labels.pop(call.label, None)


@lost("close")
def close_lost(call: Use, reply: Reply) -> None:
    close(call, reply)


# ---- queries ----


@refuses("granted flags size", "map-bad-handle")
def no_handle(call: Use) -> Fail | None:
    return INVALID_HANDLE if call.handle is None else None


@grants(
    "granted",
    "create-granted-access-by-protect", "open-generic-mapping", "open-copy-treated-as-read",
    "open-copy-plus-read-literal", "open-execute", "open-all-access-value", "dup-same-access", "dup-generic-mapped",
    "inherit-same-value-and-access", "access-handle-fixed", "open-maximum-allowed",
)  # fmt: skip
def granted(call: Use) -> Fields | None:
    if call.section is None or call.handle is None:
        return None
    if call.handle.access is None:
        raise NoStatement("what access the handle has")
    return {"access": f"0x{call.handle.access:X}"}


@instead_of(granted, "execute-right-as-it-stands")
def granted_as_asked(call: Use) -> Fields | None:
    """FILE_MAP_EXECUTE is granted unchanged, not as SECTION_MAP_EXECUTE."""
    if call.handle is not None and call.handle.asked & FILE_MAP_EXECUTE and call.handle.access is not None:
        return {"access": f"0x{call.handle.access & ~SECTION_MAP_EXECUTE | FILE_MAP_EXECUTE:X}"}
    return granted(call)


def _yes(truth: bool | None) -> str:
    if truth is None:
        raise NoStatement("the flags of the handle")
    return "yes" if truth else "no"


@grants(
    "flags", "inherit-default-off", "inherit-attributes-on", "inherit-open-flag", "inherit-sethandleinformation",
    "create-existing-inherit-flag-applies", "dup-inherit-flag", "handle-protect-from-close",
)  # fmt: skip
def flags(call: Use) -> Fields | None:
    if call.handle is None or call.section is None:
        return None
    return {"inherit": _yes(call.handle.inherit), "protect-from-close": _yes(call.handle.protected)}


@grants("setflags", "inherit-sethandleinformation", "handle-protect-from-close")
def set_flags(call: Use) -> Fields | None:
    return SUCCESS if call.handle is not None else None


@done("setflags")
def change_flags(call: Use, reply: Reply) -> None:
    if call.handle is None:
        return
    if call.step.has("inherit"):
        call.handle.inherit = call.step.word("inherit") == "yes"
    if call.step.has("protect-from-close"):
        call.handle.protected = call.step.word("protect-from-close") == "yes"


@refuses("size", "size-query-needs-section-query")
def no_query(call: Use) -> Fail | None:
    if call.section is None or call.handle is None:
        return None
    if call.handle.access is None:
        raise NoStatement("what access the handle has")
    return None if call.handle.access & SECTION_QUERY else ACCESS_DENIED


@refuses("size", "size-query-wrong-length")
def short_buffer(call: Use) -> Fail | None:
    return Fail(None, 0xC0000004) if call.section is not None and call.step.word("buffer") == "short" else None


@refuses("size", "size-image-info-on-data")
def no_image(call: Use) -> Fail | None:
    if call.section is None or call.step.word("class") != "image":
        return None
    if call.section.kind == "image":
        raise NoStatement("images")
    return Fail(None, 0xC0000049)


@grants(
    "size",
    "size-query-ntquerysection", "size-rounded-to-page", "create-commit-is-default", "create-size-high-low",
    "size-static", "file-size-zero-means-file-size", "reserve-no-effect-on-files",
)  # fmt: skip
def query_section(call: Use) -> Fields | None:
    section = call.section
    if section is None or call.step.word("class") == "image":
        return None
    return {"size": str(section.size), "attributes": section_words(section.attributes)}


# ---- descriptors ----


@refuses("descriptor", "sd-get-by-handle")
def no_read_control(call: Use) -> Fail | None:
    if call.section is None or call.handle is None or call.handle.access is None:
        raise NoStatement("what access the handle has")
    return None if call.handle.access & 0x20000 else ACCESS_DENIED


def default_descriptor(section: Section, parts: str) -> Fields | None:
    """Rows sd-default-from-token, sd-default-from-impersonation, il-low-creator-gets-low."""
    if parts == "dacl" and section.default_dacl is not None:
        return {"sddl": section.default_dacl}
    if parts == "label" and section.label == "LW":
        return {"sddl": "S:(ML;;NW;;;LW)"}
    return None


@grants("descriptor", "sd-get-by-handle", "sd-all-named-objects-securable", "sd-owner-read-control")
def read_back(call: Use) -> Fields | None:
    section = call.section
    if section is None:
        return None
    parts = call.step.word("parts", "dacl")
    if not section.descriptor:
        return default_descriptor(section, parts)
    descriptor = access.parse(section.descriptor)
    if descriptor is None or descriptor.dacl_text == "D:NO_ACCESS_CONTROL":
        return None
    if parts == "dacl":
        return {"sddl": descriptor.dacl_text} if access.reads_back_as_given(descriptor) else None
    if parts == "label" and not descriptor.label:
        return default_descriptor(section, parts)
    if parts == "label" and descriptor.policy == "NW":
        return {"sddl": f"S:(ML;;NW;;;{descriptor.label})"}
    return None


@instead_of(read_back, "no-labels-and-no-default-descriptors")
def read_back_what_was_given(call: Use) -> Fields | None:
    if call.section is not None and (call.step.word("parts") == "label" or not call.section.descriptor):
        return {"sddl": ""}
    return read_back(call)


@refuses("setdescriptor", "sd-set-by-handle")
def no_write_dac(call: Use) -> Fail | None:
    if call.section is None or call.handle is None or call.handle.access is None:
        raise NoStatement("what access the handle has")
    return None if call.handle.access & 0x40000 else ACCESS_DENIED


@grants("setdescriptor", "sd-set-by-handle", "sd-set-does-not-revoke")
def set_descriptor(call: Use) -> Fields | None:
    return SUCCESS


@done("setdescriptor")
def change_descriptor(call: Use, reply: Reply) -> None:
    if call.section is not None:
        call.section.descriptor = call.step.word("sd")


# ---- duplicates ----


class Duplicate:
    """A call of DuplicateHandle from the caller's process, or into it."""

    __slots__ = ("world", "process", "label", "source", "value", "handle", "target", "wanted", "step", "pulls", "granted", "moves")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.step = step
        self.label = step.label
        self.pulls = step.verb == "pull"
        if step.has("rights"):
            self.rights(step)
        if self.pulls:
            self.source = process_of(world, step.word("from"))
            found = reference(world, step.word("handle"), "handle")
            if found is None or not isinstance(found[1], Value):
                raise NoStatement("what the handle value is")
            self.value = found[1]
            self.target = process
        else:
            self.source = process
            self.value = labelled(process, step.label).value
            self.target = process if step.word("to") == "0" else process_of(world, step.word("to"))
        self.handle = handle_of(self.source, self.value)
        self.moves = step.word("close-source") == "yes"
        if self.handle is not None and self.handle.protected is not False and self.moves:
            if self.handle.protected is None or self.source is not self.target:
                raise NoStatement("what DUPLICATE_CLOSE_SOURCE does to a handle that is protected from close")
            self.moves = False  # row dup-close-source-here: it stays
        same = step.word("same") == "yes" or not step.has("access")
        self.wanted = None if same else access.mapped(step.number("access"))
        self.granted = self.grant()

    def rights(self, step: Step) -> None:
        if not step.number("rights") & 0x40:
            return
        raise NoStatement("these rights to the process")

    def grant(self) -> int | None | bool:
        """The access of the duplicate; False if it is refused, None if unknown."""
        if self.handle is None:
            return False
        own = self.handle.access
        if self.wanted is None:
            return own
        if own is None or self.wanted & MAXIMUM_ALLOWED:
            return None
        if not self.wanted & ~own:
            return self.wanted
        if isinstance(self.handle.object, Section):
            return access.granted(self.handle.object, self.process.token, self.wanted)
        return None

    @property
    def without_right(self) -> bool:
        return self.step.has("rights") and not self.step.number("rights") & 0x40


@verb("duplicate", "pull")
def duplicate(world: World, process: Process, step: Step) -> Duplicate:
    return Duplicate(world, process, step)


@refuses("duplicate pull", "dup-needs-right")
def no_right_to_process(call: Duplicate) -> Fail | None:
    return ACCESS_DENIED if call.without_right else None


@refuses("duplicate pull", "dup-close-source", "dup-into-child")
def no_such_handle(call: Duplicate) -> Fail | None:
    return INVALID_HANDLE if call.handle is None else None


@refuses("duplicate pull", "sd-duplicate-upgrade", "sd-unnamed-object")
def beyond_the_descriptor(call: Duplicate) -> Fail | None:
    if call.handle is None or call.granted is not False:
        return None
    version = call.world.platform.version
    section = call.handle.object
    if section.name is None and (version is None or version < (6, 3, 0)):
        raise NoStatement("descriptors of unnamed sections count from Windows 8.1 on")
    return ACCESS_DENIED


@grants("duplicate pull", "dup-close-source-here")
def duplicated_here(call: Duplicate) -> Fields | None:
    here = call.source is call.target and call.step.word("close-source") == "yes"
    return SUCCESS if here and call.handle is not None and call.handle.object.kind == "section" else None


@grants("duplicate pull", "dup-same-access", "dup-lower-access", "dup-into-child", "dup-either-side-may-call", "dup-zero-access")
def duplicated(call: Duplicate) -> Fields | None:
    if call.handle is None or call.handle.object.kind != "section":
        return None
    if call.granted is None and call.wanted is not None:
        raise NoStatement("whether the descriptor admits that access")
    return SUCCESS


@done("duplicate pull")
def make_duplicate(call: Duplicate, reply: Reply) -> None:
    if call.handle is None:
        lose_duplicate(call, reply)
        return
    made = Handle(call.handle.object, None if call.granted is False else call.granted, call.step.word("inherit") == "yes")
    made.asked = call.handle.asked if call.wanted is None else 0
    if call.moves and call.source is call.target and call.wanted is None:
        call.handle.object.handles += 1  # so that the name does not disappear in between
        call.world.take(call.source, call.value)
        call.handle.object.handles -= 1
        value = call.world.give(call.target, made, call.value)  # row dup-close-source-here: the same number
        if call.step.word("keep") != "yes" and not call.pulls:
            call.source.labels.pop(call.label, None)
    else:
        value = call.world.give(call.target, made)
    call.process.last["handle"] = value
    if call.pulls:
        call.process.labels[call.label] = HandleLabel(value)
    if value is not call.value:
        close_source(call, reply)


def close_source(call: Duplicate, reply: Reply) -> None:
    """Row dup-close-source: the source is closed whatever the result."""
    if not call.moves or call.value not in call.source.table or call.without_right:
        return
    call.world.take(call.source, call.value)
    if not call.pulls and call.step.word("keep") != "yes" and reply.word == "ok":
        call.source.labels.pop(call.label, None)


@failed("duplicate pull")
def duplicate_failed(call: Duplicate, reply: Reply) -> None:
    close_source(call, reply)


@lost("duplicate pull")
def lose_duplicate(call: Duplicate, reply: Reply) -> None:
    """After a duplicate that is unknown: an unknown handle in some process."""
    target = call.handle.object if call.handle else None
    call.process.last.pop("handle", None)
    if call.pulls:
        call.process.labels[call.label] = LOST
    if target is not None:
        target.handles += 1
        if target.name is not None:
            call.world.names[target.name] = UNKNOWN_NAME


class CloseRemote:
    __slots__ = ("world", "process", "source", "value", "handle", "step")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world, self.process, self.step = world, process, step
        self.source = process_of(world, step.word("from"))
        found = reference(world, step.word("handle"), "handle")
        if found is None or not isinstance(found[1], Value):
            raise NoStatement("what the handle value is")
        self.value = found[1]
        self.handle = self.source.table.get(self.value)


@verb("closeremote")
def close_remote(world: World, process: Process, step: Step) -> CloseRemote:
    return CloseRemote(world, process, step)


@refuses("closeremote", "dup-needs-right")
def no_right_to_close(call: CloseRemote) -> Fail | None:
    return ACCESS_DENIED if call.step.has("rights") and not call.step.number("rights") & 0x40 else None


@grants("closeremote", "dup-close-remote")
def closes_remote(call: CloseRemote) -> Fields | None:
    return SUCCESS if call.handle is not None else None


@instead_of(closes_remote, "no-target-is-no-process")
def refuses_remote(call: CloseRemote) -> Fail | None:
    return INVALID_HANDLE


@done("closeremote")
def closed_remote(call: CloseRemote, reply: Reply) -> None:
    if call.handle is not None:
        call.world.take(call.source, call.value)


# ---- values of other roles ----


class Adopt:
    __slots__ = ("world", "process", "label", "value", "place", "section_offset")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.label = step.label
        self.value: Value | None = None
        self.place: tuple[object, int] | None = None
        if step.has("handle"):
            self.value = self.value_of(step.word("handle"))
        else:
            self.place = address_of(world, step.word("address"))

    def value_of(self, text: str) -> Value:
        if text == "0":
            return NULL_VALUE
        found = reference(self.world, text, "handle")
        if found is None or not isinstance(found[1], Value):
            raise NoStatement("what the handle value is")
        return found[1]


def address_of(world: World, text: str) -> tuple[object, int]:
    """The place that `base=` or `address=` names: a number, or `$role.base+4096`."""
    if not text.startswith("$"):
        try:
            return NUMBERS, int(text, 0)
        except ValueError as error:
            raise NoStatement(f"what {text} is") from error
    body, more = text, 0
    for sign in ("+", "-"):
        head, found, tail = text.rpartition(sign)
        if found and tail.isdigit() and head:
            body, more = head, int(tail) if sign == "+" else -int(tail)
            break
    last = reference(world, body, "base")
    if last is None or not isinstance(last[1], tuple):
        raise NoStatement(f"what {text} is")
    return last[1][0], last[1][1] + more


@verb("adopt")
def adopt(world: World, process: Process, step: Step) -> Adopt:
    return Adopt(world, process, step)


@grants("adopt", "inherit-unnamed-via-command-line", "dup-into-child")
def adopts(call: Adopt) -> Fields | None:
    return SUCCESS


@done("adopt")
def adopted(call: Adopt, reply: Reply) -> None:
    if call.value is not None:
        call.process.labels[call.label] = HandleLabel(call.value)
    elif call.place is not None:
        anchor, at = call.place
        call.process.labels[call.label] = MemoryLabel(anchor, at, 0, None)  # type: ignore[arg-type]


class Compare:
    __slots__ = ("first", "second")

    def __init__(self, process: Process, step: Step) -> None:
        self.first = handle_of(process, labelled(process, step.label).value)
        self.second = handle_of(process, labelled(process, step.word("with")).value)


@verb("compare")
def compare(world: World, process: Process, step: Step) -> Compare:
    return Compare(process, step)


@grants("compare", "open-same-object", "dup-same-object", "create-unnamed-distinct", "compare-no-rights-needed")
def compared(call: Compare) -> Fields | None:
    if call.first is None or call.second is None or not call.first.object.kind or not call.second.object.kind:
        return None
    if call.first.object is call.second.object:
        return {"same": "yes"}
    return {"same": "no", "error": "1656"}


# ---- children ----


class Spawn:
    __slots__ = ("world", "process", "step", "child", "list", "inherits", "parent")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.step = step
        pipe = step.word("pipe")
        self.child = pipe[1:-6] if pipe.startswith("$") and pipe.endswith(".token") else ""
        self.inherits = step.word("inherit") == "yes"
        self.parent = process
        if step.has("parent"):
            role = step.word("parent")
            parent = world.processes.get(role[1:-4]) if role.endswith(".pid") else None
            if parent is None:
                raise NoStatement("which process the parent is")
            self.parent = parent
        self.list: list[Value] | None = None
        if step.has("list"):
            self.list = [labelled(process, label).value for label in step.word("list").split(",")]

    def passed(self) -> dict[Value, Handle]:
        """The handles that the child gets."""
        if not self.inherits:
            return {}
        found = {}
        for value, handle in self.parent.table.items():
            if handle.inherit is None:
                raise NoStatement("which handles are inheritable")
            if handle.inherit and (self.list is None or value in self.list):
                found[value] = handle
        return found


@verb("spawn")
def spawn(world: World, process: Process, step: Step) -> Spawn:
    if step.has("session"):
        raise NoStatement("other sessions")
    return Spawn(world, process, step)


@refuses("spawn", "inherit-handle-list-needs-true")
def list_without_inheriting(call: Spawn) -> Fail | None:
    if call.list is None:
        return None
    if not call.inherits:
        return Fail(87)
    for value in call.list:
        handle = call.parent.table.get(value)
        if handle is None or handle.inherit is None:
            raise NoStatement("what is in the list")
        if not handle.inherit:
            return Fail(87)
    return None


@instead_of(list_without_inheriting, "handle-lists-are-hints")
def list_is_a_hint(call: Spawn) -> Fail | None:
    return None


@grants("spawn", "inherit-attributes-on", "inherit-needs-createprocess-flag", "inherit-handle-list", "inherit-parent-attribute")
def spawned(call: Spawn) -> Fields | None:
    return SUCCESS


@instead_of(spawned, "handle-lists-limit-nothing")
def spawned_with_all(call: Spawn) -> Fields | None:
    """The child inherits handles that its list does not name, too."""
    if call.inherits:
        call.list = None
    return SUCCESS


@done("spawn")
def start_child(call: Spawn, reply: Reply) -> None:
    world = call.world
    value = world.give(call.process, Handle(Object("process"), None))
    call.process.labels[call.step.label] = HandleLabel(value)
    if not call.child:
        return
    passed = call.passed()
    inherited = {}
    for value, handle in passed.items():
        copy = Handle(handle.object, handle.access, True)
        copy.protected = handle.protected
        copy.asked = handle.asked
        handle.object.handles += 1
        inherited[value] = copy
    world.starting[call.child] = inherited
    world.process(call.child)
