/* Topic copy_on_write: a FILE_MAP_COPY view shows the shared data of each page until its process writes to
 * that page. */
#include "topic.h"

/* The writer has a view of two pages with the texts "first" and "second", the reader a copy-on-write view of
 * them. */
static void two_pages(struct stage *s)
{
    must(s, "writer", "create section name=@x size=8192 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=first");
    must(s, "writer", "write view at=4096 text=second");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_COPY");
}

/* No other process sees what a process stores in its copy-on-write view. */
static void view_cow_private(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=0 text=PRIVATE");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRIVATE");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=first");
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    gives(s, "third", "read view at=0 length=5 as=text", "text=first");
}

/* A page that was not written still shows what other processes store; a page that was written does not. */
static void view_cow_until_written(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=0 text=PRIVATE");
    must(s, "writer", "write view at=0 text=later");
    must(s, "writer", "write view at=4096 text=later");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRIVATE");
    gives(s, "reader", "read view at=4096 length=5 as=text", "text=later");
}

/* Writing one byte makes one page private: that page becomes read/write, the next one stays copy-on-write. */
static void view_cow_page_granular(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=10 u8=1");
    gives(s, "reader", "query view at=0", VIEW_PART("0", "4096", "PAGE_READWRITE", "PAGE_WRITECOPY"));
    gives(s, "reader", "query view at=4096", VIEW_PART("4096", "4096", "PAGE_WRITECOPY", "PAGE_WRITECOPY"));
}

/* The protection of a copied page becomes read/write, in an executable view execute and read/write. */
static void view_cow_protection_flips(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map plain of=section access=FILE_MAP_COPY");
    must(s, "reader", "map code of=section access=FILE_MAP_EXECUTE|FILE_MAP_COPY");
    gives(s, "reader", "query plain", WHOLE_VIEW("4096", "PAGE_WRITECOPY"));
    gives(s, "reader", "query code", WHOLE_VIEW("4096", "PAGE_EXECUTE_WRITECOPY"));
    must(s, "reader", "write plain at=0 u8=1");
    must(s, "reader", "write code at=0 u8=1");
    gives(s, "reader", "query plain", VIEW_PART("0", "4096", "PAGE_READWRITE", "PAGE_WRITECOPY"));
    gives(s, "reader", "query code",
          VIEW_PART("0", "4096", "PAGE_EXECUTE_READWRITE", "PAGE_EXECUTE_WRITECOPY"));
}

/* What was stored privately is lost when the view is unmapped. */
static void view_cow_lost_on_unmap(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=0 text=PRIVATE");
    must(s, "reader", "unmap view");
    must(s, "reader", "map view of=section access=FILE_MAP_COPY");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=first");
}

/* Copy-on-write needs only the right to read, of the handle and of the section. */
static void view_cow_no_write_right(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READONLY");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_COPY")) {
        succeeds(s, "reader", "write view at=0 text=mine");
        gives(s, "reader", "read view at=0 length=4 as=text", "text=mine");
    }
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    gives(s, "writer", "read view at=0 length=4", "hex=00000000");
}

/* A page that became private still has the type MEM_MAPPED. */
static void view_cow_type_stays_mapped(struct stage *s)
{
    two_pages(s);
    gives(s, "reader", "query view at=0", WHOLE_VIEW("8192", "PAGE_WRITECOPY"));
    must(s, "reader", "write view at=0 text=PRIVATE");
    gives(s, "reader", "query view at=0 show=type", "type=MEM_MAPPED");
}

/* Two copy-on-write views do not see each other's writes, in one process and in two. */
static void two_copies_are_apart(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "map other of=section access=FILE_MAP_COPY");
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "map view of=section access=FILE_MAP_COPY");
    must(s, "reader", "write view at=0 text=PRIVATE");
    must(s, "third", "write view at=0 text=PERSONAL");
    gives(s, "reader", "read other at=0 length=5 as=text", "text=first");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRIVATE");
    gives(s, "third", "read view at=0 length=8 as=text", "text=PERSONAL");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=first");
}

/* The private page remains after the writer has ended, and so do the shared pages of the view. */
static void copy_outlives_writer(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=0 text=PRIVATE");
    killed(s, "writer");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRIVATE");
    row(s, "view-only-writer-visible-after-kill");
    gives(s, "reader", "read view at=4096 length=6 as=text", "text=second");
}

/* In a view of many granules: writing some pages leaves the pages beside them shared, at the start, across a border of
 * granules, and in the last page; and nothing reaches the section. */
static void copy_beside_neighbours(struct stage *s)
{
    static const unsigned written[] = {0x1000, 0x10000, 0x2FF000, 0x400000};
    must(s, "writer", "create section name=@x size=0x400064 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x401000 seed=1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_COPY");
    for (unsigned i = 0; i < COUNT(written); i++)
        must(s, "reader", step("fill view at=%u length=4096 seed=9", written[i]));
    gives(s, "writer", "verify view length=0x401000 seed=1", "match=yes");
    must(s, "writer", "fill view length=0x401000 seed=2");
    for (unsigned i = 0; i < COUNT(written); i++) {
        gives(s, "reader", step("verify view at=%u length=4096 seed=9", written[i]), "match=yes");
        gives(s, "reader", step("verify view at=%u length=4096 seed=2", written[i] - 4096), "match=yes");
        if (i + 1 < COUNT(written))
            gives(s, "reader", step("verify view at=%u length=4096 seed=2", written[i] + 4096), "match=yes");
    }
}

/* A page that was written stays private when it is written again, by either process. */
static void copy_written_twice(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=0 text=PRIVATE");
    must(s, "writer", "write view at=0 text=between");
    must(s, "reader", "write view at=2 text=AGAIN");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRAGAIN");
    must(s, "writer", "write view at=0 text=afterwards");
    must(s, "reader", "write view at=4090 u32=7");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRAGAIN");
    gives(s, "writer", "read view at=0 length=10 as=text", "text=afterwards");
    gives(s, "writer", "read view at=4090 as=u32", "u32=0");
}

/* Closing the handle, in both processes, changes nothing about private and shared pages; a page that is written after
 * that is private too. */
static void copy_after_close(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=0 text=PRIVATE");
    must(s, "reader", "close section");
    must(s, "writer", "close section");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRIVATE");
    must(s, "writer", "write view at=4096 text=later");
    gives(s, "reader", "read view at=4096 length=5 as=text", "text=later");
    must(s, "reader", "write view at=4096 text=MINE");
    gives(s, "writer", "read view at=4096 length=5 as=text", "text=later");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=first");
    must(s, "writer", "unmap view");
    gives(s, "reader", "read view at=0 length=7 as=text", "text=PRIVATE");
    gives(s, "reader", "read view at=4096 length=5 as=text", "text=MINEr");
}

/* A private page stays private when its protection is lowered and raised again; the page beside it stays shared. */
static void copy_protected_and_back(struct stage *s)
{
    two_pages(s);
    must(s, "reader", "write view at=4096 text=PRIVATE");
    gives(s, "reader", "protect view length=8192 to=PAGE_READONLY", "old=PAGE_WRITECOPY");
    faults(s, "reader", "write view at=4096 u8=1", "write");
    gives(s, "reader", "read view at=4096 length=7 as=text", "text=PRIVATE");
    must_give(s, "reader", "protect view length=8192 to=PAGE_WRITECOPY", "old=PAGE_READONLY");
    gives(s, "reader", "read view at=4096 length=7 as=text", "text=PRIVATE");
    must(s, "writer", "write view at=0 text=later");
    gives(s, "reader", "read view at=0 length=5 as=text", "text=later");
    must(s, "reader", "write view at=4096 text=STILL");
    must(s, "reader", "write view at=0 text=MINE");
    gives(s, "reader", "read view at=4096 length=7 as=text", "text=STILLTE");
    gives(s, "writer", "read view at=4096 length=6 as=text", "text=second");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=later");
}

/* A copy-on-write view with an offset beside an ordinary view of the same process: each keeps its own kind of pages. */
static void copy_beside_ordinary_view(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x30000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x30000 seed=1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map before of=section access=FILE_MAP_WRITE");
    must(s, "reader", "map copy of=section access=FILE_MAP_COPY offset=0x10000 length=0x20000");
    must(s, "reader", "map after of=section access=FILE_MAP_WRITE offset=0x10000");
    must(s, "reader", "fill copy at=0x10000 length=0x2000 seed=9");
    gives(s, "reader", "verify before length=0x30000 seed=1", "match=yes");
    gives(s, "reader", "verify after length=0x20000 seed=1", "match=yes");
    must(s, "reader", "fill after length=0x20000 seed=2");
    gives(s, "writer", "verify view at=0x10000 length=0x20000 seed=2", "match=yes");
    gives(s, "reader", "verify copy length=0x10000 seed=2", "match=yes");
    gives(s, "reader", "verify copy at=0x10000 length=0x2000 seed=9", "match=yes");
    gives(s, "reader", "verify copy at=0x12000 length=0xE000 seed=2", "match=yes");
    must(s, "reader", "unmap after");
    must(s, "reader", "unmap before");
    gives(s, "reader", "verify copy at=0x10000 length=0x2000 seed=9", "match=yes");
}

static const struct test_case copy_on_write_cases[] = {
    {CASE(view_cow_private)},
    {CASE(view_cow_until_written)},
    {CASE(view_cow_page_granular)},
    {CASE(view_cow_protection_flips)},
    {CASE(view_cow_lost_on_unmap)},
    {CASE(view_cow_no_write_right)},
    {CASE(view_cow_type_stays_mapped)},
    {CASE(two_copies_are_apart), .rows = "view-cow-private"},
    {CASE(copy_beside_neighbours), .rows = "view-cow-until-written"},
    {CASE(copy_written_twice), .rows = "view-cow-private"},
    {CASE(copy_after_close), .rows = "view-cow-private"},
    {CASE(copy_protected_and_back), .rows = "view-cow-private"},
    {CASE(copy_beside_ordinary_view), .rows = "view-cow-private"},
    {CASE(copy_outlives_writer), .rows = "view-cow-private view-only-writer-visible-after-kill"},
};

TOPIC(copy_on_write, copy_on_write_cases)
