/* Sizes that differ: a second creator that asks for more or less, views that are larger or smaller than the
 * section, offsets, zero sizes, rounding to pages, and the bytes behind the size. Sizes beyond 32 bits are in
 * large_sizes.c. */
#include "topic.h"

/* ---- the second creator ---- */

/* A second create ignores a larger size: the section keeps its size, and a view of the requested size fails
 * with an error that looks like a missing permission. */
static void create_existing_keeps_size_larger(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    REQUIRE(gives(s, "reader", "create section name=@x size=0x100000 protect=PAGE_READWRITE", "error=183"));
    gives(s, "reader", "size section", "size=4096 attributes=SEC_COMMIT");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    fails_status(s, "reader", "map larger of=section access=FILE_MAP_WRITE length=8192", ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
}

/* A second create ignores a smaller size too: the section does not shrink. */
static void create_existing_keeps_size_smaller(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0x19000 u32=100");
    REQUIRE(gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=183"));
    gives(s, "reader", "size section", "size=131072 attributes=SEC_COMMIT");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "query view", WHOLE_VIEW("131072", "PAGE_READONLY"));
    gives(s, "reader", "read view at=0x19000 as=u32", "u32=100");
}

/* No documented call changes the size of a section: a create with another size does not change it for its
 * creator either, and a view that is mapped later has the old size. */
static void size_static(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    joins(s, "reader", "create larger name=@x size=0x40000 protect=PAGE_READWRITE");
    joins(s, "reader", "create smaller name=@x size=1 protect=PAGE_READWRITE");
    gives(s, "writer", "size section", "size=65536 attributes=SEC_COMMIT");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "writer", "query view", WHOLE_VIEW("65536", "PAGE_READWRITE"));
}

/* A writer that starts again with a larger size gets the old section while any process holds it, and the new
 * size only after all have closed it. */
static void create_larger_after_restart(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    killed(s, "writer");
    REQUIRE(gives(s, "third", "create section name=@x size=0x20000 protect=PAGE_READWRITE", "error=183"));
    gives(s, "third", "size section", "size=4096 attributes=SEC_COMMIT");
    must(s, "third", "close section");
    must(s, "reader", "close section");
    row(s, "life-all-closed-destroys");
    REQUIRE(gives(s, "third", "create section name=@x size=0x20000 protect=PAGE_READWRITE", "error=0"));
    gives(s, "third", "size section", "size=131072 attributes=SEC_COMMIT");
}

/* Another program may have created the name first: the second creator sees success, 183 and a size that it
 * did not ask for. */
static void name_squatted(struct stage *s)
{
    must(s, "stranger", "create section name=@x size=4096 protect=PAGE_READWRITE");
    REQUIRE(gives(s, "writer", "create section name=@x size=0x100000 protect=PAGE_READWRITE", "error=183"));
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "writer", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    faults(s, "writer", "write view at=4096 u8=1", "write");
}

/* Arguments are checked before the name: a bad protection and a size of zero fail although the name exists.
 */
static void create_existing_bad_args_still_fail(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    fails(s, "reader", "create none name=@x size=4096 protect=0", ERROR_INVALID_PARAMETER);
    fails(s, "reader", "create section name=@x size=0 protect=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
}

/* The same for SEC_ flags that exclude each other or need another one. Found by scripts/explore. */
static void create_existing_bad_section_flags(struct stage *s)
{
    static const char *const flags[] = {"SEC_COMMIT|SEC_RESERVE", "SEC_NOCACHE", "SEC_WRITECOMBINE",
                                        "SEC_FILE", "SEC_LARGE_PAGES"};
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        fails(s, "reader", step("create s%zu name=@x size=4096 protect=PAGE_READWRITE|%s", i, flags[i]),
              ERROR_INVALID_PARAMETER);
}

/* ---- zero, one, and pages ---- */

/* A section without a file needs a size above zero; the failed call leaves no name. */
static void create_zero_size_pagefile(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=0 protect=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
    fails(s, "writer", "create reserved size=0 protect=PAGE_READWRITE|SEC_RESERVE", ERROR_INVALID_PARAMETER);
    row(s, "open-missing");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* The smallest size is one byte, which gives a view of one page. */
static void size_one_byte(struct stage *s)
{
    gives(s, "writer", "create section name=@x size=1 protect=PAGE_READWRITE", "error=0");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"));
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READONLY"));
}

/* The size of a section without a file is rounded up to whole pages. The creator and other processes see the
 * same size. */
static void size_rounded_to_page(struct stage *s)
{
    static const struct {
        unsigned asked, rounded;
    } sizes[] = {{1, 4096}, {4090, 4096}, {4096, 4096}, {4097, 8192}, {0x3452, 0x4000}, {0x10001, 0x11000}};
    for (unsigned i = 0; i < COUNT(sizes); i++) {
        must(s, "writer", step("create s%u name=@s%u size=%u protect=PAGE_READWRITE", i, i, sizes[i].asked));
        gives(s, "writer", step("size s%u", i), step("size=%u attributes=SEC_COMMIT", sizes[i].rounded));
        must(s, "reader", step("open s%u name=@s%u access=FILE_MAP_ALL_ACCESS", i, i));
        gives(s, "reader", step("size s%u", i), step("size=%u attributes=SEC_COMMIT", sizes[i].rounded));
    }
}

/* The bytes between the requested size and the end of the last page are shared memory too: zero at first,
 * writable, and visible to the other process. */
static void size_slack_is_shared_memory(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "zero view at=4000 length=96", "zero=yes");
    succeeds(s, "writer", "fill view at=4000 length=96 seed=1");
    gives(s, "reader", "verify view at=4000 length=96 seed=1", "match=yes");
    /* The same through a handle of each origin, in a process with many views. */
    joins(s, "writer", "create existing name=@x size=4000 protect=PAGE_READWRITE");
    must(s, "writer", "open opened name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "writer", "duplicate section to=0 same=yes");
    must(s, "writer", "adopt duplicate handle=$writer.handle");
    for (unsigned i = 0; i < 9; i++) {
        static const char *const origins[] = {"section", "existing", "opened", "duplicate"};
        must(s, "writer", step("map v%u of=%s access=FILE_MAP_WRITE", i, origins[i % COUNT(origins)]));
        succeeds(s, "writer", step("fill v%u at=4000 length=96 seed=%u", i, i + 2));
        gives(s, "reader", step("verify view at=4000 length=96 seed=%u", i + 2), "match=yes");
    }
}

/* The address behind the last page is free, and touching it faults. Views start at multiples of 64 KiB, so no
 * other view can be there. */
static void size_past_last_page_faults(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "query view at=4096", "state=MEM_FREE");
    faults(s, "reader", "read view at=4096 as=u8", "read");
    faults(s, "reader", "write view at=4096 u8=1", "write");
}

/* Protection and commitment work in pages of 4 KiB, views start at multiples of 64 KiB, on every processor
 * that Windows runs on; each process reports the same. */
static void size_granularity_and_page(struct stage *s)
{
    gives(s, "writer", "system", "page=4096 granularity=65536");
    gives(s, "reader", "system", "page=4096 granularity=65536");
}

/* ---- asking for the size ---- */

/* VirtualQuery reports the size of a view. */
static void size_query_virtualquery(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x18000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map whole of=section access=FILE_MAP_READ");
    gives(s, "reader", "query whole", WHOLE_VIEW("98304", "PAGE_READONLY"));
    must(s, "reader", "map part of=section access=FILE_MAP_READ length=0x2000");
    gives(s, "reader", "query part", WHOLE_VIEW("8192", "PAGE_READONLY"));
}

/* VirtualQuery stops at the first page in another state, so after VirtualProtect it no longer reports the
 * size of the view. */
static void size_query_needs_uniform_state(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x4000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect view at=0x1000 length=0x1000 to=PAGE_READONLY", "old=PAGE_READWRITE");
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    gives(s, "reader", "query view at=0x1000",
          "base=+4096 size=4096 state=MEM_COMMIT protect=PAGE_READONLY type=MEM_MAPPED allocation-base=+0 "
          "allocation-protect=PAGE_READWRITE");
    gives(s, "reader", "query view at=0x2000",
          "base=+8192 size=8192 state=MEM_COMMIT protect=PAGE_READWRITE type=MEM_MAPPED allocation-base=+0 "
          "allocation-protect=PAGE_READWRITE");
}

/* NtQuerySection reports the size and the attributes of a section. */
static void size_query_ntquerysection(struct stage *s)
{
    must(s, "writer", "create committed name=@c size=0x18000 protect=PAGE_READWRITE");
    must(s, "writer", "create reserved name=@r size=0x18000 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open committed name=@c access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "open reserved name=@r access=FILE_MAP_ALL_ACCESS");
    gives(s, "reader", "size committed", "size=98304 attributes=SEC_COMMIT");
    gives(s, "reader", "size reserved", "size=98304 attributes=SEC_RESERVE");
}

/* NtQuerySection needs SECTION_QUERY, which a handle opened only to read or only to write does not have. */
static void size_query_needs_section_query(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open read name=@x access=FILE_MAP_READ");
    must(s, "reader", "open write name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "open query name=@x access=SECTION_QUERY|FILE_MAP_READ");
    denied(s, "reader", "size read");
    denied(s, "reader", "size write");
    gives(s, "reader", "size query", "size=4096 attributes=SEC_COMMIT");
}

/* ---- views ---- */

/* Length 0 maps from the offset to the end of the section. */
static void map_whole(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x30001 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    REQUIRE(succeeds(s, "reader", "map whole of=section access=FILE_MAP_READ length=0"));
    gives(s, "reader", "query whole", WHOLE_VIEW("200704", "PAGE_READONLY"));
    REQUIRE(succeeds(s, "reader", "map rest of=section access=FILE_MAP_READ offset=0x20000 length=0"));
    gives(s, "reader", "query rest", WHOLE_VIEW("69632", "PAGE_READONLY"));
}

/* The length of a view is rounded up to whole pages. */
static void map_length_rounded_to_page(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map one of=section access=FILE_MAP_READ length=1");
    gives(s, "reader", "query one", WHOLE_VIEW("4096", "PAGE_READONLY"));
    must(s, "reader", "map two of=section access=FILE_MAP_READ length=4097");
    gives(s, "reader", "query two", WHOLE_VIEW("8192", "PAGE_READONLY"));
}

/* A view can be as large as the section, although one page says that it must be smaller (note D7). */
static void map_view_equal_to_section(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE length=0x10000"));
    gives(s, "reader", "query view", WHOLE_VIEW("65536", "PAGE_READWRITE"));
}

/* A view smaller than the section shows its start and ends at its own length. */
static void map_smaller_view(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x10000 seed=3");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ length=0x2000");
    gives(s, "reader", "verify view length=0x2000 seed=3", "match=yes");
    row(s, "size-past-last-page-faults");
    faults(s, "reader", "read view at=0x2000 as=u8", "read");
}

/* INVALID_HANDLE_VALUE is the pseudo handle of the process, which is not a section. */
static void map_pseudo_handle(struct stage *s)
{
    must(s, "writer", "adopt section handle=0xFFFFFFFFFFFFFFFF");
    fails_status(s, "writer", "map view of=section access=FILE_MAP_READ", ERROR_INVALID_HANDLE,
                 STATUS_OBJECT_TYPE_MISMATCH);
}

/* Every byte of a view must be inside the section: one page more is refused, with and without an offset. */
static void map_length_past_end(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    fails_status(s, "reader", "map view of=section access=FILE_MAP_READ length=0x21000", ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
    fails_status(s, "reader", "map byte of=section access=FILE_MAP_READ length=0x20001", ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
    fails_status(s, "reader", "map rest of=section access=FILE_MAP_READ offset=0x10000 length=0x11000",
                 ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
    row(s, "map-failure-is-null");
    fails_status(s, "writer", "map view of=section access=FILE_MAP_WRITE length=0x21000", ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
}

/* The limit is the size rounded up to a page: a view that is longer than the requested size and ends in the
 * last page works, one byte more is refused. */
static void map_length_inside_last_page(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4090 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE length=4096");
    fails_status(s, "reader", "map more of=section access=FILE_MAP_WRITE length=4097", ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
}

/* ---- offsets ---- */

/* An offset that is a multiple of the allocation granularity works, and the view starts there. */
static void map_offset_aligned(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x40000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < 4; i++) {
        must(s, "writer", step("write view at=%u u32=%u", i * 0x10000, i + 1));
        REQUIRE(
            succeeds(s, "reader", step("map v%u of=section access=FILE_MAP_READ offset=%u", i, i * 0x10000)));
        gives(s, "reader", step("read v%u as=u32", i), step("u32=%u", i + 1));
    }
}

/* Any other offset is refused, including a multiple of the page size. */
static void map_offset_misaligned(struct stage *s)
{
    static const unsigned offsets[] = {1, 4096, 32768, 65535, 65537, 69632};
    must(s, "writer", "create section name=@x size=0x40000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < COUNT(offsets); i++)
        fails_status(s, "reader",
                     step("map v%u of=section access=FILE_MAP_READ offset=%u length=4096", i, offsets[i]),
                     ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
}

/* The offset must lie inside the section. The result of length 0 with an offset equal to the size is recorded: no
 * source asserts it. */
static void map_offset_past_end(struct stage *s)
{
    static const unsigned offsets[] = {0x20000, 0x30000, 0x7FFF0000};
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < COUNT(offsets); i++)
        for (unsigned length = i == 0 ? 1 : 0; length < 2; length++)
            fails_status(s, "reader",
                         step("map v%u of=section access=FILE_MAP_READ offset=0x%X length=%u", 2 * i + length,
                              offsets[i], length),
                         ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
    row(s, "map-offset-at-end");
    records(s, "reader", "map end of=section access=FILE_MAP_READ offset=0x20000 length=0");
}

/* Views at different offsets overlap consistently between processes. */
static void view_coherent_overlapping_offsets(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE offset=0x10000");
    must(s, "writer", "write view at=0x10000 u32=1");
    gives(s, "reader", "read view as=u32", "u32=1");
    must(s, "reader", "write view at=0xFFFC u32=2");
    gives(s, "writer", "read view at=0x1FFFC as=u32", "u32=2");
}

static const struct test_case size_mismatch_cases[] = {
    {CASE(create_existing_keeps_size_larger)},
    {CASE(create_existing_keeps_size_smaller)},
    {CASE(size_static)},
    {CASE(create_larger_after_restart), .rows = "create-existing-keeps-size-larger life-all-closed-destroys"},
    {CASE(name_squatted)},
    {CASE(create_existing_bad_args_still_fail)},
    {CASE(create_existing_bad_section_flags), .rows = "create-existing-bad-args-still-fail"},
    {CASE(create_zero_size_pagefile), .rows = "create-zero-size-pagefile open-missing"},
    {CASE(size_one_byte)},
    {CASE(size_rounded_to_page)},
    {CASE(size_slack_is_shared_memory)},
    {CASE(size_past_last_page_faults)},
    {CASE(size_granularity_and_page)},
    {CASE(size_query_virtualquery)},
    {CASE(size_query_needs_uniform_state)},
    {CASE(size_query_ntquerysection)},
    {CASE(size_query_needs_section_query)},
    {CASE(map_whole)},
    {CASE(map_length_rounded_to_page)},
    {CASE(map_view_equal_to_section)},
    {CASE(map_smaller_view), .rows = "view-coherent-two-processes size-past-last-page-faults"},
    {CASE(map_pseudo_handle), .needs = "64-bit"},
    {CASE(map_length_past_end), .rows = "map-length-past-end map-failure-is-null"},
    {CASE(map_length_inside_last_page)},
    {CASE(map_offset_aligned)},
    {CASE(map_offset_misaligned)},
    {CASE(map_offset_past_end), .rows = "map-offset-past-end map-offset-at-end"},
    {CASE(view_coherent_overlapping_offsets)},
};

TOPIC(size_mismatch, size_mismatch_cases)
