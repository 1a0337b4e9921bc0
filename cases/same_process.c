/* Topic same_process: several handles and several views of one section in one process, and what belongs to each of them:
 * rights, flags, offset, protection. */
#include "race.h"
#include "topic.h"

#include <stdio.h>
#include <string.h>

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
    fails(s, "writer", "close third keep=yes", ERROR_INVALID_HANDLE);
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

/* ---- two threads ---- */

#define ROUNDS 256
#define RACES 4

/* What the two threads of one race tell: which of them created the name of each round, which found it, and when. */
struct race {
    char won[2][ROUNDS / 4 + 1], existed[2][ROUNDS / 4 + 1];
    uint64_t began[2], ended[2];
};

/* Each race has a process of its own, which exits after it: a system may not have room for the sections of all races at once
 * (Wine's server opens a file for each section). */
static void run_race(struct stage *s, unsigned number_of_race, struct race *race)
{
    const unsigned n = number_of_race;
    char racer[16];
    snprintf(racer, sizeof racer, "racer%u", n);
    must(s, "starter", step("hold gate%u kind=event name=@gate%u", n, n));
    joins(s, racer, step("hold gate kind=event name=@gate%u", n));
    must(s, racer, step("race one name=@x%u rounds=%d gate=gate on=2 later=yes", n, ROUNDS));
    begins(s, racer, step("race two name=@x%u rounds=%d gate=gate", n, ROUNDS));
    must(s, "starter", step("signal gate%u", n));
    for (unsigned i = 0; i < 2; i++) {
        if (i == 0)
            finishes(s, racer, step("rounds=%d failed=0 other=0", ROUNDS));
        else
            gives(s, racer, "finish", step("rounds=%d failed=0 other=0", ROUNDS));
        snprintf(race->won[i], sizeof race->won[i], "%s", value(s, racer, "won"));
        snprintf(race->existed[i], sizeof race->existed[i], "%s", value(s, racer, "existed"));
        race->began[i] = number(s, racer, "began");
        race->ended[i] = number(s, racer, "ended");
    }
    leaves(s, racer);
}

/* If two threads of one process create a name at the same time, one of them creates it and the other one is told that it
 * existed: the last error is that of the thread. Threads that run one after the other show nothing. */
static void threads_race_for_a_name(struct stage *s)
{
    unsigned wrong = 0, overlapped = 0;
    for (unsigned i = 0; i < RACES; i++) {
        struct race race;
        run_race(s, i, &race);
        for (unsigned round = 0; round < ROUNDS; round++)
            wrong += race_bit(race.won[0], round) == race_bit(race.won[1], round) ||
                     race_bit(race.existed[0], round) == race_bit(race.won[0], round) ||
                     race_bit(race.existed[1], round) == race_bit(race.won[1], round);
        overlapped += race.began[0] < race.ended[1] && race.began[1] < race.ended[0];
    }
    holds(s, "in every round one thread creates the name and the other one sees 183", wrong == 0);
    powered(s, "the threads create names at the same time", overlapped > 0);
}

/* A thread that impersonates gives the sections that it creates the default DACL of its token; the other thread of the
 * process gives that of the process. */
static void one_thread_impersonates(struct stage *s)
{
    char own[600];
    must(s, "writer", "defaultdacl");
    snprintf(own, sizeof own, "%s", value(s, "writer", "sddl"));
    must(s, "writer", "impersonate sd=D:(A;;GR;;;WD) on=2");
    must(s, "writer", "defaultdacl");
    holds(s, "the first thread keeps its token", strcmp(value(s, "writer", "sddl"), own) == 0);
    must(s, "writer", "defaultdacl on=2");
    holds(s, "the second thread has another one", strcmp(value(s, "writer", "sddl"), own) != 0);
    must(s, "writer", "create narrow name=@narrow size=4096 protect=PAGE_READWRITE on=2");
    must(s, "writer", "create plain name=@plain size=4096 protect=PAGE_READWRITE");
    row(s, "sd-default-from-impersonation");
    denied(s, "reader", "open no name=@narrow access=FILE_MAP_WRITE");
    succeeds(s, "reader", "open narrow name=@narrow access=FILE_MAP_READ");
    row(s, "sd-default-from-token");
    succeeds(s, "reader", "open plain name=@plain access=FILE_MAP_WRITE");
    must(s, "writer", "revert on=2");
    must(s, "writer", "create after name=@after size=4096 protect=PAGE_READWRITE on=2");
    succeeds(s, "reader", "open after name=@after access=FILE_MAP_WRITE");
}

/* Handles and views belong to the process: what one thread has made the other one uses and ends. */
static void threads_share_the_rest(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE on=2");
    row(s, "create-any-handle-user");
    REQUIRE(succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE"));
    REQUIRE(succeeds(s, "writer", "map second of=section access=FILE_MAP_WRITE on=2"));
    row(s, "view-coherent-same-process");
    succeeds(s, "writer", "fill second length=0x20000 seed=1 on=2");
    gives(s, "writer", "verify view length=0x20000 seed=1", "match=yes");
    row(s, "protect-change-downgrade");
    gives(s, "writer", "protect view at=0x10000 length=4096 to=PAGE_READONLY on=2", "old=PAGE_READWRITE");
    faults(s, "writer", "write view at=0x10000 u8=1", "write");
    faults(s, "writer", "write view at=0x10000 u8=1 on=2", "write");
    row(s, "life-unmap-frees-range");
    succeeds(s, "writer", "unmap second keep=yes");
    gives(s, "writer", "query second show=state on=2", "state=MEM_FREE");
    row(s, "life-all-closed-destroys");
    succeeds(s, "writer", "close section keep=yes");
    fails_status(s, "writer", "close section on=2", ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

static const struct test_case same_process_cases[] = {
    {CASE(handles_have_own_rights), .rows = "access-handle-fixed"},
    {CASE(handles_have_own_flags),
     .rows = "inherit-sethandleinformation handle-protect-from-close open-missing"},
    {CASE(two_users_of_one_name),
     .rows = "create-existing-returns-183 view-coherent-same-process life-name-gone-with-view"},
    {CASE(views_have_own_offsets), .rows = "map-query-fields view-coherent-overlapping-offsets"},
    {CASE(views_end_one_by_one), .rows = "life-unmap-one-of-two protect-change-is-per-view"},
    {CASE(threads_race_for_a_name), .rows = "create-race-single-winner"},
    {CASE(one_thread_impersonates), .rows = "sd-default-from-impersonation sd-default-from-token"},
    {CASE(threads_share_the_rest),
     .rows =
         "create-any-handle-user view-coherent-same-process protect-change-downgrade life-unmap-frees-range "
         "life-all-closed-destroys"},
    {CASE(sections_have_own_views),
     .rows = "life-unmap-one-of-two view-coherent-same-process life-handle-survives-unmap"},
};

TOPIC(same_process, same_process_cases)
