"""Rules of mapping: map (MapViewOfFile, MapViewOfFileEx), mapapp, map2, map3; unmap, unmap2; reserve, release."""

from __future__ import annotations

from shmcheck.oracle.constants import (
    FILE_MAP_ALL_ACCESS,
    FILE_MAP_COPY,
    FILE_MAP_EXECUTE,
    FILE_MAP_LARGE_PAGES,
    FILE_MAP_READ,
    FILE_MAP_RESERVE,
    FILE_MAP_WRITE,
    GIB,
    GRANULE,
    PAGE,
    PAGE_EXECUTE_READ,
    PAGE_EXECUTE_READWRITE,
    PAGE_EXECUTE_WRITECOPY,
    PAGE_NOACCESS,
    PAGE_READONLY,
    PAGE_READWRITE,
    PAGE_WRITECOPY,
    SEC_LARGE_PAGES,
    SECTION_MAP_EXECUTE,
    SECTION_MAP_READ,
    SECTION_MAP_WRITE,
    STATUS_INVALID_VIEW_SIZE,
    STATUS_SECTION_PROTECTION,
)
from shmcheck.oracle.rule_handles import address_of, handle_of, labelled, process_of
from shmcheck.oracle.rules import (
    ACCESS_DENIED,
    INVALID_ADDRESS,
    INVALID_HANDLE,
    INVALID_PARAMETER,
    SUCCESS,
    Fail,
    Fields,
    done,
    grants,
    instead_of,
    lost,
    records,
    refuses,
    verb,
)
from shmcheck.oracle.state import (
    LOST,
    NUMBERS,
    Anchor,
    Handle,
    MemoryLabel,
    NoStatement,
    Process,
    Region,
    Section,
    UnknownLabel,
    World,
    pages_up,
    region_at,
)
from shmcheck.oracle.text import Reply, Step

MAPS = "map mapapp"
PLACED = "map2 map3"
INVALID_VIEW_SIZE = Fail(5, STATUS_INVALID_VIEW_SIZE)
SECTION_PROTECTION = Fail(87, STATUS_SECTION_PROTECTION)
MAPPED_ALIGNMENT = Fail(1132)

# The views that each protection of a section allows; row map-protect-matrix.
READABLE = (PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY)
ALLOWED = {
    PAGE_READONLY: READABLE,
    PAGE_WRITECOPY: READABLE,
    PAGE_READWRITE: (*READABLE, PAGE_READWRITE),
    PAGE_EXECUTE_READ: (*READABLE, PAGE_EXECUTE_READ, PAGE_EXECUTE_WRITECOPY),
    PAGE_EXECUTE_WRITECOPY: (*READABLE, PAGE_EXECUTE_READ, PAGE_EXECUTE_WRITECOPY),
    PAGE_EXECUTE_READWRITE: (
        *READABLE, PAGE_READWRITE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY,
    ),
}  # fmt: skip
# The rights of the handle that a view asks for.
NEEDED = {
    PAGE_NOACCESS: SECTION_MAP_READ,
    PAGE_READONLY: SECTION_MAP_READ,
    PAGE_WRITECOPY: SECTION_MAP_READ,
    PAGE_READWRITE: SECTION_MAP_WRITE,
    PAGE_EXECUTE_READ: SECTION_MAP_READ | SECTION_MAP_EXECUTE,
    PAGE_EXECUTE_WRITECOPY: SECTION_MAP_READ | SECTION_MAP_EXECUTE,
    PAGE_EXECUTE_READWRITE: SECTION_MAP_WRITE | SECTION_MAP_EXECUTE,
}
EXECUTES = (PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY)
_PLAIN = FILE_MAP_ALL_ACCESS | FILE_MAP_EXECUTE | FILE_MAP_LARGE_PAGES


def protection_of(access: int) -> int:
    """The protection of a view that is mapped with this access; rows map-copy, map-copy-or-read, map-copy-or-write,
    map-write-equivalents, map-access-zero, map-execute-alone, map-execute-read."""
    if access & FILE_MAP_RESERVE:
        raise NoStatement("FILE_MAP_RESERVE is on no page")
    if access & ~_PLAIN:
        raise NoStatement("these bits of the access")
    access &= ~FILE_MAP_LARGE_PAGES
    if access & FILE_MAP_ALL_ACCESS == FILE_MAP_ALL_ACCESS:
        access = access & FILE_MAP_EXECUTE | FILE_MAP_WRITE
    elif access & ~(FILE_MAP_COPY | FILE_MAP_WRITE | FILE_MAP_READ | FILE_MAP_EXECUTE):
        raise NoStatement("these bits of the access")
    executes = bool(access & FILE_MAP_EXECUTE)
    access &= ~FILE_MAP_EXECUTE
    if access == FILE_MAP_COPY:
        return PAGE_EXECUTE_WRITECOPY if executes else PAGE_WRITECOPY
    if access & FILE_MAP_WRITE:
        return PAGE_EXECUTE_READWRITE if executes else PAGE_READWRITE
    if access & FILE_MAP_READ:
        return PAGE_EXECUTE_READ if executes else PAGE_READONLY
    return PAGE_NOACCESS


class Map:
    """A call that maps a view."""

    __slots__ = (
        "world", "process", "label", "handle", "section", "access", "protect", "offset", "length", "anchor", "start",
        "step", "replaces",
    )  # fmt: skip

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.step = step
        self.label = step.label
        self.offset = step.number("offset")
        self.length = step.number("length")
        self.anchor: Anchor | None = None
        self.start = 0
        base = step.fields.get("base", "")
        if base and base not in ("0", "0x0"):
            anchor, self.start = address_of(world, base)
            self.anchor = anchor  # type: ignore[assignment]
        self.handle: Handle | None = handle_of(process, labelled(process, step.fields.get("of", "")).value, True)
        target = self.handle.object if self.handle else None
        self.section = target if isinstance(target, Section) else None
        if self.handle is not None and self.section is None and not self.handle.object.kind:
            raise NoStatement("what the handle is")
        if self.section is not None and self.section.protect not in ALLOWED:
            raise NoStatement("a section with a protection that should have been refused")
        self.access = 0
        self.protect = 0
        self.replaces = False  # the placeholder at `start`

    @property
    def unit(self) -> int:
        """What the offset and the base must be multiples of; row map3-placeholder-page-alignment."""
        return PAGE if self.replaces else GRANULE

    @property
    def size(self) -> int:
        """The size of the view in bytes, in whole pages."""
        assert self.section is not None
        return pages_up(self.length) if self.length else self.section.extent - self.offset


@verb("map", "mapapp")
def map_view(world: World, process: Process, step: Step) -> Map:
    call = Map(world, process, step)
    call.access = step.number("access")
    if call.section is not None:
        if call.section.kind != "section":
            raise NoStatement("images")
        if call.handle is not None and call.handle.access is None:
            raise NoStatement("what access the handle has")
        call.protect = protection_of(call.access)
    return call


@verb("map2", "map3")
def map_placed(world: World, process: Process, step: Step) -> Map:
    replaces = step.verb == "map3" and step.word("type") == "MEM_REPLACE_PLACEHOLDER" and step.has("base")
    if step.has("twice") or (step.has("type") and not replaces):
        raise NoStatement("placeholders, and requirements given twice")
    required = any(step.number(key) for key in ("lowest", "highest", "alignment"))
    if required and not step.number("alignment") and not step.has("base"):
        raise NoStatement("where a view lies that has address requirements")
    if step.word("process", "self") not in ("self", "null"):
        raise NoStatement("views in other processes")
    call = Map(world, process, step)
    call.replaces = replaces
    if required and replaces:
        raise NoStatement("placeholders and address requirements")
    call.protect = step.number("protect")
    if call.section is not None:
        if call.section.kind != "section" or call.handle is None or call.handle.access is None:
            raise NoStatement("what the handle is")
        if call.protect not in NEEDED or call.protect == PAGE_NOACCESS:
            raise NoStatement("this protection")
        if call.length % PAGE:
            raise NoStatement("whether the size must be a multiple of the page is contested")
    return call


# ---- handles and rights ----


@refuses("map mapapp map2 map3", "map-bad-handle", "inherit-default-off", "inherit-needs-createprocess-flag", "inherit-handle-list")
def bad_handle(call: Map) -> Fail | None:
    return INVALID_HANDLE if call.section is None else None


@refuses("map3", "map3-alignment", "map3-base-with-requirements")
def with_requirements(call: Map) -> Fail | None:
    """An alignment is always refused, and limits of the address are together with an address."""
    limits = call.step.number("lowest") or call.step.number("highest")
    return INVALID_PARAMETER if call.step.number("alignment") or (limits and call.anchor is not None) else None


@instead_of(with_requirements, "address-requirements-ignored")
def requirements_ignored(call: Map) -> Fail | None:
    return None


def lacks(call: Map, right: int) -> bool:
    """Whether the view needs this right and the handle does not have it."""
    if call.handle is None or call.section is None or call.handle.access is None:
        return False
    return bool(NEEDED[call.protect] & right & ~call.handle.access)


@refuses("map mapapp map2 map3", "open-read-cannot-map-write", "dup-lower-access", "access-handle-fixed", "map-protect-matrix")
def no_write_right(call: Map) -> Fail | None:
    return ACCESS_DENIED if lacks(call, SECTION_MAP_WRITE) else None


@refuses("map mapapp map2 map3", "open-write-only-map-read", "map-access-zero", "dup-zero-access")
def no_read_right(call: Map) -> Fail | None:
    return ACCESS_DENIED if lacks(call, SECTION_MAP_READ) else None


@refuses("map mapapp map2 map3", "access-execute-needs-exec-section", "map-protect-matrix")
def no_execute_right(call: Map) -> Fail | None:
    return ACCESS_DENIED if lacks(call, SECTION_MAP_EXECUTE) else None


@instead_of(no_execute_right, "execute-right-as-it-stands")
def no_execute_right_as_asked(call: Map) -> Fail | None:
    """A handle that was opened with FILE_MAP_EXECUTE maps no executable view."""
    if call.handle is not None and call.handle.asked & FILE_MAP_EXECUTE and NEEDED[call.protect] & SECTION_MAP_EXECUTE:
        return ACCESS_DENIED
    return no_execute_right(call)


def has_rights(call: Map) -> bool:
    return call.section is not None and not lacks(call, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE)


@refuses(MAPS, "open-all-access-on-readonly-section", "access-execute-needs-exec-section", "map-protect-matrix")
def section_forbids(call: Map) -> Fail | None:
    """The rights of the handle are checked first: without them the error is 5."""
    if call.section is None or not has_rights(call):
        return None
    return None if call.protect in ALLOWED[call.section.protect] else SECTION_PROTECTION


@instead_of(section_forbids, "rights-of-the-handle-suffice")
def section_never_forbids(call: Map) -> Fail | None:
    """Where only the rights of the handle count, a view of a file also depends on how the file was opened."""
    if call.section is not None and call.section.file is not None and section_forbids(call) is not None:
        raise NoStatement("what a section over a file allows on this platform")
    return None


@refuses(MAPS, "large-flag-needs-large-section")
def large_flag(call: Map) -> Fail | None:
    if call.section is None or not call.access & FILE_MAP_LARGE_PAGES:
        return None
    version = call.world.platform.version
    if call.section.attributes & SEC_LARGE_PAGES or version is None or version < (10, 0, 15063):
        raise NoStatement("large pages")
    return Fail(None)


@instead_of(large_flag, "large-pages-flag-ignored")
def large_flag_ignored(call: Map) -> Fail | None:
    return None


# ---- offset and length ----


@refuses("map mapapp map2 map3", "map-offset-misaligned", "map2-offset-64k")
def offset_misaligned(call: Map) -> Fail | None:
    return MAPPED_ALIGNMENT if call.offset % call.unit else None


@refuses("mapapp", "fromapp-64-bit-arguments")
def offset_is_whole(call: Map) -> Fail | None:
    """All 64 bits of the offset count. The other rules state the effects."""
    return None


@instead_of(offset_is_whole, "fromapp-drops-upper-halves")
def offset_loses_its_upper_half(call: Map) -> Fail | None:
    if call.offset >= 1 << 32:
        raise NoStatement("FromApp calls drop the upper half of 64-bit arguments here")
    return None


@records("map mapapp map2 map3", "map-offset-at-end")
def offset_at_end(call: Map) -> bool | None:
    return call.section is not None and call.length == 0 and call.offset == call.section.extent


@refuses("map mapapp map2 map3", "map-offset-past-end")
def offset_past_end(call: Map) -> Fail | None:
    return INVALID_VIEW_SIZE if call.section is not None and call.offset >= call.section.extent else None


@instead_of(offset_past_end, "offset-past-end-is-a-wrong-parameter")
def offset_past_end_87(call: Map) -> Fail | None:
    return INVALID_PARAMETER if call.section is not None and call.offset >= call.section.extent else None


@refuses("map mapapp map2 map3", "map-length-past-end", "map-length-inside-last-page", "create-existing-keeps-size-larger", "file-smaller-section")
def length_past_end(call: Map) -> Fail | None:
    section = call.section
    if section is None or not call.length or call.offset >= section.extent:
        return None
    if call.process.bits == 32 and call.length >= 1 << 32:
        raise NoStatement("a length that a 32-bit process cannot pass")
    if call.offset + call.length > section.extent:
        return INVALID_VIEW_SIZE
    if section.file is not None and call.offset + call.length > section.size:
        raise NoStatement("a view longer than the file, inside its last page")
    return None


# ---- the address ----


@refuses("map mapapp map2 map3", "map-ex-base-misaligned", "map2-base-rounding")
def base_misaligned(call: Map) -> Fail | None:
    return MAPPED_ALIGNMENT if call.anchor is not None and call.start % call.unit else None


@refuses("map mapapp", "map-ex-base-occupied", "map-range-taken")
def base_occupied(call: Map) -> Fail | None:
    if call.section is None or call.anchor is None or call.start % GRANULE or call.offset >= call.section.extent:
        return None
    for region in call.process.regions:
        if region.anchor is call.anchor and region.start < call.start + call.size and call.start < region.end:
            return INVALID_ADDRESS
    return None


# ---- replies of a success ----


def look_at_place(call: Map) -> None:
    """Whether there is room, and the model can tell where."""
    section = call.section
    assert section is not None
    largest = GIB // 4 if call.process.bits == 32 else 64 * 1024 * GIB
    if call.size > largest:
        raise NoStatement("whether the address space has room")
    if call.anchor is NUMBERS and any(region.anchor is not NUMBERS for region in call.process.regions):
        return  # the addresses of these are unknown; cases use addresses that the system does not choose
    if call.process.bits == 32 and call.start > 1 << 31:
        raise NoStatement("high addresses of a 32-bit process")


@grants("map mapapp map2 map3", "map-protect-matrix", "map-whole", "map-length-rounded-to-page", "map-offset-aligned")
def maps(call: Map) -> Fields | None:
    if call.section is None:
        return None
    look_at_place(call)
    return SUCCESS


@grants(MAPS, "map-ex-base-honoured", "map-ex-same-base-two-processes")
def at_a_base(call: Map) -> Fields | None:
    return SUCCESS if call.anchor is not None else None


@grants(MAPS, "access-read-gives-copy", "view-cow-no-write-right", "map-copy")
def copies(call: Map) -> Fields | None:
    return SUCCESS if call.protect == PAGE_WRITECOPY else None


@grants(MAPS, "map-offset-high-dword", "size-above-4gib")
def high_offset(call: Map) -> Fields | None:
    return SUCCESS if call.offset >= 1 << 32 else None


@done("map mapapp map2 map3")
def make_view(call: Map, reply: Reply) -> None:
    section = call.section
    if section is None or call.offset >= section.extent or call.protect not in NEEDED:
        lose_view(call, reply)
        return
    anchor = call.anchor if call.anchor is not None else Anchor()
    start = call.start if call.anchor is not None else 0
    region = Region(anchor, start, min(call.size, section.extent - call.offset), section, call.offset, call.protect)
    if call.replaces:
        replace_placeholder(call, region)
    call.world.add_view(call.process, region)
    call.process.labels[call.label] = MemoryLabel(anchor, start, call.offset, region)
    call.process.last["base"] = (anchor, start)


def replace_placeholder(call: Map, view: Region) -> None:
    """The placeholder at the place of the view is gone."""
    for region in list(call.process.regions):
        if region.anchor is view.anchor and region.start < view.end and view.start < region.end:
            call.world.remove_region(call.process, region)
    view.placeholder = True


@lost("map mapapp map2 map3")
def lose_view(call: Map, reply: Reply) -> None:
    call.process.labels[call.label] = LOST
    call.process.placed += 1
    call.process.last.pop("base", None)


# ---- unmapping ----


def memory(process: Process, label: str) -> MemoryLabel:
    """The memory of a label."""
    found = process.labels.get(label)
    if isinstance(found, MemoryLabel):
        return found
    raise NoStatement(f"what the label {label} is" if found is None or isinstance(found, UnknownLabel) else "a handle as memory")


MEM_PRESERVE_PLACEHOLDER = 2  # of UnmapViewOfFile2


def memory_of(world: World, owner: Process, address: str) -> MemoryLabel:
    """The memory of a process at an address like `$role.base+4096`."""
    anchor, place = address_of(world, address)
    assert isinstance(anchor, Anchor)
    return MemoryLabel(anchor, place, 0, region_at(owner, anchor, place))


class Unmap:
    """A call of UnmapViewOfFile or one of its relatives. `process` is the one whose view it is."""

    __slots__ = ("world", "process", "label", "memory", "place", "region", "step", "unknown", "preserves")

    def __init__(self, world: World, process: Process, step: Step, place: MemoryLabel | None = None) -> None:
        self.world = world
        self.process = process
        self.step = step
        self.label = step.label if place is None else ""
        self.memory = place or memory(process, step.label)
        self.place = self.memory.base + step.number("at")
        self.region = region_at(process, self.memory.anchor, self.place)
        self.unknown = False
        self.preserves = bool(step.number("flags") & MEM_PRESERVE_PLACEHOLDER)
        if self.region is None and not self.nothing_there():
            raise NoStatement("what lies at the address")

    def nothing_there(self) -> bool:
        label = self.memory
        if label.anchor is NUMBERS and self.place < GRANULE:
            return True
        region = label.region
        if region is None or not region.start <= self.place < region.room:
            return False
        return region.alive or region.gone_at == self.process.placed


@verb("unmap")
def unmap(world: World, process: Process, step: Step) -> Unmap:
    return Unmap(world, process, step)


@verb("unmap2")
def unmap2(world: World, process: Process, step: Step) -> Unmap:
    if step.number("flags") & ~(1 | MEM_PRESERVE_PLACEHOLDER):
        raise NoStatement("unknown flags")
    if step.word("process", "self") not in ("self", "null"):
        process = process_of(world, step.word("process"))
    return Unmap(world, process, step, memory_of(world, process, step.word("address")) if step.has("address") else None)


@refuses("unmap unmap2", "life-unmap-twice", "life-unmap-not-a-view", "life-unmap-null")
def no_view(call: Unmap) -> Fail | None:
    return INVALID_ADDRESS if call.region is None or call.region.section is None else None


@refuses("unmap2", "unmap2-null-process")
def null_process(call: Unmap) -> Fail | None:
    return INVALID_HANDLE if call.step.word("process") == "null" else None


@grants("unmap unmap2", "life-unmap-returns-true", "life-handle-survives-unmap")
def unmaps(call: Unmap) -> Fields | None:
    return SUCCESS


@grants("unmap2", "unmap2-remote")
def unmaps_in_other_process(call: Unmap) -> Fields | None:
    return SUCCESS if call.step.word("process", "self") not in ("self", "null") else None


@grants("unmap", "life-unmap-interior")
def unmaps_inside(call: Unmap) -> Fields | None:
    return SUCCESS if call.region is not None and call.place != call.region.start else None


@done("unmap unmap2")
def remove_view(call: Unmap, reply: Reply) -> None:
    region = call.region
    if region is not None:
        call.world.remove_region(call.process, region)
        if call.preserves:
            again = Region(region.anchor, region.start, region.size, None, 0, PAGE_NOACCESS)
            again.placeholder = True
            call.world.add_view(call.process, again)
    if call.step.word("keep") != "yes":
        call.process.labels.pop(call.label, None)


# ---- VirtualAlloc(MEM_RESERVE), VirtualFree(MEM_RELEASE) ----


class Reserve:
    __slots__ = ("world", "process", "label", "size", "anchor", "start")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.label = step.label
        self.size = pages_up(step.number("size"))
        self.anchor: Anchor | None = None
        self.start = 0
        if step.has("base"):
            anchor, self.start = address_of(world, step.word("base"))
            self.anchor = anchor  # type: ignore[assignment]

    @property
    def occupied(self) -> bool:
        return self.anchor is not None and any(
            region.anchor is self.anchor and region.start < self.start + self.size and self.start < region.end
            for region in self.process.regions
        )


@verb("reserve")
def reserve(world: World, process: Process, step: Step) -> Reserve:
    return Reserve(world, process, step)


@refuses("reserve", "map-range-taken")
def range_taken(call: Reserve) -> Fail | None:
    return INVALID_ADDRESS if call.occupied else None


@grants("reserve", "life-unmap-frees-range")
def reserves(call: Reserve) -> Fields | None:
    """The contract only states that the range of an unmapped view is free."""
    return SUCCESS if call.anchor is not None and not call.occupied else None


@done("reserve")
def make_reserved(call: Reserve, reply: Reply) -> None:
    anchor = call.anchor if call.anchor is not None else Anchor()
    region = Region(anchor, call.start, call.size, None, 0, PAGE_NOACCESS)
    call.world.add_view(call.process, region)
    call.process.labels[call.label] = MemoryLabel(anchor, call.start, 0, region)
    call.process.last["base"] = (anchor, call.start)


@lost("reserve")
def reserve_lost(call: Reserve, reply: Reply) -> None:
    make_reserved(call, reply)


@verb("release")
def release(world: World, process: Process, step: Step) -> Unmap:
    return Unmap(world, process, step)


@refuses("release", "life-virtualfree-on-view")
def release_of_view(call: Unmap) -> Fail | None:
    return INVALID_PARAMETER if call.region is not None and call.region.section is not None else None


@done("release")
def released(call: Unmap, reply: Reply) -> None:
    remove_view(call, reply)


@lost("release")
def release_lost(call: Unmap, reply: Reply) -> None:
    remove_view(call, reply)
