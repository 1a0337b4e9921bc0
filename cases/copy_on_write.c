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

static const struct test_case copy_on_write_cases[] = {
    {CASE(view_cow_private)},
    {CASE(view_cow_until_written)},
    {CASE(view_cow_page_granular)},
    {CASE(view_cow_protection_flips)},
    {CASE(view_cow_lost_on_unmap)},
    {CASE(view_cow_no_write_right)},
    {CASE(view_cow_type_stays_mapped)},
    {CASE(two_copies_are_apart), .rows = "view-cow-private"},
    {CASE(copy_outlives_writer), .rows = "view-cow-private view-only-writer-visible-after-kill"},
};

TOPIC(copy_on_write, copy_on_write_cases)
