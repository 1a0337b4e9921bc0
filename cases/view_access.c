/* Topic view_access: what a process can do with its view. The access passed to MapViewOfFile decides about
 * the pages, VirtualProtect stays within it, and writes to a copy-on-write view stay private. */
#include "topic.h"

#include <string.h>

/* ---- the access given to MapViewOfFile ---- */

/* FILE_MAP_WRITE, with or without FILE_MAP_READ, and FILE_MAP_ALL_ACCESS give the same view. */
static void map_write_equivalents(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    succeeds(s, "reader", "map one of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "query one", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    succeeds(s, "reader", "map two of=section access=FILE_MAP_READ|FILE_MAP_WRITE");
    gives(s, "reader", "query two", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    succeeds(s, "reader", "map three of=section access=FILE_MAP_ALL_ACCESS");
    gives(s, "reader", "query three", WHOLE_VIEW("4096", "PAGE_READWRITE"));
}

/* A view for writing can also be read. */
static void map_write_is_readable(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=seen");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "read view at=0 length=4 as=text", "text=seen");
}

/* FILE_MAP_COPY alone gives a copy-on-write view, of a read-only section too. */
static void map_copy(struct stage *s)
{
    must(s, "writer", "create read-write name=@rw size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "create read-only name=@ro size=4096 protect=PAGE_READONLY");
    must(s, "reader", "open read-write name=@rw access=FILE_MAP_READ");
    must(s, "reader", "open read-only name=@ro access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map one of=read-write access=FILE_MAP_COPY"))
        gives(s, "reader", "query one", WHOLE_VIEW("4096", "PAGE_WRITECOPY"));
    if (succeeds(s, "reader", "map two of=read-only access=FILE_MAP_COPY"))
        gives(s, "reader", "query two", WHOLE_VIEW("4096", "PAGE_WRITECOPY"));
}

/* The page says that FILE_MAP_COPY can be combined; the case expects what was observed on Windows (D9): with
 * FILE_MAP_READ the view is read-only, not copy-on-write. */
static void map_copy_or_read(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_COPY|FILE_MAP_READ")) {
        gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READONLY"));
        faults(s, "reader", "write view at=0 text=mine", "write");
    }
}

/* With FILE_MAP_WRITE the view is shared (D9, observed): a store that was meant to be private reaches the
 * writer. */
static void map_copy_or_write(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=theirs");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_COPY|FILE_MAP_WRITE")) {
        gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
        must(s, "reader", "write view at=0 text=shared");
        gives(s, "writer", "read view at=0 length=6 as=text", "text=shared");
    }
}

/* Access 0 maps a view without any access if the handle has FILE_MAP_READ; a handle without rights maps
 * nothing. */
static void map_access_zero(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map view of=section access=0")) {
        gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_NOACCESS"));
        faults(s, "reader", "read view at=0 length=1", "read");
    }
    must(s, "reader", "duplicate section to=0 access=0");
    must(s, "reader", "adopt bare handle=$reader.handle");
    denied(s, "reader", "map none of=bare access=0");
}

/* FILE_MAP_EXECUTE does not include reading: alone it maps a view without any access (D10, observed). */
static void map_execute_alone(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_EXECUTE|FILE_MAP_READ");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_EXECUTE")) {
        gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_NOACCESS"));
        faults(s, "reader", "read view at=0 length=1", "read");
    }
}

/* FILE_MAP_EXECUTE with READ, WRITE or COPY makes the view of that kind executable. */
static void map_execute_read(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    if (succeeds(s, "reader", "map read of=section access=FILE_MAP_EXECUTE|FILE_MAP_READ"))
        gives(s, "reader", "query read", WHOLE_VIEW("4096", "PAGE_EXECUTE_READ"));
    if (succeeds(s, "reader", "map write of=section access=FILE_MAP_EXECUTE|FILE_MAP_WRITE"))
        gives(s, "reader", "query write", WHOLE_VIEW("4096", "PAGE_EXECUTE_READWRITE"));
    if (succeeds(s, "reader", "map copy of=section access=FILE_MAP_EXECUTE|FILE_MAP_COPY"))
        gives(s, "reader", "query copy", WHOLE_VIEW("4096", "PAGE_EXECUTE_WRITECOPY"));
}

/* An executable view needs a section that was created executable. */
static void access_execute_needs_exec_section(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    denied(s, "writer", "map view of=section access=FILE_MAP_EXECUTE|FILE_MAP_READ");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    fails_status(s, "reader", "map view of=section access=FILE_MAP_EXECUTE|FILE_MAP_READ",
                 ERROR_INVALID_PARAMETER, STATUS_SECTION_PROTECTION);
}

/* The page does not list PAGE_WRITECOPY sections for FILE_MAP_READ (D8); they can be read. */
static void map_read_on_writecopy_section(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_WRITECOPY");
    if (succeeds(s, "writer", "map view of=section access=FILE_MAP_READ"))
        gives(s, "writer", "query view", WHOLE_VIEW("4096", "PAGE_READONLY"));
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        gives(s, "reader", "read view at=0 length=4", "hex=00000000");
}

/* ---- stores that are not allowed ---- */

/* A store to a FILE_MAP_READ view is an access violation in that process and changes nothing. */
static void protect_readonly_write_faults(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=whole");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    faults(s, "reader", "write view at=0 text=crack", "write");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=whole");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=whole");
}

/* The same if the handle has all rights: the access of the view decides. */
static void readonly_view_of_full_handle(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    faults(s, "reader", "write view at=0 u32=1", "write");
    row(s, "protect-change-upgrade-fails");
    fails(s, "reader", "protect view at=0 length=4096 to=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
}

/* A PAGE_NOACCESS page faults on every access in the process that set the protection. */
static void protect_noaccess_read_faults(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect view at=0 length=4096 to=PAGE_NOACCESS", "old=PAGE_READWRITE");
    faults(s, "reader", "read view at=0 length=1", "read");
    faults(s, "reader", "write view at=0 u8=1", "write");
}

/* ---- VirtualProtect ---- */

/* VirtualProtect lowers and raises the protection within that of the mapping, and returns the old one. */
static void protect_change_downgrade(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "protect view at=0 length=4096 to=PAGE_READONLY", "old=PAGE_READWRITE");
    faults(s, "reader", "write view at=0 u8=1", "write");
    gives(s, "reader", "protect view at=0 length=4096 to=PAGE_NOACCESS", "old=PAGE_READONLY");
    faults(s, "reader", "read view at=0 length=1", "read");
    gives(s, "reader", "protect view at=0 length=4096 to=PAGE_READWRITE", "old=PAGE_NOACCESS");
    succeeds(s, "reader", "write view at=0 u8=1");
}

/* VirtualProtect refuses a protection beyond that of the mapping and changes nothing, whatever the handle
 * allows. */
static void protect_change_upgrade_fails(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    fails(s, "reader", "protect view at=0 length=4096 to=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READONLY"));
    faults(s, "reader", "write view at=0 u8=1", "write");
}

/* A view that was mapped without execute cannot become executable, even if its section is. */
static void protect_change_execute_fails(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    fails(s, "reader", "protect view at=0 length=4096 to=PAGE_EXECUTE_READ", ERROR_INVALID_PARAMETER);
    fails(s, "reader", "protect view at=0 length=4096 to=PAGE_EXECUTE_READWRITE", ERROR_INVALID_PARAMETER);
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
}

/* VirtualProtect can make a shared page copy-on-write; later stores stay in that process. */
static void protect_change_to_writecopy(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=shared");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "protect view at=0 length=4096 to=PAGE_WRITECOPY", "old=PAGE_READWRITE");
    gives(s, "reader", "read view at=0 length=6 as=text", "text=shared");
    must(s, "reader", "write view at=0 text=secret");
    gives(s, "writer", "read view at=0 length=6 as=text", "text=shared");
    gives(s, "reader", "read view at=0 length=6 as=text", "text=secret");
}

/* The protection of one view does not affect other views, in this process or in another one. */
static void protect_change_is_per_view(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map one of=section access=FILE_MAP_WRITE");
    must(s, "reader", "map two of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect one at=0 length=4096 to=PAGE_NOACCESS", "old=PAGE_READWRITE");
    gives(s, "writer", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    succeeds(s, "writer", "write view at=0 text=still");
    gives(s, "reader", "query two", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    gives(s, "reader", "read two at=0 length=5 as=text", "text=still");
}

/* For a range with two protections VirtualProtect returns that of the first page. */
static void protect_change_old_value(struct stage *s)
{
    must(s, "writer", "create section name=@x size=8192 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect view at=0 length=4096 to=PAGE_READONLY", "old=PAGE_READWRITE");
    gives(s, "reader", "protect view at=0 length=8192 to=PAGE_READWRITE", "old=PAGE_READONLY");
}

/* For a copy-on-write view VirtualProtect returns the protection that VirtualQuery shows. Found by scripts/explore. */
static void protect_old_value_of_a_copy(struct stage *s)
{
    must(s, "writer", "create section name=@x size=8192 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_COPY");
    must_give(s, "reader", "query view show=protect", "protect=PAGE_WRITECOPY");
    gives(s, "reader", "protect view at=0 length=4096 to=PAGE_READONLY", "old=PAGE_WRITECOPY");
    gives(s, "reader", "protect view at=0 length=4096 to=PAGE_WRITECOPY", "old=PAGE_READONLY");
}

/* VirtualProtect changes every page that the range touches and no other: two bytes across a boundary are two
 * pages. */
static void protect_change_page_granular(struct stage *s)
{
    must(s, "writer", "create section name=@x size=12288 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect view at=4095 length=2 to=PAGE_READONLY", "old=PAGE_READWRITE");
    gives(s, "reader", "query view at=0", VIEW_PART("0", "8192", "PAGE_READONLY", "PAGE_READWRITE"));
    gives(s, "reader", "query view at=8192", VIEW_PART("8192", "4096", "PAGE_READWRITE", "PAGE_READWRITE"));
}

/* A range of one byte changes one page. */
static void protect_view_whole_page_unit(struct stage *s)
{
    must(s, "writer", "create section name=@x size=8192 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect view at=100 length=1 to=PAGE_READONLY", "old=PAGE_READWRITE");
    gives(s, "reader", "query view at=0", VIEW_PART("0", "4096", "PAGE_READONLY", "PAGE_READWRITE"));
    faults(s, "reader", "write view at=4095 u8=1", "write");
    succeeds(s, "reader", "write view at=4096 u8=1");
}

/* Another process can make a view copy-on-write. The stores of the view's own process are private from then on, without an
 * error in that process. */
static void protect_by_other_process(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=shared");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "third", "protectother process=$writer.pid address=$writer.base length=4096 to=PAGE_WRITECOPY",
          "old=PAGE_READWRITE");
    succeeds(s, "writer", "write view at=0 text=secret");
    gives(s, "writer", "read view at=0 length=6 as=text", "text=secret");
    gives(s, "reader", "read view at=0 length=6 as=text", "text=shared");
}

/* The protection that another process sets applies in the process of the view, to the pages that it names, until it is changed
 * again. */
static void protected_from_outside(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x3000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader",
          "protectother process=$writer.pid address=$writer.base+4096 length=4096 to=PAGE_READONLY",
          "old=PAGE_READWRITE");
    faults(s, "writer", "write view at=4096 u8=1", "write");
    succeeds(s, "writer", "write view at=8192 u8=1");
    succeeds(s, "reader", "write view at=4096 u8=1");
    gives(s, "writer", "query view at=4096 show=size,protect", "size=4096 protect=PAGE_READONLY");
    gives(s, "reader",
          "protectother process=$writer.pid address=$writer.base+4096 length=4096 to=PAGE_READWRITE",
          "old=PAGE_READONLY");
    succeeds(s, "writer", "write view at=4096 u8=2");
    gives(s, "reader",
          "protectother process=$writer.pid address=$writer.base+8192 length=4096 to=PAGE_NOACCESS",
          "old=PAGE_READWRITE");
    faults(s, "writer", "read view at=8192 length=1", "read");
}

/* A process with the policy against dynamic code can create an executable section and map it for reading, writing or
 * executing, but not for writing and executing at once. */
static void access_dynamic_code_policy(struct stage *s)
{
    must(s, "writer", "nocode");
    gives(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE", "error=0");
    fails(s, "writer", "map both of=section access=FILE_MAP_WRITE|FILE_MAP_EXECUTE",
          ERROR_DYNAMIC_CODE_BLOCKED);
    succeeds(s, "writer", "map reading of=section access=FILE_MAP_READ");
    succeeds(s, "writer", "map writing of=section access=FILE_MAP_WRITE");
}

/* Reserved pages have no protection: the call fails and leaves the committed pages unchanged. */
static void protect_change_uncommitted(struct stage *s)
{
    must(s, "writer", "create section name=@x size=131072 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "commit view at=0 length=65536 protect=PAGE_READWRITE", "base=+0");
    fails(s, "reader", "protect view at=0 length=131072 to=PAGE_READONLY", ERROR_INVALID_ADDRESS);
    gives(s, "reader", "query view at=0", VIEW_PART("0", "65536", "PAGE_READWRITE", "PAGE_READWRITE"));
}

/* AllocationProtect stays the protection that the view was mapped with. */
static void protect_allocation_protect_fixed(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect view at=0 length=4096 to=PAGE_READONLY", "old=PAGE_READWRITE");
    gives(s, "reader", "query view", VIEW_PART("0", "4096", "PAGE_READONLY", "PAGE_READWRITE"));
}

/* A range over two adjacent views is refused, and neither changes. */
static void protect_change_across_views(struct stage *s)
{
    must(s, "writer", "create section name=@x size=65536 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "reserve both size=131072");
    must(s, "reader", "release both");
    must(s, "reader", "map first of=section access=FILE_MAP_WRITE base=$reader.base");
    must(s, "reader", "map second of=section access=FILE_MAP_WRITE base=$reader.base+65536");
    fails(s, "reader", "protect first at=0 length=131072 to=PAGE_READONLY", ERROR_INVALID_ADDRESS);
    gives(s, "reader", "query first", WHOLE_VIEW("65536", "PAGE_READWRITE"));
    gives(s, "reader", "query second", WHOLE_VIEW("65536", "PAGE_READWRITE"));
}

/* A guard page raises its exception once, in the process that set it, and is an ordinary page afterwards. */
static void protect_guard_page(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect view at=0 length=4096 to=PAGE_READWRITE|PAGE_GUARD",
              "old=PAGE_READWRITE");
    succeeds(s, "writer", "write view at=0 text=bytes");
    gives(s, "reader", "query view", VIEW_PART("0", "4096", "PAGE_READWRITE|PAGE_GUARD", "PAGE_READWRITE"));
    records(s, "reader", "read view at=0 length=5 as=text");
    holds(s, "the first touch raises STATUS_GUARD_PAGE_VIOLATION",
          strcmp(value(s, "reader", "code"), "0x80000001") == 0);
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
}

/* FILE_MAP_RESERVE is in the header and on no page: the case records what it does. */
static void map_flag_reserve(struct stage *s)
{
    must(s, "writer", "create section name=@x size=65536 protect=PAGE_READWRITE");
    records(s, "writer", "map view of=section access=FILE_MAP_RESERVE|FILE_MAP_WRITE");
    if (*value(s, "writer", "base"))
        records(s, "writer", "query view");
}

static const struct test_case view_access_cases[] = {
    {CASE(map_write_equivalents)},
    {CASE(map_write_is_readable)},
    {CASE(map_copy)},
    {CASE(map_copy_or_read)},
    {CASE(map_copy_or_write)},
    {CASE(map_access_zero), .rows = "map-access-zero dup-zero-access"},
    {CASE(map_execute_alone)},
    {CASE(map_execute_read)},
    {CASE(access_execute_needs_exec_section)},
    {CASE(map_read_on_writecopy_section)},
    {CASE(protect_readonly_write_faults)},
    {CASE(readonly_view_of_full_handle),
     .rows = "protect-readonly-write-faults protect-change-upgrade-fails"},
    {CASE(protect_noaccess_read_faults)},
    {CASE(protect_change_downgrade)},
    {CASE(protect_change_upgrade_fails)},
    {CASE(protect_change_execute_fails)},
    {CASE(protect_change_to_writecopy)},
    {CASE(protect_change_is_per_view)},
    {CASE(protect_change_old_value)},
    {CASE(protect_old_value_of_a_copy), .rows = "protect-change-old-value"},
    {CASE(protect_change_page_granular)},
    {CASE(protect_view_whole_page_unit)},
    {CASE(protect_change_uncommitted)},
    {CASE(protect_by_other_process), .needs = "same-bits"},
    {CASE(protected_from_outside),
     .rows = "protect-change-downgrade protect-change-is-per-view protect-change-old-value",
     .needs = "same-bits"},
    {CASE(access_dynamic_code_policy), .needs = "windows-8-1"},
    {CASE(protect_allocation_protect_fixed)},
    {CASE(protect_change_across_views)},
    {CASE(protect_guard_page)},
    {CASE(map_flag_reserve)},
};

TOPIC(view_access, view_access_cases)
