"""Rules of pages: query, kind, filename, prefetch, protect, protectother, commit, decommit, flush."""

from __future__ import annotations

from shmcheck.oracle.constants import (
    GIB,
    PAGE,
    PAGE_EXECUTE_READ,
    PAGE_EXECUTE_READWRITE,
    PAGE_EXECUTE_WRITECOPY,
    PAGE_GUARD,
    PAGE_NOACCESS,
    PAGE_NOCACHE,
    PAGE_READONLY,
    PAGE_READWRITE,
    PAGE_WRITECOPY,
    SEC_NOCACHE,
    SEC_WRITECOMBINE,
    protect_words,
)
from shmcheck.oracle.intervals import Intervals
from shmcheck.oracle.rule_handles import process_of
from shmcheck.oracle.rule_mapping import memory, memory_of
from shmcheck.oracle.rule_memory import COPIES, protect_at
from shmcheck.oracle.rules import (
    ACCESS_DENIED,
    INVALID_ADDRESS,
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
from shmcheck.oracle.state import LOST, MemoryLabel, NoStatement, Process, Region, World, pages_up, region_at, surely_free
from shmcheck.oracle.text import Reply, Step


FILE_INVALID = Fail(1006)
UNEXP_NET_ERR = Fail(59)


class Pages:
    """A call about the pages from `at` on. `process` is the one whose memory it is."""

    __slots__ = ("world", "process", "step", "label", "at", "length", "start", "region", "wanted")

    def __init__(self, world: World, process: Process, step: Step, place: MemoryLabel | None = None) -> None:
        self.world = world
        self.process = process
        self.step = step
        self.label: MemoryLabel = place or memory(process, step.label)
        self.at = step.number("at")
        self.length = step.number("length")
        self.start = self.label.base + self.at
        self.region = region_at(process, self.label.anchor, self.start)
        self.wanted = 0

    @property
    def view(self) -> Region:
        """The view of the call. NoStatement if the label is not a view."""
        if self.region is None or self.region.section is None or self.region.section.kind != "section":
            raise NoStatement("what lies at the address")
        return self.region

    @property
    def first(self) -> int:
        """The first page, by offset in the view."""
        return (self.start - self.view.start) & -PAGE

    @property
    def last(self) -> int:
        """The end of the last page."""
        return pages_up(self.start - self.view.start + self.length)

    @property
    def inside(self) -> bool:
        """Whether the whole range lies in the view."""
        return self.last <= self.view.size

    def all_committed(self) -> bool:
        committed = self.view.section.committed if self.view.section else None
        if committed is None:
            return True
        first, last = self.view.offset + self.first, self.view.offset + min(self.last, self.view.size)
        return committed.same_until(first, last, True) == last


# ---- query ----


@verb("query")
def query(world: World, process: Process, step: Step) -> Pages:
    if not step.label or step.has("address") or step.has("process"):
        raise NoStatement("an address that the transcript does not tell")
    return Pages(world, process, step)


def same_run(view: Region, page: int, shows: bool, told: bool) -> tuple[int, bool, int]:
    """The run of pages of one state and protection from a page on: its end, whether it is committed, and its protection.
    `shows`: pages that were copied show their own protection. `told`: other views only know commits that end before the
    end of their view."""
    section = view.section
    assert section is not None
    everywhere = section.told if told else section.committed
    committed, end = True, view.size
    if everywhere is not None:
        own = bool(everywhere.at(view.offset + page))
        committed = own or (told and view.local is not None and bool(view.local.at(page)))
        end = everywhere.same_until(view.offset + page, view.offset + end, True if own else None) - view.offset
        if told and not own and view.local is not None:
            end = min(end, view.local.same_until(page, view.size, True if committed else None))
    protect = shown(view, page, shows)
    if committed and view.changed is not None:
        for piece, stop, _ in view.changed.runs(page, end):
            if shown(view, piece, shows) != protect:
                end = piece
                break
            del stop
    return end, committed, protect


def shown(view: Region, page: int, shows: bool) -> int:
    protect = protect_at(view, page)
    if not shows and view.copied is not None and view.copied.at(page) and protect in COPIES.values():
        protect = next(copy for copy, plain in COPIES.items() if plain == protect)
    section = view.section
    if section is not None and section.attributes & SEC_NOCACHE and protect != PAGE_NOACCESS:
        protect |= PAGE_NOCACHE
    return protect


def described(call: Pages, shows: bool, told: bool = False) -> dict[str, str]:
    view = call.view
    section = view.section
    if section is None or section.attributes & SEC_WRITECOMBINE:
        raise NoStatement("how write-combined memory shows")
    page = call.first
    end, committed, protect = same_run(view, page, shows, told)
    base = view.start - call.label.base
    if base + page < 0 or base < 0:
        raise NoStatement("a region that begins before the label")
    allocation = view.protect
    if section.attributes & SEC_NOCACHE and allocation != PAGE_NOACCESS:
        allocation |= PAGE_NOCACHE
    fields = {
        "base": f"+{base + page}",
        "size": str(end - page),
        "state": "MEM_COMMIT" if committed else "MEM_RESERVE",
        "protect": protect_words(protect),
        "type": "MEM_MAPPED",
        "allocation-base": f"+{base}",
        "allocation-protect": protect_words(allocation),
    }
    if not committed:
        del fields["protect"]
    if call.step.has("show"):
        wanted = call.step.word("show").split(",")
        fields = {key: value for key, value in fields.items() if key in wanted}
    return fields


@grants(
    "query",
    "map-query-fields", "map-whole", "map-length-rounded-to-page", "view-cow-page-granular", "view-cow-protection-flips",
    "view-cow-type-stays-mapped", "protect-allocation-protect-fixed", "size-query-virtualquery", "nocache-query",
    "size-query-needs-uniform-state",
)  # fmt: skip
def query_view(call: Pages) -> Fields | None:
    return described(call, True) if of_section(call, False) else None


def of_section(call: Pages, reserved: bool) -> bool:
    """Whether the call is about a view of a SEC_RESERVE section, or of another one."""
    section = call.region.section if call.region is not None else None
    return section is not None and (section.committed is not None) == reserved


@instead_of(query_view, "copied-pages-show-writecopy")
def query_view_without_copies(call: Pages) -> Fields | None:
    return described(call, False) if of_section(call, False) else None


@grants(
    "query", "reserve-view-is-reserved", "reserve-commit-is-shared", "reserve-commit-protection-is-local",
    "reserve-recommit-harmless", "size-query-virtualquery",
)  # fmt: skip
def query_reserved(call: Pages) -> Fields | None:
    return described(call, True) if of_section(call, True) else None


@instead_of(query_reserved, "commits-to-the-end-are-local")
def query_reserved_locally(call: Pages) -> Fields | None:
    """Other views do not know a commit that reaches the end of its view."""
    return described(call, False, True) if of_section(call, True) else None


@grants("query", "life-unmap-frees-range", "size-past-last-page-faults")
def query_free(call: Pages) -> Fields | None:
    if call.region is None and surely_free(call.process, call.label, call.start):
        return {"state": "MEM_FREE"}
    return None


@verb("kind")
def kind(world: World, process: Process, step: Step) -> Pages:
    return Pages(world, process, step)


@records("kind", "map-region-info-pagefile", "file-region-flag")
def kinds_are_contested(call: Pages) -> bool | None:
    """Which type bits are set is recorded; only the base, the size and the commit are stated."""
    shows = set(call.step.word("show").split(",")) if call.step.has("show") else {"private"}
    return call.view is not None and not shows <= {"base", "size", "commit"}


@grants("kind", "region-info-1607")
def region_base(call: Pages) -> Fields | None:
    """The base of the whole allocation, whichever of its pages is asked about."""
    if "base" not in call.step.word("show").split(","):
        return None
    base = call.view.start - call.label.base
    if base < 0:
        raise NoStatement("a region that begins before the label")
    return {"base": f"+{base}"}


@grants("kind", "region-info-1607")
def region_size(call: Pages) -> Fields | None:
    return {"size": str(call.view.size)} if "size" in call.step.word("show").split(",") else None


@grants("kind", "region-commit-size")
def region_commit(call: Pages) -> Fields | None:
    """Only copy-on-write views, and copied pages, are charged to the process."""
    view = call.view
    if "commit" not in call.step.word("show").split(",") or (view.changed is not None and view.protect not in COPIES):
        return None
    return {"commit": str(view.size if view.protect in COPIES else 0)}


@instead_of(region_size, "region-information-of-the-rest")
def region_size_of_the_rest(call: Pages) -> Fields | None:
    if "size" not in call.step.word("show").split(","):
        return None
    return {"size": str(call.view.size - call.first)}


@instead_of(region_commit, "region-information-of-the-rest")
def region_commit_of_all(call: Pages) -> Fields | None:
    return {"commit": str(call.view.size - call.first)} if "commit" in call.step.word("show").split(",") else None


# ---- filename, prefetch ----


@verb("filename", "prefetch")
def about_pages(world: World, process: Process, step: Step) -> Pages:
    return Pages(world, process, step)


@grants("filename", "map-getmappedfilename", "map-filename-interior")
def file_has_name(call: Pages) -> Fields | None:
    return SUCCESS if call.region is not None and call.view.section is not None and call.view.section.file is not None else None


@refuses("filename", "map-getmappedfilename")
def no_file_behind(call: Pages) -> Fail | None:
    return FILE_INVALID if call.region is not None and call.view.section is not None and call.view.section.file is None else None


@refuses("filename", "map-filename-interior")
def no_view_there(call: Pages) -> Fail | None:
    return UNEXP_NET_ERR if call.region is None and surely_free(call.process, call.label, call.start) else None


@instead_of(file_has_name, "mapped-files-have-no-name")
@instead_of(no_file_behind, "mapped-files-have-no-name")
@instead_of(no_view_there, "mapped-files-have-no-name")
def never_a_name(call: Pages) -> Fail | None:
    return Fail(None)


@grants("prefetch", "view-prefetch")
def prefetches(call: Pages) -> Fields | None:
    """No page says what happens to pages that are not committed, or that no access is allowed to."""
    plain = call.length > 0 and call.inside and call.all_committed() and call.view.changed is None
    return SUCCESS if plain and call.view.protect != PAGE_NOACCESS else None


# ---- protect ----

# The protections that VirtualProtect may set, by the protection that the view was mapped with.
WITHIN = {
    PAGE_NOACCESS: (PAGE_NOACCESS,),
    PAGE_READONLY: (PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY),
    PAGE_READWRITE: (PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY),
    PAGE_WRITECOPY: (PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY),
}
EXECUTES = (PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY)
PROTECTS = "protect protectother"
UPGRADES = {PAGE_READONLY: (PAGE_READWRITE,)}


@verb("protect")
def protect(world: World, process: Process, step: Step) -> Pages:
    return to_protect(Pages(world, process, step))


@verb("protectother")
def protect_other(world: World, process: Process, step: Step) -> Pages:
    owner = process_of(world, step.word("process"))
    if owner.bits != process.bits:
        raise NoStatement("addresses of a process of another architecture")
    return to_protect(Pages(world, owner, step, memory_of(world, owner, step.word("address"))))


def to_protect(call: Pages) -> Pages:
    call.wanted = call.step.number("to")
    if call.length == 0 or call.view.private is not None:
        raise NoStatement("an empty range, or a view with copied pages")
    return call


@refuses(PROTECTS, "protect-change-upgrade-fails")
def upgrade(call: Pages) -> Fail | None:
    return INVALID_PARAMETER if call.inside and call.wanted in UPGRADES.get(call.view.protect, ()) else None


@refuses(PROTECTS, "protect-change-execute-fails")
def adds_execute(call: Pages) -> Fail | None:
    return INVALID_PARAMETER if call.inside and call.wanted in EXECUTES and call.view.protect in WITHIN else None


@refuses(PROTECTS, "protect-change-across-views")
def across_views(call: Pages) -> Fail | None:
    if call.inside:
        return None
    if region_at(call.process, call.view.anchor, call.view.end) is not None:
        return INVALID_ADDRESS
    raise NoStatement("a range that leaves the view")


@instead_of(across_views, "range-over-two-views-is-a-wrong-parameter")
def across_views_87(call: Pages) -> Fail | None:
    found = across_views(call)
    return INVALID_PARAMETER if found is not None else None


@refuses(PROTECTS, "protect-change-uncommitted", "reserve-protect-before-commit")
def uncommitted(call: Pages) -> Fail | None:
    return INVALID_ADDRESS if call.inside and not call.all_committed() else None


def may_be_set(call: Pages) -> bool:
    """Whether the view may have the protection, and a guard besides if it is an ordinary one."""
    wanted = call.wanted
    if wanted & PAGE_GUARD:
        wanted &= ~PAGE_GUARD
        if wanted not in (PAGE_READONLY, PAGE_READWRITE):
            raise NoStatement("a guard with this protection")
    return wanted in WITHIN.get(call.view.protect, ())


@grants(PROTECTS, "protect-change-downgrade", "protect-change-page-granular", "protect-change-to-writecopy")
def protects(call: Pages) -> Fields | None:
    return SUCCESS if may_be_set(call) else None


@grants("protectother", "protect-by-other-process")
def protects_for_others(call: Pages) -> Fields | None:
    return protects(call)


@grants("protect", "protect-guard-page")
def sets_guard(call: Pages) -> Fields | None:
    return SUCCESS if call.wanted & PAGE_GUARD and may_be_set(call) else None


@grants(PROTECTS, "protect-change-old-value")
def old_protection(call: Pages) -> Fields | None:
    return {"old": protect_words(shown(call.view, call.first, True))} if may_be_set(call) else None


@instead_of(old_protection, "old-protection-of-copies-is-readwrite")
def old_protection_of_copies(call: Pages) -> Fields | None:
    found = old_protection(call)
    if found is None:
        return None
    return {"old": {"PAGE_WRITECOPY": "PAGE_READWRITE", "PAGE_EXECUTE_WRITECOPY": "PAGE_EXECUTE_READWRITE"}.get(found["old"], found["old"])}


@instead_of(protects, "made-writecopy-stays-shared")
def protects_not_copies(call: Pages) -> Fields | None:
    if call.wanted in COPIES and call.view.protect not in COPIES:
        raise NoStatement("what a shared view that is made copy-on-write does on this platform")
    return protects(call)


def set_protection(view: Region, first: int, last: int, wanted: int) -> None:
    if view.changed is None:
        view.changed = Intervals()
    view.changed.put(first, last, wanted)


@done(PROTECTS)
def protected(call: Pages, reply: Reply) -> None:
    set_protection(call.view, call.first, min(call.last, call.view.size), call.wanted)


def lose_view(process: Process, region: Region) -> None:
    """Makes the protection of a view unknown, and whether stores to it are shared."""
    for name, found in process.labels.items():
        if isinstance(found, MemoryLabel) and found.anchor is region.anchor:
            process.labels[name] = LOST
    if region.section is not None and region.section.contents is not None:
        region.section.contents.forget(region.offset, region.offset + region.size)


# ---- commit ----


@verb("commit")
def commit(world: World, process: Process, step: Step) -> Pages:
    call = Pages(world, process, step)
    call.wanted = step.number("protect")
    if call.length == 0 or call.view.private is not None:
        raise NoStatement("an empty range, or a view with copied pages")
    return call


@refuses("commit", "reserve-virtualalloc-on-file-view")
def commit_on_file(call: Pages) -> Fail | None:
    section = call.view.section
    return ACCESS_DENIED if section is not None and section.file is not None else None


@refuses("commit", "reserve-whole-commit-range")
def commit_past_end(call: Pages) -> Fail | None:
    if call.last - call.view.size >= GIB:
        raise NoStatement("a range that may end beyond the last address of a process, which is another error")
    return None if call.inside else INVALID_ADDRESS


@refuses("commit", "reserve-commit-stronger-protection")
def commit_stronger(call: Pages) -> Fail | None:
    if not call.inside or call.wanted not in UPGRADES.get(call.view.protect, ()):
        return None
    version = call.world.platform.version
    if version is None or version < (6, 1, 0):
        raise NoStatement("Vista and earlier allowed it")
    return INVALID_PARAMETER


@grants("commit", "reserve-commit-by-virtualalloc", "reserve-recommit-harmless", "commit-virtualalloc-on-committed-view")
def commits(call: Pages) -> Fields | None:
    view = call.view
    if call.wanted not in WITHIN.get(view.protect, ()) or call.wanted in COPIES or call.wanted == PAGE_NOACCESS:
        return None
    return {"base": f"+{view.start + call.first - call.label.base}"}


@done("commit")
def committed(call: Pages, reply: Reply) -> None:
    view = call.view
    section = view.section
    last = min(call.last, view.size)
    if section is not None and section.committed is not None:
        section.committed.put(view.offset + call.first, view.offset + last, True)
        if last == view.size:
            section.committed_to_end = True
        else:
            section.told.put(view.offset + call.first, view.offset + last, True)
        if view.local is None:
            view.local = Intervals()
        view.local.put(call.first, last, True)
    set_protection(view, call.first, last, call.wanted)


@lost("protect protectother commit")
def pages_lost(call: Pages, reply: Reply) -> None:
    if call.region is not None and call.region.section is not None:
        lose_view(call.process, call.region)


@refuses(PROTECTS, "reserve-commit-is-shared")
def committed_for_all(call: Pages) -> Fail | None:
    """A committed page is committed in all views. The other rules state the effects."""
    return None


@instead_of(committed_for_all, "commits-to-the-end-are-local")
def committed_for_one(call: Pages) -> Fail | None:
    if call.region is not None and call.region.section is not None and call.region.section.committed_to_end:
        raise NoStatement("commits up to the end of a view are local on this platform")
    return None


@verb("decommit")
def decommit(world: World, process: Process, step: Step) -> Pages:
    return Pages(world, process, step)


@refuses("decommit", "reserve-no-decommit")
def no_decommit(call: Pages) -> Fail | None:
    return INVALID_PARAMETER if call.view else None


# ---- flush ----


@verb("flush")
def flush(world: World, process: Process, step: Step) -> Pages:
    return Pages(world, process, step)


@records("flush", "flush-bad-address")
def flush_nothing(call: Pages) -> bool | None:
    return call.region is None or call.region.section is None


@records("flush", "flush-too-long")
def flush_too_long(call: Pages) -> bool | None:
    view = call.region
    return view is not None and call.start - view.start + call.length > view.size


@grants("flush", "flush-pagefile-view", "flush-zero-length", "flush-starts-writing", "flush-read-only-view")
def flushes(call: Pages) -> Fields | None:
    return SUCCESS
