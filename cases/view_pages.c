/* Topic view_pages: the pages behind a view, and the calls that give the system information about them. */
#include "topic.h"

/* The writer has a section of 64 KiB filled with a pattern, the reader a view of it with this access. */
static void share_pattern(struct stage *s, const char *access)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x10000 seed=5");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", step("map view of=section access=%s", access));
}

/* The same for more views: the writer maps nine, named "v0" to "v8", through a handle of each origin in turn. */
#define VIEWS 9

static void views_of_every_origin(struct stage *s, const char *access)
{
    static const char *const origins[] = {"section", "existing", "opened", "duplicate"};
    share_pattern(s, access);
    joins(s, "writer", "create existing name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "open opened name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "writer", "duplicate section to=0 same=yes");
    must(s, "writer", "adopt duplicate handle=$writer.handle");
    for (unsigned i = 0; i < VIEWS; i++)
        must(s, "writer", step("map v%u of=%s access=%s", i, origins[i % COUNT(origins)], access));
}

/* ---- information about the pages of a view ---- */

/* Which type bits QueryVirtualMemoryInformation sets for the view of a pagefile section is recorded: the page names one,
 * and the NT call has been seen to set none. */
static void map_region_info_pagefile(struct stage *s)
{
    share_pattern(s, "FILE_MAP_WRITE");
    records(
        s, "reader",
        "kind view show=private,mapped-data-file,mapped-image,mapped-pagefile,mapped-physical,direct-mapped");
}

/* The region of any address in a view is the whole view: here its base. */
static void region_info_base(struct stage *s)
{
    views_of_every_origin(s, "FILE_MAP_WRITE");
    gives(s, "reader", "kind view show=base,size", "base=+0 size=65536");
    gives(s, "reader", "kind view at=0x5123 show=base", "base=+0");
    gives(s, "reader", "kind view at=0xFFFF show=base", "base=+0");
    for (unsigned i = 0; i < VIEWS; i++)
        gives(s, "writer", step("kind v%u at=0x5123 show=base", i), "base=+0");
}

/* The region of any address in a view is the whole view: here its size. */
static void region_info_size(struct stage *s)
{
    views_of_every_origin(s, "FILE_MAP_WRITE");
    gives(s, "reader", "kind view at=0x5123 show=size", "size=65536");
    gives(s, "reader", "kind view at=0xFFFF show=size", "size=65536");
    for (unsigned i = 0; i < VIEWS; i++)
        gives(s, "writer", step("kind v%u at=0x5123 show=size", i), "size=65536");
}

/* CommitSize counts the pages that copy on write and those that have been copied: a shared view has none. The control is
 * a copy-on-write view. */
static void region_commit_size(struct stage *s)
{
    share_pattern(s, "FILE_MAP_WRITE");
    gives(s, "reader", "kind view show=commit", "commit=0");
    must(s, "reader", "map reading of=section access=FILE_MAP_READ");
    gives(s, "reader", "kind reading show=commit", "commit=0");
    must(s, "reader", "map copying of=section access=FILE_MAP_COPY");
    must(s, "reader", "kind copying show=commit");
    powered(s, "pages that copy on write are counted", number(s, "reader", "commit") == 65536);
}

/* CommitSize counts every page of a copy-on-write view, before and after a page is copied. */
static void region_commit_size_copy(struct stage *s)
{
    views_of_every_origin(s, "FILE_MAP_COPY");
    gives(s, "reader", "kind view show=commit", "commit=65536");
    must(s, "reader", "write view at=0x8000 text=private");
    gives(s, "reader", "kind view show=commit", "commit=65536");
    for (unsigned i = 0; i < VIEWS; i++)
        gives(s, "writer", step("kind v%u show=commit", i), "commit=65536");
}

/* A pagefile view has no file name; the view of a file has one. */
static void map_getmappedfilename(struct stage *s)
{
    share_pattern(s, "FILE_MAP_READ");
    fails(s, "reader", "filename view", ERROR_FILE_INVALID);
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "create over size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map mapped of=over access=FILE_MAP_READ");
    succeeds(s, "writer", "filename mapped");
}

/* Any address in the view has the file's name, and an address behind the view has none. */
static void map_filename_interior(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x120000");
    must(s, "writer", "create section size=0 protect=PAGE_READONLY file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    succeeds(s, "writer", "filename view");
    succeeds(s, "writer", "filename view at=0x2000");
    succeeds(s, "writer", "filename view at=0x11FFFF");
    must(s, "writer", "unmap view keep=yes");
    fails(s, "writer", "filename view", ERROR_UNEXP_NET_ERR);
}

/* The reply to a 32-bit process is recorded: a public program passes a larger structure there. */
static void region_info_32_bit(struct stage *s)
{
    share_pattern(s, "FILE_MAP_WRITE");
    records(s, "reader", "kind view");
}

/* Two views of one section have the same physical pages: each process's page is marked as shared, with the
 * number of sharing processes. */
static void view_same_physical_page(struct stage *s)
{
    static const char *const roles[] = {"writer", "reader"};
    share_pattern(s, "FILE_MAP_READ");
    must_give(s, "reader", "verify view length=0x10000 seed=5", "match=yes");
    for (unsigned i = 0; i < 2; i++) {
        if (!gives(s, roles[i], "resident view at=4096", "valid=yes shared=yes"))
            continue;
        holds(s, "at least two processes share the page", number(s, roles[i], "shares") >= 2);
    }
}

/* A page of a copy-on-write view is shared until it is written, and then private. */
static void view_cow_shared_bit(struct stage *s)
{
    share_pattern(s, "FILE_MAP_COPY");
    must_give(s, "reader", "verify view length=0x10000 seed=5", "match=yes");
    gives(s, "reader", "resident view at=4096", "valid=yes shared=yes");
    must(s, "reader", "write view at=4096 u8=1");
    gives(s, "reader", "resident view at=4096", "valid=yes shared=no");
    gives(s, "reader", "resident view at=8192", "valid=yes shared=yes");
}

#define LARGE_VIEW                                                                                           \
    0x4000000u /* 64 MiB: far more than anything else that the process may be charged for meanwhile */

/* Mapping a copy-on-write view charges its whole length, because every page may have to be copied; a view
 * that shares is not charged to the process. */
static void view_cow_commit_charge(struct stage *s)
{
    must(s, "writer", step("create section name=@x size=%u protect=PAGE_READWRITE", LARGE_VIEW));
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "charge");
    const uint64_t before = number(s, "reader", "pagefile");
    must(s, "reader", "map shared of=section access=FILE_MAP_READ");
    must(s, "reader", "charge");
    holds(s, "a view that shares costs nothing", number(s, "reader", "pagefile") < before + LARGE_VIEW / 2);
    must(s, "reader", "map own of=section access=FILE_MAP_COPY");
    must(s, "reader", "charge");
    holds(s, "a copy-on-write view costs its length", number(s, "reader", "pagefile") >= before + LARGE_VIEW);
}

/* ---- hints about the pages of a view ---- */

/* MEM_RESET is accepted for a pagefile view and refused for the view of a file. */
static void view_reset_pagefile_ok(struct stage *s)
{
    share_pattern(s, "FILE_MAP_WRITE");
    gives(s, "reader", "reset view length=0x10000", "base=+0");
    must(s, "reader", "file data name=^f size=0x10000");
    must(s, "reader", "create over size=0 protect=PAGE_READWRITE file=data");
    must(s, "reader", "map mapped of=over access=FILE_MAP_WRITE");
    fails_somehow(s, "reader", "reset mapped length=0x10000");
}

/* After MEM_RESET each byte is unchanged or zero, in all processes that share it. */
static void view_reset_contents(struct stage *s)
{
    share_pattern(s, "FILE_MAP_WRITE");
    must_give(s, "reader", "reset view length=0x10000", "base=+0");
    gives(s, "reader", "verify view length=0x10000 seed=5 or-zero=yes", "match=yes");
    gives(s, "writer", "verify view length=0x10000 seed=5 or-zero=yes", "match=yes");
    must(s, "reader", "fill view length=0x10000 seed=6");
    gives(s, "writer", "verify view length=0x10000 seed=6", "match=yes");
}

/* DiscardVirtualMemory needs memory that can be read and written. What it does to a shared view is recorded.
 */
static void view_discard_needs_rw(struct stage *s)
{
    share_pattern(s, "FILE_MAP_READ");
    fails_somehow(s, "reader", "discard view length=0x10000");
    gives(s, "writer", "verify view length=0x10000 seed=5", "match=yes");
    must(s, "reader", "map writable of=section access=FILE_MAP_WRITE");
    records(s, "reader", "discard writable length=0x10000");
}

/* VirtualLock accepts committed pages. It refuses pages without access, and more pages than the minimum
 * working set has room for. */
static void view_lock(struct stage *s)
{
    share_pattern(s, "FILE_MAP_WRITE");
    if (succeeds(s, "reader", "lock view length=8192"))
        succeeds(s, "reader", "unlock view length=8192");
    must_give(s, "reader", "protect view at=8192 length=4096 to=PAGE_NOACCESS", "old=PAGE_READWRITE");
    fails_somehow(s, "reader", "lock view at=8192 length=4096");
    must(s, "writer", step("create large name=@y size=%u protect=PAGE_READWRITE", LARGE_VIEW));
    must(s, "reader", "open large name=@y access=FILE_MAP_WRITE");
    must(s, "reader", "map more of=large access=FILE_MAP_WRITE");
    fails_status(s, "reader", step("lock more length=%u", LARGE_VIEW), ERROR_WORKING_SET_QUOTA,
                 STATUS_WORKING_SET_QUOTA);
}

/* PrefetchVirtualMemory succeeds and changes no byte, in either process. */
static void view_prefetch(struct stage *s)
{
    share_pattern(s, "FILE_MAP_READ");
    succeeds(s, "reader", "prefetch view length=0x10000");
    gives(s, "reader", "verify view length=0x10000 seed=5", "match=yes");
    gives(s, "writer", "verify view length=0x10000 seed=5", "match=yes");
}

/* ---- execution ---- */

/* Executing in a view that is not executable is an access violation of that kind; the same bytes run in an
 * executable view of the same section. */
static void protect_dep(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=64 code=return");
    joins(s, "reader", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "reader", "map data of=section access=FILE_MAP_WRITE");
    must(s, "reader", "map code of=section access=FILE_MAP_READ|FILE_MAP_EXECUTE");
    succeeds(s, "reader", "execute code at=64");
    faults(s, "reader", "execute data at=64", "execute");
}

/* In a view mapped with FILE_MAP_TARGETS_INVALID no address is a valid target of an indirect call: a process
 * with Control Flow Guard ends at such a call. */
static void protect_cfg_targets_invalid(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=64 code=return");
    joins(s, "reader", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "reader", "map valid of=section access=FILE_MAP_READ|FILE_MAP_EXECUTE");
    must(s, "reader",
         "map invalid of=section access=FILE_MAP_READ|FILE_MAP_EXECUTE|FILE_MAP_TARGETS_INVALID");
    succeeds(s, "reader", "execute valid at=64 checked=yes");
    ends(s, "reader", "execute invalid at=64 checked=yes", STATUS_STACK_BUFFER_OVERRUN);
}

/* ---- waiting on an address ---- */

/* A thread that waits on an address is woken by its own process, not by another process that shares the
 * memory. Nothing is stored meanwhile, because WaitOnAddress returns at once if the value has changed. */
static void view_waitonaddress_one_process(struct stage *s)
{
    share_pattern(s, "FILE_MAP_WRITE");
    must(s, "writer", "write view at=64 u64=0");
    begins(s, "reader", "await view at=0 ready=64 timeout=200");
    must(s, "writer", "wake view at=0 ready=64 for=100");
    finishes(s, "reader", "woken=no error=1460");
    gives(s, "reader", "await view at=0 ready=68 timeout=3000 helped=yes", "woken=yes");
}

/* ---- CreateFileMappingNuma ---- */

/* CreateFileMappingNuma without a preferred node does what CreateFileMapping does. */
static void create_numa_no_preference(struct stage *s)
{
    REQUIRE(
        gives(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE api=numa", "error=0"));
    gives(s, "writer", "size section", "size=65536 attributes=SEC_COMMIT");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x10000 seed=5");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ") &&
        succeeds(s, "reader", "map view of=section access=FILE_MAP_READ")) {
        gives(s, "reader", "query view", WHOLE_VIEW("65536", "PAGE_READONLY"));
        gives(s, "reader", "verify view length=0x10000 seed=5", "match=yes");
    }
    gives(s, "reader", "create again name=@x size=0x10000 protect=PAGE_READWRITE api=numa", "error=183");
    fails(s, "reader", "create empty name=@y size=0 protect=PAGE_READWRITE api=numa",
          ERROR_INVALID_PARAMETER);
    fails(s, "reader", "create wrong name=@y size=4096 protect=PAGE_NOACCESS api=numa",
          ERROR_INVALID_PARAMETER);
}

static const struct test_case view_pages_cases[] = {
    {CASE(map_region_info_pagefile), .needs = "has-region-info"},
    {CASE(region_info_base), .rows = "region-info-1607", .needs = "has-region-info"},
    {CASE(region_info_size), .rows = "region-info-1607", .needs = "has-region-info"},
    {CASE(region_commit_size), .needs = "has-region-info"},
    {CASE(region_commit_size_copy), .rows = "region-commit-size", .needs = "has-region-info"},
    {CASE(map_getmappedfilename)},
    {CASE(map_filename_interior)},
    {CASE(region_info_32_bit), .needs = "32-bit has-region-info"},
    {CASE(view_same_physical_page)},
    {CASE(view_cow_shared_bit)},
    {CASE(view_cow_commit_charge)},
    {CASE(view_reset_pagefile_ok)},
    {CASE(view_reset_contents)},
    {CASE(view_discard_needs_rw), .needs = "has-discard"},
    {CASE(view_lock)},
    {CASE(view_prefetch), .needs = "has-prefetch"},
    {CASE(protect_dep), .needs = "64-bit"},
    {CASE(protect_cfg_targets_invalid), .needs = "control-flow-guard"},
    {CASE(view_waitonaddress_one_process), .needs = "has-waitonaddress"},
    {CASE(create_numa_no_preference), .needs = "numa"},
};

TOPIC(view_pages, view_pages_cases)
