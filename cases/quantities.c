/* Topic quantities: a hundred handles, views, opens or names, twelve sections, and seven processes, each work like the first. */
#include "topic.h"

#define MANY 100

/* A hundred handles to one section in one process: each has its rights, and the last one keeps the name and maps. */
static void many_handles(struct stage *s)
{
    writer_writes(s);
    for (unsigned i = 0; i < MANY; i++)
        must(s, "reader",
             step("open h%u name=@x access=%s", i, i % 2 ? "FILE_MAP_READ" : "FILE_MAP_READ|FILE_MAP_WRITE"));
    row(s, "access-handle-fixed");
    for (unsigned i = MANY - 4; i < MANY; i++)
        gives(s, "reader", step("granted h%u", i), i % 2 ? "access=0x4" : "access=0x6");
    must(s, "writer", "close section");
    must(s, "writer", "unmap view");
    for (unsigned i = 0; i + 1 < MANY; i++)
        REQUIRE(succeeds(s, "reader", step("close h%u", i)));
    row(s, "life-creator-exit");
    if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ"))
        must(s, "third", "close section");
    succeeds(s, "reader", step("map view of=h%u access=FILE_MAP_READ", MANY - 1));
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
    must(s, "reader", step("close h%u", MANY - 1));
    row(s, "life-name-gone-with-view");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
}

/* A hundred views of one section in one process show the same bytes, whichever view is written; then they are unmapped
 * one by one. */
static void many_views(struct stage *s)
{
    static const unsigned looked_at[] = {0, 1, MANY / 2, MANY - 2, MANY - 1};
    writer_writes(s);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < MANY; i++)
        REQUIRE(succeeds(s, "reader", step("map v%u of=section access=FILE_MAP_WRITE", i)));
    for (unsigned i = 0; i < COUNT(looked_at); i++) {
        REQUIRE(succeeds(s, "reader", step("write v%u at=%u u32=%u", looked_at[i], 64 + 4 * i, 7 + i)));
        gives(s, "reader", step("read v%u at=%u as=u32", looked_at[COUNT(looked_at) - 1 - i], 64 + 4 * i),
              step("u32=%u", 7 + i));
        gives(s, "writer", step("read view at=%u as=u32", 64 + 4 * i), step("u32=%u", 7 + i));
    }
    row(s, "protect-guard-page");
    gives(s, "reader", step("protect v%u at=0 length=4096 to=PAGE_READWRITE|PAGE_GUARD", MANY - 1),
          "old=PAGE_READWRITE");
    gives(s, "reader", step("query v%u show=protect", MANY - 1), "protect=PAGE_READWRITE|PAGE_GUARD");
    gives(s, "reader", step("protect v%u at=0 length=4096 to=PAGE_READWRITE", MANY - 1),
          "old=PAGE_READWRITE|PAGE_GUARD");
    row(s, "life-unmap-one-of-two");
    for (unsigned i = 0; i + 1 < MANY; i++)
        must(s, "reader", step("unmap v%u", i));
    must(s, "writer", "write view at=0 text=after");
    gives(s, "reader", step("read v%u at=0 length=5 as=text", MANY - 1), "text=after");
    succeeds(s, "reader", step("write v%u at=8 text=too", MANY - 1));
    gives(s, "writer", "read view at=8 length=3 as=text", "text=too");
    row(s, "life-name-gone-with-view");
    must(s, "writer", "close section");
    must(s, "reader", "close section");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
}

/* Twelve views keep the bytes of a section, and not its name. */
static void some_views_keep_no_name(struct stage *s)
{
    writer_writes(s);
    for (unsigned i = 0; i < 12; i++)
        REQUIRE(succeeds(s, "writer", step("map v%u of=section access=FILE_MAP_READ", i)));
    row(s, "life-name-gone-with-view");
    must(s, "writer", "close section");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < 12; i++)
        gives(s, "writer", step("read v%u at=0 length=5 as=text", i), "text=bytes");
}

/* One name is opened and closed, mapped and unmapped, created and destroyed many times. */
static void many_times(struct stage *s)
{
    writer_writes(s);
    row(s, "open-existing");
    for (unsigned i = 0; i < MANY / 2; i++) {
        succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ");
        must(s, "reader", "close section");
    }
    row(s, "life-handle-survives-unmap");
    for (unsigned i = 0; i < MANY / 2; i++) {
        succeeds(s, "writer", "map more of=section access=FILE_MAP_READ");
        must(s, "writer", "unmap more");
    }
    gives(s, "writer", "read view at=0 length=5 as=text", "text=bytes");
    must(s, "writer", "close section");
    must(s, "writer", "unmap view");
    row(s, "life-all-closed-destroys");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < MANY / 4; i++) {
        gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
        must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
        gives(s, "reader", "read view at=0 as=u32", "u32=0");
        must(s, "reader", step("write view at=0 u32=%u", i + 1));
        must(s, "reader", "unmap view");
        must(s, "reader", "close section");
    }
}

/* A hundred names are a hundred sections, each with its size and its bytes. */
static void many_names(struct stage *s)
{
    static const unsigned looked_at[] = {0, 1, MANY / 2, MANY - 2, MANY - 1};
    for (unsigned i = 0; i < MANY; i++) {
        gives(s, "writer",
              step("create s%u name=@%u size=%u protect=PAGE_READWRITE", i, i, (i + 1) * 4096 - 100),
              "error=0");
        must(s, "writer", step("map v%u of=s%u access=FILE_MAP_WRITE", i, i));
        gives(s, "writer", step("zero v%u length=%u", i, (i + 1) * 4096), "zero=yes");
        must(s, "writer", step("write v%u at=%u u32=%u", i, i * 4096, i + 1));
    }
    for (unsigned i = 0; i < COUNT(looked_at); i++) {
        const unsigned n = looked_at[i];
        REQUIRE(succeeds(s, "reader", step("open s%u name=@%u access=FILE_MAP_READ|SECTION_QUERY", n, n)));
        gives(s, "reader", step("size s%u", n), step("size=%u attributes=SEC_COMMIT", (n + 1) * 4096));
        must(s, "reader", step("map v%u of=s%u access=FILE_MAP_READ", n, n));
        gives(s, "reader", step("read v%u at=%u as=u32", n, n * 4096), step("u32=%u", n + 1));
        must(s, "reader", step("close s%u", n));
    }
    for (unsigned i = 0; i < COUNT(looked_at); i++) {
        row(s, "inherit-default-off");
        gives(s, "writer", step("flags s%u", looked_at[i]), "inherit=no protect-from-close=no");
        row(s, "create-granted-access-by-protect");
        gives(s, "writer", step("granted s%u", looked_at[i]), "access=0xF0007");
    }
    row(s, "life-name-gone-with-view");
    for (unsigned i = COUNT(looked_at); i-- > 0;) {
        must(s, "writer", step("close s%u", looked_at[i]));
        not_found(s, "reader", step("open s%u name=@%u access=FILE_MAP_READ", looked_at[i], looked_at[i]));
    }
}

/* Of twelve sections that a process holds, each has the rights and the views of its own protection. */
static void many_protections(struct stage *s)
{
    static const struct {
        const char *protect, *granted, *view, *refused;
    } kinds[] = {
        {"PAGE_READONLY", "access=0xF0005", "FILE_MAP_READ", "FILE_MAP_WRITE"},
        {"PAGE_READWRITE", "access=0xF0007", "FILE_MAP_WRITE", "FILE_MAP_READ|FILE_MAP_EXECUTE"},
        {"PAGE_EXECUTE_READ", "access=0xF000D", "FILE_MAP_READ|FILE_MAP_EXECUTE", "FILE_MAP_WRITE"},
    };
    for (unsigned i = 0; i < 12; i++) {
        const unsigned kind = i % COUNT(kinds);
        must(s, "writer", step("create s%u size=4096 protect=%s", i, kinds[kind].protect));
        row(s, "create-granted-access-by-protect");
        gives(s, "writer", step("granted s%u", i), kinds[kind].granted);
        row(s, "map-protect-matrix");
        succeeds(s, "writer", step("map v%u of=s%u access=%s", i, i, kinds[kind].view));
        denied(s, "writer", step("map none of=s%u access=%s", i, kinds[kind].refused));
    }
}

/* Seven processes share one section: each sees what the others have stored, also after all but the last one have exited
 * or been killed. */
static void many_processes(struct stage *s)
{
    static const char *const roles[] = {"writer", "reader", "third", "fourth", "fifth", "sixth", "seventh"};
    must(s, roles[0], "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    for (unsigned i = 1; i < COUNT(roles); i++)
        must(s, roles[i], "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < COUNT(roles); i++) {
        must(s, roles[i], "map view of=section access=FILE_MAP_WRITE");
        must(s, roles[i], step("write view at=%u u32=%u", 0x10000 + 4 * i, i + 1));
    }
    for (unsigned i = 0; i < COUNT(roles); i++)
        gives(s, roles[i], "read view at=0x10000 length=28",
              "hex=01000000020000000300000004000000050000000600000007000000");
    row(s, "life-creator-exit");
    for (unsigned i = 0; i + 1 < COUNT(roles); i++) {
        if (i % 2)
            killed(s, roles[i]);
        else
            leaves(s, roles[i]);
        gives(s, roles[COUNT(roles) - 1], "read view at=0x10000 length=28",
              "hex=01000000020000000300000004000000050000000600000007000000");
    }
    succeeds(s, roles[COUNT(roles) - 1], "open again name=@x access=FILE_MAP_READ");
}

static const struct test_case quantities_cases[] = {
    {CASE(many_handles), .rows = "access-handle-fixed life-creator-exit life-name-gone-with-view"},
    {CASE(many_views),
     .rows = "map-many-views protect-guard-page life-unmap-one-of-two life-name-gone-with-view"},
    {CASE(some_views_keep_no_name), .rows = "map-many-views life-name-gone-with-view"},
    {CASE(many_times), .rows = "open-existing life-handle-survives-unmap life-all-closed-destroys"},
    {CASE(many_names), .rows = "create-pagefile-section inherit-default-off create-granted-access-by-protect "
                               "life-name-gone-with-view"},
    {CASE(many_protections), .rows = "map-protect-matrix create-granted-access-by-protect"},
    {CASE(many_processes), .rows = "view-coherent-three-writers life-creator-exit"},
};

TOPIC(quantities, quantities_cases)
