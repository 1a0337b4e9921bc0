/* Topic reserved_pages: sections with SEC_RESERVE, whose pages are committed on request, for all processes.
 */
#include "topic.h"

/* A section of four granules that are only reserved, with a view in the writer and one in the reader. */
static void reserved_section(struct stage *s)
{
    must(s, "writer", "create section name=@x size=262144 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
}

/* A new view is reserved, with the type MEM_MAPPED. */
static void reserve_view_is_reserved(struct stage *s)
{
    reserved_section(s);
    gives(s, "writer", "size section", "size=262144 attributes=SEC_RESERVE");
    gives(s, "reader", "query view", RESERVED_PART("0", "262144", "PAGE_READWRITE"));
}

/* Pages that are only reserved cannot be touched. */
static void reserve_touch_faults(struct stage *s)
{
    reserved_section(s);
    faults(s, "reader", "read view at=0 length=1", "read");
    faults(s, "reader", "write view at=65536 u8=1", "write");
}

/* VirtualAlloc with MEM_COMMIT makes pages inside the view usable; the pages around them stay reserved. */
static void reserve_commit_by_virtualalloc(struct stage *s)
{
    reserved_section(s);
    gives(s, "writer", "commit view at=65536 length=65536 protect=PAGE_READWRITE", "base=+65536");
    gives(s, "writer", "query view at=0", RESERVED_PART("0", "65536", "PAGE_READWRITE"));
    gives(s, "writer", "query view at=65536",
          VIEW_PART("65536", "65536", "PAGE_READWRITE", "PAGE_READWRITE"));
    gives(s, "writer", "query view at=131072", RESERVED_PART("131072", "131072", "PAGE_READWRITE"));
    succeeds(s, "writer", "write view at=65536 text=bytes");
}

/* The pages belong to the section: once one process has committed them they are committed in every view of
 * every process. */
static void reserve_commit_is_shared(struct stage *s)
{
    reserved_section(s);
    must(s, "writer", "map second of=section access=FILE_MAP_READ");
    must_give(s, "writer", "commit view at=65536 length=65536 protect=PAGE_READWRITE", "base=+65536");
    must(s, "writer", "write view at=65536 text=bytes");
    gives(s, "reader", "query view at=65536",
          VIEW_PART("65536", "65536", "PAGE_READWRITE", "PAGE_READWRITE"));
    gives(s, "reader", "read view at=65536 length=5 as=text", "text=bytes");
    succeeds(s, "reader", "write view at=65536 text=reply");
    gives(s, "writer", "read second at=65536 length=5 as=text", "text=reply");
    gives(s, "reader", "query view at=0", RESERVED_PART("0", "65536", "PAGE_READWRITE"));
    faults(s, "reader", "read view at=131072 length=1", "read");
}

/* A view that a third process maps later has the committed pages too. */
static void commit_seen_by_later_view(struct stage *s)
{
    reserved_section(s);
    must_give(s, "reader", "commit view at=0 length=65536 protect=PAGE_READWRITE", "base=+0");
    must(s, "reader", "write view at=0 text=bytes");
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    gives(s, "third", "query view at=0", VIEW_PART("0", "65536", "PAGE_READONLY", "PAGE_READONLY"));
    gives(s, "third", "read view at=0 length=5 as=text", "text=bytes");
}

/* The pages stay committed after the process that committed them has been killed. */
static void commit_outlives_its_process(struct stage *s)
{
    reserved_section(s);
    must_give(s, "writer", "commit view at=0 length=65536 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "write view at=0 text=bytes");
    killed(s, "writer");
    gives(s, "reader", "query view at=0", VIEW_PART("0", "65536", "PAGE_READWRITE", "PAGE_READWRITE"));
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
}

/* The protection passed to VirtualAlloc applies to that view; other views have the protection of their
 * mapping. */
static void reserve_commit_protection_is_local(struct stage *s)
{
    reserved_section(s);
    must_give(s, "writer", "commit view at=0 length=65536 protect=PAGE_READONLY", "base=+0");
    gives(s, "writer", "query view at=0", VIEW_PART("0", "65536", "PAGE_READONLY", "PAGE_READWRITE"));
    gives(s, "reader", "query view at=0", VIEW_PART("0", "65536", "PAGE_READWRITE", "PAGE_READWRITE"));
    succeeds(s, "reader", "write view at=0 text=bytes");
    faults(s, "writer", "write view at=0 text=wrong", "write");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=bytes");
}

/* New committed pages are zero, for the process that commits them and for the others. */
static void reserve_commit_zeroed(struct stage *s)
{
    reserved_section(s);
    must_give(s, "writer", "commit view at=65536 length=65536 protect=PAGE_READWRITE", "base=+65536");
    gives(s, "writer", "zero view at=65536 length=65536", "zero=yes");
    gives(s, "reader", "zero view at=65536 length=65536", "zero=yes");
}

/* Committing pages that are committed already succeeds and leaves their contents alone. */
static void reserve_recommit_harmless(struct stage *s)
{
    reserved_section(s);
    must_give(s, "writer", "commit view at=0 length=65536 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "write view at=0 text=bytes");
    gives(s, "reader", "commit view at=0 length=131072 protect=PAGE_READWRITE", "base=+0");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=bytes");
}

/* Pages that several calls have committed are one region, if they have one protection. Found by scripts/explore. */
static void commits_are_one_region(struct stage *s)
{
    reserved_section(s);
    must_give(s, "writer", "commit view at=0 length=4096 protect=PAGE_READWRITE", "base=+0");
    must_give(s, "writer", "commit view at=0 length=262144 protect=PAGE_READWRITE", "base=+0");
    gives(s, "writer", "query view show=size,state", "size=262144 state=MEM_COMMIT");
    gives(s, "reader", "query view show=size,state", "size=262144 state=MEM_COMMIT");
}

/* A commit that reaches the end of a view also commits the pages for other views. Found by scripts/explore. */
static void commit_to_the_end_is_shared(struct stage *s)
{
    reserved_section(s);
    must_give(s, "writer", "commit view at=196608 length=65536 protect=PAGE_READWRITE", "base=+196608");
    gives(s, "reader", "query view at=196608 show=state", "state=MEM_COMMIT");
    must(s, "writer", "map other of=section access=FILE_MAP_READ");
    gives(s, "writer", "query other at=196608 show=state", "state=MEM_COMMIT");
}

/* Pages of a section cannot be decommitted. */
static void reserve_no_decommit(struct stage *s)
{
    reserved_section(s);
    must_give(s, "writer", "commit view at=0 length=65536 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "write view at=0 text=bytes");
    fails(s, "writer", "decommit view at=0 length=65536", ERROR_INVALID_PARAMETER);
    fails(s, "reader", "decommit view at=0 length=65536", ERROR_INVALID_PARAMETER);
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
}

/* The pages stay committed, with their contents, while only a handle exists. */
static void reserve_survives_remap(struct stage *s)
{
    must(s, "writer", "create section name=@x size=262144 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "writer", "commit view at=0 length=65536 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "write view at=0 text=bytes");
    must(s, "writer", "unmap view");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "writer", "query view at=0", VIEW_PART("0", "65536", "PAGE_READWRITE", "PAGE_READWRITE"));
    gives(s, "writer", "read view at=0 length=5 as=text", "text=bytes");
}

/* A range that ends behind the view is refused as a whole. */
static void reserve_whole_commit_range(struct stage *s)
{
    reserved_section(s);
    for (unsigned i = 0; i < 9; i++) /* the same for each of many views */
        must(s, "writer", step("map v%u of=section access=FILE_MAP_WRITE", i));
    for (unsigned i = 0; i < 9; i++)
        fails(s, "writer", step("commit v%u at=196608 length=131072 protect=PAGE_READWRITE", i),
              ERROR_INVALID_ADDRESS);
    fails(s, "writer", "commit view at=196608 length=131072 protect=PAGE_READWRITE", ERROR_INVALID_ADDRESS);
    gives(s, "writer", "query view at=196608", RESERVED_PART("196608", "65536", "PAGE_READWRITE"));
    gives(s, "reader", "query view at=196608", RESERVED_PART("196608", "65536", "PAGE_READWRITE"));
}

/* Pages cannot be committed with more access than their view has (from Windows 7 on). */
static void reserve_commit_stronger_protection(struct stage *s)
{
    reserved_section(s);
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    fails(s, "third", "commit view at=0 length=65536 protect=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
    gives(s, "writer", "query view at=0", RESERVED_PART("0", "262144", "PAGE_READWRITE"));
    gives(s, "third", "commit view at=0 length=65536 protect=PAGE_READONLY", "base=+0");
}

/* VirtualProtect fails on pages that are only reserved. */
static void reserve_protect_before_commit(struct stage *s)
{
    reserved_section(s);
    fails(s, "writer", "protect view at=0 length=65536 to=PAGE_READONLY", ERROR_INVALID_ADDRESS);
    gives(s, "writer", "query view at=0", RESERVED_PART("0", "262144", "PAGE_READWRITE"));
}

/* MEM_COMMIT on pages of an ordinary section changes the protection, within that of the view, and nothing
 * else. */
static void commit_virtualalloc_on_committed_view(struct stage *s)
{
    must(s, "writer", "create section name=@x size=131072 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "commit view at=0 length=65536 protect=PAGE_READONLY", "base=+0");
    gives(s, "reader", "query view at=0", VIEW_PART("0", "65536", "PAGE_READONLY", "PAGE_READWRITE"));
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
    gives(s, "writer", "query view at=0", WHOLE_VIEW("131072", "PAGE_READWRITE"));
}

static const struct test_case reserved_pages_cases[] = {
    {CASE(reserve_view_is_reserved)},
    {CASE(reserve_touch_faults)},
    {CASE(reserve_commit_by_virtualalloc)},
    {CASE(reserve_commit_is_shared)},
    {CASE(commit_seen_by_later_view), .rows = "reserve-commit-is-shared"},
    {CASE(commit_outlives_its_process), .rows = "reserve-commit-is-shared"},
    {CASE(reserve_commit_protection_is_local)},
    {CASE(reserve_commit_zeroed)},
    {CASE(reserve_recommit_harmless)},
    {CASE(commits_are_one_region), .rows = "size-query-virtualquery reserve-recommit-harmless"},
    {CASE(commit_to_the_end_is_shared), .rows = "reserve-commit-is-shared"},
    {CASE(reserve_no_decommit)},
    {CASE(reserve_survives_remap)},
    {CASE(reserve_whole_commit_range)},
    {CASE(reserve_commit_stronger_protection)},
    {CASE(reserve_protect_before_commit)},
    {CASE(commit_virtualalloc_on_committed_view)},
};

TOPIC(reserved_pages, reserved_pages_cases)
