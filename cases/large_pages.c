/* Topic large_pages: sections of large pages, for users who may create them. Page:
 * creating-a-file-mapping-using-large-pages. The cases that need no privilege are in section_kinds.c. */
#include "topic.h"

#define LARGE "protect=PAGE_READWRITE|SEC_COMMIT|SEC_LARGE_PAGES"
#define BYTES "0x1000000"

static void large_section(struct stage *s)
{
    must_give(s, "writer", "privilege SeLockMemoryPrivilege to=enabled", "state=enabled");
    must(s, "writer", "create section name=@x size=" BYTES " " LARGE);
}

/* Maps a view, touches its first page and expects large or small pages. */
static void touched_page_is(struct stage *s, const char *role, const char *access, const char *kind)
{
    must(s, role, step("map view of=section access=%s", access));
    must(s, role, "write view at=0 text=bytes");
    gives(s, role, "resident view tell=large", kind);
}

/* The size must be a multiple of GetLargePageMinimum. */
static void large_size_multiple(struct stage *s)
{
    must_give(s, "writer", "privilege SeLockMemoryPrivilege to=enabled", "state=enabled");
    must(s, "writer", "largepages");
    fails(s, "writer", "create odd name=@x size=$writer.minimum+4096 " LARGE, ERROR_INVALID_PARAMETER);
    must(s, "writer", "largepages");
    gives(s, "writer", "create even name=@x size=$writer.minimum " LARGE, "error=0");
}

/* From Windows 10 1703 on a view has small pages unless it asks for large ones. */
static void large_view_small_by_default_since_1703(struct stage *s)
{
    large_section(s);
    touched_page_is(s, "writer", "FILE_MAP_WRITE", "valid=yes large=no");
}

/* FILE_MAP_LARGE_PAGES gives a view large pages. */
static void large_view_flag(struct stage *s)
{
    large_section(s);
    touched_page_is(s, "writer", "FILE_MAP_WRITE|FILE_MAP_LARGE_PAGES", "valid=yes large=yes");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    touched_page_is(s, "reader", "FILE_MAP_WRITE|FILE_MAP_LARGE_PAGES", "valid=yes large=yes");
}

/* Before that the flag had no effect, and such views always had large pages. */
static void large_view_before_1703(struct stage *s)
{
    large_section(s);
    touched_page_is(s, "writer", "FILE_MAP_WRITE", "valid=yes large=yes");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    touched_page_is(s, "reader", "FILE_MAP_WRITE|FILE_MAP_LARGE_PAGES", "valid=yes large=yes");
}

/* With the flag the length of a view must be a multiple of the minimum too. */
static void large_view_multiple(struct stage *s)
{
    large_section(s);
    fails_somehow(s, "writer",
                  "map small of=section access=FILE_MAP_WRITE|FILE_MAP_LARGE_PAGES length=65536");
    must(s, "writer", "largepages");
    succeeds(s, "writer",
             "map view of=section access=FILE_MAP_WRITE|FILE_MAP_LARGE_PAGES length=$writer.minimum");
}

/* The privilege is needed only to create the section. */
static void large_privilege_only_at_create(struct stage *s)
{
    large_section(s);
    must(s, "writer", "privilege SeLockMemoryPrivilege to=removed");
    succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
    must(s, "reader", "privilege SeLockMemoryPrivilege to=removed");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
}

/* Large pages are not part of the working set, which does not grow when they are touched. The control touches as many
 * small pages. */
static void large_nonpageable(struct stage *s)
{
    large_section(s);
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE|FILE_MAP_LARGE_PAGES");
    must(s, "writer", "workingset");
    must(s, "writer", "fill view length=" BYTES " seed=1");
    gives(s, "writer", "workingset unit=" BYTES, "units=0");
    must(s, "writer", "create small size=" BYTES " protect=PAGE_READWRITE");
    must(s, "writer", "map ordinary of=small access=FILE_MAP_WRITE");
    must(s, "writer", "fill ordinary length=" BYTES " seed=1");
    must(s, "writer", "workingset unit=" BYTES);
    powered(s, "touching small pages is counted", number(s, "writer", "units") == 1);
}

/* If memory is fragmented there may not be enough large pages: the case records whether 512 MiB are
 * available. */
static void large_fragmentation(struct stage *s)
{
    must_give(s, "writer", "privilege SeLockMemoryPrivilege to=enabled", "state=enabled");
    records(s, "writer", "create section name=@x size=0x20000000 " LARGE);
}

static const struct test_case large_pages_cases[] = {
    {CASE(large_size_multiple), .needs = "large-pages"},
    {CASE(large_view_small_by_default_since_1703), .needs = "large-pages windows-10-1703"},
    {CASE(large_view_flag), .needs = "large-pages windows-10-1703"},
    {CASE(large_view_before_1703), .needs = "large-pages before-1703"},
    {CASE(large_view_multiple), .needs = "large-pages windows-10-1703"},
    {CASE(large_privilege_only_at_create), .needs = "large-pages"},
    {CASE(large_nonpageable), .needs = "large-pages"},
    {CASE(large_fragmentation), .needs = "large-pages"},
};

TOPIC(large_pages, large_pages_cases)
