/* Topic idioms: protocols that libraries and programs build from the calls, step by step and as bursts. Each
 * case names programs that rely on its protocol. */
#include "topic.h"

/* ---- create or open, with a magic number that is published last ---- */

/* The name exists before the contents do. The creator fills in the header and writes its magic number last; a
 * process that opens the section sees zeros before that and everything afterwards. Multi-process caches,
 * message queues and worker pools start this way (the Python worker of Azure Functions, shadesmar,
 * Boost.Interprocess on Windows). */
static void magic_is_published_last(struct stage *s)
{
    gives(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    row(s, "create-existing-returns-183");
    gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=183");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    row(s, "create-initial-zero");
    gives(s, "reader", "read view at=0 as=u32", "u32=0");
    must(s, "writer", "fill view at=64 length=1024 seed=3");
    row(s, "view-coherent-two-processes");
    gives(s, "reader", "read view at=0 as=u32", "u32=0");
    must(s, "writer", "write view at=0 u32=0x5AFE5AFE");
    gives(s, "reader", "read view at=0 as=u32", "u32=1526618878");
    gives(s, "reader", "verify view at=64 length=1024 seed=3", "match=yes");
}

#define SETTERS 4
#define SETUP_ROUNDS 32

/* The same as a race: of four processes that start at the same time, one finds the section new and sets it
 * up. The others wait for the magic number and never see an incomplete header. All four count themselves in
 * the same memory. The control does not wait. */
static void create_or_open_race(struct stage *s)
{
    static const char *const roles[SETTERS] = {"writer", "reader", "third", "fourth"};
    static const char *const waits[] = {"wait=yes", "wait=no"};
    must(s, roles[0], "create section name=@x size=0x2000 protect=PAGE_READWRITE");
    for (unsigned i = 1; i < SETTERS; i++)
        must(s, roles[i], "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < SETTERS; i++)
        must(s, roles[i], "map view of=section access=FILE_MAP_WRITE");
    for (unsigned run = 0; run < 2; run++) {
        uint64_t won = 0, early = 0;
        for (unsigned i = 0; i < SETTERS; i++)
            begins(s, roles[i],
                   step("initialise view name=@y%u at=%u rounds=%d crowd=%d side=%u seed=7 %s", run,
                        run * 4096, SETUP_ROUNDS, SETTERS, i, waits[run]));
        for (unsigned i = 0; i < SETTERS; i++) {
            finishes(s, roles[i], run == 0 ? "failed=0 early=0 miscounted=0" : "failed=0 miscounted=0");
            won += number(s, roles[i], "won");
            early += number(s, roles[i], "early");
        }
        holds(s, "every section was set up once", won == SETUP_ROUNDS);
        if (run == 1)
            powered(s, "a process that does not wait reads an incomplete header", early > 0);
    }
}

/* ---- records with a version: a sequence lock ---- */

/* The version is odd while a record is written, so a reader that finds it odd, or changed after its copy,
 * discards the copy. Telemetry of games is published this way (the rFactor 2 plugin, many dashboards). */
static void version_is_odd_meanwhile(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    must(s, "writer", "write view at=0 u32=2");
    must(s, "writer", "fill view at=64 length=512 seed=2");
    gives(s, "reader", "read view at=0 as=u32", "u32=2");
    gives(s, "reader", "verify view at=64 length=512 seed=2", "match=yes");
    must(s, "writer", "write view at=0 u32=3");
    must(s, "writer", "fill view at=64 length=256 seed=4");
    gives(s, "reader", "read view at=0 as=u32", "u32=3");
    gives(s, "reader", "verify view at=64 length=256 seed=4", "match=yes");
    gives(s, "reader", "verify view at=320 length=256 seed=2", "match=yes");
    must(s, "writer", "fill view at=320 length=256 seed=4");
    must(s, "writer", "write view at=0 u32=4");
    gives(s, "reader", "read view at=0 as=u32", "u32=4");
    gives(s, "reader", "verify view at=64 length=512 seed=4", "match=yes");
}

static void publish_and_snapshot(struct stage *s, const char *order, const char *at, const char *fields)
{
    begins(s, "writer",
           step("burst view how=publish order=%s at=%s rounds=5000 crowd=2 side=0 seed=7", order, at));
    begins(s, "reader",
           step("burst view how=snapshot order=%s at=%s rounds=5000 crowd=2 side=1 seed=7", order, at));
    finishes(s, "reader", fields);
    finishes(s, "writer", "");
}

/* The same as a race: no copy that the version reports as complete is torn. The control does not check the
 * version. */
static void version_race(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x2000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    publish_and_snapshot(s, "barrier", "0", "torn=0");
    powered(s, "records are copied while they are written", number(s, "reader", "records") > 100);
    publish_and_snapshot(s, "plain", "0x1000", "");
    powered(s, "a copy without the version is torn", number(s, "reader", "torn") > 0);
}

/* ---- a mutex that protects the memory, and whose owner ends ---- */

/* A writer owns the mutex and has marked the record as being written. */
static void write_half(struct stage *s, const char *role, const char *tag)
{
    must(s, role, "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, role, "map view of=section access=FILE_MAP_WRITE");
    joins(s, role, "hold mutex kind=mutex name=@m");
    must_give(s, role, "wait mutex timeout=0", "result=WAIT_OBJECT_0");
    must(s, role, "write view at=0 u32=1");
    must(s, role, step("write view at=4 text=half%s", tag));
}

/* The next owner gets WAIT_ABANDONED, finds the record half written and repairs it; the owner after that
 * finds a complete record. */
static void repair(struct stage *s, const char *tag)
{
    gives(s, "reader", "wait mutex timeout=2000", "result=WAIT_ABANDONED");
    gives(s, "reader", "read view at=0 as=u32", "u32=1");
    gives(s, "reader", "read view at=4 length=5 as=text", step("text=half%s", tag));
    must(s, "reader", "write view at=4 text=whole");
    must(s, "reader", "write view at=0 u32=0");
    gives(s, "third", "wait mutex timeout=0", "result=WAIT_TIMEOUT");
    succeeds(s, "reader", "signal mutex");
    gives(s, "third", "wait mutex timeout=2000", "result=WAIT_OBJECT_0");
    gives(s, "third", "read view at=0 as=u32", "u32=0");
    gives(s, "third", "read view at=4 length=5 as=text", "text=whole");
    succeeds(s, "third", "signal mutex");
}

/* If the owner of a mutex ends in any way, the next process that waits gets the mutex and WAIT_ABANDONED; what
 * the owner stored is unchanged. Hardware monitors, database engines and
 * single-instance guards rely on it (Open Hardware Monitor, libpalaso, Realm, Firebird). */
static void abandoned_mutex_repair(struct stage *s)
{
    must(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "hold mutex kind=mutex name=@m");
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    joins(s, "third", "hold mutex kind=mutex name=@m");
    write_half(s, "killed", "1");
    killed(s, "killed");
    repair(s, "1");
    write_half(s, "crashing", "2");
    dies(s, "crashing", "crash", 0xC0000005);
    repair(s, "2");
    write_half(s, "leaving", "3");
    leaves(s, "leaving");
    repair(s, "3");
}

#define LOCKED_ADDERS 4
#define LOCKED_ADDITIONS 100

/* Plain additions of several processes are all counted if each process holds the same mutex while it adds. The
 * control adds without the mutex. */
static void mutex_makes_sums_whole(struct stage *s)
{
    static const char *const roles[LOCKED_ADDERS] = {"writer", "reader", "third", "fourth"};
    must(s, "writer", "create section name=@x size=0x2000 protect=PAGE_READWRITE");
    must(s, "writer", "hold mutex kind=mutex name=@m");
    for (unsigned i = 1; i < LOCKED_ADDERS; i++) {
        must(s, roles[i], "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
        joins(s, roles[i], "hold mutex kind=mutex name=@m");
    }
    for (unsigned i = 0; i < LOCKED_ADDERS; i++)
        must(s, roles[i], "map view of=section access=FILE_MAP_WRITE");
    for (unsigned i = 0; i < LOCKED_ADDERS; i++)
        begins(s, roles[i],
               step("burst view how=add-locked mutex=mutex at=0 rounds=%d crowd=%d side=%u", LOCKED_ADDITIONS,
                    LOCKED_ADDERS, i));
    for (unsigned i = 0; i < LOCKED_ADDERS; i++)
        finishes(s, roles[i], step("total=%d", LOCKED_ADDERS * LOCKED_ADDITIONS));
    for (unsigned i = 0; i < 2; i++)
        begins(s, roles[i], step("burst view how=add-plain at=0x1000 rounds=50000 crowd=2 side=%u", i));
    for (unsigned i = 0; i < 2; i++)
        finishes(s, roles[i], "");
    powered(s, "plain additions get lost without the mutex", number(s, "writer", "lost") > 0);
}

/* ---- a ring buffer over two adjacent views ---- */

/* The same section mapped twice, back to back: a record that crosses the end of the first view is in one
 * piece for writer and reader, and its tail is at the start of the section. Audio programs and emulators make
 * rings this way: they reserve the range, release it and map into it (before placeholders there was no other
 * way). */
static void ring_over_two_views(struct stage *s)
{
    static const char *const roles[] = {"writer", "reader"};
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < 2; i++) {
        must(s, roles[i], "reserve range size=0x20000");
        must(s, roles[i], "release range");
        succeeds(s, roles[i], step("map ring of=section access=FILE_MAP_WRITE base=$%s.base", roles[i]));
        succeeds(s, roles[i],
                 step("map again of=section access=FILE_MAP_WRITE base=$%s.base+65536", roles[i]));
        row(s, "map-query-fields");
        gives(s, roles[i], "query ring at=0x10000",
              "base=+65536 size=65536 state=MEM_COMMIT protect=PAGE_READWRITE type=MEM_MAPPED "
              "allocation-base=+65536 "
              "allocation-protect=PAGE_READWRITE");
        row(s, "map-ex-base-honoured");
    }
    row(s, "view-coherent-same-process");
    must(s, "writer", "write ring at=65530 text=over-the-end");
    gives(s, "writer", "read ring at=0 length=6 as=text", "text=he-end");
    gives(s, "writer", "read again at=0 length=6 as=text", "text=he-end");
    row(s, "view-coherent-two-processes");
    gives(s, "reader", "read ring at=65530 length=12 as=text", "text=over-the-end");
    gives(s, "reader", "read ring at=0 length=6 as=text", "text=he-end");
    must(s, "reader", "write again at=0 text=HE");
    gives(s, "writer", "read ring at=65530 length=12 as=text", "text=over-tHE-end");
}

/* ---- waking up the other process ---- */

/* A semaphore that is released before any process waits is not lost: a reader that waits later gets it, and
 * the message, once. Message queues wake their readers this way (cpp-ipc, Firebird). */
static void signal_before_wait(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "hold filled kind=semaphore name=@filled");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    joins(s, "reader", "hold filled kind=semaphore name=@filled");
    must(s, "writer", "write view at=0 text=first");
    must(s, "writer", "signal filled");
    must(s, "writer", "write view at=8 text=second");
    must(s, "writer", "signal filled");
    for (unsigned i = 0; i < 2; i++) {
        gives(s, "reader", "wait filled timeout=2000", "result=WAIT_OBJECT_0");
        gives(s, "reader", step("read view at=%u length=5 as=text", i * 8),
              i == 0 ? "text=first" : "text=secon");
    }
    gives(s, "reader", "wait filled timeout=0", "result=WAIT_TIMEOUT");
    begins(s, "reader", "wait filled timeout=4000");
    must(s, "writer", "write view at=16 text=third");
    must(s, "writer", "signal filled");
    finishes(s, "reader", "result=WAIT_OBJECT_0");
    gives(s, "reader", "read view at=16 length=5 as=text", "text=third");
}

/* ---- a restarted writer, and data that another process may change ---- */

/* A writer that starts again while a reader still holds the section does not get a new one: it has the old
 * size and the old bytes, and only the last error shows that. A program that publishes under a fixed name must
 * expect it (the pages of Assetto Corsa, PostgreSQL's shared memory block, pyvirtualcam). */
static void restart_behind_a_reader(struct stage *s)
{
    must(s, "first", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "first", "map view of=section access=FILE_MAP_WRITE");
    must(s, "first", "write view at=0 text=version1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    killed(s, "first");
    gives(s, "second", "create section name=@x size=0x10000 protect=PAGE_READWRITE", "error=183");
    must(s, "second", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "second", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
    row(s, "open-does-not-reset-data");
    gives(s, "second", "read view at=0 length=8 as=text", "text=version1");
    must(s, "reader", "close section");
    leaves(s, "second");
    row(s, "life-all-closed-destroys");
    must_give(s, "reader", "gone name=@x timeout=2000", "gone=yes error=2");
    gives(s, "third", "create section name=@x size=0x10000 protect=PAGE_READWRITE", "error=0");
    must(s, "third", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "third", "query view", WHOLE_VIEW("65536", "PAGE_READWRITE"));
    gives(s, "third", "zero view length=0x10000", "zero=yes");
}

/* The other process may change a length in shared memory between the check and the use. A program that reads
 * headers of another process copies them first (image tools and sandboxes do: Exiv2, Chromium). */
static void length_changes_after_the_look(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    must(s, "writer", "write view at=0 u32=64");
    gives(s, "reader", "read view at=0 as=u32", "u32=64");
    must(s, "writer", "write view at=0 u32=65536");
    gives(s, "reader", "read view at=0 as=u32", "u32=65536");
    row(s, "size-past-last-page-faults");
    faults(s, "reader", "read view at=4096 length=1", "read");
}

static const struct test_case idioms_cases[] = {
    {CASE(magic_is_published_last),
     .rows = "create-new-clears-last-error create-existing-returns-183 create-initial-zero "
             "view-coherent-two-processes"},
    {CASE(create_or_open_race), .rows = "create-race-single-winner"},
    {CASE(version_is_odd_meanwhile), .rows = "view-coherent-two-processes"},
    {CASE(version_race), .rows = "view-coherent-two-processes"},
    {CASE(abandoned_mutex_repair), .rows = "view-only-writer-visible-after-kill"},
    {CASE(mutex_makes_sums_whole), .rows = "view-coherent-two-processes"},
    {CASE(ring_over_two_views),
     .rows = "map-ex-base-honoured map-query-fields view-coherent-same-process view-coherent-two-processes"},
    {CASE(signal_before_wait), .rows = "view-coherent-two-processes"},
    {CASE(restart_behind_a_reader),
     .rows = "create-existing-keeps-size-larger open-does-not-reset-data life-all-closed-destroys"},
    {CASE(length_changes_after_the_look), .rows = "view-coherent-two-processes size-past-last-page-faults"},
};

TOPIC(idioms, idioms_cases)
