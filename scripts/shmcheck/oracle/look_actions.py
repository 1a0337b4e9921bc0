"""Steps with a look at what they must have done, or must have left alone: a store that is read through another view, a name that
is created again, pages that are committed again, and many handles, views or sections of one kind.
"""

from __future__ import annotations

from shmcheck.oracle.actions import SIZES, commit_of, edge, known_name, mapping, of_handle, of_view, opening
from shmcheck.oracle.constants import GRANULE, PAGE, PAGE_READWRITE, PAGE_WRITECOPY
from shmcheck.oracle.maker import Maker
from shmcheck.oracle.state import Handle, Region, Section
from shmcheck.oracle.text import step

MANY = 8  # as many more as make nine
CREATES = ("create", "createapp")
MOST_FILLED = 1 << 20


def page_in(maker: Maker, size: int) -> int:
    """A page of a view or section of this size, by its offset: the first, the middle, or the last one."""
    return maker.number((0, size // 2 & -PAGE, size - 1 & -PAGE))


def echo_of(maker: Maker, label: str, region: Region) -> str:
    """A store, and a look at the same bytes through another view of the section, often one of another process."""
    at = min(page_in(maker, region.size) + maker.number((0, 8, PAGE - 8)), region.size - 8)
    maker.add(f"write {label} at={at} u64={0x0101010101010101 * (1 + int(maker.random.random() * 99)):#x}")
    place = region.offset + at
    found = other_views(maker, region, place)
    if not found and region.section is not None and map_elsewhere(maker, region.section):
        found = other_views(maker, region, place)
    if not found:
        return ""
    role, name, where = maker.random.choice(found)
    maker.turn(role)
    return f"read {name} at={where} as=u64"


def other_views(maker: Maker, region: Region, place: int) -> list[tuple[str, str, int]]:
    """The other views of a region's section that show a place of it: the role, the label, and the place in the view."""
    here, found = maker.role, []
    for role in tuple(maker.world.processes):
        maker.turn(role)
        found += [
            (role, name, place - other.offset) for name, _, other in maker.views()
            if other.section is region.section and other is not region and other.offset <= place < other.offset + other.size
        ]  # fmt: skip
    maker.turn(here)
    return found


def map_elsewhere(maker: Maker, section: Section) -> bool:
    """Another process opens the section by its name and maps all of it. False: it has no name, or is too large."""
    name = named_in(maker, section)
    if not name or section.extent > MOST_FILLED:
        return False
    maker.turn(maker.pick(tuple(role for role in maker.roles if role != maker.role)))
    label = maker.label("s")
    maker.add(f"open {label} {name} access=FILE_MAP_ALL_ACCESS")
    if label not in maker.process.labels:
        return False
    maker.add(mapping(maker, label, "FILE_MAP_READ"))
    return True


echo = of_view(echo_of)


@of_view
def commit_again(maker: Maker, label: str, region: Region) -> str | None:
    """A commit of pages that are committed and may hold bytes, and a look at the bytes."""
    section = region.section
    if section is None or section.committed is None:
        return None
    starts = [start - region.offset for start in section.committed.starts if 0 <= start - region.offset < region.size]
    start = maker.random.choice(starts) if starts else page_in(maker, region.size)
    if not starts:
        maker.add(f"commit {label} at={start} length={PAGE} protect=PAGE_READWRITE")
    if maker.chance(0.7):
        maker.add(f"write {label} at={start} u64={0x0101010101010101 * (1 + int(maker.random.random() * 99)):#x}")
    maker.add(f"commit {label} at={start} length={maker.number((1, PAGE, PAGE + 1))} protect=PAGE_READWRITE")
    return f"read {label} at={start} as=u64"


@of_view
def protect_and_back(maker: Maker, label: str, region: Region) -> str | None:
    """Another protection of some pages, the first one again, and a store into one of the pages or a query about it."""
    if region.protect != PAGE_READWRITE:
        return None
    at, length = page_in(maker, region.size), maker.number((1, PAGE, 2 * PAGE))
    length = min(length, region.size - at)
    maker.add(f"protect {label} at={at} length={length} to={maker.pick(('PAGE_READONLY', 'PAGE_NOACCESS'))}")
    maker.add(f"protect {label} at={at} length={length} to=PAGE_READWRITE")
    place = edge(maker, region, at, length)
    return maker.pick((f"query {label} at={place} show=protect", f"write {label} at={place} u8=9"))


@of_view
def guard(maker: Maker, label: str, region: Region) -> str | None:
    """A guard page, and an access to it or beside it; after the first access to it a second one, or a query."""
    if region.protect != PAGE_READWRITE:
        return None
    at = page_in(maker, region.size)
    maker.add(f"protect {label} at={at} length={maker.number((1, PAGE))} to=PAGE_READWRITE|PAGE_GUARD")
    if maker.chance(0.3):
        return f"query {label} at={edge(maker, region, at, PAGE)} show=protect"
    touches = (f"read {label} at={edge(maker, region, at, PAGE)} length=1", f"write {label} at={edge(maker, region, at, PAGE)} u8=3")
    maker.add(maker.pick(touches))
    return maker.pick((*touches, f"query {label} at={at} show=protect"))


@of_handle
def map_where_it_was(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    """A view that is unmapped in one of the ways, and then a view or a reservation at its address, which is free again."""
    if section.extent > MOST_FILLED:
        return None
    access = "FILE_MAP_WRITE" if (handle.access or 0) & 2 else "FILE_MAP_READ"
    text = mapping(maker, label, access)
    maker.add(text)
    view = step(text).label
    if view not in maker.process.labels or "base" not in maker.process.last:
        return ""
    ways = (f"unmap {view}", f"unmap2 {view}", f"unmap2 {view} process=self") if maker.has("unmap2") else (f"unmap {view}",)
    maker.add(maker.pick(ways))
    if maker.chance(0.5):
        return f"reserve {maker.label('r')} size={section.extent} base=${maker.role}.base"
    return f"map {maker.label('v')} of={label} access={access} base=${maker.role}.base"


def named_in(maker: Maker, section: Section) -> str:
    """The words of the name with which a section was created, as far as a label of a process shows it; "" if it has none."""
    if section.name is None:
        return ""
    labels = {name for name, _, found in maker.handles() if found is section}
    for role, text in maker.steps:
        request = step(text)
        if role == maker.role and request.label in labels and request.has("name"):
            return " ".join(word for word in text.split(" ") if word.startswith(("name=", "name-repeat=")))
    return ""


def let_go(maker: Maker, section: Section) -> bool:
    """Unmaps all views of a section and closes all handles to it, in all processes. False: there are some without a label."""
    for role in tuple(maker.world.processes):
        maker.turn(role)
        for label, _, region in maker.views():
            if region.section is section and region.alive:
                maker.add(f"unmap {label}")
        for label, handle, found in maker.handles():
            if found is section and handle.protected is False:
                maker.add(f"close {label}")
    return section.handles == 0 and section.views == 0


@of_handle
def create_again(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    """A section that holds bytes goes, and its name is created again: the new section holds zeros."""
    name, role = named_in(maker, section), maker.role
    if not name or section.file is not None or section.handles + section.views > MANY:
        return None
    whole = [view for view in maker.views() if view[2].section is section and view[2].protect == PAGE_READWRITE]
    if whole and whole[0][2].size <= MOST_FILLED and section.committed is None:
        maker.add(f"fill {whole[0][0]} at=0 length={whole[0][2].size} seed={1 + int(maker.random.random() * 3)}")
    if not let_go(maker, section):
        return ""
    maker.turn(role if maker.chance(0.5) else maker.pick(tuple(maker.roles)))
    size = section.size if maker.chance(0.6) else maker.number(SIZES)
    again, view = maker.label("s"), maker.label("v")
    maker.add(f"create {again} {name} size={size} protect=PAGE_READWRITE")
    maker.add(f"map {view} of={again} access={maker.pick(('FILE_MAP_READ', 'FILE_MAP_WRITE'))} length={min(size, MOST_FILLED)}")
    if not any(found == view for found, _, _ in maker.views()):
        return ""
    return f"zero {view} at=0 length={min(size, MOST_FILLED)}"


def crowd(maker: Maker) -> str | None:
    """Many handles, views or sections like one that the process has, so that it has at least nine, and a use of the last one.
    The sequence has as many steps more."""
    way = int(maker.random.random() * 4)
    handles = [item for item in maker.handles() if item[2].extent <= MOST_FILLED]
    if way < 2 and handles:
        label, handle, _ = maker.random.choice(handles)
        writes = "FILE_MAP_WRITE" if (handle.access or 0) & 2 else "FILE_MAP_READ"
        like = mapping(maker, label, writes if maker.chance(0.6) else "FILE_MAP_COPY")
    elif way == 2 and maker.names:
        like = opening(maker, known_name(maker, True), "FILE_MAP_ALL_ACCESS")
    else:
        like = f"create {maker.label('s')} size={maker.number((4096, GRANULE + 1))} protect=PAGE_READWRITE"
    old = step(like).label
    for _ in range(MANY + 1):
        maker.add(like)
        if old not in maker.process.labels:
            return ""  # the call fails, as it would the next time
        maker.more += 1
        last, old = old, maker.label(old[0])
        like = like.replace(f" {last} ", f" {old} ", 1)
    return use_of(maker, last)


def use_of(maker: Maker, label: str) -> str:
    """A step that uses a handle or a view."""
    view = next((region for name, _, region in maker.views() if name == label), None)
    if view is not None:
        if view.section is not None and view.section.committed is not None and maker.chance(0.7):
            return commit_of(maker, label, view)
        writes = view.protect in (PAGE_READWRITE, PAGE_WRITECOPY)
        return echo_of(maker, label, view) if writes else f"read {label} at={page_in(maker, view.size)} as=u64"
    what = maker.pick(("flags", "granted", "size", "map", "close"))
    if what != "map":
        return f"{what} {label}"
    name = maker.label("v")
    maker.add(f"map {name} of={label} access=FILE_MAP_READ")
    mapped = next((region for found, _, region in maker.views() if found == name), None)
    return f"read {name} at={page_in(maker, mapped.size)} as=u64" if mapped is not None else ""
