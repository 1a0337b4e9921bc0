/* Topic bursts: several processes use the same memory, or the same name, at the same time. A step is a full barrier, and
 * steps never overlap, so each actor runs a loop of its own; all loops start at a common gate (harness/PROTOCOL.md, burst).
 * Every step gives its rounds and its seed, and the reply gives the number of processors.
 *
 * A race without an error proves nothing by itself. So every case also runs the loops without the synchronisation that
 * it tests, as a control, and the control must show the effect. If it does not, the verdict is skip: the run had no power.
 * Controls repeat until they show the effect, for 3.5 s at most. */
#include "topic.h"

static const char *const crowd[] = {"writer", "reader", "third", "fourth"};

/* A section with a view in each of the first `count` actors. Bursts use blocks of 4 KiB of it. */
static void share(struct stage *s, unsigned count)
{
    must(s, crowd[0], "create section name=@x size=0x40000 protect=PAGE_READWRITE");
    for (unsigned i = 1; i < count; i++)
        must(s, crowd[i], "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < count; i++)
        must(s, crowd[i], "map view of=section access=FILE_MAP_WRITE");
}

/* ---- sums ---- */

#define ADDERS 4
#define ADDITIONS 250000

static void begin_adding(struct stage *s, const char *how, const char *at, unsigned additions)
{
    for (unsigned i = 0; i < ADDERS; i++)
        begins(s, crowd[i],
               step("burst view how=%s at=%s rounds=%u crowd=%d side=%u", how, at, additions, ADDERS, i));
}

/* Interlocked additions of several processes to one word are all counted. The control loses plain additions. */
static void view_interlocked_works(struct stage *s)
{
    share(s, ADDERS);
    begin_adding(s, "add-interlocked", "0", ADDITIONS);
    for (unsigned i = 0; i < ADDERS; i++)
        finishes(s, crowd[i], step("total=%d", ADDERS * ADDITIONS));
    begin_adding(s, "add-plain", "0x1000", 50000);
    for (unsigned i = 0; i < ADDERS; i++)
        finishes(s, crowd[i], "");
    powered(s, "plain additions get lost", number(s, "writer", "lost") > 0);
}

/* The system does not synchronise stores. The case records the sum of plain additions. */
static void view_needs_synchronisation(struct stage *s)
{
    share(s, 2);
    begins(s, "writer", "burst view how=add-plain at=0 rounds=50000 crowd=2 side=0");
    records(s, "reader", "burst view how=add-plain at=0 rounds=50000 crowd=2 side=1");
    finishes(s, "writer", "");
}

/* ---- values ---- */

/* One process stores 0 and all ones in turn, the other one reads until it has seen enough changes. */
static void flip_and_watch(struct stage *s, const char *how, const char *at, const char *fields)
{
    begins(s, "writer", step("burst view how=flip at=%s %s rounds=20000 crowd=2 side=0", at, how));
    begins(s, "reader", step("burst view how=watch at=%s %s rounds=20000 crowd=2 side=1", at, how));
    finishes(s, "reader", fields);
    finishes(s, "writer", "");
}

/* Aligned values of 32 bits are loaded and stored as a whole. The control stores their halves one by one. */
static void view_aligned_32_atomic(struct stage *s)
{
    share(s, 2);
    flip_and_watch(s, "width=4", "0", "torn=0");
    powered(s, "the value changes while the other process reads it", number(s, "reader", "changes") > 100);
    flip_and_watch(s, "width=4 split=yes", "0x1000", "");
    powered(s, "a value stored in two halves is read torn", number(s, "reader", "torn") > 0);
}

/* Aligned values of 64 bits are loaded and stored as a whole in 64-bit processes. */
static void view_aligned_64_atomic(struct stage *s)
{
    share(s, 2);
    flip_and_watch(s, "width=8", "0", "torn=0");
    powered(s, "the value changes while the other process reads it", number(s, "reader", "changes") > 100);
    flip_and_watch(s, "width=8 split=yes", "0x1000", "");
    powered(s, "a value stored in two halves is read torn", number(s, "reader", "torn") > 0);
}

/* ---- order ---- */

static void send_and_receive(struct stage *s, const char *order, const char *at, const char *fields)
{
    begins(s, "writer",
           step("burst view how=send order=%s at=%s rounds=20000 crowd=2 side=0 seed=7", order, at));
    begins(s, "reader",
           step("burst view how=receive order=%s at=%s rounds=20000 crowd=2 side=1 seed=7", order, at));
    finishes(s, "reader", fields);
    finishes(s, "writer", "");
}

/* A message that is written first and announced afterwards, with a full barrier between the two, is complete for the
 * process that sees the announcement. InterlockedExchange is such a barrier, and so is MemoryBarrier (pages
 * interlocked-variable-access, memorybarrier). The control announces first. What plain stores do depends on the
 * processor and is recorded: x86 and x64 keep stores in order, ARM64 does not. */
static void message_announced_last(struct stage *s)
{
    share(s, 2);
    send_and_receive(s, "interlocked", "0", "wrong=0");
    powered(s, "messages arrive", number(s, "reader", "received") > 100);
    send_and_receive(s, "barrier", "0x1000", "wrong=0");
    powered(s, "messages arrive", number(s, "reader", "received") > 100);
    send_and_receive(s, "reversed", "0x2000", "");
    powered(s, "a message announced before it is written arrives incomplete",
            number(s, "reader", "wrong") > 0);
    send_and_receive(s, "plain", "0x3000", "");
}

static void exchange(struct stage *s, const char *order, const char *at, const char *fields)
{
    for (unsigned side = 0; side < 2; side++)
        begins(s, crowd[side],
               step("burst view how=exchange order=%s at=%s rounds=20000 crowd=2 side=%u seed=7", order, at,
                    side));
    for (unsigned side = 0; side < 2; side++)
        finishes(s, crowd[side], fields);
}

/* Two processes each store to a word and then load the word of the other. With a full barrier between store and load at
 * least one of them sees the other's store. Without it both may miss it, on every processor that buffers its stores. */
static void store_before_load(struct stage *s)
{
    share(s, 2);
    exchange(s, "interlocked", "0", "missed-both=0");
    exchange(s, "barrier", "0x10000", "missed-both=0");
    exchange(s, "plain", "0x20000", "");
    powered(s, "without a barrier both sides miss a store", number(s, "reader", "missed-both") > 0);
}

/* ---- the classical tests of memory order ---- */

#define LITMUS_BLOCK 0x8000u /* a test's block, and what it needs behind it */

static void litmus(struct stage *s, const char *test, const char *order, unsigned block, unsigned count,
                   const char *fields)
{
    for (unsigned i = 0; i < count; i++)
        begins(s, crowd[i],
               step("burst view how=litmus test=%s order=%s at=0x%X rounds=%u crowd=%u side=%u", test, order,
                    block * LITMUS_BLOCK, count > 2 ? 2000u : 20000u, count, i));
    for (unsigned i = 0; i < count; i++)
        finishes(s, crowd[i], fields);
}

static const char *const litmus_tests[] = {"mp", "lb", "s", "r", "2+2w", "corr", "coww", "sb"};

/* With full barriers between them no process sees loads and stores of another one out of order. */
static void memory_order_behind_barriers(struct stage *s)
{
    share(s, 2);
    for (unsigned i = 0; i < sizeof litmus_tests / sizeof litmus_tests[0]; i++)
        litmus(s, litmus_tests[i], "barrier", i, 2, "relaxed=0");
}

/* The same with interlocked functions. */
static void memory_order_interlocked(struct stage *s)
{
    share(s, 2);
    for (unsigned i = 0; i < sizeof litmus_tests / sizeof litmus_tests[0]; i++)
        litmus(s, litmus_tests[i], "interlocked", i, 2, "relaxed=0");
}

/* Plain accesses follow the memory order of the processor. Every processor keeps one word coherent. On x86 and x64 the
 * only reordering that the transcript shows is a load before an earlier store, which is the control. */
static void memory_order_plain(struct stage *s)
{
    share(s, 2);
    litmus(s, "corr", "plain", 0, 2, "relaxed=0");
    litmus(s, "coww", "plain", 1, 2, "relaxed=0");
    litmus(s, "mp", "plain", 2, 2, "");
    litmus(s, "lb", "plain", 3, 2, "");
    litmus(s, "s", "plain", 4, 2, "");
    litmus(s, "2+2w", "plain", 5, 2, "");
    litmus(s, "r", "plain", 6, 2, "");
    litmus(s, "sb", "plain", 7, 2, "");
    powered(s, "without a barrier a load overtakes a store", number(s, "reader", "relaxed") > 0);
}

/* Two readers see the stores of two writers in one order. */
static void memory_order_of_four(struct stage *s)
{
    share(s, 4);
    litmus(s, "iriw", "barrier", 0, 4, "relaxed=0");
    litmus(s, "iriw", "interlocked", 1, 4, "relaxed=0");
    litmus(s, "sb", "plain", 2, 2, "");
    powered(s, "without a barrier a load overtakes a store", number(s, "reader", "relaxed") > 0);
}

/* ---- names ---- */

/* Two processes create and close one name repeatedly while a third opens it: an open finds a whole section or none, and a
 * new section is zero, also directly after the end of the previous one. The first creator stops early, so that the name
 * is absent more often. */
static void open_against_last_close(struct stage *s)
{
    static const char *const hows[] = {"create", "create", "open"};
    static const unsigned rounds[] = {60, 400, 400};
    uint64_t fresh = 0, existed = 0;
    share(s, 3);
    for (unsigned i = 0; i < 3; i++)
        begins(
            s, crowd[i],
            step("churn view how=%s name=@y at=0 rounds=%u crowd=3 side=%u seed=7", hows[i], rounds[i], i));
    for (unsigned i = 0; i < 3; i++) {
        finishes(s, crowd[i], "other=0 dirty=0 wrong=0");
        fresh += number(s, crowd[i], "fresh");
        existed += number(s, crowd[i], "existed");
    }
    powered(s, "some creations make the name and others find it", fresh > 1 && existed > 0);
    powered(s, "some opens find the name", number(s, "third", "opened") > 0);
    powered(s, "some opens do not find the name", number(s, "third", "missing") > 0);
}

static void churn_together(struct stage *s, unsigned at, unsigned rounds)
{
    for (unsigned i = 0; i < 2; i++)
        begins(s, crowd[i],
               step("churn view how=%s name=@y at=%u rounds=%u crowd=2 side=%u seed=7",
                    i == 0 ? "create" : "open", at, rounds, i));
    for (unsigned i = 0; i < 2; i++)
        finishes(s, crowd[i], "other=0 dirty=0 wrong=0");
}

/* A process that closes and unmaps everything has as many views as before, although another process opened the sections
 * meanwhile, and the name is free: a handle that stayed open would keep it. The first rounds load what the calls need.
 * The control holds a view and a handle. */
static void cycles_leave_nothing(struct stage *s)
{
    uint64_t views[2];
    share(s, 2);
    churn_together(s, 0, 20);
    for (unsigned i = 0; i < 2; i++) {
        must(s, crowd[i], "regions type=MEM_MAPPED");
        views[i] = number(s, crowd[i], "count");
    }
    churn_together(s, 4096, 500);
    for (unsigned i = 0; i < 2; i++) {
        must(s, crowd[i], "regions type=MEM_MAPPED");
        holds(s, "as many views as before", number(s, crowd[i], "count") == views[i]);
    }
    not_found(s, "writer", "open gone name=@y access=FILE_MAP_READ");
    must(s, "reader", "create kept name=@y size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "map more of=kept access=FILE_MAP_READ");
    must(s, "reader", "regions type=MEM_MAPPED");
    powered(s, "one more view is counted", number(s, "reader", "count") == views[1] + 1);
    succeeds(s, "writer", "open there name=@y access=FILE_MAP_READ");
}

/* The process has as many handles as before, too. The control opens three more. */
static void cycles_leave_no_handles(struct stage *s)
{
    uint64_t handles[2];
    share(s, 2);
    churn_together(s, 0, 20);
    for (unsigned i = 0; i < 2; i++) {
        must(s, crowd[i], "charge");
        handles[i] = number(s, crowd[i], "handles");
        for (unsigned more = 0; more < 3; more++)
            must(s, crowd[i], step("create more%u size=4096 protect=PAGE_READWRITE", more));
        must(s, crowd[i], "charge");
        powered(s, "three more handles are counted", number(s, crowd[i], "handles") == handles[i] + 3);
        for (unsigned more = 0; more < 3; more++)
            must(s, crowd[i], step("close more%u", more));
    }
    churn_together(s, 4096, 500);
    for (unsigned i = 0; i < 2; i++) {
        must(s, crowd[i], "charge");
        holds(s, "as many handles as before", number(s, crowd[i], "handles") == handles[i]);
    }
}

static const struct test_case bursts_cases[] = {
    {CASE(view_interlocked_works), .alone = true},
    {CASE(view_needs_synchronisation), .alone = true},
    {CASE(view_aligned_32_atomic), .alone = true},
    {CASE(view_aligned_64_atomic), .alone = true, .needs = "64-bit"},
    {CASE(message_announced_last), .alone = true,
     .rows = "view-coherent-two-processes view-interlocked-works"},
    {CASE(store_before_load), .alone = true, .rows = "view-coherent-two-processes view-interlocked-works"},
    {CASE(memory_order_behind_barriers), .alone = true,
     .rows = "view-coherent-two-processes view-interlocked-works"},
    {CASE(memory_order_interlocked), .alone = true,
     .rows = "view-interlocked-works view-coherent-two-processes"},
    {CASE(memory_order_plain), .alone = true, .rows = "view-coherent-two-processes"},
    {CASE(memory_order_of_four), .alone = true, .rows = "view-coherent-two-processes view-interlocked-works"},
    {CASE(open_against_last_close), .alone = true, .rows = "open-missing open-existing create-initial-zero"},
    {CASE(cycles_leave_nothing), .rows = "life-any-order"},
    {CASE(cycles_leave_no_handles), .rows = "life-any-order"},
};

TOPIC(bursts, bursts_cases)
