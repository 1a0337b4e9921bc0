/* The addresses of views: chosen by the system, requested by the caller, and several views of one section in
 * one process. */
#include <stdlib.h>

#include "free_place.h"
#include "topic.h"

/* An address that the system chooses is a multiple of the allocation granularity. */
static void map_base_granular(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < 4; i++) {
        must(s, "reader", step("map v%u of=section access=FILE_MAP_READ", i));
        equals(s, "base modulo 65536", number(s, "reader", "base") % 65536, 0);
    }
}

/* MapViewOfFileEx with a NULL base is MapViewOfFile. */
static void map_ex_null_base(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view u32=1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_READ base=0"));
    gives(s, "reader", "query view", WHOLE_VIEW("65536", "PAGE_READONLY"));
    gives(s, "reader", "read view as=u32", "u32=1");
}

/* A base that is free and a multiple of the granularity is used exactly. */
static void map_ex_base_honoured(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "reserve room size=0x100000");
    const uint64_t base = number(s, "reader", "base");
    must(s, "reader", "release room");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE base=$reader.base"))
        holds(s, "the view is where it was asked for", number(s, "reader", "base") == base);
}

/* The same for addresses above 4 GiB, in every process that has the section. */
static void base_above_4_gib(struct stage *s)
{
    /* For each view several addresses with the same lower 32 bits. */
    static const unsigned long long places[][3] = {{0x200000000, 0x600000000, 0xA00000000},
                                                   {0x300010000, 0x700010000, 0xB00010000},
                                                   {0x10018000000, 0x11018000000, 0x12018000000}};
    static const char *const roles[] = {"writer", "reader"};
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < COUNT(places); i++) {
        const unsigned long long place =
            free_place_of(s, __LINE__, "writer reader", "0x10000", places[i], COUNT(places[i]));
        REQUIRE(place);
        for (unsigned r = 0; r < 2; r++) {
            REQUIRE(succeeds(s, roles[r],
                             step("map v%u of=section access=FILE_MAP_WRITE base=0x%llx", i, place)));
            holds(s, "the view is where it was asked for", number(s, roles[r], "base") == place);
            gives(s, roles[r], step("query address=0x%llx show=size,state", place),
                  "size=65536 state=MEM_COMMIT");
        }
    }
    must(s, "writer", "fill v0 length=0x10000 seed=1");
    gives(s, "reader", "verify v2 length=0x10000 seed=1", "match=yes");
}

/* A base that is not a multiple of the granularity is refused, although pages of other functions describe
 * rounding down (note D6). */
static void map_ex_base_misaligned(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "reserve room size=0x100000");
    must(s, "reader", "release room");
    fails_status(s, "reader", "map view of=section access=FILE_MAP_READ base=$reader.base+4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
    must(s, "reader", "reserve room size=0x100000");
    must(s, "reader", "release room");
    fails_status(s, "reader", "map odd of=section access=FILE_MAP_READ base=$reader.base+42",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
}

/* Two processes can map at one address if it is free in both. */
static void map_ex_same_base_two_processes(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    const unsigned long long place = free_place(s, "writer reader", "0x100000");
    REQUIRE(place);
    if (succeeds(s, "writer", step("map view of=section access=FILE_MAP_WRITE base=0x%llx", place)))
        holds(s, "the writer's view is there", number(s, "writer", "base") == place);
    if (succeeds(s, "reader", step("map view of=section access=FILE_MAP_READ base=0x%llx", place)))
        holds(s, "the reader's view is there", number(s, "reader", "base") == place);
    must(s, "writer", "fill view length=0x10000 seed=1");
    gives(s, "reader", "verify view length=0x10000 seed=1", "match=yes");
}

/* Mapping fails at an address that is in use, by a view or by private memory. */
static void map_ex_base_occupied(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    fails_status(s, "reader", "map other of=section access=FILE_MAP_READ base=$reader.base",
                 ERROR_INVALID_ADDRESS, STATUS_CONFLICTING_ADDRESSES);
    must(s, "reader", "reserve room size=0x100000");
    fails_status(s, "reader", "map inside of=section access=FILE_MAP_READ base=$reader.base+65536",
                 ERROR_INVALID_ADDRESS, STATUS_CONFLICTING_ADDRESSES);
}

/* VirtualAlloc fails at an address that a view uses. */
static void map_range_taken(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    fails_status(s, "reader", "reserve room size=0x10000 base=$reader.base", ERROR_INVALID_ADDRESS,
                 STATUS_CONFLICTING_ADDRESSES);
}

/* One process can have several views of one section, at different addresses, with the same data. */
static void map_many_views(struct stage *s)
{
    uint64_t bases[3];
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    for (unsigned i = 0; i < 3; i++) {
        REQUIRE(succeeds(s, "reader", step("map v%u of=section access=FILE_MAP_WRITE", i)));
        bases[i] = number(s, "reader", "base");
    }
    holds(s, "first and second are apart", bases[0] != bases[1]);
    holds(s, "second and third are apart", bases[1] != bases[2]);
    holds(s, "first and third are apart", bases[0] != bases[2]);
    must(s, "reader", "write v0 u32=1");
    gives(s, "reader", "read v1 as=u32", "u32=1");
    gives(s, "reader", "read v2 as=u32", "u32=1");
}

/* Views of one section may have different addresses in different processes. At least one of the reader's two
 * views has another address than the writer's; both show what the writer stored. */
static void map_addresses_may_differ(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x10000 seed=1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map one of=section access=FILE_MAP_READ");
    const uint64_t one = number(s, "reader", "base");
    must(s, "reader", "map two of=section access=FILE_MAP_READ");
    holds(s, "the reader's views are apart", number(s, "reader", "base") != one);
    gives(s, "reader", "verify one length=0x10000 seed=1", "match=yes");
    gives(s, "reader", "verify two length=0x10000 seed=1", "match=yes");
}

/* Memory of VirtualAlloc is never shared: an address that one process has allocated is free in the other. */
static void view_private_heap_not_shared(struct stage *s)
{
    const unsigned long long place = free_place(s, "writer third", "0x100000");
    REQUIRE(place);
    must(s, "writer", step("reserve memory size=0x10000 base=0x%llx", place));
    must_give(s, "writer", "commit memory length=0x10000 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "fill memory length=0x10000 seed=1");
    gives(s, "writer", "query memory",
          "base=+0 size=65536 state=MEM_COMMIT protect=PAGE_READWRITE type=MEM_PRIVATE allocation-base=+0 "
          "allocation-protect=PAGE_NOACCESS");
    gives(s, "third", step("query address=0x%llx", place), "state=MEM_FREE");
}

/* A closed handle and a handle of another object type map no view. */
static void map_bad_handle(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "close section keep=yes");
    fails_status(s, "writer", "map view of=section access=FILE_MAP_READ", ERROR_INVALID_HANDLE,
                 STATUS_INVALID_HANDLE);
    must(s, "reader", "hold event kind=event name=@event");
    fails_status(s, "reader", "map view of=event access=FILE_MAP_READ", ERROR_INVALID_HANDLE,
                 STATUS_OBJECT_TYPE_MISMATCH);
}

/* Opening returns another handle to the same object: two opens and a duplicate of the creator's handle are
 * equal for CompareObjectHandles. */
static void open_same_object(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open one name=@x access=FILE_MAP_READ");
    must(s, "reader", "open two name=@x access=FILE_MAP_ALL_ACCESS");
    gives(s, "reader", "compare one with=two", "same=yes");
    hands(s, "writer", "section", "reader", "same=yes");
    gives(s, "reader", "compare one with=section", "same=yes");
}

static const struct test_case view_address_cases[] = {
    {CASE(map_base_granular)},
    {CASE(map_ex_null_base)},
    {CASE(map_ex_base_honoured)},
    {CASE(base_above_4_gib), .rows = "map-ex-base-honoured", .needs = "64-bit"},
    {CASE(map_ex_base_misaligned)},
    {CASE(map_ex_same_base_two_processes), .needs = "same-bits"},
    {CASE(map_ex_base_occupied)},
    {CASE(map_range_taken)},
    {CASE(map_many_views)},
    {CASE(map_addresses_may_differ)},
    {CASE(view_private_heap_not_shared)},
    {CASE(map_bad_handle)},
    {CASE(open_same_object), .needs = "compare-object-handles"},
};

TOPIC(view_address, view_address_cases)
