"""Rules of memory accesses: read, write, fill, verify, zero, checksum, increment."""

from __future__ import annotations

from shmcheck.oracle.constants import (
    PAGE,
    PAGE_EXECUTE_READ,
    PAGE_EXECUTE_READWRITE,
    PAGE_EXECUTE_WRITECOPY,
    PAGE_GUARD,
    PAGE_READONLY,
    PAGE_READWRITE,
    PAGE_WRITECOPY,
)
from shmcheck.oracle.contents import Contents, Filled, Unknown, pattern
from shmcheck.oracle.intervals import Intervals
from shmcheck.oracle.rule_mapping import memory
from shmcheck.oracle.rules import SUCCESS, Fault, Fields, done, failed, grants, instead_of, lost, refuses, verb
from shmcheck.oracle.state import LOST, MemoryLabel, NoStatement, Process, Region, Section, World, region_at, surely_free
from shmcheck.oracle.text import Reply, Step, escaped, plain

READS = "read verify zero checksum"
WRITES = "write fill increment"
CAN_READ = (
    PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY,
)  # fmt: skip
SHARED_WRITE = (PAGE_READWRITE, PAGE_EXECUTE_READWRITE)
COPIES = {PAGE_WRITECOPY: PAGE_READWRITE, PAGE_EXECUTE_WRITECOPY: PAGE_EXECUTE_READWRITE}
NUMBERS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}
BASE_MASK = 0xFF
GUARD_CODE = "0x80000001"  # STATUS_GUARD_PAGE_VIOLATION


class Touch:
    """A call that reads or writes bytes at a label, upwards, or a number in one access."""

    __slots__ = ("world", "process", "step", "label", "at", "length", "writes", "single", "data", "region", "start")

    def __init__(self, world: World, process: Process, step: Step, writes: bool) -> None:
        self.world = world
        self.process = process
        self.step = step
        self.label = memory(process, step.label)
        self.at = step.number("at")
        self.writes = writes
        self.single = False
        self.data: bytes | None = None
        self.length = step.number("length")
        if step.verb == "write":
            self.take_data(step)
        elif step.verb == "increment":
            self.length, self.single = 4, True
        elif step.verb == "read" and step.word("as") in NUMBERS:
            self.length, self.single = NUMBERS[step.word("as")], True
        self.start = self.label.base + self.at
        region = self.label.region
        if region is None or not region.alive or not region.start <= self.start < region.end:
            region = region_at(process, self.label.anchor, self.start)
        self.region = region

    def take_data(self, step: Step) -> None:
        for key, value in step.fields.items():
            if key == "text":
                self.data = plain(value)
            elif key == "hex":
                self.data = bytes.fromhex(value)
            elif key in NUMBERS:
                self.single = True
                self.data = (step.number(key) & ((1 << 8 * NUMBERS[key]) - 1)).to_bytes(NUMBERS[key], "little")
            elif key == "code":
                self.data = b"\xc3"
        if self.data is None:
            raise NoStatement("what is written")
        self.length = len(self.data)

    def pieces(self) -> list[tuple[Region, int, int]]:
        """The parts of the range in regions that follow each other, as offsets in each; ends where none follows."""
        region, start, left = self.region, self.start, self.length
        found = []
        while region is not None and left > 0:
            inside = start - region.start
            count = min(left, region.size - inside)
            found.append((region, inside, inside + count))
            start, left = start + count, left - count
            region = region_at(self.process, self.label.anchor, start) if left > 0 else None
        return found


@verb(*READS.split())
def read(world: World, process: Process, step: Step) -> Touch:
    return Touch(world, process, step, False)


@verb(*WRITES.split())
def write(world: World, process: Process, step: Step) -> Touch:
    return Touch(world, process, step, True)


# ---- faults ----


def protect_at(region: Region, offset: int) -> int:
    """The protection of a page of a region."""
    if region.changed is not None:
        found = region.changed.at(offset)
        if found is not None:
            return found
    return region.protect


def uniform(region: Region) -> bool:
    """Whether all pages have the region's own protection."""
    return region.changed is None


def forbidden(region: Region, start: int, end: int, writes: bool) -> int:
    """The first offset of a range at which this access is not allowed; `end` if there is none, or a guard page is before it."""
    runs = [(start, end, None)] if region.changed is None else region.changed.runs(start, end)
    for piece, stop, own in runs:
        protect = region.protect if own is None else own
        if protect & PAGE_GUARD:
            return end
        allowed = protect in SHARED_WRITE or protect in COPIES if writes else protect in CAN_READ
        if not allowed:
            return piece
    return end


class GuardFault(Fault):
    """The exception of a guard page. No page says what else its record tells."""

    __slots__ = ()

    def allows(self, reply: Reply) -> bool:
        return reply.word == "fault" and reply.fields.get("code") == GUARD_CODE


def first_guard(call: Touch) -> tuple[Region, int] | None:
    """The first guard page of a range, if the access is allowed before it: its region, and the first offset in it."""
    for region, start, end in call.pieces():
        if forbidden(region, start, end, call.writes) < end:
            return None
        for piece, _, own in region.changed.runs(start, end) if region.changed is not None else ():
            if own is not None and own & PAGE_GUARD:
                return region, piece
    return None


def fault_at(call: Touch, where: int) -> Fault | None:
    """A fault at the byte `where`, an address; a single access tells the whole of itself. None if the step ends before:
    `zero` and `verify` go no further than the first byte that is another one."""
    if call.step.verb in ("zero", "verify") and ends_before(call, where):
        return None
    at = where - call.label.base
    first = call.at if call.single else at
    return Fault("write" if call.writes else "read", first, at)


def ends_before(call: Touch, where: int) -> bool:
    place = call.start
    for region, start, end in call.pieces():
        end = min(end, start + where - place)
        if end <= start:
            return False
        if call.step.verb == "zero":
            if first_nonzero(region, start, end) is not None:
                return True
        else:
            shift = call.label.offset + place - call.label.base - (region.offset + start)
            zero_too = call.step.word("or-zero") == "yes"
            if first_other(region, start, end, call.step.number("seed"), shift, zero_too) is not None:
                return True
        place += end - start
    return False


def pages_of_its_own(region: Region | None) -> None:
    if region is not None and region.section is None:
        raise NoStatement("memory that is no view")


@refuses(f"{READS} {WRITES}", "size-past-last-page-faults", "life-unmap-then-touch", "map-private-to-mapper")
def nothing_there(call: Touch) -> Fault | None:
    """The memory between the end of the last region and the end of its granule is free."""
    pieces = call.pieces()
    reached = call.start + sum(end - start for _, start, end in pieces)
    if call.length == 0 or reached == call.start + call.length:
        return None
    if pieces:
        region = pieces[-1][0]
        if region.end < region.room:
            return fault_at(call, reached)
        raise NoStatement("what lies behind the view")
    if surely_free(call.process, call.label, call.start):
        return fault_at(call, call.start)
    raise NoStatement("what lies at the address")


@refuses(f"{READS} {WRITES}", "protect-readonly-write-faults", "protect-noaccess-read-faults", "map-access-zero", "map-copy-or-read")
def protection_forbids(call: Touch) -> Fault | None:
    for region, start, end in call.pieces():
        pages_of_its_own(region)
        first = forbidden(region, start, end, call.writes)
        if first < end:
            return fault_at(call, region.start + first)
    return None


@refuses(f"{READS} {WRITES}", "protect-guard-page")
def guard_raises(call: Touch) -> Fault | None:
    """The first access to a page that PAGE_GUARD protects."""
    found = first_guard(call)
    if found is None:
        return None
    region, at = found
    before = fault_at(call, region.start + at)
    return GuardFault(before.access, before.first, before.last, GUARD_CODE) if before is not None else None


@refuses(f"{READS} {WRITES}", "reserve-touch-faults")
def not_committed(call: Touch) -> Fault | None:
    for region, start, end in call.pieces():
        committed = region.section.committed if region.section else None
        if committed is None:
            continue
        first = committed.same_until(region.offset + start, region.offset + end, True) - region.offset
        if first < end:
            return fault_at(call, region.start + first)
    return None


@instead_of(not_committed, "reserved-pages-can-be-touched")
def reserved_can_be_touched(call: Touch) -> Fault | None:
    """On a platform that allows access to reserved pages they are shared memory."""
    return None


# ---- replies of a success ----


def read_region(region: Region, start: int, end: int) -> bytes | None:
    """The bytes of a part of a view; None if one of them is unknown."""
    section = region.section
    if section is None:
        return None
    first, last = region.offset + start, region.offset + end
    if region.copied is None or region.private is None:
        return section.contents.read(first, last)
    parts = []
    for piece, stop, own in region.copied.runs(start, end):
        source = region.private if own else section.contents
        found = source.read(region.offset + piece, region.offset + stop)
        if found is None:
            return None
        parts.append(found)
    return b"".join(parts)


def read_all(call: Touch) -> bytes:
    """The bytes that the step reads. NoStatement if one of them is unknown."""
    parts = []
    for region, start, end in call.pieces():
        found = read_region(region, start, end)
        if found is None:
            raise NoStatement("what the bytes are")
        parts.append(found)
    return parts[0] if len(parts) == 1 else b"".join(parts)


COHERENT = ("view-coherent-two-processes", "view-coherent-same-process", "view-coherent-overlapping-offsets")


@grants(
    "read", *COHERENT, "create-initial-zero", "view-cow-private", "view-cow-until-written", "map-write-is-readable",
    "life-view-survives-handle", "view-persists-across-unmap",
)  # fmt: skip
def reads(call: Touch) -> Fields | None:
    found = read_all(call)
    step = call.step
    kind = step.word("as", "hex")
    if kind in NUMBERS:
        return {kind: str(int.from_bytes(found, "little"))}
    if kind == "text":
        return {"text": escaped(found)}
    return {"hex": found.hex().upper()}


@grants("zero", *COHERENT, "create-initial-zero", "size-slack-is-shared-memory", "reserve-commit-zeroed")
def is_zero(call: Touch) -> Fields | None:
    place = call.at
    for region, start, end in call.pieces():
        found = first_nonzero(region, start, end)
        if found is not None:
            offset, byte = found
            return {"zero": "no", "first": str(place + offset - start), "got": str(byte)}
        place += end - start
    return {"zero": "yes"}


def sources(region: Region, start: int, end: int) -> list[tuple[int, int, object]]:
    """The pieces of a part of a view with their contents, by offset in the section."""
    section = region.section
    if section is None:
        raise NoStatement("memory that is no view")
    if region.copied is None or region.private is None:
        return list(section.contents.runs(region.offset + start, region.offset + end))
    found: list[tuple[int, int, object]] = []
    for piece, stop, own in region.copied.runs(start, end):
        source: Contents = region.private if own else section.contents
        found.extend(source.runs(region.offset + piece, region.offset + stop))
    return found


def first_nonzero(region: Region, start: int, end: int) -> tuple[int, int] | None:
    """The first byte that is not 0: its offset in the region, and its value."""
    for piece, stop, source in sources(region, start, end):
        if source is None:
            continue
        if isinstance(source, Unknown):
            raise NoStatement("what the bytes are")
        data = source.piece(piece, stop if not isinstance(source, Filled) else piece + 1)  # type: ignore[attr-defined]
        rest = data.lstrip(b"\0")
        if rest:
            return piece + len(data) - len(rest) - region.offset, rest[0]
    return None


@grants("verify", *COHERENT, "view-coherent-three-writers", "view-cow-private", "view-cow-lost-on-unmap")
def verifies(call: Touch) -> Fields | None:
    seed = call.step.number("seed")
    zero_too = call.step.word("or-zero") == "yes"
    done_bytes = 0
    for region, start, end in call.pieces():
        # The pattern depends on the offset in the section at which the label's view begins.
        shift = call.label.offset + call.at + done_bytes - (region.offset + start)
        found = first_other(region, start, end, seed, shift, zero_too)
        if found is not None:
            offset, byte, wanted = found
            first = call.at + done_bytes + offset - start
            return {"match": "no", "first": str(first), "expected": str(wanted), "got": str(byte)}
        done_bytes += end - start
    return {"match": "yes"}


def first_other(region: Region, start: int, end: int, seed: int, shift: int, zero_too: bool) -> tuple[int, int, int] | None:
    """The first byte that differs from the pattern: its offset in the region, its value, the expected value."""
    for piece, stop, source in sources(region, start, end):
        if source is None:
            if not zero_too:
                return piece - region.offset, 0, pattern(seed, piece + shift, 1)[0]
            continue
        if isinstance(source, Filled) and source.seed == seed and source.shift == shift:
            continue
        if isinstance(source, Unknown):
            raise NoStatement("what the bytes are")
        at = piece
        while at < stop:
            end_of_part = min(stop, at + PAGE)
            have = source.piece(at, end_of_part)  # type: ignore[attr-defined]
            want = pattern(seed, at + shift, end_of_part - at)
            for index in range(len(have)):
                if have[index] != want[index] and not (zero_too and have[index] == 0):
                    return at + index - region.offset, have[index], want[index]
            at = end_of_part
    return None


MOST_TO_SUM = 1 << 16


@grants("checksum", *COHERENT)
def sums(call: Touch) -> Fields | None:
    if call.length > MOST_TO_SUM:
        raise NoStatement("the sum of so many bytes")
    value = 0xCBF29CE484222325
    for byte in read_all(call):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return {"sum": f"0x{value:016X}"}


@grants("write fill", "map-write-equivalents", "map-copy", "life-view-survives-handle", "protect-change-downgrade")
def writes(call: Touch) -> Fields | None:
    return SUCCESS if call.region is not None else None


@grants("increment", "view-interlocked-works", *COHERENT)
def increments(call: Touch) -> Fields | None:
    if call.at % 4:
        raise NoStatement("an interlocked access that is not aligned")
    if call.region is not None and call.region.section is not None and call.region.section.attributes & 0x50000000:
        raise NoStatement("interlocked functions on memory that is not cached")
    return {"now": str((int.from_bytes(read_all(call), "little") + 1) & 0xFFFFFFFF)}


# ---- changes of the state ----


def copy_pages(region: Region, start: int, end: int) -> None:
    """Makes whole pages of a copy-on-write view private when they are written; row view-cow-page-granular."""
    assert region.section is not None
    if region.private is None or region.copied is None:
        region.private = Contents()
        region.copied = Intervals()
    first, last = start & -PAGE, (end + PAGE - 1) & -PAGE
    for piece, stop, own in list(region.copied.runs(first, last)):
        if own:
            continue
        for at in range(piece, stop, PAGE):
            change = COPIES.get(protect_at(region, at) & BASE_MASK)
            if change is None:
                continue
            region.private.copy_from(region.section.contents, region.offset + at, region.offset + at + PAGE)
            region.copied.put(at, at + PAGE, True)
            if region.changed is None:
                region.changed = Intervals()
            region.changed.put(at, at + PAGE, change | protect_at(region, at) & ~BASE_MASK)


def is_copy(region: Region, start: int, end: int) -> bool:
    if region.changed is None:
        return region.protect & BASE_MASK in COPIES
    return any((own if own is not None else region.protect) & BASE_MASK in COPIES for _, _, own in region.changed.runs(start, end))


def store(call: Touch, limit: int, data: bytes | None) -> None:
    """Stores the first `limit` bytes of the step. Without data they become unknown."""
    left, done_bytes = limit, 0
    for region, start, end in call.pieces():
        end = min(end, start + left)
        if end <= start or region.section is None:
            break
        if is_copy(region, start, end):
            copy_pages(region, start, end)
        put(call, region, start, end, data, done_bytes)
        done_bytes += end - start
        left -= end - start


def put(call: Touch, region: Region, start: int, end: int, data: bytes | None, done_bytes: int) -> None:
    section = region.section
    assert section is not None
    if region.copied is None or region.private is None or not region.copied.any(start, end):
        parts = [(start, end, section.contents)]
    else:
        parts = [
            (piece, stop, region.private if own else section.contents)
            for piece, stop, own in region.copied.runs(start, end)
        ]
    for piece, stop, target in parts:
        if target is section.contents and section.file is not None:
            section.file.dirty = True
        skip = done_bytes + piece - start
        place = region.offset + piece
        if call.step.verb == "fill":
            shift = call.label.offset + call.at + skip - place
            target.fill(place, region.offset + stop, call.step.number("seed"), shift)
        elif data is None:
            target.forget(place, region.offset + stop)
        else:
            target.write(place, data[skip : skip + stop - piece])
        if target is section.contents:
            forget_behind_file(section, place, region.offset + stop)


def forget_behind_file(section: Section, start: int, end: int) -> None:
    """No row says how long bytes behind the end of a file stay that are stored in its last page. Linux clears them when it writes
    the page to the disk, which the close of another handle to the file can cause."""
    file = section.file
    if file is None:
        return
    size = file.size if file.size is not None else start
    section.contents.forget(max(start, size), end)


@done("write")
def written(call: Touch, reply: Reply) -> None:
    store(call, call.length, call.data)


@done("fill")
def filled(call: Touch, reply: Reply) -> None:
    store(call, call.length, None)


@done("increment")
def incremented(call: Touch, reply: Reply) -> None:
    now = reply.fields.get("now", "")
    store(call, 4, int(now).to_bytes(4, "little") if now.isdigit() else None)


@lost("write fill increment")
def touch_lost(call: Touch, reply: Reply) -> None:
    """Makes the bytes unknown that the step may have written."""
    if reply.word in ("ok", "fault"):
        store_unknown(call)


def store_unknown(call: Touch) -> None:
    pieces = call.pieces()
    if sum(end - start for _, start, end in pieces) < call.length:
        forget_all(call.process)  # the memory after the known regions is unknown
    for region, start, end in pieces:
        if region.section is None:
            continue
        region.section.contents.forget(region.offset + start, region.offset + end)
        if region.private is not None:
            region.private.forget(region.offset + start, region.offset + end)


def forget_all(process: Process) -> None:
    """Makes the contents of a process's views unknown, and which of their pages are private."""
    for name, label in process.labels.items():
        if isinstance(label, MemoryLabel) and label.region is not None:
            if label.region.private is not None or is_copy(label.region, 0, label.region.size):
                process.labels[name] = LOST
    for region in process.regions:
        if region.section is not None:
            region.section.contents.forget(region.offset, region.offset + region.size)
        if region.private is not None:
            region.private.forget(region.offset, region.offset + region.size)


def take_guard_away(call: Touch) -> None:
    """The page is an ordinary one after its exception."""
    found = first_guard(call)
    if found is None:
        return
    region, page = found[0], found[1] & -PAGE
    if region.changed is not None:
        region.changed.put(page, page + PAGE, protect_at(region, page) & ~PAGE_GUARD)


@failed(f"{READS} {WRITES}")
def after_fault(call: Touch, reply: Reply) -> None:
    """A write that faults has written the bytes before the fault; a number in one access has written none."""
    at = reply.fields.get("at", "")
    if reply.fields.get("code") == GUARD_CODE:
        take_guard_away(call)
    if not call.writes or call.single:
        return
    if at.startswith("+") and at[1:].isdigit():
        store(call, max(0, int(at[1:]) - call.at), call.data)
    else:
        store_unknown(call)
