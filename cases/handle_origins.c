/* Topic handle_origins: a handle works the same whether it came from creating the section, creating an existing name,
 * opening or duplicating, and also in a process that has many handles and views of the section, after other users of the
 * name have ended. */
#include "free_place.h"
#include "topic.h"

#define SIZE "0x100064" /* bytes; more than 1 MiB, with a partial last page */
#define PAGES_SIZE "0x101000"

static const char *const origins[] = {"created", "existing", "opened", "duplicate"};

/* How many handles and views more the process has than the steps of a case need. */
#define MORE_HANDLES 6
#define MORE_VIEWS 10

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

/* The rows that handles_with_a_past checks. A case that calls it names them too. */
#define PAST " open-existing map-many-views create-zero-size-pagefile"

/* The same for the writer, which then has nine handles and views of the section, and has closed and unmapped others. The name
 * existed before, and two processes that opened it have exited or been killed. Later steps check the row `id`. Returns false
 * if one of these steps failed. */
static bool handles_with_a_past(struct stage *s, const char *protect, const char *id)
{
    must(s, "writer", "create former name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "close former");
    handles_of_every_origin(s, "writer", protect);
    row(s, "open-existing");
    must(s, "guest", "open section name=@x access=FILE_MAP_READ");
    must(s, "victim", "open section name=@x access=FILE_MAP_READ");
    for (unsigned i = 0; i < MORE_HANDLES; i++)
        if (!succeeds(s, "writer", step("open more%u name=@x access=FILE_MAP_ALL_ACCESS", i)))
            return false;
    row(s, "map-many-views");
    for (unsigned i = 0; i < MORE_VIEWS; i++)
        if (!succeeds(s, "writer",
                      step("map more-view%u of=%s access=FILE_MAP_WRITE", i, origins[i % COUNT(origins)])))
            return false;
    must(s, "writer", "close more0");
    must(s, "writer", "unmap more-view0");
    leaves(s, "guest");
    killed(s, "victim");
    row(s, "create-zero-size-pagefile");
    fails(s, "writer", "create none size=0 protect=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
    row(s, id);
    return true;
}

/* Views of the whole section and of its end, through each handle, show in every page what other views store. */
static void origins_share_bytes(struct stage *s)
{
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "view-coherent-same-process"));
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
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "view-cow-private"));
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
        REQUIRE(succeeds(s, "writer", "open other name=@x access=FILE_MAP_READ"));
        REQUIRE(succeeds(s, "writer", "map second of=other access=FILE_MAP_READ"));
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
    must(s, "writer", "map copy of=created access=FILE_MAP_COPY");
    must(s, "writer", "fill copy length=" PAGES_SIZE " seed=7");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        must(s, "writer", step("close %s", origins[i]));
        gives(s, "writer", "verify copy length=" PAGES_SIZE " seed=7", "match=yes");
    }
}

/* VirtualProtect on a page of a view through each handle changes only that page of that view, and restores it. */
static void origins_protect(struct stage *s)
{
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "protect-change-page-granular"));
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
        fails_somehow(s, "writer", step("protect v%u at=0x100000 length=0x2000 to=PAGE_READONLY", i));
        gives(s, "writer", step("query v%u", i), WHOLE_VIEW("69632", "PAGE_READWRITE"));
        gives(s, "writer", step("query v%u at=0x12000", i),
              VIEW_PART("73728", "978944", "PAGE_READWRITE", "PAGE_READWRITE"));
        gives(s, "writer", step("protect v%u at=0x11000 length=4096 to=PAGE_READWRITE|PAGE_GUARD", i),
              "old=PAGE_NOACCESS");
        gives(s, "writer", step("query v%u at=0x11000 show=size,protect,allocation-protect", i),
              "size=4096 protect=PAGE_READWRITE|PAGE_GUARD allocation-protect=PAGE_READWRITE");
        gives(s, "writer", step("protect v%u at=0x11000 length=4096 to=PAGE_READWRITE", i),
              "old=PAGE_READWRITE|PAGE_GUARD");
        succeeds(s, "writer", step("write v%u at=0x11000 u8=1", i));
        must(s, "writer", step("map low of=%s access=FILE_MAP_READ", origins[i]));
        fails(s, "writer", "protect low at=0x1000 length=4096 to=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
        faults(s, "writer", "write low at=0x1000 u8=1", "write");
        must(s, "writer", "unmap low");
        gives(s, "reader", "verify view length=0x10000 seed=1", "match=yes");
        gives(s, "reader", "verify view at=0x13000 length=0xEE000 seed=1", "match=yes");
    }
}

/* Setting a flag of one handle does not change the others; a duplicate has the flags that it was made with. */
static void origins_flags(struct stage *s)
{
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "inherit-sethandleinformation"));
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        gives(s, "writer", step("flags %s", origins[i]), "inherit=no protect-from-close=no");
        gives(s, "writer", step("setflags %s inherit=yes protect-from-close=yes", origins[i]), "");
        gives(s, "writer", step("flags %s", origins[i]), "inherit=yes protect-from-close=yes");
        REQUIRE(fails(s, "writer", step("close %s", origins[i]), ERROR_INVALID_HANDLE));
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
        must(s, role, "create early size=4096 protect=PAGE_READWRITE");
        handles_of_every_origin(s, role, "PAGE_READWRITE");
        must(s, role, "create late size=8192 protect=PAGE_READWRITE");
        must(s, "reader", "close section");
        must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
        for (unsigned i = 0; i < COUNT(origins); i++) {
            const char *origin = origins[orders[order][i]];
            REQUIRE(succeeds(s, role, step("map own of=%s access=FILE_MAP_WRITE", origin)));
            gives(s, role, step("size %s", origin), "size=1052672 attributes=SEC_COMMIT");
            succeeds(s, role, step("close %s keep=yes", origin));
            fails_status(s, role, step("close %s", origin), ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
            gives(s, role, "size early", "size=4096 attributes=SEC_COMMIT");
            gives(s, role, "size late", "size=8192 attributes=SEC_COMMIT");
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
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE|SEC_RESERVE", "reserve-commit-is-shared"));
    for (unsigned i = 0; i < COUNT(origins); i++) {
        const unsigned at =
            0x3000 + (unsigned)(COUNT(origins) - i) * 0x8000; /* downwards: the pages before are reserved */
        REQUIRE(succeeds(s, "writer", step("map v%u of=%s access=FILE_MAP_WRITE", i, origins[i])));
        REQUIRE(gives(s, "writer", step("commit v%u at=%u length=0x3000 protect=PAGE_READWRITE", i, at),
                      step("base=+%u", at)));
        gives(s, "writer", step("query v%u at=%u show=base,size,state", i, at),
              step("base=+%u size=12288 state=MEM_COMMIT", at));
        gives(s, "reader", step("zero view at=%u length=0x3000", at), "zero=yes");
        REQUIRE(succeeds(s, "writer", step("fill v%u at=%u length=0x3000 seed=1", i, at)));
        gives(s, "reader", step("verify view at=%u length=0x3000 seed=1", at), "match=yes");
        gives(s, "writer", step("query v%u at=%u show=state", i, at - 4096), "state=MEM_RESERVE");
        gives(s, "writer", step("query v%u at=%u show=state", i, at + 0x3000), "state=MEM_RESERVE");
        gives(s, "writer", step("commit v%u at=%u length=0x3000 protect=PAGE_READWRITE", i, at),
              step("base=+%u", at));
        gives(s, "reader", step("verify view at=%u length=0x3000 seed=1", at), "match=yes");
        fails(s, "writer", step("decommit v%u at=%u length=0x1000", i, at), ERROR_INVALID_PARAMETER);
        fails(s, "writer", step("commit v%u at=0x100000 length=0x2000 protect=PAGE_READWRITE", i),
              ERROR_INVALID_ADDRESS);
        gives(s, "reader", "query view at=0x100000 show=state", "state=MEM_RESERVE");
        gives(s, "reader", step("verify view at=%u length=0x3000 seed=1", at), "match=yes");
    }
}

/* What a view through each handle covers, and where it lies, is what the call asks for; what cannot be is refused and
 * changes nothing. */
static void origins_place_views(struct stage *s)
{
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "map-ex-base-honoured"));
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
    const unsigned long long place = free_place(s, "writer", "0x100000");
    REQUIRE(place);
    row(s, "access-execute-needs-exec-section");
    denied(s, "writer", "map no of=created access=FILE_MAP_READ|FILE_MAP_EXECUTE");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        row(s, "map-ex-base-honoured");
        REQUIRE(succeeds(s, "writer",
                         step("map part%u of=%s access=FILE_MAP_WRITE offset=0x10000 length=0x1001 "
                              "base=0x%llx",
                              i, origins[i], place)));
        gives(s, "writer", step("query part%u", i), WHOLE_VIEW("8192", "PAGE_READWRITE"));
        gives(s, "writer", step("verify part%u length=0x2000 seed=1", i), "match=yes");
        must(s, "writer", "regions type=MEM_MAPPED");
        const uint64_t regions = number(s, "writer", "count");
        powered(s, "the view is counted", regions > 0);
        row(s, "map-ex-base-occupied");
        fails_status(s, "writer", step("map no of=%s access=FILE_MAP_READ base=0x%llx", origins[i], place),
                     ERROR_INVALID_ADDRESS, STATUS_CONFLICTING_ADDRESSES);
        row(s, "map-ex-base-misaligned");
        fails_status(s, "writer",
                     step("map no of=%s access=FILE_MAP_READ base=0x%llx", origins[i], place + 0x41000),
                     ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
        row(s, "map-offset-misaligned");
        fails_status(s, "writer",
                     step("map no of=%s access=FILE_MAP_READ offset=0x11000 length=4096", origins[i]),
                     ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
        row(s, "map-length-past-end");
        fails_status(s, "writer",
                     step("map no of=%s access=FILE_MAP_READ offset=0x10000 length=0xF2000", origins[i]),
                     ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
        row(s, "failed-call-changes-nothing");
        must(s, "writer", "regions type=MEM_MAPPED");
        holds(s, "as many mapped regions as before", number(s, "writer", "count") == regions);
        gives(s, "writer", step("verify part%u length=0x2000 seed=1", i), "match=yes");
        gives(s, "reader", "verify view length=" PAGES_SIZE " seed=1", "match=yes");
        gives(s, "writer", step("size %s", origins[i]), "size=1052672 attributes=SEC_COMMIT");
        row(s, "life-virtualfree-on-view");
        fails(s, "writer", step("release part%u keep=yes", i), ERROR_INVALID_PARAMETER);
        gives(s, "writer", step("verify part%u length=0x2000 seed=1", i), "match=yes");
        row(s, "life-unmap-interior");
        succeeds(s, "writer", step("unmap part%u at=0x1800 keep=yes", i));
        row(s, "life-unmap-frees-range");
        gives(s, "writer", step("query part%u show=state", i), "state=MEM_FREE");
        row(s, "life-unmap-twice");
        fails_status(s, "writer", step("unmap part%u", i), ERROR_INVALID_ADDRESS, STATUS_NOT_MAPPED_VIEW);
        row(s, "flush-pagefile-view");
        REQUIRE(succeeds(s, "writer", step("map whole%u of=%s access=FILE_MAP_WRITE", i, origins[i])));
        gives(s, "writer", step("verify whole%u length=" PAGES_SIZE " seed=1", i), "match=yes");
        succeeds(s, "writer", step("flush whole%u", i));
        succeeds(s, "writer", step("flush whole%u at=0x20000 length=0x10000", i));
        gives(s, "reader", "verify view length=" PAGES_SIZE " seed=1", "match=yes");
    }
}

/* The same far above 4 GiB, where an address that is cut to 32 bits is another one. */
static void origins_place_high_views(struct stage *s)
{
    handles_of_every_origin(s, "writer", "PAGE_READWRITE");
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
    const unsigned long long place = high_place(s, "writer", "0x100000");
    REQUIRE(place);
    for (unsigned i = 0; i < COUNT(origins); i++) {
        REQUIRE(succeeds(
            s, "writer",
            step("map high%u of=%s access=FILE_MAP_WRITE length=0x1001 base=0x%llx", i, origins[i], place)));
        must(s, "writer", step("adopt place%u address=0x%llx", i, place));
        gives(s, "writer", step("query place%u", i), WHOLE_VIEW("8192", "PAGE_READWRITE"));
        gives(s, "writer", step("verify high%u length=0x2000 seed=1", i), "match=yes");
        must(s, "writer", step("unmap high%u", i));
    }
}

/* The duplicate of each handle has the rights that were asked for, and is another handle to the same section: the source
 * can be closed, with the duplication or after it. */
static void origins_duplicate(struct stage *s)
{
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "dup-same-access"));
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
    row(s, "create-unnamed-distinct");
    REQUIRE(gives(s, "writer", "create other size=4096 protect=PAGE_READWRITE", "error=0"));
    row(s, "create-granted-access-by-protect");
    gives(s, "writer", "granted created", "access=0xF0007");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        row(s, "dup-same-access");
        REQUIRE(succeeds(s, "writer", step("duplicate %s to=0 same=yes", origins[i])));
        must(s, "writer", step("adopt same%u handle=$writer.handle", i));
        succeeds(s, "writer", step("map all%u of=same%u access=FILE_MAP_WRITE", i, i));
        row(s, "dup-lower-access");
        REQUIRE(succeeds(s, "writer", step("duplicate %s to=0 access=FILE_MAP_READ", origins[i])));
        must(s, "writer", step("adopt low%u handle=$writer.handle", i));
        gives(s, "writer", step("granted low%u", i), "access=0x4");
        denied(s, "writer", step("map none of=low%u access=FILE_MAP_WRITE", i));
        row(s, "dup-same-access");
        succeeds(s, "writer", step("duplicate low%u to=0 same=yes", i));
        must(s, "writer", step("adopt lower%u handle=$writer.handle", i));
        gives(s, "writer", step("granted lower%u", i), "access=0x4");
        row(s, "dup-same-object");
        gives(s, "writer", step("compare low%u with=%s", i, origins[(i + 1) % COUNT(origins)]), "same=yes");
        gives(s, "writer", step("compare %s with=low%u", origins[i], i), "same=yes");
        gives(s, "writer", step("compare %s with=other", origins[i]), "same=no error=1656");
        row(s, "dup-close-source");
        succeeds(s, "writer", step("duplicate same%u to=0 access=FILE_MAP_READ close-source=yes", i));
        must(s, "writer", step("adopt moved%u handle=$writer.handle", i));
        gives(s, "writer", step("granted moved%u", i), "access=0x4");
        succeeds(s, "writer", step("duplicate %s to=$reader.pid access=FILE_MAP_READ", origins[i]));
        must(s, "reader", step("adopt given%u handle=$writer.handle", i));
        row(s, "dup-into-child");
        gives(s, "reader", step("granted given%u", i), "access=0x4");
        denied(s, "reader", step("map none of=given%u access=FILE_MAP_WRITE", i));
        if (succeeds(s, "reader", step("map given-view%u of=given%u access=FILE_MAP_READ", i, i)))
            gives(s, "reader", step("verify given-view%u length=" PAGES_SIZE " seed=1", i), "match=yes");
        gives(s, "reader", "verify view length=" PAGES_SIZE " seed=1", "match=yes");
    }
}

/* A DUPLICATE_CLOSE_SOURCE of each handle closes it, and no other one. */
static void origins_move(struct stage *s)
{
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "dup-close-source"));
    row(s, "dup-close-source");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        succeeds(s, "writer",
                 step("duplicate %s to=$reader.pid same=yes close-source=yes keep=yes", origins[i]));
        must(s, "reader", step("adopt moved%u handle=$writer.handle", i));
        fails_status(s, "writer", step("close %s", origins[i]), ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
        succeeds(s, "reader", step("map moved-view%u of=moved%u access=FILE_MAP_WRITE", i, i));
        for (unsigned j = i + 1; j < COUNT(origins); j++)
            gives(s, "writer", step("size %s", origins[j]), "size=1052672 attributes=SEC_COMMIT");
    }
}

/* Creating the name again, in the process that created the section and in another one, returns the unchanged section. */
static void origins_create_again(struct stage *s)
{
    static const char *const roles[] = {"writer", "reader", "third"};
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "create-existing-returns-183"));
    must(s, "reader", "fill view length=" PAGES_SIZE " seed=1");
    for (unsigned i = 0; i < COUNT(roles); i++) {
        row(s, "create-existing-returns-183");
        REQUIRE(gives(s, roles[i], "create again name=@x size=0x200000 protect=PAGE_READWRITE", "error=183"));
        row(s, "create-existing-keeps-size-larger");
        gives(s, roles[i], "size again", "size=1052672 attributes=SEC_COMMIT");
        row(s, "open-does-not-reset-data");
        REQUIRE(succeeds(s, roles[i], "map again-view of=again access=FILE_MAP_WRITE"));
        gives(s, roles[i], "verify again-view length=" PAGES_SIZE " seed=1", "match=yes");
        row(s, "create-new-clears-last-error");
        gives(s, roles[i], step("create new%u name=@new%u size=4096 protect=PAGE_READWRITE", i, i),
              "error=0");
    }
}

/* The bytes stay when the last view of a process is unmapped, because a handle of any origin keeps them; the next view shows
 * them. */
static void origins_map_again(struct stage *s)
{
    handles_of_every_origin(s, "writer", "PAGE_READWRITE");
    for (unsigned i = 0; i < COUNT(origins); i++) {
        for (unsigned round = 0; round < 2; round++) {
            const unsigned seed = 2 * i + round + 1;
            REQUIRE(succeeds(s, "writer", step("map own of=%s access=FILE_MAP_WRITE", origins[i])));
            if (seed > 1)
                gives(s, "writer", step("verify own length=" PAGES_SIZE " seed=%u", seed - 1), "match=yes");
            must(s, "writer", step("fill own length=" PAGES_SIZE " seed=%u", seed));
            gives(s, "reader", step("verify view length=" PAGES_SIZE " seed=%u", seed), "match=yes");
            must(s, "writer", "unmap own");
            gives(s, "reader", step("verify view length=" PAGES_SIZE " seed=%u", seed), "match=yes");
        }
    }
}

/* ---- handles with few rights ---- */

/* Labels of handles of the reader with FILE_MAP_READ alone: the first and the second handle of the process to the section,
 * a later one, and a duplicate. */
static const char *const low_origins[] = {"low0", "low1", "low8", "duplicate"};

static void low_handles(struct stage *s, const char *protect)
{
    must(s, "writer", step("create section name=@x size=" SIZE " protect=%s", protect));
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    for (unsigned i = 0; i < 9; i++)
        must(s, "reader", step("open low%u name=@x access=FILE_MAP_READ", i));
    must(s, "reader", "duplicate low0 to=0 same=yes");
    must(s, "reader", "adopt duplicate handle=$reader.handle");
    for (unsigned i = 0; i < MORE_VIEWS; i++)
        must(s, "reader",
             step("map view%u of=%s access=FILE_MAP_READ", i, low_origins[i % COUNT(low_origins)]));
}

/* A handle with FILE_MAP_READ maps views for reading and copy-on-write views, and gives nothing else. */
static void low_handles_stay_low(struct stage *s)
{
    low_handles(s, "PAGE_READWRITE");
    for (unsigned i = 0; i < COUNT(low_origins); i++) {
        const char *low = low_origins[i];
        row(s, "access-handle-fixed");
        gives(s, "reader", step("granted %s", low), "access=0x4");
        row(s, "open-read-cannot-map-write");
        denied(s, "reader", step("map no of=%s access=FILE_MAP_WRITE", low));
        denied(s, "reader", step("map no of=%s access=FILE_MAP_ALL_ACCESS", low));
        row(s, "size-query-needs-section-query");
        denied(s, "reader", step("size %s", low));
        row(s, "sd-get-by-handle");
        denied(s, "reader", step("descriptor %s parts=dacl", low));
        row(s, "sd-set-by-handle");
        denied(s, "reader", step("setdescriptor %s sd=D:P", low));
        row(s, "view-cow-no-write-right");
        if (succeeds(s, "reader", step("map copy of=%s access=FILE_MAP_COPY", low))) {
            succeeds(s, "reader", "write copy at=0x100000 text=private");
            gives(s, "reader", "read copy at=0x100000 length=7 as=text", "text=private");
            must(s, "reader", "unmap copy");
        }
        row(s, "protect-readonly-write-faults");
        must(s, "reader", step("map read of=%s access=FILE_MAP_READ", low));
        faults(s, "reader", "write read at=0x100000 u8=1", "write");
        must(s, "reader", "unmap read");
    }
    row(s, "view-cow-private");
    gives(s, "writer", "zero view length=" PAGES_SIZE, "zero=yes");
    row(s, "open-existing");
    succeeds(s, "third", "open section name=@x access=FILE_MAP_WRITE");
}

/* The creator of a PAGE_READONLY section has copy-on-write views too, and no writable one. */
static void creator_of_readonly_copies(struct stage *s)
{
    must(s, "writer", "create section name=@x size=" SIZE " protect=PAGE_READONLY");
    row(s, "create-granted-access-by-protect");
    gives(s, "writer", "granted section", "access=0xF0005");
    row(s, "view-cow-no-write-right");
    REQUIRE(succeeds(s, "writer", "map copy of=section access=FILE_MAP_COPY"));
    succeeds(s, "writer", "write copy at=0x100000 text=private");
    row(s, "open-read-cannot-map-write");
    denied(s, "writer", "map no of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    row(s, "view-cow-private");
    gives(s, "reader", "zero view length=" PAGES_SIZE, "zero=yes");
}

/* ---- descriptors ---- */

/* An access list that is set through each handle is the whole one: each of its entries counts, from the next open on. */
static void origins_describe(struct stage *s)
{
    REQUIRE(handles_with_a_past(s, "PAGE_READWRITE", "sd-set-by-handle"));
    for (unsigned i = 0; i < COUNT(origins); i++) {
        row(s, "sd-set-by-handle");
        succeeds(s, "writer", step("setdescriptor %s sd=D:P(A;;0x4;;;WD)(A;;0x1;;;WD)", origins[i]));
        if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ|SECTION_QUERY"))
            must(s, "third", "close section");
        denied(s, "third", "open section name=@x access=FILE_MAP_WRITE");
        succeeds(s, "writer", step("setdescriptor %s sd=D:P(D;;0x4;;;WD)(A;;0x7;;;WD)", origins[i]));
        row(s, "sd-ace-order");
        denied(s, "third", "open section name=@x access=FILE_MAP_READ");
        if (succeeds(s, "third", "open section name=@x access=FILE_MAP_WRITE|SECTION_QUERY"))
            must(s, "third", "close section");
    }
}

static const struct test_case handle_origins_cases[] = {
    {CASE(origins_share_bytes),
     .rows = "view-coherent-same-process map-query-fields protect-readonly-write-faults" PAST},
    {CASE(origins_copy_on_write), .rows = "view-cow-private" PAST},
    {CASE(origins_protect), .rows = "protect-change-page-granular protect-change-old-value" PAST},
    {CASE(origins_flags), .rows = "inherit-sethandleinformation" PAST, .needs = "compare-object-handles"},
    {CASE(origins_close), .rows = "life-close-twice"},
    {CASE(origins_commit), .rows = "reserve-commit-is-shared" PAST},
    {CASE(origins_place_views),
     .rows = "map-ex-base-honoured map-ex-base-occupied map-ex-base-misaligned map-offset-misaligned "
             "map-length-past-end access-execute-needs-exec-section failed-call-changes-nothing "
             "life-virtualfree-on-view life-unmap-interior life-unmap-frees-range life-unmap-twice "
             "flush-pagefile-view" PAST},
    {CASE(origins_place_high_views), .rows = "map-ex-base-honoured", .needs = "64-bit"},
    {CASE(origins_duplicate),
     .rows = "dup-same-access dup-lower-access dup-same-object dup-close-source dup-into-child "
             "create-granted-access-by-protect create-unnamed-distinct" PAST,
     .needs = "compare-object-handles"},
    {CASE(origins_move), .rows = "dup-close-source" PAST},
    {CASE(origins_create_again),
     .rows = "create-existing-returns-183 create-existing-keeps-size-larger open-does-not-reset-data "
             "create-new-clears-last-error" PAST},
    {CASE(origins_map_again), .rows = "view-persists-across-unmap"},
    {CASE(low_handles_stay_low),
     .rows = "access-handle-fixed open-read-cannot-map-write size-query-needs-section-query sd-get-by-handle "
             "sd-set-by-handle "
             "view-cow-no-write-right protect-readonly-write-faults view-cow-private open-existing"},
    {CASE(creator_of_readonly_copies),
     .rows = "create-granted-access-by-protect view-cow-no-write-right open-read-cannot-map-write "
             "view-cow-private"},
    {CASE(origins_describe), .rows = "sd-set-by-handle sd-ace-order" PAST},
};

TOPIC(handle_origins, handle_origins_cases)
