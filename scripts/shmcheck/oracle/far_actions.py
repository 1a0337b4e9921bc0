"""The steps of sequences about sections of 2 GiB and more: single pages far inside a section, in views of a granule or of all of it."""

from __future__ import annotations

from shmcheck.oracle.actions import mapping, of_view
from shmcheck.oracle.constants import GRANULE, PAGE
from shmcheck.oracle.maker import Maker
from shmcheck.oracle.state import Region
from shmcheck.oracle.text import step

LARGE = 1 << 30
FAR = (0, 0, 0, 0, 0x80000000, 0x80000000, 0x100000000, 0x100000000, GRANULE, 0xFFFF0000, 0x100010000)
WITHIN = (0, 8, PAGE - 8)


def places(extent: int) -> tuple[int, ...]:
    """Offsets of pages of a section or view: its first and its last page, its middle, and those at powers of two."""
    return (0, extent // 2 & -PAGE, extent - 1 & -PAGE, *(at for at in (0x80000000, 0x100000000, GRANULE) if at < extent))


def map_far(maker: Maker) -> str | None:
    """A view of a large section: one granule far inside it, or all of it."""
    found = [item for item in maker.handles() if item[2].extent > LARGE]
    if not found:
        return None
    label, handle, section = maker.random.choice(found)
    access = "FILE_MAP_WRITE" if (handle.access or 0) & 2 else "FILE_MAP_READ"
    if maker.process.bits == 64 and maker.chance(0.25):
        text = mapping(maker, label, access)
    else:
        last = section.extent - 1 & -GRANULE
        offset = maker.number((*FAR, last, section.extent // 2 & -GRANULE))
        if offset >= section.extent:
            offset = last
        text = mapping(maker, label, access, f" offset={offset:#x} length={GRANULE:#x}")
    if access != "FILE_MAP_WRITE":
        return text
    maker.add(text)
    view = next((item for item in maker.views() if item[0] == step(text).label), None)
    return commit_at(maker, view[0], view[2]) if view else ""


def commit_at(maker: Maker, label: str, region: Region) -> str:
    return f"commit {label} at={maker.number(places(region.size))} length={PAGE} protect=PAGE_READWRITE"


@of_view
def commit_first(maker: Maker, label: str, region: Region) -> str | None:
    return commit_at(maker, label, region)


def committed_place(maker: Maker, region: Region) -> int:
    """A place of a view, mostly in a page of its section that is committed."""
    section = region.section
    if section is not None and section.committed is not None and section.committed.starts and maker.chance(0.9):
        at = maker.random.choice(section.committed.starts) - region.offset
        if 0 <= at < region.size:
            return at + maker.number(WITHIN)
    return maker.number(places(region.size)) + maker.number(WITHIN)


@of_view
def write_first(maker: Maker, label: str, region: Region) -> str | None:
    return f"write {label} at={committed_place(maker, region)} u64={0x0101010101010101 * (1 + int(maker.random.random() * 99)):#x}"


@of_view
def look_first(maker: Maker, label: str, region: Region) -> str | None:
    return f"read {label} at={committed_place(maker, region)} as=u64"
