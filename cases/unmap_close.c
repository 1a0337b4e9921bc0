/* Topic unmap_close: UnmapViewOfFile and CloseHandle, and what they do with invalid arguments. */
#include "free_place.h"
#include "topic.h"

static void writer_maps(struct stage *s, unsigned size)
{
    must(s, "writer", step("create section name=@x size=%u protect=PAGE_READWRITE", size));
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
}

/* Unmapping succeeds and frees the address range for other uses. */
static void life_unmap_frees_range(struct stage *s)
{
    must(s, "writer", "create section name=@x size=65536 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    row(s, "life-unmap-returns-true");
    succeeds(s, "writer", "unmap view keep=yes");
    row(s, "life-unmap-frees-range");
    gives(s, "writer", "query view", "state=MEM_FREE");
    succeeds(s, "writer", "reserve block size=65536 base=$writer.base");
}

/* The same for views of many pages: their start, middle and end are free. */
static void unmap_frees_large_views(struct stage *s)
{
    static const unsigned sizes[] = {0x2000, 0x11000, 0x101000, 0x500064, 0x6000801};
    for (unsigned i = 0; i < COUNT(sizes); i++) {
        must(s, "writer", step("create s%u name=@%u size=%u protect=PAGE_READWRITE", i, i, sizes[i]));
        must(s, "reader", step("open s%u name=@%u access=FILE_MAP_READ", i, i));
        must(s, "reader", step("map v%u of=s%u access=FILE_MAP_READ", i, i));
        succeeds(s, "reader", step("unmap v%u keep=yes", i));
        gives(s, "reader", step("query v%u", i), "state=MEM_FREE");
        faults(s, "reader", step("read v%u at=%u length=1", i, sizes[i] / 2), "read");
        faults(s, "reader", step("read v%u at=%u length=1", i, sizes[i] - 1), "read");
    }
}

/* Touching unmapped memory is an access violation. */
static void life_unmap_then_touch(struct stage *s)
{
    writer_maps(s, 4096);
    must(s, "writer", "unmap view keep=yes");
    faults(s, "writer", "read view at=0 length=1", "read");
    faults(s, "writer", "write view at=0 u8=1", "write");
}

/* Unmapping a view twice fails the second time. */
static void life_unmap_twice(struct stage *s)
{
    writer_maps(s, 4096);
    must(s, "writer", "unmap view keep=yes");
    fails_status(s, "writer", "unmap view", ERROR_INVALID_ADDRESS, STATUS_NOT_MAPPED_VIEW);
}

/* Memory that is not a view cannot be unmapped: a range reserved by VirtualAlloc, an address inside it, and a
 * free address. */
static void life_unmap_not_a_view(struct stage *s)
{
    must(s, "writer", "reserve block size=65536");
    fails_status(s, "writer", "unmap block", ERROR_INVALID_ADDRESS, STATUS_NOT_MAPPED_VIEW);
    fails_status(s, "writer", "unmap block at=12288", ERROR_INVALID_ADDRESS, STATUS_NOT_MAPPED_VIEW);
    gives(s, "writer", "query block",
          "base=+0 size=65536 state=MEM_RESERVE type=MEM_PRIVATE allocation-base=+0 "
          "allocation-protect=PAGE_NOACCESS");
    must(s, "writer", "release block keep=yes");
    fails_status(s, "writer", "unmap block", ERROR_INVALID_ADDRESS, STATUS_NOT_MAPPED_VIEW);
}

/* NULL is not a view. */
static void life_unmap_null(struct stage *s)
{
    must(s, "writer", "adopt nowhere address=0");
    fails_status(s, "writer", "unmap nowhere", ERROR_INVALID_ADDRESS, STATUS_NOT_MAPPED_VIEW);
}

/* The Win32 page asks for the base of the view; the case expects what was observed (D18): any address inside
 * unmaps the whole view. */
static void life_unmap_interior(struct stage *s)
{
    static const char *const inside[] = {"100", "4096", "4196"};
    must(s, "writer", "create section name=@x size=12288 protect=PAGE_READWRITE");
    for (size_t i = 0; i < COUNT(inside); i++) {
        must(s, "writer", step("map view%s of=section access=FILE_MAP_READ", inside[i]));
        if (succeeds(s, "writer", step("unmap view%s at=%s keep=yes", inside[i], inside[i])))
            gives(s, "writer", step("query view%s", inside[i]), "state=MEM_FREE");
    }
}

/* Unmapping one of two views in a process leaves the other one. */
static void life_unmap_one_of_two(struct stage *s)
{
    writer_maps(s, 4096);
    must(s, "writer", "map other of=section access=FILE_MAP_READ");
    must(s, "writer", "unmap view");
    gives(s, "writer", "read other at=0 length=5 as=text", "text=bytes");
}

/* Unmapping leaves the views of other processes. */
static void life_unmap_other_process_unaffected(struct stage *s)
{
    writer_maps(s, 4096);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "unmap view");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
    succeeds(s, "reader", "write view at=0 text=alive");
}

/* The bytes remain when a process unmaps, and its next view shows them and what other processes stored
 * meanwhile. */
static void view_persists_across_unmap(struct stage *s)
{
    writer_maps(s, 4096);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "unmap view");
    must(s, "reader", "write view at=8 text=meanwhile");
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=bytes");
    gives(s, "writer", "read view at=8 length=9 as=text", "text=meanwhile");
}

/* VirtualFree fails on a view and leaves it unchanged. */
static void life_virtualfree_on_view(struct stage *s)
{
    writer_maps(s, 4096);
    fails(s, "writer", "release view keep=yes", ERROR_INVALID_PARAMETER);
    gives(s, "writer", "read view at=0 length=5 as=text", "text=bytes");
}

/* Closing a handle twice fails the second time. */
static void life_close_twice(struct stage *s)
{
    writer_maps(s, 4096);
    must(s, "writer", "close section keep=yes");
    fails_status(s, "writer", "close section", ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
}

/* A handle that is protected from closing stays open and keeps the name until the protection is removed. */
static void handle_protect_from_close(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    succeeds(s, "writer", "setflags section protect-from-close=yes");
    gives(s, "writer", "flags section", "inherit=no protect-from-close=yes");
    fails(s, "writer", "close section", ERROR_INVALID_HANDLE);
    succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ"))
        must(s, "reader", "close section");
    succeeds(s, "writer", "setflags section protect-from-close=no");
    succeeds(s, "writer", "close section");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* The end of the process closes a protected handle too. */
static void protected_handle_ends_with_process(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "setflags section protect-from-close=yes");
    killed(s, "writer");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* A view belongs to the process that mapped it: the same address is free in another process. */
static void map_private_to_mapper(struct stage *s)
{
    const unsigned long long place = free_place(s, "writer reader", "0x100000");
    REQUIRE(place);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", step("map view of=section access=FILE_MAP_WRITE base=0x%llx", place));
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    gives(s, "writer", step("query address=0x%llx show=state", place), "state=MEM_COMMIT");
    gives(s, "reader", step("query address=0x%llx", place), "state=MEM_FREE");
    must(s, "reader", step("adopt there address=0x%llx", place));
    faults(s, "reader", "read there at=0 length=1", "read");
}

/* An address is not valid in another process, but an offset into the section is the same everywhere. */
static void offsets_not_pointers(struct stage *s)
{
    const unsigned long long place = free_place(s, "writer reader", "0x100000");
    REQUIRE(place);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", step("map view of=section access=FILE_MAP_WRITE base=0x%llx", place));
    must(s, "writer", "write view at=100 text=target");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", step("map view of=section access=FILE_MAP_READ base=0x%llx", place + 0x80000));
    must(s, "reader", step("adopt pointer address=0x%llx", place + 100));
    faults(s, "reader", "read pointer length=6", "read");
    gives(s, "reader", "read view at=100 length=6 as=text", "text=target");
}

static const struct test_case unmap_close_cases[] = {
    {CASE(life_unmap_frees_range), .rows = "life-unmap-frees-range life-unmap-returns-true"},
    {CASE(unmap_frees_large_views), .rows = "life-unmap-frees-range"},
    {CASE(life_unmap_then_touch)},
    {CASE(life_unmap_twice)},
    {CASE(life_unmap_not_a_view)},
    {CASE(life_unmap_null)},
    {CASE(life_unmap_interior)},
    {CASE(life_unmap_one_of_two)},
    {CASE(life_unmap_other_process_unaffected)},
    {CASE(view_persists_across_unmap)},
    {CASE(life_virtualfree_on_view)},
    {CASE(life_close_twice)},
    {CASE(handle_protect_from_close)},
    {CASE(protected_handle_ends_with_process), .rows = "life-terminate-closes handle-protect-from-close"},
    {CASE(map_private_to_mapper)},
    {CASE(offsets_not_pointers), .rows = "view-offsets-not-pointers"},
};

TOPIC(unmap_close, unmap_close_cases)
