"""The bursts of sequences: two roles loop on the memory of one section at the same time."""

from __future__ import annotations

from shmcheck.oracle.constants import GRANULE, PAGE_READWRITE
from shmcheck.oracle.maker import ROLES, Maker
from shmcheck.oracle.state import HandleLabel, MemoryLabel, Process, Region, Section

SIZE = 4 * GRANULE
CROWD = 2
# The loops of the two sides.
PAIRS = (
    ("burst how=add-interlocked rounds=500", "burst how=add-interlocked rounds=500"),
    ("burst how=flip width=4 rounds=5000", "burst how=watch width=4 rounds=5000"),
    ("burst how=flip width=8 rounds=5000", "burst how=watch width=8 rounds=5000"),
    ("burst how=send order=interlocked rounds=500", "burst how=receive order=interlocked rounds=500"),
    ("burst how=send order=barrier rounds=500", "burst how=receive order=barrier rounds=500"),
    ("burst how=exchange order=interlocked rounds=200", "burst how=exchange order=interlocked rounds=200"),
    ("burst how=publish order=interlocked rounds=200", "burst how=snapshot order=interlocked rounds=200"),
    ("churn how=create name=@c rounds=200", "churn how=create name=@c rounds=200"),
    ("churn how=create name=@c rounds=200", "churn how=open name=@c rounds=200"),
    ("initialise name=@i wait=yes rounds=40", "initialise name=@i wait=yes rounds=40"),
)
LITMUS = tuple(
    f"burst how=litmus test={test} order={order} rounds=200"
    for test in ("mp", "sb", "lb", "s", "r", "2+2w", "corr", "coww")
    for order in ("interlocked", "barrier")
)


def create_for_bursts(maker: Maker) -> str:
    """A section with room for several bursts, which two roles have mapped."""
    maker.names.append("name=@a")
    first = maker.label("s")
    text = f"create {first} name=@a size={SIZE} protect=PAGE_READWRITE"
    maker.add(text)
    maker.add(f"map {maker.label('v')} of={first} access=FILE_MAP_WRITE")
    maker.turn(maker.pick(tuple(role for role in ROLES if role != maker.role)))
    second = maker.label("s")
    maker.add(f"open {second} name=@a access=FILE_MAP_ALL_ACCESS")
    return f"map {maker.label('v')} of={second} access=FILE_MAP_WRITE"


def writable_views(process: Process) -> list[tuple[str, Region, Section]]:
    """The labels of a process that are whole writable views of a section for bursts."""
    found = []
    for name, label in process.labels.items():
        if isinstance(label, HandleLabel) or not isinstance(label, MemoryLabel) or label.region is None:
            continue
        region = label.region
        if region.alive and region.section is not None and (region.size, region.protect, region.offset) == (SIZE, PAGE_READWRITE, 0):
            found.append((name, region, region.section))
    return found


def burst(maker: Maker) -> str | None:
    """A burst of two roles in a part of the section that no other burst has used."""
    pairs = [
        ((one, own[0]), (other, theirs[0]), own[2])
        for one in ROLES
        for other in ROLES
        if one < other and one in maker.world.processes and other in maker.world.processes
        for own in writable_views(maker.world.processes[one])
        for theirs in writable_views(maker.world.processes[other])
        if own[2] is theirs[2] and own[1].changed is None and theirs[1].changed is None
    ]
    if not pairs:
        return None
    first, second, section = maker.random.choice(pairs)
    free = [at for at in range(0, SIZE, GRANULE) if not section.contents.any(at, at + GRANULE)]
    if not free:
        return None
    at = free[0]
    litmus = maker.pick(LITMUS)
    how = (litmus, litmus) if maker.chance(0.4) else PAIRS[int(maker.random.random() * len(PAIRS))]
    texts = []
    for side, (_, name) in enumerate((first, second)):
        verb, _, rest = how[side].partition(" ")
        texts.append(f"{verb} {name} at={at:#x} crowd={CROWD} side={side} {rest}")
    maker.turn(first[0])
    maker.add(texts[0])
    maker.turn(second[0])
    return texts[1]
