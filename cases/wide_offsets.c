/* Topic wide_offsets: sizes and offsets between 2 and 4 GiB and beyond, and sizes that are no multiple of 64 KiB, through
 * each function that takes them. A number that is cut to 31 or 32 bits, or rounded, gives another place. The sections are
 * reserved, so that nothing is charged for them but the pages that a case commits. */
#include "topic.h"

/* ---- offsets ---- */

/* 5 GiB, a granule and a part of a page. */
#define SECTION "create section name=@x size=0x140012345 protect=PAGE_READWRITE|SEC_RESERVE"

/* Eight of them: with nine, the server of Wine 8.0 was seen to end. */
static const unsigned long long offsets[] = {
    0, 0x10000, 0x7FFF0000, 0x80000000, 0xC0010000, 0xFFFF0000, 0x100000000, 0x140010000,
};

/* Commits a page at each offset, which the writer maps through `map` with `arguments`, and stores the number of the offset
 * there; the reader finds each number through MapViewOfFile. */
static void offsets_are_apart(struct stage *s, const char *map, const char *arguments)
{
    must(s, "writer", SECTION);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < COUNT(offsets); i++) {
        REQUIRE(
            succeeds(s, "writer",
                     step("%s v%u of=section %s offset=%llu length=0x2001", map, i, arguments, offsets[i])));
        gives(s, "writer", step("query v%u", i), RESERVED_PART("0", "12288", "PAGE_READWRITE"));
        must_give(s, "writer", step("commit v%u length=0x2001 protect=PAGE_READWRITE", i), "base=+0");
        must(s, "writer", step("write v%u at=0x2004 u32=%u", i, i + 1));
    }
    for (unsigned i = 0; i < COUNT(offsets); i++) {
        must(s, "reader",
             step("map v%u of=section access=FILE_MAP_READ offset=%llu length=0x2001", i, offsets[i]));
        gives(s, "reader", step("read v%u at=0x2004 as=u32", i), step("u32=%u", i + 1));
    }
}

static void offsets_of_mapviewoffile(struct stage *s)
{
    offsets_are_apart(s, "map", "access=FILE_MAP_WRITE");
}

static void offsets_of_mapviewoffileex(struct stage *s)
{
    offsets_are_apart(s, "map", "access=FILE_MAP_WRITE base=0");
}

static void offsets_of_mapviewoffilefromapp(struct stage *s)
{
    offsets_are_apart(s, "mapapp", "access=FILE_MAP_WRITE");
}

static void offsets_of_mapviewoffile2(struct stage *s)
{
    offsets_are_apart(s, "map2", "protect=PAGE_READWRITE");
}

static void offsets_of_mapviewoffile3(struct stage *s)
{
    offsets_are_apart(s, "map3", "protect=PAGE_READWRITE");
}

/* A view of length 0 ends with the last page of the section, also behind 4 GiB. */
static void rest_behind_4_gib(struct stage *s)
{
    must(s, "writer", SECTION);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map rest of=section access=FILE_MAP_READ offset=0x140010000");
    gives(s, "reader", "query rest", RESERVED_PART("0", "12288", "PAGE_READONLY"));
    must(s, "reader", "map more of=section access=FILE_MAP_READ offset=0x140000000");
    gives(s, "reader", "query more", RESERVED_PART("0", "77824", "PAGE_READONLY"));
    row(s, "map-length-past-end");
    fails_status(s, "reader", "map none of=section access=FILE_MAP_READ offset=0x140010000 length=0x3001",
                 ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
    row(s, "map-offset-misaligned");
    fails_status(s, "reader", "map none of=section access=FILE_MAP_READ offset=0x80001000 length=4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
    fails_status(s, "reader", "map none of=section access=FILE_MAP_READ offset=0x100008000 length=4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
}

/* One view from 0 to beyond 4 GiB shows the same bytes as views with offsets. */
static void one_view_beyond_4_gib(struct stage *s)
{
    must(s, "writer", SECTION);
    REQUIRE(succeeds(s, "writer", "map all of=section access=FILE_MAP_WRITE"));
    gives(s, "writer", "query all show=size,state", "size=5368786944 state=MEM_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < COUNT(offsets); i++) {
        must_give(s, "writer", step("commit all at=%llu length=4096 protect=PAGE_READWRITE", offsets[i]),
                  step("base=+%llu", offsets[i]));
        must(s, "writer", step("fill all at=%llu length=4096 seed=%u", offsets[i], i + 1));
    }
    for (unsigned i = 0; i < COUNT(offsets); i++) {
        must(s, "reader",
             step("map v%u of=section access=FILE_MAP_READ offset=%llu length=4096", i, offsets[i]));
        gives(s, "reader", step("verify v%u length=4096 seed=%u", i, i + 1), "match=yes");
    }
}

/* ---- a process with many handles and views ---- */

static const char *const origins[] = {"created", "existing", "opened", "duplicate"};

/* The first page of the section, the one in the middle and one 2 GiB before it, the last one and one 4 GiB before it. */
static const unsigned long long places[] = {0, 0x20009000, 0x40012000, 0xA0009000, 0x140012000};
#define WHOLE_SIZE "5368786944"

/* Checks through a handle of each origin, in a process with nine handles and views of a section beyond 4 GiB: sizes, offsets
 * and bytes in the first page, in the middle and in the last page, also after handles are closed, views are unmapped and the
 * creator has ended. */
static void origins_beyond_4_gib(struct stage *s)
{
    must(s, "writer", "create created name=@x size=0x140012345 protect=PAGE_READWRITE|SEC_RESERVE");
    must_give(s, "writer", "create existing name=@x size=4096 protect=PAGE_READWRITE", "error=183");
    must(s, "writer", "open opened name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "writer", "duplicate created to=0 same=yes");
    must(s, "writer", "adopt duplicate handle=$writer.handle");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    for (unsigned p = 0; p < COUNT(places); p++)
        must_give(s, "reader", step("commit view at=%llu length=4096 protect=PAGE_READWRITE", places[p]),
                  step("base=+%llu", places[p]));
    for (unsigned i = 0; i < 9; i++) {
        must(s, "writer", step("open more%u name=@x access=FILE_MAP_READ", i));
        row(s, "map-whole");
        REQUIRE(succeeds(s, "writer",
                         step("map v%u of=%s access=FILE_MAP_WRITE", i, origins[i % COUNT(origins)])));
        gives(s, "writer", step("query v%u at=4096 show=base,size,state,type,allocation-base", i),
              "base=+4096 size=536903680 state=MEM_RESERVE type=MEM_MAPPED allocation-base=+0");
    }
    for (unsigned i = 0; i < COUNT(origins); i++) {
        row(s, "create-size-high-low");
        gives(s, "writer", step("size %s", origins[i]), "size=" WHOLE_SIZE " attributes=SEC_RESERVE");
        row(s, "view-coherent-same-process");
        for (unsigned p = 0; p < COUNT(places); p++)
            succeeds(s, "writer", step("fill v%u at=%llu length=4096 seed=%u", i, places[p], 10 * i + p + 1));
        for (unsigned p = 0; p < COUNT(places); p++) {
            const unsigned seed = 10 * i + p + 1;
            gives(s, "reader", step("verify view at=%llu length=4096 seed=%u", places[p], seed), "match=yes");
            for (unsigned j = 0; j < 9; j++)
                gives(s, "writer", step("verify v%u at=%llu length=4096 seed=%u", j, places[p], seed),
                      "match=yes");
        }
        row(s, "map-offset-high-dword");
        REQUIRE(succeeds(s, "writer",
                         step("map end%u of=%s access=FILE_MAP_READ offset=0x140010000", i, origins[i])));
        gives(s, "writer", step("verify end%u at=0x2000 length=4096 seed=%u", i, 10 * i + 5), "match=yes");
        REQUIRE(succeeds(
            s, "writer",
            step("map middle%u of=%s access=FILE_MAP_READ offset=0xA0000000 length=0xA000", i, origins[i])));
        gives(s, "writer", step("verify middle%u at=0x9000 length=4096 seed=%u", i, 10 * i + 4), "match=yes");
        faults(s, "writer", step("write middle%u at=0x9000 u8=1", i), "write");
        row(s, "view-cow-private");
        must(s, "writer",
             step("map copy of=%s access=FILE_MAP_COPY offset=0xA0000000 length=0xA000", origins[i]));
        succeeds(s, "writer", "fill copy at=0x9000 length=4096 seed=99");
        must(s, "writer", "unmap copy");
        gives(s, "reader", step("verify view at=%llu length=4096 seed=%u", places[3], 10 * i + 4),
              "match=yes");
    }
    row(s, "life-view-survives-handle");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        must(s, "writer", step("close %s", origins[i]));
        succeeds(s, "writer", step("unmap middle%u", i));
        for (unsigned p = 0; p < COUNT(places); p++) {
            gives(s, "reader", step("verify view at=%llu length=4096 seed=%u", places[p], 31 + p),
                  "match=yes");
            gives(s, "writer", step("verify v%u at=%llu length=4096 seed=%u", i, places[p], 31 + p),
                  "match=yes");
        }
    }
    row(s, "life-creator-exit");
    killed(s, "writer");
    REQUIRE(succeeds(s, "third", "open section name=@x access=FILE_MAP_READ"));
    REQUIRE(succeeds(s, "third", "map view of=section access=FILE_MAP_READ"));
    for (unsigned p = 0; p < COUNT(places); p++)
        gives(s, "third", step("verify view at=%llu length=4096 seed=%u", places[p], 31 + p), "match=yes");
    row(s, "life-name-gone-with-view");
    must(s, "third", "close section");
    must(s, "reader", "close section");
    not_found(s, "writer2", "open section name=@x access=FILE_MAP_READ");
    gives(s, "writer2", "create section name=@x size=0x140000000 protect=PAGE_READWRITE|SEC_RESERVE",
          "error=0");
}

/* ---- sizes ---- */

/* Sizes up to more than 4 GiB, and the sizes that they are rounded up to. */
static const struct {
    const char *asked, *size;
} sizes[] = {
    {"1", "4096"},
    {"65537", "69632"},
    {"0x7FFFF001", "2147483648"},
    {"0x80000000", "2147483648"},
    {"0x80000001", "2147487744"},
    {"0xC0012345", "3221303296"},
    {"0xFFFF0001", "4294905856"},
    {"0xFFFFF001", "4294967296"},
    {"0x100010001", "4295036928"},
};

/* Creates sections of these sizes with the step `create` ... `arguments`; the reader queries each size. */
static void sizes_are_kept(struct stage *s, const char *create, const char *arguments)
{
    for (unsigned i = 0; i < COUNT(sizes); i++) {
        gives(s, "writer", step("%s s%u name=@%u size=%s %s", create, i, i, sizes[i].asked, arguments),
              "error=0");
        REQUIRE(succeeds(s, "reader", step("open s%u name=@%u access=FILE_MAP_READ|SECTION_QUERY", i, i)));
        gives(s, "reader", step("size s%u", i), step("size=%s attributes=SEC_RESERVE", sizes[i].size));
    }
}

static void sizes_of_createfilemapping(struct stage *s)
{
    sizes_are_kept(s, "create", "protect=PAGE_READWRITE|SEC_RESERVE");
}

static void sizes_of_createfilemapping_ansi(struct stage *s)
{
    sizes_are_kept(s, "create", "protect=PAGE_READWRITE|SEC_RESERVE api=A");
}

static void sizes_of_createfilemappingnuma(struct stage *s)
{
    sizes_are_kept(s, "create", "protect=PAGE_READWRITE|SEC_RESERVE api=numa");
}

static void sizes_of_createfilemapping2(struct stage *s)
{
    sizes_are_kept(s, "create2", "protect=PAGE_READWRITE access=FILE_MAP_ALL_ACCESS attributes=SEC_RESERVE");
}

static void sizes_of_createfilemappingfromapp(struct stage *s)
{
    sizes_are_kept(s, "createapp", "protect=PAGE_READWRITE|SEC_RESERVE");
}

#define OFFSETS .rows = "map-offset-high-dword"

static const struct test_case wide_offsets_cases[] = {
    {CASE(offsets_of_mapviewoffile), OFFSETS},
    {CASE(offsets_of_mapviewoffileex), OFFSETS},
    {CASE(offsets_of_mapviewoffilefromapp), .rows = "fromapp-64-bit-arguments", .needs = "has-mapapp"},
    {CASE(offsets_of_mapviewoffile2), OFFSETS, .needs = "has-map2"},
    {CASE(offsets_of_mapviewoffile3), OFFSETS, .needs = "has-map3"},
    {CASE(rest_behind_4_gib), .rows = "map-whole map-length-past-end map-offset-misaligned"},
    {CASE(one_view_beyond_4_gib), .rows = "size-above-4gib", .needs = "64-bit"},
    {CASE(origins_beyond_4_gib),
     .rows =
         "map-whole create-size-high-low view-coherent-same-process map-offset-high-dword view-cow-private "
         "life-view-survives-handle life-creator-exit life-name-gone-with-view",
     .needs = "64-bit"},
    {CASE(sizes_of_createfilemapping), .rows = "create-size-high-low"},
    {CASE(sizes_of_createfilemapping_ansi), .rows = "create-size-high-low"},
    {CASE(sizes_of_createfilemappingnuma), .rows = "create-numa-no-preference", .needs = "numa"},
    {CASE(sizes_of_createfilemapping2), .rows = "cfm2-split-flags", .needs = "has-create2"},
    {CASE(sizes_of_createfilemappingfromapp), .rows = "fromapp-64-bit-arguments", .needs = "has-createapp"},
};

TOPIC(wide_offsets, wide_offsets_cases)
