/* Sizes, lengths and offsets beyond 32 bits, and sizes beyond the limits of a system. A value that loses its
 * upper half becomes another size. */
#include "topic.h"

#define GIB4 "0x100000000" /* 4 GiB: its lower 32 bits are 0 */

/* The size has 64 bits, in two DWORDs. The sections are reserved, so that nothing is charged. */
static void create_size_high_low(struct stage *s)
{
    static const struct {
        const char *asked, *size;
    } sizes[] = {{"0x140000000", "5368709120"}, {"0x100000001", "4294971392"}, {GIB4, "4294967296"}};
    for (unsigned i = 0; i < COUNT(sizes); i++) {
        const char *create =
            step("create s%u name=@s%u size=%s protect=PAGE_READWRITE|SEC_RESERVE", i, i, sizes[i].asked);
        REQUIRE(gives(s, "writer", create, "error=0"));
        gives(s, "writer", step("size s%u", i), step("size=%s attributes=SEC_RESERVE", sizes[i].size));
    }
    must(s, "reader", "open section name=@s0 access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map last of=section access=FILE_MAP_READ offset=0x13FFF0000"))
        gives(s, "reader", "query last", RESERVED_PART("0", "65536", "PAGE_READONLY"));
}

/* The offset has 64 bits: the bytes behind 4 GiB are not those at the lower half of the offset. */
static void map_offset_high_dword(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x140000000 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    REQUIRE(
        succeeds(s, "writer", "map high of=section access=FILE_MAP_WRITE offset=0x100010000 length=0x10000"));
    REQUIRE(
        succeeds(s, "reader", "map high of=section access=FILE_MAP_READ offset=0x100010000 length=0x10000"));
    must(s, "writer", "map low of=section access=FILE_MAP_WRITE offset=0x10000 length=0x10000");
    must_give(s, "writer", "commit high length=4096 protect=PAGE_READWRITE", "base=+0");
    must_give(s, "writer", "commit low length=4096 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "write high u32=1");
    gives(s, "reader", "read high as=u32", "u32=1");
    must(s, "reader", "map low of=section access=FILE_MAP_READ offset=0x10000 length=0x10000");
    gives(s, "reader", "read low as=u32", "u32=0");
}

/* An offset of 4 GiB is behind the end of a small section; without its upper half it would be 0. */
static void map_offset_past_end_64(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    fails_status(s, "reader", "map view of=section access=FILE_MAP_READ offset=" GIB4, ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
    fails_status(s, "reader", "map page of=section access=FILE_MAP_READ offset=" GIB4 " length=4096",
                 ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
}

/* A length of 4 GiB and a page ends behind a small section; its lower half alone would fit. A length larger
 * than any address space is refused too, by another check. */
static void map_length_past_end_64(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    fails_status(s, "reader", "map view of=section access=FILE_MAP_READ length=0x100001000",
                 ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
    fails_somehow(s, "reader", "map vast of=section access=FILE_MAP_READ length=0x4000000000001000");
}

/* A section above 4 GiB can be mapped in pieces: here the first one, one across 4 GiB, and the last one. */
static void size_above_4gib(struct stage *s)
{
    static const char *const offsets[] = {"0", "0xFFFF0000", "0x13FFE0000"};
    must(s, "writer", "create section name=@x size=0x140000000 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < COUNT(offsets); i++) {
        const char *piece =
            step("map v%u of=section access=FILE_MAP_WRITE offset=%s length=0x20000", i, offsets[i]);
        REQUIRE(succeeds(s, "writer", piece));
        must_give(s, "writer", step("commit v%u length=0x20000 protect=PAGE_READWRITE", i), "base=+0");
        must(s, "writer", step("fill v%u length=0x20000 seed=%u", i, i + 1));
    }
    for (unsigned i = 0; i < COUNT(offsets); i++) {
        REQUIRE(succeeds(
            s, "reader",
            step("map v%u of=section access=FILE_MAP_READ offset=%s length=0x20000", i, offsets[i])));
        gives(s, "reader", step("verify v%u length=0x20000 seed=%u", i, i + 1), "match=yes");
    }
}

/* The same with committed pages and in one view: both processes can use all of it at once. */
static void size_above_4gib_committed(struct stage *s)
{
    static const char *const offsets[] = {"0", "0xFFFFF000", "0x13FFFE000"};
    REQUIRE(gives(s, "writer", "create section name=@x size=0x140000000 protect=PAGE_READWRITE", "error=0"));
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    REQUIRE(succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE"));
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"));
    gives(s, "reader", "query view show=size,state", "size=5368709120 state=MEM_COMMIT");
    for (unsigned i = 0; i < COUNT(offsets); i++)
        must(s, "writer", step("fill view at=%s length=0x2000 seed=%u", offsets[i], i + 1));
    for (unsigned i = 0; i < COUNT(offsets); i++)
        gives(s, "reader", step("verify view at=%s length=0x2000 seed=%u", offsets[i], i + 1), "match=yes");
    gives(s, "reader", "zero view at=0x80000000 length=0x2000", "zero=yes");
}

/* A size above the limit of the system is refused, also for reserved memory. */
static void size_too_big(struct stage *s)
{
    fails_status(s, "writer",
                 "create section name=@x size=0x4000000000000000 protect=PAGE_READWRITE|SEC_RESERVE",
                 ERROR_NOT_ENOUGH_MEMORY, STATUS_SECTION_TOO_BIG);
}

/* A committed section larger than what the system can commit fails when it is created, not later when it is used. The
 * size is 512 GiB because a much larger one may fail earlier, for lack of kernel memory (error 1450). */
static void create_commit_limit(struct stage *s)
{
    fails_status(s, "writer", "create section name=@x size=0x8000000000 protect=PAGE_READWRITE",
                 ERROR_COMMITMENT_LIMIT, STATUS_COMMITMENT_LIMIT);
}

static const struct test_case large_sizes_cases[] = {
    {CASE(create_size_high_low)},
    {CASE(map_offset_high_dword)},
    {CASE(map_offset_past_end_64), .rows = "map-offset-past-end"},
    {CASE(map_length_past_end_64), .rows = "map-length-past-end", .needs = "64-bit"},
    {CASE(size_above_4gib)},
    {CASE(size_above_4gib_committed), .rows = "size-above-4gib", .needs = "64-bit large commit-6-gib"},
    {CASE(size_too_big)},
    {CASE(create_commit_limit), .needs = "commit-below-512-gib"},
};

TOPIC(large_sizes, large_sizes_cases)
