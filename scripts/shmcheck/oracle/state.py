"""The state of a system in the model: processes, their handles and views, sections, names, files.

Handle values and addresses are symbolic objects, because transcripts do not contain them. Unknown parts are None or
UNKNOWN, and a rule that needs them makes no statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shmcheck.definitions import X64, X86
from shmcheck.oracle.constants import GRANULE, PAGE
from shmcheck.oracle.contents import Contents
from shmcheck.oracle.intervals import Intervals


class NoStatement(Exception):
    """The model makes no statement about a step; the text says why."""


@dataclass(frozen=True)
class Platform:
    """Facts about the system under test that rules use. None: unknown."""

    version: tuple[int, int, int] | None = None  # 10, 0, 19045
    client_session: bool | None = None  # not session 0
    bits: int = 64
    reader_bits: int = 64  # of the role "reader" in a run with a pair of architectures
    used_actors: bool = False  # processes have played before, so their handle values are unknown
    arm64: bool = False  # plain accesses follow ARM64's order, not that of x86
    integrity: str = "medium"  # of the runner and its actors
    global_privilege: str = ""  # enabled, disabled, absent
    lock_memory_privilege: str = ""
    commit_limit: int | None = None  # in bytes
    missing: frozenset[str] = frozenset()  # verbs whose function is not exported; used only when sequences are made

    @staticmethod
    def from_facts(facts: Mapping[str, str]) -> Platform:
        """The platform of a report's facts."""
        parts = facts.get("os_build", "").split(".")
        version = (int(parts[0]), int(parts[1]), int(parts[2])) if len(parts) == 3 and all(map(str.isdigit, parts)) else None
        session = facts.get("session", "")
        own = facts.get("process_arch", X64)
        limit = facts.get("commit_limit_mib", "")
        return Platform(
            version=version,
            client_session=None if not session.isdigit() else session != "0",
            bits=32 if facts.get("writer_arch", own) == X86 else 64,
            reader_bits=32 if facts.get("reader_arch", own) == X86 else 64,
            arm64="arm64" in (facts.get("writer_arch", own), facts.get("reader_arch", own)),
            integrity=facts.get("integrity", "medium"),
            global_privilege=facts.get("global_privilege", ""),
            lock_memory_privilege=facts.get("lock_memory_privilege", ""),
            commit_limit=int(limit) << 20 if limit.isdigit() else None,
        )


def pages_up(length: int) -> int:
    """A length rounded up to whole pages."""
    return (length + PAGE - 1) & -PAGE


class Object:
    """The object of a handle. This class itself is an object of an unknown kind."""

    __slots__ = ("handles", "name", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind  # "section", "event", "mutex", "file", ..., "" if unknown
        self.handles = 0
        self.name: str | None = None  # its key in World.names


class File(Object):
    """A file on a volume, by its name; handles are opened on it."""

    __slots__ = ("size", "contents", "views", "sections", "dirty", "live", "unshared")

    def __init__(self, size: int) -> None:
        super().__init__("file")
        self.size: int | None = size
        self.contents = Contents()
        self.views = 0
        self.sections = 0
        self.live: set[Section] = set()  # sections over it that have handles or views
        self.dirty = False  # written through a view that still exists
        self.unshared = False  # a handle was opened that does not share everything


class Section(Object):
    """A section. `size` is the size that NtQuerySection returns: whole pages, or the exact size over a file."""

    __slots__ = ("size", "protect", "attributes", "contents", "committed", "committed_to_end", "told", "descriptor", "owner", "owner_level", "label", "default_dacl", "file", "views")

    def __init__(self, size: int, protect: int, attributes: int) -> None:
        super().__init__("section")
        self.size = size
        self.protect = protect
        self.attributes = attributes
        self.contents = Contents()
        self.committed: Intervals[bool] | None = None  # None: all of it
        self.committed_to_end = False  # a commit has reached the end of its view
        self.told: Intervals[bool] = Intervals()  # commits that have not reached it
        self.descriptor: str | None = ""  # SDDL; "": the default; None: not known
        self.owner: str | None = "user"
        self.owner_level: str = "medium"
        self.label: str | None = ""  # mandatory label: "", "LW", ...
        self.default_dacl: str | None = None  # its DACL if no descriptor was given
        self.file: File | None = None
        self.views = 0

    @property
    def extent(self) -> int:
        """The number of bytes that views can show."""
        return pages_up(self.size)


class Value:
    """The value of a handle, whose number is unknown. NULL is the value that is not a handle."""

    __slots__ = ()


NULL_VALUE = Value()


class Handle:
    """A handle of one process. `access` None: not known."""

    __slots__ = ("object", "access", "inherit", "protected", "asked")

    def __init__(self, target: Object, access: int | None, inherit: bool = False) -> None:
        self.object = target
        self.access = access
        self.inherit: bool | None = inherit
        self.protected: bool | None = False
        self.asked = 0  # the access passed to OpenFileMapping, for platforms that grant it unchanged


class Anchor:
    """An address that the system chose, whose number is unknown. Places are distances from it. NUMBERS is address 0."""

    __slots__ = ()


NUMBERS = Anchor()


class Region:
    """Memory of a process at a place: a view, or memory of VirtualAlloc, which has no section."""

    __slots__ = (
        "anchor", "start", "size", "section", "offset", "protect", "changed", "private", "copied", "local", "alive", "gone_at",
        "placeholder",
    )

    def __init__(self, anchor: Anchor, start: int, size: int, section: Section | None, offset: int, protect: int) -> None:
        self.anchor = anchor
        self.start = start
        self.size = size  # whole pages
        self.section = section
        self.offset = offset
        self.protect = protect  # of the mapping: AllocationProtect
        self.changed: Intervals[int] | None = None  # protections that differ, by offset in the region
        self.private: Contents | None = None  # by offset in the section
        self.copied: Intervals[bool] | None = None  # pages of its own, by offset in the region
        self.local: Intervals[bool] | None = None  # pages that were committed in this view
        self.alive = True
        self.gone_at = 0  # the number of places that the process had used when it was unmapped
        self.placeholder = False  # it is a placeholder, or a view that has replaced one

    @property
    def end(self) -> int:
        return self.start + self.size

    @property
    def room(self) -> int:
        """The end of the granule of its last page. No other region begins before it."""
        return (self.end + GRANULE - 1) & -GRANULE


class HandleLabel:
    """A label of an actor that is a handle."""

    __slots__ = ("value", "pid_of")

    def __init__(self, value: Value) -> None:
        self.value = value
        self.pid_of = ""  # the role of a process that was spawned


class MemoryLabel:
    """A label of an actor that is memory: a place, and the region that was there first."""

    __slots__ = ("anchor", "base", "offset", "region")

    def __init__(self, anchor: Anchor, base: int, offset: int, region: Region | None) -> None:
        self.anchor = anchor
        self.base = base
        self.offset = offset  # the offset at which the pattern of fill starts
        self.region = region


class UnknownLabel:
    """A label whose object is unknown."""

    __slots__ = ()


Label = HandleLabel | MemoryLabel | UnknownLabel
LOST = UnknownLabel()


@dataclass(slots=True)
class Token:
    """The token of a process, as far as access checks need it. None: unknown."""

    user: str | None = "user"
    level: str | None = "medium"
    members: frozenset[str] = frozenset({"WD", "AU", "{user}", "{logon}"})
    outside: frozenset[str] = frozenset({"RC"})  # groups that it is not in; membership in all others is unknown
    denied: frozenset[str] = frozenset()  # deny-only groups
    restricted: bool = False
    container: bool = False
    privileges: dict[str, str] = field(default_factory=dict)  # enabled, disabled, absent
    default_dacl: str | None = None  # the reply of `defaultdacl`


class Process:
    """An actor."""

    __slots__ = ("role", "alive", "labels", "table", "closed", "opened", "regions", "placed", "token", "identity", "bits", "aware", "fresh", "last", "mark", "limit")

    def __init__(self, role: str, bits: int, token: Token | None) -> None:
        self.role = role
        self.alive = True
        self.labels: dict[str, Label] = {}
        self.table: dict[Value, Handle] = {}
        self.closed: dict[Value, int] = {}  # values that were closed, and how many handles had been opened then
        self.opened = 0
        self.regions: list[Region] = []
        self.placed = 0  # how often the system has chosen a place for memory; it may choose a free place again
        self.token = token  # None: nothing is known
        self.identity = ""  # the identity that it was started with; "": the runner's
        self.bits = bits
        self.aware: bool | None = True  # of large addresses
        self.fresh = True  # it has played nothing before
        self.last: dict[str, Value | tuple[Anchor, int]] = {}  # the values of $role.handle and $role.base
        self.mark: int | None = None  # the commit charge of all sections, in bytes, when `commitment` was called without unit
        self.limit: int | None = None  # of its job, in bytes


class UnknownName:
    """The unknown meaning of a name."""

    __slots__ = ()


UNKNOWN_NAME = UnknownName()


class World:
    """The state of a system during one case."""

    __slots__ = ("platform", "processes", "names", "unsure", "files", "starting")

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.processes: dict[str, Process] = {}
        self.names: dict[str, Object | UnknownName] = {}
        self.unsure = False  # an object has an unknown name
        self.files: dict[str, File | None] = {}  # None: it may exist or not
        self.starting: dict[str, dict[Value, Handle]] = {}  # the inherited handles of processes that have not acted yet

    def process(self, role: str) -> Process:
        """The actor of a role. It starts when it is first used."""
        found = self.processes.get(role)
        if found is None:
            found = self.processes[role] = Process(role, self.bits_of(role), self.plain_token())
            found.fresh = role in self.starting or not self.platform.used_actors
            for value, handle in self.starting.pop(role, {}).items():
                found.table[value] = handle
        return found

    def bits_of(self, role: str) -> int:
        return self.platform.reader_bits if role == "reader" else self.platform.bits

    def plain_token(self) -> Token:
        """The runner's own token."""
        token = Token(level=self.platform.integrity if self.platform.integrity != "unknown" else "medium")
        if self.platform.global_privilege:
            token.privileges["SeCreateGlobalPrivilege"] = self.platform.global_privilege
        if self.platform.lock_memory_privilege:
            token.privileges["SeLockMemoryPrivilege"] = self.platform.lock_memory_privilege
        return token

    # ---- handles ----

    def give(self, process: Process, handle: Handle, value: Value | None = None) -> Value:
        """A new handle of a process."""
        value = value or Value()
        process.table[value] = handle
        process.opened += 1
        handle.object.handles += 1
        return value

    def take(self, process: Process, value: Value) -> None:
        """Closes a handle."""
        handle = process.table.pop(value)
        process.closed[value] = process.opened
        self.release(handle.object)

    def release(self, target: Object) -> None:
        """Releases a handle of an object. The name disappears with the last one."""
        target.handles -= 1
        if target.handles == 0:
            if target.name is not None and self.names.get(target.name) is target:
                del self.names[target.name]
            if isinstance(target, Section) and target.file is not None:
                settle(target)

    # ---- memory ----

    def add_view(self, process: Process, region: Region) -> None:
        process.regions.append(region)
        process.placed += 1
        section = region.section
        if section is not None:
            section.views += 1
            if section.file is not None:
                section.file.views += 1

    def remove_region(self, process: Process, region: Region) -> None:
        region.alive = False
        region.gone_at = process.placed
        process.regions.remove(region)
        section = region.section
        if section is not None:
            section.views -= 1
            if section.file is not None:
                section.file.views -= 1
                settle(section)

    def end(self, process: Process) -> None:
        """Removes a process with its handles and views."""
        process.alive = False
        for region in list(process.regions):
            self.remove_region(process, region)
        for handle in process.table.values():
            self.release(handle.object)
        process.table.clear()
        process.labels.clear()


def settle(section: Section) -> None:
    """The file is up to date after its last view is unmapped; row file-updated-when-last-view-goes."""
    file = section.file
    if file is not None and file.views == 0:
        file.dirty = False
    if file is not None and section.handles == 0 and section.views == 0:
        file.live.discard(section)


def region_at(process: Process, anchor: Anchor, place: int) -> Region | None:
    """What lies at a place of a process, as far as it is known."""
    for region in process.regions:
        if region.anchor is anchor and region.start <= place < region.start + region.size:
            return region
    return None


def surely_free(process: Process, label: MemoryLabel, place: int) -> bool:
    """Whether a place that a label reaches is certainly free: it is after the end of the label's region in the granule of
    that region, or the region is unmapped and the system has chosen no place since."""
    region = label.region
    if region is None or region_at(process, label.anchor, place) is not None:
        return False
    if not region.start <= place < region.room:
        return False
    return place >= region.end if region.alive else region.gone_at == process.placed
