/* Topic commitment: when the system charges the pages of a section to the commit limit, and when it gives the
 * charge back. The charge is one number for the whole system, so cases use steps of 512 MiB, of which they
 * touch a small part at most, and the actor rounds to whole steps. */
#include "topic.h"

#include <string.h>

#define HALF_GIB "536870912"

/* Records the charge that later steps are compared with. */
static void starts_measuring(struct stage *s)
{
    must(s, "writer", "commitment");
}

/* The same after starting the second process, because starting a process also uses memory. */
static void starts_measuring_both(struct stage *s)
{
    must(s, "reader", "hold ready kind=event");
    starts_measuring(s);
}

/* Expects the charge to have risen by this number of steps of 512 MiB. */
static void charged(struct stage *s, const char *units)
{
    gives(s, "writer", "commitment unit=" HALF_GIB, units);
}

/* The same, but waits: the system may return pages in the background. */
static void charged_in_the_end(struct stage *s, const char *units)
{
    gives(s, "writer", "commitment unit=" HALF_GIB " settle=2000", units);
}

/* A committed section is charged when it is created, not when it is mapped or touched. */
static void commit_charged_at_create(struct stage *s)
{
    starts_measuring(s);
    must(s, "writer", "create section name=@x size=" HALF_GIB " protect=PAGE_READWRITE");
    charged(s, "units=1");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    charged(s, "units=1");
    must(s, "writer", "fill view length=4194304 seed=1");
    charged(s, "units=1");
}

/* A reserved section costs nothing until its pages are committed. */
static void reserve_charge_deferred(struct stage *s)
{
    starts_measuring(s);
    must(s, "writer", "create section name=@x size=" HALF_GIB " protect=PAGE_READWRITE|SEC_RESERVE");
    charged(s, "units=0");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    charged(s, "units=0");
    must_give(s, "writer", "commit view length=" HALF_GIB " protect=PAGE_READWRITE", "base=+0");
    charged(s, "units=1");
}

/* The pages belong to the section: the process that commits them first is charged, and no process after it.
 */
static void reserve_charge_once(struct stage *s)
{
    starts_measuring_both(s);
    must(s, "writer", "create section name=@x size=" HALF_GIB " protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must_give(s, "writer", "commit view length=" HALF_GIB " protect=PAGE_READWRITE", "base=+0");
    charged(s, "units=1");
    must_give(s, "reader", "commit view length=" HALF_GIB " protect=PAGE_READWRITE", "base=+0");
    charged(s, "units=1");
}

/* The charge is returned when the last view and the last handle in any process are closed. */
static void life_commit_returned(struct stage *s)
{
    starts_measuring_both(s);
    must(s, "writer", "create section name=@x size=" HALF_GIB " protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    must(s, "writer", "close section");
    must(s, "reader", "close section");
    row(s, "life-commit-held-by-view");
    charged(s, "units=1");
    row(s, "life-commit-returned");
    must(s, "reader", "unmap view");
    charged_in_the_end(s, "units=0");
}

/* The charge is also returned when a process ends, however it ends. */
static void commit_returned_by_killed_process(struct stage *s)
{
    starts_measuring_both(s);
    must(s, "reader", "create section name=@x size=" HALF_GIB " protect=PAGE_READWRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    row(s, "commit-charged-at-create");
    charged(s, "units=1");
    row(s, "life-exit-without-cleanup");
    killed(s, "reader");
    charged_in_the_end(s, "units=0");
}

/* A reserved section may be larger than everything that the system can commit. */
static void size_reserve_beyond_commit(struct stage *s)
{
    must(s, "writer", "commitment");
    gives(s, "writer", "create section name=@x size=$writer.beyond protect=PAGE_READWRITE|SEC_RESERVE",
          "error=0");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE length=65536");
    gives(s, "reader", "commit view length=65536 protect=PAGE_READWRITE", "base=+0");
}

/* A page uses physical memory from its first touch on, in all processes that map it. */
static void commit_physical_on_touch(struct stage *s)
{
    must(s, "writer", "create section name=@x size=131072 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "writer", "resident view at=65536", "valid=no");
    must(s, "writer", "write view at=65536 text=bytes");
    gives(s, "writer", "resident view at=65536", "valid=yes shared=yes");
    gives(s, "writer", "resident view at=0", "valid=no");
}

/* Interlocked functions may fail on a page of a SEC_NOCACHE section: the case records whether they do. */
static void nocache_interlocked_warning(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE|SEC_COMMIT|SEC_NOCACHE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    records(s, "writer", "increment view at=64");
    must(s, "writer", "create other name=@y size=4096 protect=PAGE_READWRITE|SEC_COMMIT|SEC_WRITECOMBINE");
    must(s, "writer", "map slow of=other access=FILE_MAP_WRITE");
    records(s, "writer", "increment slow at=64");
}

/* GetLargePageMinimum returns 0, or a power of two above 4,096, the size of a small page. */
static void large_minimum_zero(struct stage *s)
{
    gives(s, "writer", "largepages", "power-of-two=yes small=no");
}

#define LIMIT "33554432"  /* 32 MiB */
#define BEYOND "50331648" /* 48 MiB */

/* Records the result for a section larger than the job's limit, then for private memory of that size. */
static void use_more_than_limit(struct stage *s, const char *role)
{
    records(s, role, "create section name=@x size=" BEYOND " protect=PAGE_READWRITE");
    if (strcmp(value(s, role, "error"), "0") == 0) {
        records(s, role, "map view of=section access=FILE_MAP_WRITE");
        if (value(s, role, "base")[0])
            records(s, role, "write view at=50331647 u8=1");
        must(s, role, "close section");
    }
    must(s, role, "reserve private size=" BEYOND);
    records(s, role, "commit private length=" BEYOND " protect=PAGE_READWRITE");
}

/* A job can limit the committed memory of each of its processes, or of all of them together. */
static void job_memory_limit(struct stage *s)
{
    must(s, "writer", "hold job kind=job");
    records(s, "writer", "memorylimit job of=process bytes=" LIMIT);
    use_more_than_limit(s, "writer");
    must(s, "reader", "hold job kind=job");
    records(s, "reader", "memorylimit job of=job bytes=" LIMIT);
    use_more_than_limit(s, "reader");
}

static const struct test_case commitment_cases[] = {
    {CASE(commit_charged_at_create), .needs = "commit-1-gib"},
    {CASE(reserve_charge_deferred), .needs = "commit-1-gib"},
    {CASE(reserve_charge_once), .needs = "commit-1-gib"},
    {CASE(life_commit_returned), .rows = "life-commit-returned life-commit-held-by-view",
     .needs = "commit-1-gib"},
    {CASE(commit_returned_by_killed_process), .rows = "life-exit-without-cleanup commit-charged-at-create",
     .needs = "commit-1-gib"},
    {CASE(size_reserve_beyond_commit), .needs = "64-bit"},
    {CASE(commit_physical_on_touch)},
    {CASE(nocache_interlocked_warning), .needs = "write-combine"},
    {CASE(large_minimum_zero)},
    {CASE(job_memory_limit), .needs = "commit-1-gib"},
};

TOPIC(commitment, commitment_cases)
