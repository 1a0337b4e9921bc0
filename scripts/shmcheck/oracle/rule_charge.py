"""Rules of committed memory: commitment (GetPerformanceInfo), memorylimit (SetInformationJobObject).

The charge is one number for the whole system, so the model states it only in large units, in which other programs and small
sections do not count. Exploring has no such steps: an actor that has set a mark keeps others from measuring until it ends.
"""

from __future__ import annotations

from shmcheck.oracle.rule_creating import CREATES, Create
from shmcheck.oracle.rule_life import Plain
from shmcheck.oracle.rule_mapping import MAPS, PLACED, Map
from shmcheck.oracle.rule_memory import COPIES, WRITES, Touch
from shmcheck.oracle.rules import SUCCESS, Fields, done, grants, instead_of, records, verb
from shmcheck.oracle.state import NoStatement, Process, Section, UnknownLabel, World
from shmcheck.oracle.text import Reply, Step

LEAST_UNIT = 256 << 20  # bytes
SLACK = 8  # a charge may differ from whole units by this part of a unit


def charge_of(world: World) -> int:
    """The bytes that all sections are charged, by the pages that are committed. A section is charged as long as there is a handle
    or a view, and a copy-on-write view is charged in addition."""
    sections: set[Section] = set()
    total = 0
    for process in world.processes.values():
        if any(isinstance(label, UnknownLabel) for label in process.labels.values()):
            raise NoStatement("which sections there are")
        sections.update(handle.object for handle in process.table.values() if isinstance(handle.object, Section))
        for region in process.regions:
            if region.section is not None:
                sections.add(region.section)
                total += region.size if region.protect in COPIES else 0
    return total + sum(map(committed_bytes, sections))


def committed_bytes(section: Section) -> int:
    if section.kind != "section":
        raise NoStatement("the pages of this section")
    if section.file is not None:
        return 0
    if section.committed is None:
        return section.extent
    return sum(end - start for start, end, value in section.committed.runs(0, section.extent) if value)


@verb("commitment")
def commitment(world: World, process: Process, step: Step) -> Plain:
    return Plain(world, process, step)


@grants(
    "commitment", "commit-charged-at-create", "reserve-charge-deferred", "reserve-charge-once", "life-commit-returned",
    "life-commit-held-by-view", "life-exit-without-cleanup", "view-cow-commit-charge",
)  # fmt: skip
def rise(call: Plain) -> Fields | None:
    unit, mark = call.step.number("unit"), call.process.mark
    if not unit or mark is None:
        return None
    risen = charge_of(call.world) - mark
    units = (risen + unit // 2) // unit
    if unit < LEAST_UNIT or risen < 0 or abs(risen - units * unit) > unit // SLACK:
        raise NoStatement("a charge in such units")
    return {"units": str(units)}


@instead_of(rise, "charge-is-used-memory")
def rise_of_used_memory(call: Plain) -> Fields | None:
    """Memory counts when it is first touched, so any number of units may be told."""
    return SUCCESS


@done("commitment")
def marked(call: Plain, reply: Reply) -> None:
    if not call.step.has("unit"):
        call.process.mark = None  # if the next line makes no statement
        call.process.mark = charge_of(call.world)


# ---- limits of jobs ----


@verb("memorylimit")
def memory_limit(world: World, process: Process, step: Step) -> Plain:
    return Plain(world, process, step)


@records("memorylimit", "job-memory-limit")
def limits(call: Plain) -> bool | None:
    """Whether the system takes the limit is recorded, and what it does with sections beyond it."""
    return True


@done("memorylimit")
def limited(call: Plain, reply: Reply) -> None:
    call.process.limit = call.step.number("bytes")


@records(CREATES, "job-memory-limit")
def create_beyond_limit(call: Create) -> bool | None:
    limit = call.process.limit
    return limit is not None and call.size > limit or None


@records(f"{MAPS} {PLACED}", "job-memory-limit")
def map_beyond_limit(call: Map) -> bool | None:
    limit = call.process.limit
    return limit is not None and call.section is not None and call.section.extent > limit or None


@records(WRITES, "job-memory-limit")
def write_beyond_limit(call: Touch) -> bool | None:
    limit, region = call.process.limit, call.region
    return limit is not None and region is not None and region.size > limit or None
