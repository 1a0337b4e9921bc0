"""The steps about placeholders that sequences are made of: they are split, replaced by views, and made again."""

from __future__ import annotations

from shmcheck.oracle.actions import create, of_handle, of_view
from shmcheck.oracle.constants import GRANULE, PAGE
from shmcheck.oracle.maker import Maker
from shmcheck.oracle.state import Handle, Region, Section

SIZES = (GRANULE, 2 * GRANULE, 4 * GRANULE)
MAKING = "placeholder"  # the verb


def create_for_placeholders(maker: Maker) -> str:
    return create(maker, "PAGE_READWRITE", maker.number(SIZES))


def placeholder(maker: Maker) -> str | None:
    """A placeholder, and often a view in its place or in a part of it."""
    if not maker.has("map3") or not maker.has(MAKING):
        return None
    size = maker.number(SIZES)
    label = maker.label("p")
    made = f"{MAKING} {label} size={size:#x}"
    found = maker.handles()
    if not found or maker.chance(0.2):
        return made
    maker.add(made)
    if label not in maker.process.labels:
        return ""  # this system makes none
    start, length = 0, size
    if maker.chance(0.6):
        start = maker.number((0, 0, PAGE, GRANULE, size - PAGE))
        length = min(maker.number((PAGE, GRANULE, size - PAGE)), size - start)
        maker.add(f"split {label} at={start:#x} length={length:#x}")
    wrong = maker.number((0, 0, 0, 0, PAGE, -PAGE))
    section, handle, target = maker.random.choice(found)
    offset = maker.number((0, 0, PAGE, GRANULE, 1))
    writes = (handle.access or 0) & 2 and target.protect == 4
    protect = "PAGE_READWRITE" if writes else "PAGE_READONLY"
    return (
        f"map3 {maker.label('v')} of={section} protect={protect} base=${maker.role}.base+{start} offset={offset:#x}"
        f" length={max(PAGE, length + wrong):#x} type=MEM_REPLACE_PLACEHOLDER"
    )


@of_handle
def map_required(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    """A view with address requirements that cannot be met: an alignment, or limits together with an address."""
    if not maker.has("map3") or section.extent > 1 << 20:
        return None
    start = f"map3 {maker.label('v')} of={label} protect=PAGE_READONLY"
    if maker.chance(0.5):
        return f"{start} alignment={maker.pick(('0x10000', '0x100000', '0x30000'))}"
    room = maker.label("r")
    maker.add(f"reserve {room} size={section.extent + GRANULE - 1 & -GRANULE}")
    maker.add(f"release {room}")
    return f"{start} base=${maker.role}.base lowest=0x10000 highest=0x7FFEFFFF"


@of_view
def unmap_preserving(maker: Maker, label: str, region: Region) -> str | None:
    if not maker.has("unmap2"):
        return None
    return f"unmap2 {label} process=self flags=MEM_PRESERVE_PLACEHOLDER keep=yes"


@of_view
def split_view(maker: Maker, label: str, region: Region) -> str | None:
    return f"split {label} length={region.size:#x}" if region.placeholder else None
