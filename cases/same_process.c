/* Topic same_process: several handles and several views of one section in one process, and what belongs to each of them:
 * rights, flags, offset, protection. */
#include "topic.h"

/* ---- handles ---- */

/* Each handle has the rights that it was opened with, whatever other handles the process has or closes. */
static void handles_have_own_rights(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open reads name=@x access=FILE_MAP_READ");
    must(s, "reader", "open all name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "open writes name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "open again name=@x access=FILE_MAP_READ");
    gives(s, "reader", "granted reads", "access=0x4");
    gives(s, "reader", "granted all", "access=0xF001F");
    gives(s, "reader", "granted writes", "access=0x2");
    gives(s, "reader", "granted again", "access=0x4");
    denied(s, "reader", "map none of=reads access=FILE_MAP_WRITE");
    denied(s, "reader", "map none of=writes access=FILE_MAP_READ");
    succeeds(s, "reader", "map first of=writes access=FILE_MAP_WRITE");
    succeeds(s, "reader", "map second of=reads access=FILE_MAP_READ");
    must(s, "reader", "close all");
    denied(s, "reader", "map none of=again access=FILE_MAP_WRITE");
    gives(s, "reader", "granted writes", "access=0x2");
    must(s, "reader", "close writes");
    denied(s, "reader", "map none of=reads access=FILE_MAP_WRITE");
    succeeds(s, "reader", "write first at=0 text=still");
    gives(s, "reader", "read second at=0 length=5 as=text", "text=still");
}

/* The flags belong to the handle: setting a flag of the second of three handles leaves the others unchanged, and so does
 * closing it. */
static void handles_have_own_flags(struct stage *s)
{
    must(s, "writer", "create first name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "open second name=@x access=FILE_MAP_READ inherit=yes");
    must(s, "writer", "open third name=@x access=FILE_MAP_READ");
    succeeds(s, "writer", "setflags third protect-from-close=yes");
    gives(s, "writer", "flags first", "inherit=no protect-from-close=no");
    gives(s, "writer", "flags second", "inherit=yes protect-from-close=no");
    gives(s, "writer", "flags third", "inherit=no protect-from-close=yes");
    succeeds(s, "writer", "setflags second inherit=no");
    succeeds(s, "writer", "setflags first inherit=yes");
    gives(s, "writer", "flags first", "inherit=yes protect-from-close=no");
    gives(s, "writer", "flags second", "inherit=no protect-from-close=no");
    gives(s, "writer", "flags third", "inherit=no protect-from-close=yes");
    row(s, "handle-protect-from-close");
    succeeds(s, "writer", "close second");
    fails(s, "writer", "close third", ERROR_INVALID_HANDLE);
    succeeds(s, "writer", "close first");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ")) /* the third handle keeps it */
        must(s, "reader", "close section");
    succeeds(s, "writer", "setflags third protect-from-close=no");
    succeeds(s, "writer", "close third");
    row(s, "open-missing");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* Two parts of one program use one name independently: the second one gets 183, each closes its own handle, and the name
 * disappears with the last handle in either order. */
static void two_users_of_one_name(struct stage *s)
{
    static const char *const last[] = {"second", "first"};
    for (unsigned i = 0; i < 2; i++) {
        row(s, "create-existing-returns-183");
        gives(s, "writer", "create first name=@x size=4096 protect=PAGE_READWRITE", "error=0");
        must(s, "writer", "map one of=first access=FILE_MAP_WRITE");
        must(s, "writer", "write one at=0 text=shared");
        gives(s, "writer", "create second name=@x size=8192 protect=PAGE_READWRITE", "error=183");
        must(s, "writer", "map two of=second access=FILE_MAP_WRITE");
        row(s, "view-coherent-same-process");
        gives(s, "writer", "read two at=0 length=6 as=text", "text=shared");
        gives(s, "writer", "query two", WHOLE_VIEW("4096", "PAGE_READWRITE"));
        row(s, "life-name-gone-with-view");
        must(s, "writer", step("close %s", last[1 - i]));
        must(s, "writer", step("unmap %s", i == 0 ? "one" : "two"));
        if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ")) {
            succeeds(s, "reader", "map view of=section access=FILE_MAP_READ");
            gives(s, "reader", "read view at=0 length=6 as=text", "text=shared");
            must(s, "reader", "unmap view");
            must(s, "reader", "close section");
        }
        must(s, "writer", step("close %s", last[i]));
        not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
        gives(s, "writer", step("read %s at=0 length=6 as=text", i == 0 ? "two" : "one"), "text=shared");
        must(s, "writer", step("unmap %s", i == 0 ? "two" : "one"));
    }
}

/* ---- views ---- */

#define VIEWS 5

/* Five views of different offsets, lengths and protections. Each query describes its own view, and a store through one is
 * visible through the others at the right place. */
static void views_have_own_offsets(struct stage *s)
{
    static const struct {
        const char *access, *offset, *length, *query;
    } views[VIEWS] = {
        {"FILE_MAP_WRITE", "0", "0x50000", WHOLE_VIEW("327680", "PAGE_READWRITE")},
        {"FILE_MAP_READ", "0x10000", "0x20000", WHOLE_VIEW("131072", "PAGE_READONLY")},
        {"FILE_MAP_WRITE", "0x20000", "0x1001", WHOLE_VIEW("8192", "PAGE_READWRITE")},
        {"FILE_MAP_COPY", "0x30000", "0x10000", WHOLE_VIEW("65536", "PAGE_WRITECOPY")},
        {"FILE_MAP_READ", "0x40000", "0", WHOLE_VIEW("65536", "PAGE_READONLY")},
    };
    must(s, "writer", "create section name=@x size=0x50000 protect=PAGE_READWRITE");
    must(s, "writer", "map all of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < VIEWS; i++)
        must(s, "reader",
             step("map v%u of=section access=%s offset=%s length=%s", i, views[i].access, views[i].offset,
                  views[i].length));
    row(s, "map-query-fields");
    for (unsigned i = 0; i < VIEWS; i++)
        gives(s, "reader", step("query v%u", i), views[i].query);
    row(s, "view-coherent-overlapping-offsets");
    must(s, "writer", "fill all length=0x50000 seed=4");
    gives(s, "reader", "verify v0 length=0x50000 seed=4", "match=yes");
    gives(s, "reader", "verify v1 length=0x20000 seed=4", "match=yes");
    gives(s, "reader", "verify v2 length=0x2000 seed=4", "match=yes");
    gives(s, "reader", "verify v3 length=0x10000 seed=4", "match=yes");
    gives(s, "reader", "verify v4 length=0x10000 seed=4", "match=yes");
    must(s, "reader", "fill v2 length=0x2000 seed=9");
    gives(s, "reader", "verify v1 length=0x10000 seed=4", "match=yes");
    gives(s, "reader", "verify v1 at=0x10000 length=0x2000 seed=9", "match=yes");
    gives(s, "writer", "verify all at=0x20000 length=0x2000 seed=9", "match=yes");
    gives(s, "writer", "verify all at=0x22000 length=0x2e000 seed=4", "match=yes");
}

/* Unmapping one view, changing the protection of one, and writing to a copy-on-write one leave the others unchanged. */
static void views_end_one_by_one(struct stage *s)
{
    static const unsigned order[] = {2, 0, 4, 1};
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "writer", "map all of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill all length=0x20000 seed=4");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < VIEWS; i++)
        must(s, "reader", step("map v%u of=section access=FILE_MAP_WRITE", i));
    row(s, "protect-change-is-per-view");
    must_give(s, "reader", "protect v3 at=4096 length=4096 to=PAGE_READONLY", "old=PAGE_READWRITE");
    for (unsigned i = 0; i < VIEWS; i++)
        if (i != 3)
            gives(s, "reader", step("query v%u", i), WHOLE_VIEW("131072", "PAGE_READWRITE"));
    row(s, "life-unmap-one-of-two");
    for (unsigned i = 0; i < COUNT(order); i++) {
        succeeds(s, "reader", step("unmap v%u keep=yes", order[i]));
        gives(s, "reader", step("query v%u", order[i]), "state=MEM_FREE");
        for (unsigned j = i + 1; j < COUNT(order); j++)
            gives(s, "reader", step("verify v%u length=0x20000 seed=4", order[j]), "match=yes");
        gives(s, "reader", "verify v3 length=0x20000 seed=4", "match=yes");
        gives(s, "reader", "query v3 at=4096", VIEW_PART("4096", "4096", "PAGE_READONLY", "PAGE_READWRITE"));
    }
    must(s, "reader", "close section");
    succeeds(s, "reader", "write v3 at=0x10000 text=last");
    gives(s, "writer", "read all at=0x10000 length=4 as=text", "text=last");
}

/* Alternating views of two sections: unmapping and closing one section leaves the views of the other unchanged. */
static void sections_have_own_views(struct stage *s)
{
    for (unsigned i = 0; i < 2; i++) {
        must(s, "writer", step("create s%u name=@%u size=0x20000 protect=PAGE_READWRITE", i, i));
        must(s, "writer", step("map v%u of=s%u access=FILE_MAP_WRITE", i, i));
        must(s, "writer", step("fill v%u length=0x20000 seed=%u", i, i + 1));
        must(s, "reader", step("open s%u name=@%u access=FILE_MAP_READ|FILE_MAP_WRITE", i, i));
    }
    for (unsigned i = 0; i < 4; i++)
        must(s, "reader", step("map v%u of=s%u access=FILE_MAP_WRITE", i, i % 2));
    row(s, "life-unmap-one-of-two");
    must(s, "reader", "unmap v0");
    must(s, "reader", "unmap v2");
    must(s, "reader", "close s0");
    gives(s, "reader", "verify v1 length=0x20000 seed=2", "match=yes");
    gives(s, "reader", "verify v3 length=0x20000 seed=2", "match=yes");
    succeeds(s, "reader", "fill v3 at=0x10000 length=0x10000 seed=8");
    gives(s, "writer", "verify v0 length=0x20000 seed=1", "match=yes");
    row(s, "view-coherent-same-process");
    gives(s, "reader", "verify v1 at=0x10000 length=0x10000 seed=8", "match=yes");
    gives(s, "writer", "verify v1 at=0x10000 length=0x10000 seed=8", "match=yes");
    row(s, "life-handle-survives-unmap");
    succeeds(s, "reader", "unmap v1");
    succeeds(s, "reader", "unmap v3");
    succeeds(s, "reader", "map v5 of=s1 access=FILE_MAP_READ offset=0x10000");
    gives(s, "reader", "verify v5 length=0x10000 seed=8", "match=yes");
}

static const struct test_case same_process_cases[] = {
    {CASE(handles_have_own_rights), .rows = "access-handle-fixed"},
    {CASE(handles_have_own_flags),
     .rows = "inherit-sethandleinformation handle-protect-from-close open-missing"},
    {CASE(two_users_of_one_name),
     .rows = "create-existing-returns-183 view-coherent-same-process life-name-gone-with-view"},
    {CASE(views_have_own_offsets), .rows = "map-query-fields view-coherent-overlapping-offsets"},
    {CASE(views_end_one_by_one), .rows = "life-unmap-one-of-two protect-change-is-per-view"},
    {CASE(sections_have_own_views),
     .rows = "life-unmap-one-of-two view-coherent-same-process life-handle-survives-unmap"},
};

TOPIC(same_process, same_process_cases)
