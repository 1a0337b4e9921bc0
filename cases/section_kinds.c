/* Topic section_kinds: large pages without the privilege, uncached memory, and SEC_NO_CHANGE. */
#include "topic.h"

#include <string.h>

/* Large pages need SeLockMemoryPrivilege, enabled. */
static void large_needs_privilege(struct stage *s)
{
    must(s, "writer", "privilege SeLockMemoryPrivilege to=disabled");
    holds(s, "the privilege is not enabled", strcmp(value(s, "writer", "state"), "enabled") != 0);
    fails_status(s, "writer",
                 "create section name=@x size=0x200000 protect=PAGE_READWRITE|SEC_COMMIT|SEC_LARGE_PAGES",
                 ERROR_PRIVILEGE_NOT_HELD, STATUS_PRIVILEGE_NOT_HELD);
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* SEC_LARGE_PAGES needs SEC_COMMIT: it is refused alone and with SEC_RESERVE. */
static void large_needs_commit(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=0x200000 protect=PAGE_READWRITE|SEC_LARGE_PAGES",
          ERROR_INVALID_PARAMETER);
    fails(s, "writer",
          "create other name=@y size=0x200000 protect=PAGE_READWRITE|SEC_RESERVE|SEC_LARGE_PAGES",
          ERROR_INVALID_PARAMETER);
}

/* FILE_MAP_LARGE_PAGES is refused for a section without large pages (from Windows 10 1703 on). */
static void large_flag_needs_large_section(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x400000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    fails_somehow(s, "reader",
                  "map view of=section access=FILE_MAP_WRITE|FILE_MAP_LARGE_PAGES length=0x200000");
    succeeds(s, "reader", "map small of=section access=FILE_MAP_WRITE length=0x200000");
}

/* Views of a SEC_NOCACHE section show PAGE_NOCACHE, in every process. */
static void nocache_query(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE|SEC_COMMIT|SEC_NOCACHE");
    gives(s, "writer", "size section", "size=4096 attributes=SEC_COMMIT|SEC_NOCACHE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE|PAGE_NOCACHE"));
}

/* A SEC_WRITECOMBINE section can be created and shares its bytes. */
static void writecombine_since_vista(struct stage *s)
{
    REQUIRE(gives(s, "writer",
                  "create section name=@x size=4096 protect=PAGE_READWRITE|SEC_COMMIT|SEC_WRITECOMBINE",
                  "error=0"));
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
}

/* SEC_NO_CHANGE, which only the driver kit documents: records whether it is accepted, and whether a view's protection can
 * change. */
static void view_no_change(struct stage *s)
{
    records(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE|SEC_COMMIT|0x400000");
    if (strcmp(value(s, "writer", "error"), "0") != 0)
        return;
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    records(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    if (value(s, "reader", "base")[0])
        records(s, "reader", "protect view length=4096 to=PAGE_READONLY");
}

/* The same flag as the type of a view. */
static void view_mapped_no_change(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    records(s, "reader", "map2 view of=section protect=PAGE_READWRITE type=0x400000");
    if (value(s, "reader", "base")[0])
        records(s, "reader", "protect view length=4096 to=PAGE_READONLY");
}

static const struct test_case section_kinds_cases[] = {
    {CASE(large_needs_privilege)},
    {CASE(large_needs_commit)},
    {CASE(large_flag_needs_large_section), .needs = "windows-10-1703"},
    {CASE(nocache_query)},
    {CASE(writecombine_since_vista), .needs = "write-combine"},
    {CASE(view_no_change)},
    {CASE(view_mapped_no_change), .rows = "view-no-change", .needs = "has-map2"},
};

TOPIC(section_kinds, section_kinds_cases)
