"""Rules of placeholders: placeholder (VirtualAlloc2), split (VirtualFree), and views in their place (map3, unmap2)."""

from __future__ import annotations

from shmcheck.oracle.constants import GRANULE, PAGE, PAGE_NOACCESS
from shmcheck.oracle.rule_mapping import Map, Unmap, memory
from shmcheck.oracle.rules import INVALID_ADDRESS, INVALID_PARAMETER, SUCCESS, Fail, Fields, done, grants, instead_of, lost, refuses, verb
from shmcheck.oracle.state import Anchor, MemoryLabel, NoStatement, Process, Region, World, region_at
from shmcheck.oracle.text import Reply, Step


class Placeholder:
    """A call of VirtualAlloc2 that makes a placeholder."""

    __slots__ = ("world", "process", "label", "size")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.label = step.label
        self.size = step.number("size")


@verb("placeholder")
def placeholder(world: World, process: Process, step: Step) -> Placeholder:
    if step.has("like") or not step.number("size") or step.number("size") % GRANULE or step.number("size") > 1 << 30:
        raise NoStatement("a placeholder of this size")
    return Placeholder(world, process, step)


@grants("placeholder", "map3-ring-buffer", "placeholder-split-size")
def makes_placeholder(call: Placeholder) -> Fields | Fail | None:
    return SUCCESS


@instead_of(makes_placeholder, "no-placeholders")
def makes_no_placeholder(call: Placeholder) -> Fields | Fail | None:
    return INVALID_PARAMETER


def put(world: World, process: Process, anchor: Anchor, start: int, size: int) -> Region:
    """A placeholder at a place."""
    region = Region(anchor, start, size, None, 0, PAGE_NOACCESS)
    region.placeholder = True
    world.add_view(process, region)
    return region


@done("placeholder")
def placeholder_made(call: Placeholder, reply: Reply) -> None:
    anchor = Anchor()
    region = put(call.world, call.process, anchor, 0, call.size)
    call.process.labels[call.label] = MemoryLabel(anchor, 0, 0, region)
    call.process.last["base"] = (anchor, 0)


@lost("placeholder")
def placeholder_lost(call: Placeholder, reply: Reply) -> None:
    placeholder_made(call, reply)


class SplitCall:
    """A call of VirtualFree with MEM_PRESERVE_PLACEHOLDER: a part of a placeholder becomes one of its own."""

    __slots__ = ("world", "process", "memory", "region", "start", "length")

    def __init__(self, world: World, process: Process, step: Step) -> None:
        self.world = world
        self.process = process
        self.memory = memory(process, step.label)
        self.start = self.memory.base + step.number("at")
        self.length = step.number("length")
        found = region_at(process, self.memory.anchor, self.start)
        if found is None:
            raise NoStatement("what lies at the address")
        self.region: Region = found


@verb("split")
def split(world: World, process: Process, step: Step) -> SplitCall:
    call = SplitCall(world, process, step)
    region = call.region
    if region.section is None and not region.placeholder:
        raise NoStatement("a split of memory that is no placeholder")
    if region.section is None:
        inside = region.start <= call.start and call.start + call.length <= region.end
        whole = call.length == region.size
        if call.start % PAGE or call.length % PAGE or not call.length or not inside or whole:
            raise NoStatement("a split at this place")
    return call


@refuses("split", "virtualfree-on-replaced-placeholder")
def split_of_view(call: SplitCall) -> Fail | None:
    if call.region.section is None:
        return None
    if not call.region.placeholder or (call.start, call.length) != (call.region.start, call.region.size):
        raise NoStatement("a split of a part of a view")
    return INVALID_PARAMETER


@grants("split", "placeholder-split-size")
def splits(call: SplitCall) -> Fields | None:
    return SUCCESS


@done("split")
def split_done(call: SplitCall, reply: Reply) -> None:
    old, world, process = call.region, call.world, call.process
    if old.section is not None:
        return
    world.remove_region(process, old)
    ends = (old.start, call.start, call.start + call.length, old.end)
    for start, end in zip(ends, ends[1:]):
        if start < end:
            put(world, process, old.anchor, start, end - start)
    for label in process.labels.values():
        if isinstance(label, MemoryLabel) and label.region is old:
            label.region = region_at(process, label.anchor, label.base)


# ---- a view in place of a placeholder ----


@refuses("map3", "map3-placeholder-exact")
def placeholder_of_another_size(call: Map) -> Fail | None:
    if not call.replaces or call.section is None or call.anchor is None:
        return None
    region = region_at(call.process, call.anchor, call.start)
    if region is None or region.section is not None or not region.placeholder or not call.length:
        raise NoStatement("what is to be replaced")
    exact = (region.start, region.size) == (call.start, call.length)
    return None if exact else Fail(None)


@grants("map3", "map3-placeholder-page-alignment", "map3-ring-buffer")
def replaces_placeholder(call: Map) -> Fields | None:
    return SUCCESS if call.replaces else None


# ---- a view that becomes a placeholder again ----


@refuses("unmap2", "unmap-preserve-ordinary-view")
def ordinary_view(call: Unmap) -> Fail | None:
    region = call.region
    if not call.preserves or region is None or region.section is None:
        return None
    return None if region.placeholder else INVALID_ADDRESS


@instead_of(ordinary_view, "preserving-unmaps-ordinary-views")
def ordinary_view_is_unmapped(call: Unmap) -> Fail | None:
    if call.preserves and call.region is not None and not call.region.placeholder:
        call.preserves = False  # the flag has no effect
    return None


@grants("unmap2", "unmap-preserve-placeholder")
def preserves_placeholder(call: Unmap) -> Fields | None:
    return SUCCESS if call.preserves else None
