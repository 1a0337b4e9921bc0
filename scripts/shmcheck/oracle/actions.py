"""The steps of sequences: each function makes a step that is sensible in the predicted state, or returns None.

They prefer boundary values: edges of pages and granules, one past the end, names that differ in one letter or at the end,
handles that were just closed, a single missing right.
"""

from __future__ import annotations

from collections.abc import Callable

from shmcheck.oracle.constants import GRANULE, PAGE
from shmcheck.oracle.contents import Filled
from shmcheck.oracle.maker import KILL, LEFT, ROLES, Maker
from shmcheck.oracle.state import Handle, HandleLabel, MemoryLabel, Region, Section
from shmcheck.oracle.text import step

SIZES = (1, 4095, 4096, 4097, 8192, 65535, 65536, 65537, 69632, 131072, 196609, 0x100000, 0x400001)
HUGE = (0x7FFF0000, 0x80000000, 0x100000000, 0x100010000, 0x140000001)
TAGS = (
    "a", "b", "A", "a%20", "%20a", "a.", ".a", "aa", "a%C3%A9", "ae%CC%81", "a-" + "n" * 60 + "1", "a-" + "n" * 60 + "2",
    "a%F0%9F%98%80", "a%C3%89", "a%EF%BC%A1", "a%2Fb", "a%3Ab",
)  # fmt: skip
# Letters beyond ASCII, each with other letters that a faulty system may treat as equal.
LETTERS = {
    "%C3%A9": ("%C3%89", "e%CC%81", "e"),
    "%C3%89": ("%C3%A9", "E"),
    "%F0%9F%98%80": ("%F0%9F%98%81", "%F0%9F%A4%80", "%F0%9E%98%80"),
    "%EF%BC%A1": ("A", "%EF%BD%81"),
    "%2F": ("%3A", "_", "%20"),
    "%3A": ("%2F", ";"),
}
REPEATS = (50, 63, 64, 127, 128, 199, 200, 254, 255, 1000)
ACCESSES = (
    "FILE_MAP_READ", "FILE_MAP_WRITE", "FILE_MAP_READ|FILE_MAP_WRITE", "FILE_MAP_ALL_ACCESS", "FILE_MAP_COPY",
    "FILE_MAP_COPY|FILE_MAP_READ", "FILE_MAP_COPY|FILE_MAP_WRITE", "FILE_MAP_EXECUTE|FILE_MAP_READ", "FILE_MAP_EXECUTE", "0",
)  # fmt: skip
RIGHTS = (
    "FILE_MAP_READ", "FILE_MAP_WRITE", "FILE_MAP_READ|FILE_MAP_WRITE", "FILE_MAP_ALL_ACCESS", "FILE_MAP_COPY", "GENERIC_READ",
    "GENERIC_WRITE", "GENERIC_ALL", "SECTION_QUERY|FILE_MAP_READ", "READ_CONTROL", "DELETE", "WRITE_DAC", "0",
    "FILE_MAP_EXECUTE|FILE_MAP_READ",
)  # fmt: skip
PROTECTS = (
    "PAGE_READWRITE", "PAGE_READONLY", "PAGE_WRITECOPY", "PAGE_EXECUTE_READ", "PAGE_EXECUTE_READWRITE",
    "PAGE_EXECUTE_WRITECOPY",
)  # fmt: skip
WRONG_PROTECTS = (
    "0", "PAGE_NOACCESS", "PAGE_EXECUTE", "PAGE_READWRITE|PAGE_GUARD", "PAGE_READWRITE|PAGE_NOCACHE",
    "PAGE_READWRITE|SEC_COMMIT|SEC_RESERVE", "PAGE_READWRITE|SEC_NOCACHE", "PAGE_READONLY|SEC_IMAGE",
    "PAGE_READWRITE|SEC_LARGE_PAGES", "PAGE_READWRITE|SEC_FILE", "PAGE_READWRITE|SEC_WRITECOMBINE",
)  # fmt: skip
DESCRIPTORS = (
    "D:P", "D:(A;;0x4;;;WD)", "D:(A;;GA;;;WD)", "D:(A;;0xF0005;;;WD)", "D:(A;;0x4;;;WD)(A;;0x2;;;WD)",
    "D:(D;;0x2;;;WD)(A;;GA;;;WD)", "D:(A;;GA;;;WD)(D;;0x2;;;WD)", "S:(ML;;NW;;;LW)", "D:(A;;GA;;;WD)S:(ML;;NW;;;LW)",
)  # fmt: skip

Action = Callable[[Maker], "str | None"]


def of_view(make: Callable[[Maker, str, Region], str | None]) -> Action:
    """An action about any view of the role: its label and its region."""

    def action(maker: Maker) -> str | None:
        found = maker.views()
        if not found:
            return None
        label, _, region = maker.any_of(found)
        return make(maker, label, region)

    return action


def of_handle(make: Callable[[Maker, str, Handle, Section], str | None]) -> Action:
    """An action about any handle of the role to a section: its label, the handle, and the section."""

    def action(maker: Maker) -> str | None:
        found = maker.handles()
        return make(maker, *maker.any_of(found)) if found else None

    return action


# ---- names ----


def name(maker: Maker, plain: bool) -> str:
    """A name, often an existing one."""
    if plain or maker.chance(0.6):
        return "name=@" + maker.pick(("a", "b"))
    tag = maker.pick(TAGS)
    if maker.chance(0.1):
        return f"name=@{tag} name-repeat={maker.number(REPEATS)}"
    return "name=" + maker.pick(("@", "^", "Local\\^", "Global\\^")) + tag


def named(maker: Maker, plain: bool) -> str:
    """A name for a new object, followed by a blank, or no name."""
    if maker.chance(0.1):
        return ""
    maker.names.append(name(maker, plain))
    return maker.names[-1] + " "


def create(maker: Maker, protect: str, size: int, plain: bool = True, extra: str = "") -> str:
    """A creation through one of the functions."""
    words = named(maker, plain)
    verb, api = "create", ""
    if maker.chance(0.25):
        api = maker.pick((" api=A", " api=numa", ""))
        verb = "create" if api or not maker.has("createapp") else "createapp"
    if "%" in words and api == " api=A":
        api = ""
    return f"{verb} {maker.label('s')} {words}size={size} protect={protect}{extra}{api}"


def create_plain(maker: Maker) -> str:
    return create(maker, "PAGE_READWRITE", maker.number(SIZES))


def create_named(maker: Maker) -> str:
    return create(maker, "PAGE_READWRITE", maker.number((1, 4096, 65536)), False)


def create_protected(maker: Maker) -> str:
    return create(maker, maker.pick(PROTECTS), maker.number((4096, 65536, 131072, 0x100000)))


def create_wrong(maker: Maker) -> str:
    if maker.chance(0.3):
        return create(maker, "PAGE_READWRITE", 0)
    return create(maker, maker.pick(WRONG_PROTECTS), 4096, maker.chance(0.5))


def create_reserved(maker: Maker) -> str:
    size = maker.number(HUGE) if maker.chance(0.15) else maker.number(SIZES)
    return create(maker, "PAGE_READWRITE|SEC_RESERVE", size)


def create_huge(maker: Maker) -> str:
    return create(maker, "PAGE_READWRITE|SEC_RESERVE", maker.number(HUGE))


def create_described(maker: Maker) -> str:
    return create(maker, "PAGE_READWRITE", 4096, True, f" sd={maker.pick(DESCRIPTORS)}")


def create_inheritable(maker: Maker) -> str:
    return create(maker, "PAGE_READWRITE", maker.number(SIZES), True, " inherit=yes")


def known_name(maker: Maker, plain: bool) -> str:
    """A name, mostly one with which an object was created."""
    if maker.names and maker.chance(0.75):
        return maker.names[int(maker.random.random() * len(maker.names))]
    return name(maker, plain)


def alike(maker: Maker, text: str) -> str:
    """A name that a faulty system may treat as this one: another case, blanks and dots at either end, a difference at the
    end, another form of one letter, another namespace."""
    if " name-repeat=" in text:
        head, _, count = text.rpartition("=")
        return f"{head}={int(count) + maker.number((1, 1, 2, -1))}"
    for letter, others in LETTERS.items():
        if letter in text and maker.chance(0.5):
            return text.replace(letter, maker.pick(others))
    head, mark, tag = text.partition("@") if "@" in text else text.rpartition("^")
    change = int(maker.random.random() * 8)
    if change == 0:
        return head + mark + tag.swapcase().replace("%c3%a9", "%C3%A9").replace("E%cc", "e%CC")
    if change == 1:
        return text + maker.pick(("%20", ".", "%09", "0", "%2F", "%C3%A9"))
    if change == 2:
        return head + mark + maker.pick(("%20", ".", "0")) + tag
    if change == 3 and len(tag) > 1:
        return text[:-1]
    if change == 4:
        return text[:-1] + maker.pick(("1", "x", "B", "%F0%9F%98%80"))
    if change == 5:
        return text + maker.pick(("%C3%A9", "e%CC%81", "%F0%9F%98%80"))
    if change == 6:
        return "name=" + maker.pick(("Global\\^", "Local\\^", "^")) + tag
    middle = len(tag) // 2
    return head + mark + tag[:middle] + "z" + tag[middle + 1 :] if "%" not in tag else text + "z"


def open_alike(maker: Maker) -> str | None:
    if not maker.names:
        return None
    named = alike(maker, maker.names[int(maker.random.random() * len(maker.names))])
    if maker.chance(0.3):
        return f"create {maker.label('s')} {named} size={maker.number((4096, 8192))} protect=PAGE_READWRITE"
    return opening(maker, named, "FILE_MAP_READ")


def open_named(maker: Maker) -> str:
    extra = " inherit=yes" if maker.chance(0.1) else ""
    access = "FILE_MAP_READ|FILE_MAP_WRITE" if maker.chance(0.5) else maker.pick(RIGHTS)
    return opening(maker, known_name(maker, maker.chance(0.5)), access, extra)


def opening(maker: Maker, named: str, access: str, extra: str = "") -> str:
    """An open through one of the functions."""
    verb, api = "open", ""
    if maker.chance(0.25):
        app = maker.chance(0.4) or "%" in named
        verb, api = ("openapp" if maker.has("openapp") else "open", "") if app else ("open", " api=A")
    return f"{verb} {maker.label('s')} {named} access={access}{extra}{api}"


def open_inheritable(maker: Maker) -> str:
    return opening(maker, known_name(maker, True), "FILE_MAP_READ", f" inherit={maker.pick(('yes', 'yes', 'no'))}")


def open_plain(maker: Maker) -> str:
    access = "FILE_MAP_ALL_ACCESS" if maker.chance(0.6) else maker.pick(RIGHTS)
    return opening(maker, known_name(maker, True), access)


def wrong_name(maker: Maker) -> str:
    text = maker.pick(("^a\\b", "\\^a", "Local\\^a\\b", "Local", "Global"))
    if maker.chance(0.5):
        return f"open {maker.label('s')} name={text} access=FILE_MAP_READ"
    return f"create {maker.label('s')} name={text} size=4096 protect=PAGE_READWRITE"


def hold(maker: Maker) -> str:
    kind = maker.pick(("event", "mutex", "semaphore", "timer", "job"))
    named = known_name(maker, maker.chance(0.6))
    maker.names.append(named)
    return f"hold {maker.label('o')} kind={kind} {named}"


def gone(maker: Maker) -> str:
    return f"gone {known_name(maker, True)} timeout=1"


def pause(maker: Maker) -> str | None:
    """Time passes: 60 ms, which is long compared with a sequence."""
    if sum(text.startswith("wait ") for _, text in maker.steps) == 2:
        return None
    event = maker.label("o")
    maker.add(f"hold {event} kind=event")
    return f"wait {event} timeout=60"


# ---- views ----


@of_handle
def map_whole(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    wanted = "FILE_MAP_WRITE" if (handle.access or 0) & 2 and maker.chance(0.8) else "FILE_MAP_READ"
    return mapping(maker, label, wanted)


def mapping(maker: Maker, label: str, access: str, rest: str = "") -> str:
    """A map through one of the functions."""
    way = int(maker.random.random() * 10)
    if way == 0 and maker.has("mapapp"):
        return f"mapapp {maker.label('v')} of={label} access={access}{rest}"
    if way == 1 and access in PLACED and maker.has("map3"):
        return f"map3 {maker.label('v')} of={label} protect={PLACED[access]}{rest}"
    if way == 2 and access in PLACED and maker.has("map2"):
        return f"map2 {maker.label('v')} of={label} protect={PLACED[access]}{rest}"
    return f"map {maker.label('v')} of={label} access={access}{rest}" + (" base=0" if way == 3 else "")


HIGH = ("0x200000000", "0x300000000", "0x340010000")  # addresses that systems do not choose by themselves
PLACED = {"FILE_MAP_WRITE": "PAGE_READWRITE", "FILE_MAP_READ": "PAGE_READONLY", "FILE_MAP_COPY": "PAGE_WRITECOPY"}


@of_handle
def map_base(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    """A view at an address that the caller gives: free, one page off, or in use."""
    if section.extent > 1 << 20:
        return None
    access = "FILE_MAP_WRITE" if (handle.access or 0) & 2 else "FILE_MAP_READ"
    if maker.process.bits == 64 and maker.chance(0.15):
        return f"map {maker.label('v')} of={label} access={access} base={maker.pick(HIGH)}"
    if maker.views() and maker.chance(0.3) and "base" in maker.process.last:
        return f"map {maker.label('v')} of={label} access={access} base=${maker.role}.base"
    room = maker.label("r")
    maker.add(f"reserve {room} size={(section.extent + GRANULE - 1 & -GRANULE) + GRANULE}")
    maker.add(f"release {room}")
    more = maker.pick(("", "", "+65536", "+4096", "+1"))
    return f"map {maker.label('v')} of={label} access={access} base=${maker.role}.base{more}"


@of_view
def kind(maker: Maker, label: str, region: Region) -> str | None:
    return f"kind {label} at={maker.number((0, 1, PAGE, region.size - 1))} show={maker.pick(('size', 'commit', 'base', 'base', 'size,commit'))}"


@of_handle
def descriptor(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    return f"descriptor {label} parts={maker.pick(('dacl', 'label'))}"


def system(maker: Maker) -> str:
    return "system"


@of_handle
def map_copy(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    return mapping(maker, label, "FILE_MAP_COPY")


@of_handle
def map_access(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    return mapping(maker, label, maker.pick(ACCESSES))


@of_handle
def map_part(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    """A view at the edges of a section."""
    extent = section.extent
    last = (extent - 1) & -GRANULE
    offset = maker.number((0, 0, GRANULE, last, last, 2 * GRANULE, extent, last + GRANULE, 1, PAGE, GRANULE - 1))
    rest = max(extent - offset, 1)
    length = maker.number((0, 1, PAGE - 1, PAGE, PAGE + 1, GRANULE, GRANULE + 1, rest, rest - 1, rest + 1, extent, extent + 1))
    if not length and extent > 1 << 26:
        length = GRANULE
    access = "FILE_MAP_WRITE" if (handle.access or 0) & 2 else "FILE_MAP_READ"
    return mapping(maker, label, access, f" offset={offset:#x} length={max(length, 0):#x}")


@of_view
def unmap(maker: Maker, label: str, region: Region) -> str | None:
    if maker.chance(0.2) and maker.has("unmap2"):
        return f"unmap2 {label}{maker.pick((' process=self', ''))}{maker.pick((' flags=MEM_UNMAP_WITH_TRANSIENT_BOOST', ''))}"
    inside = f" at={maker.number((0, 1, 100, PAGE, region.size - 1))}" if maker.chance(0.2) else ""
    return f"unmap {label}{inside}" + (" keep=yes" if maker.chance(0.15) else "")


def unmap_stale(maker: Maker) -> str | None:
    """Unmaps an unmapped view again."""
    stale = [
        name for name, label in maker.process.labels.items()
        if isinstance(label, MemoryLabel) and label.region is not None and not label.region.alive
    ]  # fmt: skip
    return f"unmap {maker.random.choice(stale)} keep=yes" if stale else None


def place_in(maker: Maker, region: Region) -> int:
    size = region.size
    return max(0, maker.number((0, 0, 1, 7, PAGE - 1, PAGE - 4, PAGE, GRANULE - 2, GRANULE, size - 1, size - 4, size - 8, size, size // 2)))


@of_view
def write(maker: Maker, label: str, region: Region) -> str | None:
    at = place_in(maker, region)
    what = int(maker.random.random() * 4)
    if what == 0:
        return f"write {label} at={at} text={maker.pick(('x', 'ab', 'later', 'PRIVATE', 'edge'))}"
    if what == 1:
        return f"write {label} at={at & -4} u32={int(maker.random.random() * 0xFFFFFFFF)}"
    if what == 2:
        return f"write {label} at={at} u8={1 + int(maker.random.random() * 255)}"
    return f"write {label} at={at & -8} u64={0x0102030405060708 * (1 + int(maker.random.random() * 8)):#x}"


@of_view
def fill(maker: Maker, label: str, region: Region) -> str | None:
    length = min(region.size, maker.number((PAGE, PAGE + 1, GRANULE, GRANULE + 1, region.size)), 1 << 20)
    at = maker.number((0, 1, PAGE - 1, region.size - length))
    return f"fill {label} at={max(0, min(at, region.size - length))} length={length} seed={1 + int(maker.random.random() * 3)}"


@of_view
def look(maker: Maker, label: str, region: Region) -> str | None:
    """Reads at a place that was written, or at another one, mostly at an edge."""
    contents = region.section.contents if region.section is not None else None
    if region.private is not None and region.private.starts and maker.chance(0.5):
        contents = region.private
    at = place_in(maker, region)
    if contents is not None and contents.starts and maker.chance(0.8):
        index = int(maker.random.random() * len(contents.starts))
        edge = maker.number((contents.starts[index], contents.ends[index] - 1, contents.ends[index], contents.starts[index] - 1))
        at = edge - region.offset
        if not 0 <= at < region.size:
            at = place_in(maker, region)
    what = int(maker.random.random() * 4)
    if what == 0:
        return f"read {label} at={at & -4} as=u32"
    if what == 1:
        return f"zero {label} at={at} length={max(1, min(region.size - at, PAGE + 1))}"
    if what == 2 and region.size - at > 0:
        return f"read {label} at={at} length={min(8, region.size - at)}"
    return f"read {label} at={at} length={1 + int(maker.random.random() * 5)}"


@of_view
def verify(maker: Maker, label: str, region: Region) -> str | None:
    length = min(region.size, 1 << 20)
    contents = region.section.contents if region.section is not None else None
    source = contents.at(region.offset) if contents is not None else None
    if source is None and contents is not None and not contents.any(region.offset, region.offset + length):
        return f"zero {label} at=0 length={length}"
    seed = source.seed if isinstance(source, Filled) else 1 + int(maker.random.random() * 3)
    return f"verify {label} at=0 length={length} seed={seed}"


def write_again(maker: Maker) -> str | None:
    """A store into a private page that was stored into before."""
    found = [view for view in maker.views() if view[2].private is not None and view[2].private.starts]
    if not found:
        return None
    label, _, region = maker.any_of(found)
    assert region.private is not None
    at = maker.random.choice(region.private.starts) - region.offset
    maker.add(f"write {label} at={max(0, at)} u8={1 + int(maker.random.random() * 255)}")
    return f"read {label} at={max(0, at)} length=1"


def commit_whole(maker: Maker) -> str | None:
    found = [view for view in maker.views() if view[2].section is not None and view[2].section.committed is not None]
    if not found:
        return None
    label, _, region = maker.any_of(found)
    return f"commit {label} at=0 length={region.size} protect=PAGE_READWRITE"


def create_either(maker: Maker) -> str:
    """A section with all pages committed or none."""
    kind = "PAGE_READWRITE|SEC_RESERVE" if maker.chance(0.3) else "PAGE_READWRITE"
    return create(maker, kind, maker.number((8192, 69632, 196609, 0x100000)))


def fill_whole(maker: Maker) -> str | None:
    found = [view for view in maker.views() if view[2].size <= 1 << 20 and view[2].protect == 4]
    if not found:
        return None
    label, _, region = maker.any_of(found)
    return f"fill {label} at=0 length={region.size} seed={1 + int(maker.random.random() * 3)}"


def sum_up(maker: Maker) -> str | None:
    found = [view for view in maker.views() if view[2].size <= PAGE]
    return f"checksum {maker.any_of(found)[0]} length={PAGE}" if found else None


@of_view
def increment(maker: Maker, label: str, region: Region) -> str | None:
    return f"increment {label} at={maker.number((0, 4, PAGE - 4, region.size - 4))}"


@of_view
def query(maker: Maker, label: str, region: Region) -> str | None:
    return f"query {label} at={maker.number((0, 0, 1, PAGE, region.size - 1, region.size - PAGE, region.size))}"


def query_stale(maker: Maker) -> str | None:
    stale = [
        name for name, label in maker.process.labels.items()
        if isinstance(label, MemoryLabel) and label.region is not None and not label.region.alive
    ]  # fmt: skip
    if not stale:
        return None
    verb = maker.pick(("query {} show=state", "read {} at=0 length=1"))
    return verb.format(maker.random.choice(stale))


@of_view
def protect(maker: Maker, label: str, region: Region) -> str | None:
    to = maker.pick(("PAGE_READONLY", "PAGE_NOACCESS", "PAGE_READWRITE", "PAGE_READONLY", "PAGE_EXECUTE_READ", "PAGE_WRITECOPY"))
    at = maker.number((0, region.size // 2, PAGE, region.size - PAGE, PAGE - 1))
    rest = max(region.size - at, 1)
    length = maker.number((1, 2, PAGE, PAGE, min(PAGE + 1, rest), rest, rest + 1))
    maker.add(f"protect {label} at={max(at, 0)} length={length} to={to}")
    if not maker.chance(0.7):
        return ""
    place = edge(maker, region, max(at, 0), length)
    asked = f"query {label} at={place} show=protect"
    return maker.pick((asked, asked, f"write {label} at={place} u8=7", f"read {label} at={place} length=1"))


def edge(maker: Maker, region: Region, at: int, length: int) -> int:
    """A place in the first or last page of a range of a view, or just before or behind these pages."""
    place = maker.number((at, at + length - 1, (at & -PAGE) - 1, at + length + PAGE - 1 & -PAGE))
    return place if 0 <= place < region.size else at


def commit_of(maker: Maker, label: str, region: Region) -> str:
    at = maker.number((0, 0, PAGE, GRANULE, region.size - PAGE, 1))
    length = maker.number((1, PAGE, PAGE + 1, GRANULE, region.size, region.size + 1))
    text = f"commit {label} at={max(at, 0)} length={length} protect={maker.pick(('PAGE_READWRITE', 'PAGE_READWRITE', 'PAGE_READONLY'))}"
    if not maker.chance(0.6):
        return text
    maker.add(text)
    place = edge(maker, region, max(at, 0), length)
    asked = f"query {label} at={place} show=state,size"
    return maker.pick((asked, asked, f"read {label} at={place} length=1", f"zero {label} at={place & -PAGE} length={PAGE}"))


commit = of_view(commit_of)


@of_view
def decommit(maker: Maker, label: str, region: Region) -> str | None:
    """Pages that are committed, mostly."""
    section = region.section
    starts = section.committed.starts if section is not None and section.committed is not None else []
    within = [start - region.offset for start in starts if 0 <= start - region.offset < region.size]
    at = maker.random.choice(within) if within else maker.number((0, region.size - PAGE))
    return f"decommit {label} at={at & -PAGE} length={PAGE}"


@of_view
def release(maker: Maker, label: str, region: Region) -> str | None:
    return f"release {label} keep=yes"


@of_view
def flush(maker: Maker, label: str, region: Region) -> str | None:
    return f"flush {label}"


@of_view
def prefetch(maker: Maker, label: str, region: Region) -> str | None:
    return f"prefetch {label} length={maker.number((1, PAGE, region.size))}" if maker.has("prefetch") else None


# ---- handles ----


@of_handle
def close(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    return f"close {label}" + (" keep=yes" if maker.chance(0.15) else "")


def use_closed(maker: Maker) -> str | None:
    """A handle that was just closed."""
    table = maker.process.table
    stale = [
        name for name, label in maker.process.labels.items()
        if isinstance(label, HandleLabel) and label.value not in table and maker.process.closed.get(label.value) == maker.process.opened
    ]  # fmt: skip
    if not stale:
        return None
    label = maker.random.choice(stale)
    return maker.pick((f"close {label} keep=yes", f"map {maker.label('v')} of={label} access=FILE_MAP_READ", f"size {label}"))


def fail_after_close(maker: Maker) -> str | None:
    """A call that fails must not make a handle, which would get the value of the handle that was just closed."""
    found = [item for item in maker.handles() if item[1].protected is False]
    if not found:
        return None
    label = maker.random.choice(found)[0]
    maker.add(f"close {label} keep=yes")
    if maker.chance(0.6):
        way = maker.pick(("", " api=A", " api=numa"))
        maker.add(f"create {maker.label('s')} size=4096 protect={maker.pick(WRONG_PROTECTS)}{way}")
    else:
        maker.add(f"open {maker.label('s')} name=@none access=FILE_MAP_READ")
    return f"close {label} keep=yes"


@of_handle
def look_at_handle(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    return f"{maker.pick(('size', 'granted', 'flags', 'size', 'granted'))} {label}"


@of_handle
def set_flags(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    what = maker.pick(("inherit=yes", "inherit=no", "protect-from-close=yes", "protect-from-close=no"))
    return f"setflags {label} {what}"


@of_handle
def duplicate(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    """A duplicate in this process or another one, which then gives it a label."""
    target = maker.role if maker.chance(0.4) else maker.pick(tuple(maker.roles))
    to = "0" if target == maker.role else f"${target}.pid"
    how = maker.pick(("same=yes", "same=yes", "access=FILE_MAP_READ", "access=0", "access=GENERIC_READ", "access=FILE_MAP_WRITE"))
    extra = " inherit=yes" if maker.chance(0.2) else ""
    move = " close-source=yes" if maker.chance(0.1) else ""
    source = maker.role
    maker.add(f"duplicate {label} to={to} {how}{extra}{move}")
    last = maker.expected[-1]
    if last is None or last.refusals or not last.states or "handle" not in maker.world.process(source).last:
        return ""
    maker.turn(target)
    adopted = maker.label("s")
    maker.add(f"adopt {adopted} handle=${source}.handle")
    if maker.chance(0.4):
        access = "FILE_MAP_WRITE" if (access_of(maker, adopted) or 0) & 2 else "FILE_MAP_READ"
        return mapping(maker, adopted, access)
    return f"{maker.pick(('flags', 'granted'))} {adopted}" if maker.chance(0.6) else ""


def access_of(maker: Maker, label: str) -> int | None:
    """The rights of a handle of the role; None if they are not known, or there is no such handle."""
    return next((handle.access for name, handle, _ in maker.handles() if name == label), None)


def compare(maker: Maker) -> str | None:
    found = maker.handles()
    if len(found) < 2:
        return None
    first, second = maker.random.sample(found, 2)
    return f"compare {first[0]} with={second[0]}"


@of_handle
def set_descriptor(maker: Maker, label: str, handle: Handle, section: Section) -> str | None:
    return f"setdescriptor {label} sd={maker.pick(DESCRIPTORS)}"


def end(maker: Maker) -> str | None:
    """The end of a process. It is rare, because starting a process costs as much as a hundred steps."""
    if not maker.process.table and not maker.process.regions:
        return None
    if maker.role in ROLES and sum(role in ROLES for role in maker.roles) < len(ROLES):
        return None  # two of them stay
    maker.end(KILL if maker.chance(0.5) else LEFT)
    return ""
