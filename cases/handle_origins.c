/* Topic handle_origins: a handle works the same whether it came from creating the section, creating an existing name,
 * opening or duplicating. */
#include "topic.h"

#define SIZE "0x100064" /* bytes; more than 1 MiB, with a partial last page */
#define PAGES_SIZE "0x101000"

static const char *const origins[] = {"created", "existing", "opened", "duplicate"};

/* The role gets a handle of each origin; the reader has a view of the whole section. */
static void handles_of_every_origin(struct stage *s, const char *role, const char *protect)
{
    must(s, role, step("create created name=@x size=" SIZE " protect=%s", protect));
    must_give(s, role, "create existing name=@x size=4096 protect=PAGE_READWRITE", "error=183");
    must(s, role, "open opened name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, role, "duplicate created to=0 same=yes");
    must(s, role, step("adopt duplicate handle=$%s.handle", role));
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
}

/* Views of the whole section and of its end, through each handle, show in every page what other views store. */
static void origins_share_bytes(struct stage *s)
{
    handles_of_every_origin(s, "writer", "PAGE_READWRITE");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        const unsigned seed = i + 1;
        REQUIRE(succeeds(s, "writer", step("map whole%u of=%s access=FILE_MAP_WRITE", i, origins[i])));
        gives(s, "writer", step("query whole%u", i), WHOLE_VIEW("1052672", "PAGE_READWRITE"));
        REQUIRE(succeeds(s, "writer",
                         step("map end%u of=%s access=FILE_MAP_READ offset=0x20000", i, origins[i])));
        gives(s, "writer", step("query end%u", i), WHOLE_VIEW("921600", "PAGE_READONLY"));
        faults(s, "writer", step("write end%u at=0 u8=1", i), "write");
        fails_status(s, "writer", step("map no of=%s access=FILE_MAP_READ base=$writer.base", origins[i]),
                     ERROR_INVALID_ADDRESS, STATUS_CONFLICTING_ADDRESSES);
        REQUIRE(succeeds(s, "writer", step("fill whole%u length=" PAGES_SIZE " seed=%u", i, seed)));
        for (unsigned j = 0; j <= i; j++) {
            gives(s, "writer", step("verify whole%u length=" PAGES_SIZE " seed=%u", j, seed), "match=yes");
            gives(s, "writer", step("verify end%u length=0xE1000 seed=%u", j, seed), "match=yes");
        }
        gives(s, "reader", step("verify view length=" PAGES_SIZE " seed=%u", seed), "match=yes");
    }
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=9");
    for (unsigned i = 0; i < COUNT(origins); i++)
        gives(s, "writer", step("verify whole%u length=" PAGES_SIZE " seed=9", i), "match=yes");
}

/* A copy-on-write view through each handle shows the section in pages that were not written, keeps its own pages, and
 * stores nothing in the section: not when written twice, not when another handle is closed, not when unmapped. */
static void origins_copy_on_write(struct stage *s)
{
    handles_of_every_origin(s, "writer", "PAGE_READWRITE");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
        must(s, "writer", step("map first of=%s access=FILE_MAP_READ", origins[i]));
        REQUIRE(succeeds(s, "writer", step("map copy of=%s access=FILE_MAP_COPY", origins[i])));
        REQUIRE(succeeds(s, "writer", "fill copy at=0x80000 length=4096 seed=5"));
        gives(s, "reader", "verify view length=" PAGES_SIZE " seed=1", "match=yes");
        must(s, "reader", "fill view length=" PAGES_SIZE " seed=2");
        gives(s, "writer", "verify copy length=0x80000 seed=2", "match=yes");
        gives(s, "writer", "verify copy at=0x80000 length=4096 seed=5", "match=yes");
        gives(s, "writer", "verify copy at=0x81000 length=0x80000 seed=2", "match=yes");
        must(s, "writer", "fill copy at=0x80000 length=4096 seed=6");
        must(s, "writer", "fill copy length=4096 seed=6");
        must(s, "writer", "fill copy at=0x100000 length=4096 seed=6");
        must(s, "writer", "open other name=@x access=FILE_MAP_READ");
        must(s, "writer", "map second of=other access=FILE_MAP_READ");
        must(s, "writer", "close other");
        for (unsigned at = 0; at <= 0x100000; at += 0x80000)
            gives(s, "writer", step("verify copy at=%u length=4096 seed=6", at), "match=yes");
        gives(s, "writer", "verify second length=" PAGES_SIZE " seed=2", "match=yes");
        gives(s, "writer", "verify first length=" PAGES_SIZE " seed=2", "match=yes");
        must(s, "writer", "unmap second");
        must(s, "writer", "unmap first");
        must(s, "writer", "unmap copy");
        gives(s, "reader", "verify view length=" PAGES_SIZE " seed=2", "match=yes");
    }
}

/* VirtualProtect on a page of a view through each handle changes only that page of that view, and restores it. */
static void origins_protect(struct stage *s)
{
    handles_of_every_origin(s, "writer", "PAGE_READWRITE");
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
    for (unsigned i = 0; i < COUNT(origins); i++)
        REQUIRE(succeeds(s, "writer", step("map v%u of=%s access=FILE_MAP_WRITE", i, origins[i])));
    for (unsigned i = 0; i < COUNT(origins); i++) {
        const unsigned other = (i + 1) % COUNT(origins);
        gives(s, "writer", step("protect v%u at=0x11000 length=4096 to=PAGE_READONLY", i),
              "old=PAGE_READWRITE");
        faults(s, "writer", step("write v%u at=0x11000 u8=1", i), "write");
        succeeds(s, "writer", step("write v%u at=0x10FFC u32=1", i));
        succeeds(s, "writer", step("write v%u at=0x12000 u32=1", i));
        succeeds(s, "writer", step("write v%u at=0x11000 u32=1", other));
        gives(s, "writer", step("protect v%u at=0x11000 length=4096 to=PAGE_NOACCESS", i),
              "old=PAGE_READONLY");
        faults(s, "writer", step("read v%u at=0x11000 as=u8", i), "read");
        fails(s, "writer", step("protect v%u at=0x11000 length=4096 to=PAGE_EXECUTE_READWRITE", i),
              ERROR_INVALID_PARAMETER);
        gives(s, "writer", step("protect v%u at=0x11000 length=4096 to=PAGE_READWRITE", i),
              "old=PAGE_NOACCESS");
        succeeds(s, "writer", step("write v%u at=0x11000 u8=1", i));
        gives(s, "reader", "verify view length=0x10000 seed=1", "match=yes");
    }
}

/* Setting a flag of one handle does not change the others; a duplicate has the flags that it was made with. */
static void origins_flags(struct stage *s)
{
    handles_of_every_origin(s, "writer", "PAGE_READWRITE");
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        gives(s, "writer", step("flags %s", origins[i]), "inherit=no protect-from-close=no");
        gives(s, "writer", step("setflags %s inherit=yes protect-from-close=yes", origins[i]), "");
        gives(s, "writer", step("flags %s", origins[i]), "inherit=yes protect-from-close=yes");
        fails(s, "writer", step("close %s", origins[i]), ERROR_INVALID_HANDLE);
        for (unsigned j = 0; j < COUNT(origins); j++)
            if (j != i)
                gives(s, "writer", step("flags %s", origins[j]), "inherit=no protect-from-close=no");
        succeeds(s, "writer", step("duplicate %s to=0 same=yes", origins[i]));
        must(s, "writer", "adopt more handle=$writer.handle");
        gives(s, "writer", "flags more", "inherit=no protect-from-close=no");
        gives(s, "writer", step("compare more with=%s", origins[i]), "same=yes");
        must(s, "writer", "close more");
        succeeds(s, "writer", step("duplicate %s to=0 same=yes inherit=yes", origins[i]));
        must(s, "writer", "adopt more handle=$writer.handle");
        gives(s, "writer", "flags more", "inherit=yes protect-from-close=no");
        must(s, "writer", "close more");
        gives(s, "reader", "verify view length=" PAGES_SIZE " seed=1", "match=yes");
        gives(s, "writer", step("setflags %s inherit=no protect-from-close=no", origins[i]), "");
    }
}

/* Closing handles in any order closes no other handle and changes no byte; the name disappears with the last one. Each
 * order uses a new process. */
static void origins_close(struct stage *s)
{
    static const unsigned orders[][COUNT(origins)] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}};
    static const char *const roles[] = {"writer", "second", "third"};
    for (unsigned order = 0; order < COUNT(orders); order++) {
        const char *role = roles[order];
        handles_of_every_origin(s, role, "PAGE_READWRITE");
        must(s, "reader", "close section");
        must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
        for (unsigned i = 0; i < COUNT(origins); i++) {
            const char *origin = origins[orders[order][i]];
            REQUIRE(succeeds(s, role, step("map own of=%s access=FILE_MAP_WRITE", origin)));
            gives(s, role, step("size %s", origin), "size=1052672 attributes=SEC_COMMIT");
            succeeds(s, role, step("close %s keep=yes", origin));
            fails_status(s, role, step("close %s", origin), ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
            gives(s, role, "verify own length=" PAGES_SIZE " seed=1", "match=yes");
            succeeds(s, role, "unmap own");
            gives(s, "reader", "verify view length=" PAGES_SIZE " seed=1", "match=yes");
            if (i + 1 < COUNT(origins) &&
                succeeds(s, "stranger", "open section name=@x access=FILE_MAP_READ"))
                must(s, "stranger", "close section");
        }
        not_found(s, "stranger", "open section name=@x access=FILE_MAP_READ");
        must(s, "reader", "unmap view");
    }
}

/* Committing pages of a SEC_RESERVE section through any handle's view commits those pages only, in all views. */
static void origins_commit(struct stage *s)
{
    handles_of_every_origin(s, "writer", "PAGE_READWRITE|SEC_RESERVE");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        const unsigned at =
            0x3000 + (unsigned)(COUNT(origins) - i) * 0x8000; /* downwards: the pages before are reserved */
        REQUIRE(succeeds(s, "writer", step("map v%u of=%s access=FILE_MAP_WRITE", i, origins[i])));
        REQUIRE(gives(s, "writer", step("commit v%u at=%u length=0x3000 protect=PAGE_READWRITE", i, at),
                      step("base=+%u", at)));
        gives(s, "reader", step("zero view at=%u length=0x3000", at), "zero=yes");
        REQUIRE(succeeds(s, "writer", step("fill v%u at=%u length=0x3000 seed=1", i, at)));
        gives(s, "reader", step("verify view at=%u length=0x3000 seed=1", at), "match=yes");
        gives(s, "writer", step("query v%u at=%u show=state", i, at - 4096), "state=MEM_RESERVE");
        gives(s, "writer", step("query v%u at=%u show=state", i, at + 0x3000), "state=MEM_RESERVE");
        gives(s, "writer", step("commit v%u at=%u length=0x3000 protect=PAGE_READWRITE", i, at),
              step("base=+%u", at));
        gives(s, "reader", step("verify view at=%u length=0x3000 seed=1", at), "match=yes");
        fails(s, "writer", step("decommit v%u at=%u length=0x1000", i, at), ERROR_INVALID_PARAMETER);
        gives(s, "reader", step("verify view at=%u length=0x3000 seed=1", at), "match=yes");
    }
}

static const struct test_case handle_origins_cases[] = {
    {CASE(origins_share_bytes),
     .rows = "view-coherent-same-process map-query-fields protect-readonly-write-faults"},
    {CASE(origins_copy_on_write), .rows = "view-cow-private"},
    {CASE(origins_protect), .rows = "protect-change-page-granular protect-change-old-value"},
    {CASE(origins_flags), .rows = "inherit-sethandleinformation", .needs = "compare-object-handles"},
    {CASE(origins_close), .rows = "life-close-twice"},
    {CASE(origins_commit), .rows = "reserve-commit-is-shared"},
};

TOPIC(handle_origins, handle_origins_cases)
