/* Topic contents: the bytes of sections of several granules and of many MiB, at their start, in the middle and in the last
 * page, which is a partial one, after every event in the life of a section. A system that keeps the first page and
 * loses another one would pass every case that checks a single page. */
#include "topic.h"

/* In bytes: three granules, 5 MiB and 96 MiB, each and a part of a page. */
static const unsigned sizes[] = {0x30064, 0x500064, 0x6000801};
#define SIZES COUNT(sizes)
#define PAGE 4096u

/* The places of a section: its first page, a page on both sides of a border in the middle, and its last page, whose end is
 * behind the requested size. */
#define PLACES 3

static unsigned place(unsigned size, unsigned number)
{
    const unsigned middle = size / 2 / 0x10000 * 0x10000 - PAGE / 2;
    return number == 0 ? 0 : number == 1 ? middle : size / PAGE * PAGE;
}

/* Creates all sections, with views, and fills their places with a pattern of the section's own. `seed` is that of the
 * first one. */
static void fill_everywhere(struct stage *s, const char *role, unsigned seed)
{
    for (unsigned i = 0; i < SIZES; i++) {
        must(s, role, step("create s%u name=@%u size=%u protect=PAGE_READWRITE", i, i, sizes[i]));
        must(s, role, step("map v%u of=s%u access=FILE_MAP_WRITE", i, i));
        for (unsigned p = 0; p < PLACES; p++)
            must(s, role, step("fill v%u at=%u length=%u seed=%u", i, place(sizes[i], p), PAGE, seed + i));
    }
}

static void open_everything(struct stage *s, const char *role)
{
    for (unsigned i = 0; i < SIZES; i++) {
        must(s, role, step("open s%u name=@%u access=FILE_MAP_READ|FILE_MAP_WRITE", i, i));
        must(s, role, step("map v%u of=s%u access=FILE_MAP_WRITE", i, i));
    }
}

/* The role's views show the pattern at every place. */
static void right_everywhere(struct stage *s, const char *role, unsigned seed)
{
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned p = 0; p < PLACES; p++)
            gives(s, role, step("verify v%u at=%u length=%u seed=%u", i, place(sizes[i], p), PAGE, seed + i),
                  "match=yes");
}

static void zero_everywhere(struct stage *s, const char *role)
{
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned p = 0; p < PLACES; p++)
            gives(s, role, step("zero v%u at=%u length=%u", i, place(sizes[i], p), PAGE), "zero=yes");
}

/* The step for each section or view; `format` has its number once or twice: "close s%u". */
static void for_each(struct stage *s, const char *role, const char *format)
{
    for (unsigned i = 0; i < SIZES; i++)
        succeeds(s, role, step(format, i, i));
}

/* What one process stores is visible to the others at every place; a new section is zero at these places. */
static void contents_everywhere(struct stage *s)
{
    for (unsigned i = 0; i < SIZES; i++) {
        must(s, "reader", step("create s%u name=@%u size=%u protect=PAGE_READWRITE", i, i, sizes[i]));
        must(s, "reader", step("map v%u of=s%u access=FILE_MAP_WRITE", i, i));
    }
    row(s, "create-initial-zero");
    zero_everywhere(s, "reader");
    row(s, "view-coherent-two-processes");
    open_everything(s, "writer");
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned p = 0; p < PLACES; p++)
            must(s, "writer", step("fill v%u at=%u length=%u seed=%u", i, place(sizes[i], p), PAGE, i + 1));
    right_everywhere(s, "reader", 1);
    for (unsigned i = 0; i < SIZES; i++) /* the pages between the places are still zero */
        gives(s, "reader", step("zero v%u at=%u length=%u", i, place(sizes[i], 1) + PAGE, PAGE), "zero=yes");
}

/* Every page of a section of 2 MiB and a part, not only the places. */
static void contents_of_every_page(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x200064 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    row(s, "create-initial-zero");
    gives(s, "reader", "zero view length=0x201000", "zero=yes");
    row(s, "view-coherent-two-processes");
    must(s, "writer", "fill view length=0x201000 seed=3");
    gives(s, "reader", "verify view length=0x201000 seed=3", "match=yes");
    killed(s, "writer");
    row(s, "view-only-writer-visible-after-kill");
    gives(s, "reader", "verify view length=0x201000 seed=3", "match=yes");
}

/* Unmapping and closing, by either process, changes nothing for the views that remain, nor for new ones. */
static void contents_after_unmap_and_close(struct stage *s)
{
    fill_everywhere(s, "writer", 1);
    open_everything(s, "reader");
    row(s, "life-unmap-other-process-unaffected");
    for_each(s, "writer", "unmap v%u");
    right_everywhere(s, "reader", 1);
    row(s, "view-persists-across-unmap");
    for_each(s, "writer", "map v%u of=s%u access=FILE_MAP_READ");
    right_everywhere(s, "writer", 1);
    row(s, "life-view-survives-handle");
    for_each(s, "writer", "close s%u");
    right_everywhere(s, "reader", 1);
    for_each(s, "reader", "close s%u");
    right_everywhere(s, "reader", 1);
    right_everywhere(s, "writer", 1);
    row(s, "life-unmap-other-process-unaffected");
    for_each(s, "writer", "unmap v%u");
    right_everywhere(s, "reader", 1);
}

/* A handle alone keeps the bytes of every page while no view exists. */
static void contents_without_views(struct stage *s)
{
    fill_everywhere(s, "writer", 1);
    for_each(s, "writer", "unmap v%u");
    open_everything(s, "reader");
    right_everywhere(s, "reader", 1);
    for_each(s, "reader", "unmap v%u");
    for_each(s, "writer", "close s%u");
    for_each(s, "reader", "map v%u of=s%u access=FILE_MAP_READ");
    right_everywhere(s, "reader", 1);
}

enum ending { EXITS, IS_KILLED, CRASHES };

/* The end of the writer changes no byte in the reader's views, nor for a third process that opens the sections later.
 * The end of that third process changes no byte either. */
static void contents_after(struct stage *s, enum ending how)
{
    fill_everywhere(s, "writer", 1);
    open_everything(s, "reader");
    if (how == EXITS)
        leaves(s, "writer");
    else if (how == IS_KILLED)
        killed(s, "writer");
    else
        dies(s, "writer", "crash how=access-violation", STATUS_ACCESS_VIOLATION);
    right_everywhere(s, "reader", 1);
    for (unsigned i = 0; i < SIZES; i++) {
        REQUIRE(succeeds(s, "third", step("open s%u name=@%u access=FILE_MAP_READ", i, i)));
        REQUIRE(succeeds(s, "third", step("map v%u of=s%u access=FILE_MAP_READ", i, i)));
    }
    right_everywhere(s, "third", 1);
    killed(s, "third");
    right_everywhere(s, "reader", 1);
}

static void contents_after_exit(struct stage *s)
{
    contents_after(s, EXITS);
}

static void contents_after_kill(struct stage *s)
{
    contents_after(s, IS_KILLED);
}

static void contents_after_crash(struct stage *s)
{
    contents_after(s, CRASHES);
}

/* Creating a name again changes nothing while the section exists, and makes new pages of zeros once its last handle is
 * closed, while a view still shows the old ones. */
static void contents_after_creating_again(struct stage *s)
{
    fill_everywhere(s, "writer", 1);
    row(s, "open-does-not-reset-data");
    for (unsigned i = 0; i < SIZES; i++)
        gives(s, "reader", step("create s%u name=@%u size=%u protect=PAGE_READWRITE", i, i, sizes[i]),
              "error=183");
    for_each(s, "reader", "map v%u of=s%u access=FILE_MAP_WRITE");
    right_everywhere(s, "reader", 1);
    right_everywhere(s, "writer", 1);
    row(s, "life-recreate-makes-new-object");
    for_each(s, "reader", "unmap v%u");
    for_each(s, "reader", "close s%u");
    for_each(s, "writer", "close s%u");
    for (unsigned i = 0; i < SIZES; i++)
        gives(s, "reader", step("create s%u name=@%u size=%u protect=PAGE_READWRITE", i, i, sizes[i]),
              "error=0");
    for_each(s, "reader", "map v%u of=s%u access=FILE_MAP_WRITE");
    zero_everywhere(s, "reader");
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned p = 0; p < PLACES; p++)
            must(s, "reader", step("fill v%u at=%u length=%u seed=%u", i, place(sizes[i], p), PAGE, i + 11));
    right_everywhere(s, "writer", 1);
    right_everywhere(s, "reader", 11);
}

/* The pages are freed with the last handle and view: new sections with these names and sizes are zero. */
static void contents_end_with_holders(struct stage *s)
{
    fill_everywhere(s, "writer", 1);
    open_everything(s, "reader");
    killed(s, "writer");
    for_each(s, "reader", "close s%u");
    for_each(s, "reader", "unmap v%u");
    for (unsigned i = 0; i < SIZES; i++)
        gives(s, "reader", step("create s%u name=@%u size=%u protect=PAGE_READWRITE", i, i, sizes[i]),
              "error=0");
    for_each(s, "reader", "map v%u of=s%u access=FILE_MAP_READ");
    zero_everywhere(s, "reader");
}

/* Calls that fail change no byte, in either process. */
static void contents_after_failed_calls(struct stage *s)
{
    fill_everywhere(s, "writer", 1);
    open_everything(s, "reader");
    for (unsigned i = 0; i < SIZES; i++) {
        fails(s, "reader", step("create bad%u name=@%u size=0 protect=PAGE_READWRITE", i, i),
              ERROR_INVALID_PARAMETER);
        fails(s, "reader", step("create bad%u name=@%u size=4096 protect=PAGE_NOACCESS", i, i),
              ERROR_INVALID_PARAMETER);
        denied(s, "writer", step("map bad%u of=s%u access=FILE_MAP_READ|FILE_MAP_EXECUTE", i, i));
        fails_status(s, "reader",
                     step("map bad%u of=s%u access=FILE_MAP_WRITE length=%u", i, i, sizes[i] + PAGE),
                     ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
        fails_status(s, "reader", step("map bad%u of=s%u access=FILE_MAP_WRITE offset=4096", i, i),
                     ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
        fails(s, "reader", step("protect v%u length=%u to=PAGE_EXECUTE_READWRITE", i, sizes[i]),
              ERROR_INVALID_PARAMETER);
        fails(s, "reader", step("decommit v%u length=%u", i, sizes[i]), ERROR_INVALID_PARAMETER);
        fails(s, "writer", step("release v%u keep=yes", i), ERROR_INVALID_PARAMETER);
    }
    right_everywhere(s, "reader", 1);
    right_everywhere(s, "writer", 1);
}

/* Views with an offset, and lengths that end in the middle of a page, show the bytes of that place. */
static void contents_through_offsets(struct stage *s)
{
    fill_everywhere(s, "writer", 1);
    for (unsigned i = 0; i < SIZES; i++) {
        must(s, "reader", step("open s%u name=@%u access=FILE_MAP_READ", i, i));
        const unsigned middle = place(sizes[i], 1), last = place(sizes[i], 2);
        const unsigned before = middle / 0x10000 * 0x10000, end = last / 0x10000 * 0x10000;
        row(s, "map-offset-aligned");
        must(s, "reader",
             step("map m%u of=s%u access=FILE_MAP_READ offset=%u length=%u", i, i, before, 0x10801));
        gives(s, "reader", step("verify m%u at=%u length=%u seed=%u", i, middle - before, PAGE, i + 1),
              "match=yes");
        gives(s, "reader", step("query m%u", i), WHOLE_VIEW("69632", "PAGE_READONLY"));
        row(s, "map-whole");
        must(s, "reader", step("map e%u of=s%u access=FILE_MAP_READ offset=%u", i, i, end));
        gives(s, "reader", step("verify e%u at=%u length=%u seed=%u", i, last - end, PAGE, i + 1),
              "match=yes");
        row(s, "size-past-last-page-faults");
        faults(s, "reader", step("read e%u at=%u length=1", i, last - end + PAGE), "read");
    }
}

/* Changing the protection of pages and restoring it keeps the bytes, the sharing and the neighbouring pages. */
static void contents_after_protection_and_back(struct stage *s)
{
    static const char *const protections[] = {"PAGE_NOACCESS", "PAGE_READONLY"};
    fill_everywhere(s, "writer", 1);
    open_everything(s, "reader");
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned p = 0; p < PLACES; p++) {
            const char *to = protections[(i + p) % COUNT(protections)];
            gives(s, "reader", step("protect v%u at=%u length=%u to=%s", i, place(sizes[i], p), PAGE, to),
                  "old=PAGE_READWRITE");
            faults(s, "reader", step("write v%u at=%u u8=1", i, place(sizes[i], p)), "write");
            if (p > 0) /* the pages beside can be written */
                succeeds(s, "reader", step("write v%u at=%u u8=0", i, place(sizes[i], p) - PAGE));
            if (p < 2)
                succeeds(s, "reader", step("write v%u at=%u u8=0", i, place(sizes[i], p) + 2 * PAGE - 1));
            succeeds(s, "writer",
                     step("fill v%u at=%u length=%u seed=%u", i, place(sizes[i], p), PAGE, i + 7));
            gives(s, "reader",
                  step("protect v%u at=%u length=%u to=PAGE_READWRITE", i, place(sizes[i], p), PAGE),
                  step("old=%s", to));
        }
    right_everywhere(s, "reader", 7);
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned p = 0; p < PLACES; p++)
            succeeds(s, "reader",
                     step("fill v%u at=%u length=%u seed=%u", i, place(sizes[i], p), PAGE, i + 5));
    right_everywhere(s, "writer", 5);
    for (unsigned i = 0; i < SIZES; i++)
        gives(s, "reader", step("query v%u show=base,protect,allocation-protect", i),
              "base=+0 protect=PAGE_READWRITE allocation-protect=PAGE_READWRITE");
}

/* ---- other sections ---- */

/* Sections over a file and reserved ones, with more than 1 MiB and a part of a page. */
static const struct {
    const char *what, *create;
} backings[] = {
    {"a file", "create section name=@0 size=0x100801 protect=PAGE_READWRITE file=data"},
    {"reserved", "create section name=@1 size=0x100801 protect=PAGE_READWRITE|SEC_RESERVE"},
};
static const unsigned backed_places[] = {0, 0x80000, 0x100000};

static void right_in_backed(struct stage *s, const char *role, const char *view, unsigned seed)
{
    for (unsigned p = 0; p < COUNT(backed_places); p++)
        gives(s, role, step("verify %s at=%u length=%u seed=%u", view, backed_places[p], PAGE, seed),
              "match=yes");
}

static void fill_backed(struct stage *s, const char *role, const char *view, unsigned seed)
{
    for (unsigned p = 0; p < COUNT(backed_places); p++)
        succeeds(s, role, step("fill %s at=%u length=%u seed=%u", view, backed_places[p], PAGE, seed));
}

/* Nine views and a copy-on-write view of such a section: the bytes stay through flushes, unmaps, closed handles and the ends
 * of processes. */
static void contents_of(struct stage *s, unsigned backing)
{
    says(s, "%s", backings[backing].what);
    if (backing == 0)
        must(s, "writer", "file data name=^f size=0x101000");
    row(s, "create-any-handle-user");
    REQUIRE(gives(s, "writer", backings[backing].create, "error=0"));
    must(s, "writer", "duplicate section to=0 same=yes");
    must(s, "writer", "adopt duplicate handle=$writer.handle");
    for (unsigned i = 0; i < 9; i++)
        REQUIRE(succeeds(s, "writer",
                         step("map v%u of=%s access=FILE_MAP_WRITE", i, i % 2 ? "section" : "duplicate")));
    for (unsigned p = 0; p < COUNT(backed_places) && backing == 1; p++)
        must_give(s, "writer",
                  step("commit v0 at=%u length=%u protect=PAGE_READWRITE", backed_places[p], PAGE),
                  step("base=+%u", backed_places[p]));
    REQUIRE(
        succeeds(s, "reader", step("open section name=@%u access=FILE_MAP_READ|FILE_MAP_WRITE", backing)));
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE"));
    row(s, "view-coherent-two-processes");
    for (unsigned i = 0; i < 9; i++) {
        fill_backed(s, "writer", step("v%u", i), i + 1);
        right_in_backed(s, "reader", "view", i + 1);
        right_in_backed(s, "writer", step("v%u", 8 - i), i + 1);
    }
    fill_backed(s, "reader", "view", 20);
    right_in_backed(s, "writer", "v8", 20);
    row(s, backing == 0 ? "flush-starts-writing" : "flush-pagefile-view");
    for (unsigned p = 0; p < COUNT(backed_places); p++)
        succeeds(s, "writer", step("flush v3 at=%u length=%u", backed_places[p], PAGE));
    if (backing == 0)
        succeeds(s, "writer", "flush v4");
    right_in_backed(s, "reader", "view", 20);
    row(s, "view-cow-private");
    REQUIRE(succeeds(s, "writer", "map copy of=section access=FILE_MAP_COPY"));
    fill_backed(s, "writer", "copy", 30);
    fill_backed(s, "writer", "copy", 31);
    right_in_backed(s, "writer", "copy", 31);
    right_in_backed(s, "reader", "view", 20);
    must(s, "writer", "unmap copy");
    right_in_backed(s, "reader", "view", 20);
    row(s, "life-unmap-one-of-two");
    for (unsigned i = 0; i < 8; i++)
        succeeds(s, "writer", step("unmap v%u", i));
    right_in_backed(s, "reader", "view", 20);
    must(s, "writer", "close duplicate");
    right_in_backed(s, "writer", "v8", 20);
    must(s, "writer", "close section");
    right_in_backed(s, "writer", "v8", 20);
    row(s, "life-creator-exit");
    leaves(s, "writer");
    REQUIRE(succeeds(s, "third", step("open section name=@%u access=FILE_MAP_READ", backing)));
    REQUIRE(succeeds(s, "third", "map view of=section access=FILE_MAP_READ"));
    right_in_backed(s, "third", "view", 20);
    killed(s, "third");
    right_in_backed(s, "reader", "view", 20);
}

static void contents_of_file(struct stage *s)
{
    contents_of(s, 0);
}

static void contents_of_reserved(struct stage *s)
{
    contents_of(s, 1);
}

/* Time changes nothing: after 1.6 s without a call the bytes, the names, the handles, a private page and a protection are
 * as before. The actor waits for an event that is never set. */
static void contents_after_a_while(struct stage *s)
{
    fill_everywhere(s, "writer", 1);
    open_everything(s, "reader");
    must(s, "reader", "map own of=s1 access=FILE_MAP_COPY");
    must(s, "reader", "write own at=8192 text=private");
    must(s, "reader", "map fixed of=s1 access=FILE_MAP_WRITE");
    must_give(s, "reader", "protect fixed at=4096 length=4096 to=PAGE_READONLY", "old=PAGE_READWRITE");
    must(s, "reader", "hold never kind=event");
    must_give(s, "reader", "wait never timeout=1600", "result=WAIT_TIMEOUT");
    row(s, "view-coherent-two-processes");
    right_everywhere(s, "reader", 1);
    right_everywhere(s, "writer", 1);
    row(s, "view-cow-private");
    gives(s, "reader", "read own at=8192 length=7 as=text", "text=private");
    gives(s, "writer", "read v1 at=8192 length=1", "hex=00");
    row(s, "protect-change-downgrade");
    faults(s, "reader", "write fixed at=4096 u8=1", "write");
    succeeds(s, "reader", "write fixed at=12288 u8=1");
    row(s, "life-handle-survives-unmap");
    for_each(s, "reader", "map again%u of=s%u access=FILE_MAP_WRITE");
    for_each(s, "writer", "map again%u of=s%u access=FILE_MAP_WRITE");
    row(s, "open-existing");
    for (unsigned i = 0; i < SIZES; i++) {
        REQUIRE(succeeds(s, "third", step("open s%u name=@%u access=FILE_MAP_READ", i, i)));
        REQUIRE(succeeds(s, "third", step("map v%u of=s%u access=FILE_MAP_READ", i, i)));
    }
    right_everywhere(s, "third", 1);
    row(s, "view-coherent-two-processes");
    for (unsigned i = 0; i < SIZES; i++)
        for (unsigned p = 0; p < PLACES; p++)
            succeeds(s, p % 2 ? "reader" : "writer",
                     step("fill again%u at=%u length=%u seed=%u", i, place(sizes[i], p), PAGE, i + 5));
    right_everywhere(s, "third", 5);
    right_everywhere(s, "reader", 5);
    right_everywhere(s, "writer", 5);
}

#define BACKED                                                                                               \
    "create-any-handle-user view-coherent-two-processes flush-starts-writing flush-pagefile-view "           \
    "view-cow-private "                                                                                      \
    "life-unmap-one-of-two life-creator-exit"

static const struct test_case contents_cases[] = {
    {CASE(contents_everywhere), .rows = "view-coherent-two-processes create-initial-zero"},
    {CASE(contents_of_every_page),
     .rows = "view-coherent-two-processes create-initial-zero view-only-writer-visible-after-kill"},
    {CASE(contents_after_unmap_and_close),
     .rows = "life-view-survives-handle view-persists-across-unmap life-unmap-other-process-unaffected"},
    {CASE(contents_without_views), .rows = "life-commit-held-by-handle"},
    {CASE(contents_after_exit), .rows = "life-creator-exit"},
    {CASE(contents_after_kill), .rows = "view-only-writer-visible-after-kill"},
    {CASE(contents_after_crash), .rows = "view-only-writer-visible-after-kill"},
    {CASE(contents_after_creating_again), .rows = "open-does-not-reset-data life-recreate-makes-new-object"},
    {CASE(contents_end_with_holders), .rows = "life-all-closed-destroys"},
    {CASE(contents_after_failed_calls), .rows = "failed-call-changes-nothing"},
    {CASE(contents_through_offsets), .rows = "map-offset-aligned map-whole size-past-last-page-faults"},
    {CASE(contents_after_protection_and_back), .rows = "protect-change-downgrade"},
    {CASE(contents_of_file), .rows = BACKED},
    {CASE(contents_of_reserved), .rows = BACKED},
    {CASE(contents_after_a_while),
     .rows = "view-coherent-two-processes view-cow-private protect-change-downgrade open-existing "
             "life-handle-survives-unmap",
     .waits = true},
};

TOPIC(contents, contents_cases)
