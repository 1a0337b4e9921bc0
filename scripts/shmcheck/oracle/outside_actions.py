"""The steps of sequences in which a process changes a view of another one, and this one looks at its view."""

from __future__ import annotations

from shmcheck.oracle.actions import edge
from shmcheck.oracle.constants import PAGE, PAGE_READWRITE
from shmcheck.oracle.maker import Maker
from shmcheck.oracle.state import Region


def view_of_other(maker: Maker) -> tuple[str, str, Region] | None:
    """A view whose address is the last `base` that another role replied: the role, the view's label, and its region."""
    here, found = maker.role, []
    for role in tuple(maker.world.processes):
        maker.turn(role)
        last = maker.process.last.get("base")
        if role != here and isinstance(last, tuple):
            found += [(role, name, region) for name, _, region in maker.views() if (region.anchor, region.start) == last]
    maker.turn(here)
    return maker.random.choice(found) if found else None


def protect_other(maker: Maker) -> str | None:
    """Another protection for a page of a view of another process."""
    found = view_of_other(maker)
    if found is None or found[2].protect != PAGE_READWRITE:
        return None
    role, label, region = found
    at = maker.number((0, region.size // 2 & -PAGE, region.size - PAGE))
    to = maker.pick(("PAGE_READONLY", "PAGE_NOACCESS", "PAGE_READWRITE"))
    maker.add(f"protectother process=${role}.pid address=${role}.base+{at} length={maker.number((1, PAGE))} to={to}")
    maker.turn(role)
    place = edge(maker, region, at, PAGE)
    return maker.pick((f"query {label} at={place} show=protect", f"write {label} at={place} u8=7", f"read {label} at={place} length=1"))


def unmap_other(maker: Maker) -> str | None:
    """A view of another process is unmapped."""
    found = view_of_other(maker)
    if found is None or not maker.has("unmap2"):
        return None
    role, label, _ = found
    maker.add(f"unmap2 none process=${role}.pid address=${role}.base")
    maker.turn(role)
    return maker.pick((f"query {label} show=state", f"read {label} at=0 length=1", f"unmap {label} keep=yes"))
