/* Bursts on memory: what several processes do to the same bytes at the same time, from a common start. */
#include "arguments.h"
#include "burst.h"
#include "objects.h"
#include "verbs.h"

#define BURST_ROUNDS_MOST 1000000u
#define EXCHANGE_ROUNDS_MOST 28672u /* as many results of both sides as 56 KiB hold */
#define SLOTS 16u
#define MESSAGE_WORDS 8u
#define RECORD_WORDS 16u
#define PAUSES 64u /* at most, between two steps that others may get between */

/* The lines of a block, as the kinds use them; both sides of a pair have one of their own. */
enum { LINE_VALUE = BURST_LINES, LINE_SIDE_0, LINE_SIDE_1, LINE_PROGRESS_0, LINE_PROGRESS_1, LINE_SLOTS };

/* How stores of one process come to be seen by another in their order. */
enum order {
    ORDER_INTERLOCKED, /* InterlockedExchange publishes */
    ORDER_BARRIER,     /* MemoryBarrier stands between */
    ORDER_PLAIN,       /* nothing does: volatile accesses alone */
    ORDER_REVERSED     /* the wrong way round, on purpose */
};

struct loop {
    struct burst burst;
    size_t order;
    HANDLE mutex;     /* of how=add-locked */
    bool wide, split; /* of how=flip: a value of 8 bytes, not 4; moved in halves */
};

static bool stopped(const struct burst *burst)
{
    return *burst_word(burst, LINE_STOP) != 0;
}

static void stop(const struct burst *burst)
{
    InterlockedExchange(burst_word(burst, LINE_STOP), 1);
}

/* " key=N", or " ~key=N" if nothing is promised about it. */
static void add_count(struct reply *reply, bool promised, const char *key, uint64_t count)
{
    reply_add(reply, "%s%s=%llu", promised ? "" : "~", key, (unsigned long long)count);
}

/* ---- sums ---- */

static void add_interlocked(struct loop *loop, struct reply *reply)
{
    volatile LONG *value = burst_word(&loop->burst, LINE_VALUE);
    if (!burst_meet(&loop->burst, reply))
        return;
    for (uint64_t i = 0; i < loop->burst.rounds; i++)
        InterlockedIncrement(value);
    if (!burst_meet(&loop->burst, reply))
        return;
    reply_ok(reply);
    reply_add(reply, "total=%ld", *value);
}

/* All rounds again and again until an addition was lost or the time is over; one decides that for all, and nobody adds
 * before everybody has looked. */
static void add_plain(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile LONG *value = burst_word(burst, LINE_VALUE);
    uint64_t lost = 0, tries = 0;
    if (!burst_meet(burst, reply))
        return;
    do {
        for (uint64_t i = 0; i < burst->rounds; i++) {
            LONG seen = *value;
            *value = seen + 1;
        }
        tries++;
        if (!burst_meet(burst, reply))
            return;
        lost = tries * burst->rounds * burst->crowd - (uint64_t)*value;
        if (burst->side == 0 && (lost > 0 || GetTickCount64() >= burst->run_until))
            stop(burst);
        if (!burst_meet(burst, reply))
            return;
    } while (!stopped(burst));
    reply_ok(reply);
    reply_add(reply, "~lost=%llu", (unsigned long long)lost);
    reply_add(reply, "~tries=%llu", (unsigned long long)tries);
}

static void add_locked(struct loop *loop, struct reply *reply)
{
    volatile LONG *value = burst_word(&loop->burst, LINE_VALUE);
    if (!burst_meet(&loop->burst, reply))
        return;
    for (uint64_t i = 0; i < loop->burst.rounds; i++) {
        outcome_before();
        DWORD result = sys.WaitForSingleObject(loop->mutex, BURST_MEETING_MS);
        struct outcome seen = outcome_after();
        if (result != WAIT_OBJECT_0) {
            reply_fail(reply, seen);
            reply_add(reply, "call=WaitForSingleObject result=0x%lX", result);
            return;
        }
        LONG before = *value;
        *value = before + 1;
        sys.ReleaseMutex(loop->mutex);
    }
    if (!burst_meet(&loop->burst, reply))
        return;
    reply_ok(reply);
    reply_add(reply, "total=%ld", *value);
}

/* ---- one value, all its bits at once ---- */

static void store_value(const struct loop *loop, bool ones)
{
    volatile uint64_t *wide = burst_long(&loop->burst, LINE_VALUE);
    volatile uint32_t *words = (volatile uint32_t *)wide;
    volatile uint16_t *halves = (volatile uint16_t *)wide;
    if (loop->wide && !loop->split)
        *wide = ones ? UINT64_MAX : 0;
    else if (loop->wide)
        words[0] = words[1] = ones ? UINT32_MAX : 0;
    else if (!loop->split)
        *words = ones ? UINT32_MAX : 0;
    else
        halves[0] = halves[1] = ones ? UINT16_MAX : 0;
}

static void flip(struct loop *loop, struct reply *reply)
{
    if (!burst_meet(&loop->burst, reply))
        return;
    for (bool ones = true; !stopped(&loop->burst) && burst_goes_on(&loop->burst); ones = !ones)
        store_value(loop, ones);
    reply_ok(reply);
}

static void watch(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile uint64_t *wide = burst_long(burst, LINE_VALUE);
    volatile uint32_t *narrow = (volatile uint32_t *)wide;
    const uint64_t ones = loop->wide ? UINT64_MAX : UINT32_MAX;
    uint64_t torn = 0, changes = 0, last = 0;
    if (!burst_meet(burst, reply))
        return;
    while (changes < burst->rounds && burst_wait(burst)) {
        uint64_t value = loop->wide ? *wide : *narrow;
        torn += value != 0 && value != ones;
        changes += value != last;
        last = value;
    }
    stop(burst);
    reply_ok(reply);
    add_count(reply, !loop->split, "torn", torn);
    add_count(reply, false, "changes", changes);
}

/* ---- messages ---- */

/* The slot of a message: its words, and in the line's other half its number, which says that they are there. */
static volatile LONG *slot_number(const struct burst *burst, uint32_t message)
{
    return (volatile LONG *)(burst->block + (LINE_SLOTS + message % SLOTS) * BURST_LINE + BURST_LINE / 2);
}

static volatile uint32_t *slot_words(const struct burst *burst, uint32_t message)
{
    return (volatile uint32_t *)(burst->block + (LINE_SLOTS + message % SLOTS) * BURST_LINE);
}

static void publish_number(const struct loop *loop, uint32_t message)
{
    volatile LONG *number = slot_number(&loop->burst, message);
    if (loop->order == ORDER_BARRIER)
        MemoryBarrier();
    if (loop->order == ORDER_PLAIN || loop->order == ORDER_BARRIER)
        *number = (LONG)message;
    else
        InterlockedExchange(number, (LONG)message);
}

static void send(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile LONG *taken = burst_word(burst, LINE_PROGRESS_1);
    if (!burst_meet(burst, reply))
        return;
    for (uint32_t message = 1; message <= burst->rounds && !stopped(burst); message++) {
        bool in_time = true;
        while (in_time && (int64_t)message - *taken > (int64_t)SLOTS && !stopped(burst))
            in_time = burst_wait(burst);
        if (!in_time || stopped(burst))
            break;
        MemoryBarrier();
        if (loop->order == ORDER_REVERSED) {
            publish_number(loop, message);
            burst_pause(burst, PAUSES);
        }
        for (uint32_t i = 0; i < MESSAGE_WORDS; i++)
            slot_words(burst, message)[i] = message * 31 + i;
        if (loop->order != ORDER_REVERSED)
            publish_number(loop, message);
    }
    reply_ok(reply);
}

static bool arrived(const struct loop *loop, uint32_t message)
{
    volatile LONG *number = slot_number(&loop->burst, message);
    if (loop->order == ORDER_INTERLOCKED)
        return InterlockedCompareExchange(number, 0, 0) == (LONG)message;
    bool there = *number == (LONG)message;
    if (loop->order == ORDER_BARRIER)
        MemoryBarrier();
    return there;
}

static void receive(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    uint64_t wrong = 0, received = 0;
    bool in_time = true;
    if (!burst_meet(burst, reply))
        return;
    for (uint32_t message = 1; message <= burst->rounds; message++) {
        bool whole = true;
        while (in_time && !arrived(loop, message))
            in_time = burst_wait(burst);
        if (!in_time)
            break;
        for (uint32_t i = 0; i < MESSAGE_WORDS; i++)
            whole = whole && slot_words(burst, message)[i] == message * 31 + i;
        wrong += !whole;
        received++;
        InterlockedExchange(burst_word(burst, LINE_PROGRESS_1), (LONG)message);
    }
    stop(burst);
    reply_ok(reply);
    add_count(reply, loop->order <= ORDER_BARRIER, "wrong", wrong);
    add_count(reply, false, "received", received);
}

/* ---- both sides store, then load what the other stored ---- */

/* One turn: whether the other side's store of this turn was not seen. */
static bool exchange_once(const struct loop *loop, LONG turn)
{
    volatile LONG *mine = burst_word(&loop->burst, LINE_SIDE_0 + loop->burst.side);
    volatile LONG *other = burst_word(&loop->burst, LINE_SIDE_1 - loop->burst.side);
    if (loop->order == ORDER_INTERLOCKED)
        InterlockedExchange(mine, turn);
    else
        *mine = turn;
    if (loop->order == ORDER_BARRIER)
        MemoryBarrier();
    return *other < turn;
}

static void exchange(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile unsigned char *results = (volatile unsigned char *)(burst->block + BURST_BLOCK);
    volatile LONG *mine = burst_word(burst, LINE_PROGRESS_0 + burst->side);
    volatile LONG *other = burst_word(burst, LINE_PROGRESS_1 - burst->side);
    uint64_t both = 0, turns = 0;
    if (!burst_meet(burst, reply))
        return;
    for (bool in_time = true; in_time && turns < burst->rounds; turns++) {
        *mine = (LONG)turns + 1;
        while (in_time && *other <= (LONG)turns)
            in_time = burst_wait(burst);
        burst_pause(burst, PAUSES / 4);
        if (in_time)
            results[turns + burst->side * EXCHANGE_ROUNDS_MOST] = exchange_once(loop, (LONG)turns + 1);
    }
    if (!burst_meet(burst, reply))
        return;
    for (uint64_t i = 0; i < burst->rounds; i++)
        both += results[i] && results[i + EXCHANGE_ROUNDS_MOST];
    reply_ok(reply);
    add_count(reply, loop->order <= ORDER_BARRIER, "missed-both", both);
    add_count(reply, false, "turns", turns);
}

/* ---- records with a version: a sequence lock ---- */

static volatile uint32_t *record_words(const struct burst *burst)
{
    return (volatile uint32_t *)(burst->block + LINE_SLOTS * BURST_LINE);
}

/* The version is odd while the record is written. */
static void publish(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile LONG *version = burst_word(burst, LINE_VALUE);
    if (!burst_meet(burst, reply))
        return;
    for (uint32_t record = 1; !stopped(burst) && burst_goes_on(burst); record++) {
        InterlockedIncrement(version);
        for (uint32_t i = 0; i < RECORD_WORDS; i++)
            record_words(burst)[i] = record;
        InterlockedIncrement(version);
        burst_pause(burst, PAUSES);
    }
    reply_ok(reply);
}

/* One copy: false if the writer was at it meanwhile, as far as the order looks at the version. */
static bool copy_record(const struct loop *loop, uint32_t copy[RECORD_WORDS])
{
    volatile LONG *version = burst_word(&loop->burst, LINE_VALUE);
    const LONG before = *version;
    MemoryBarrier();
    for (uint32_t i = 0; i < RECORD_WORDS; i++)
        copy[i] = record_words(&loop->burst)[i];
    MemoryBarrier();
    return loop->order == ORDER_PLAIN || (before % 2 == 0 && before == *version);
}

static void snapshot(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    uint32_t copy[RECORD_WORDS], last = 0;
    uint64_t torn = 0, records = 0;
    if (!burst_meet(burst, reply))
        return;
    while (records < burst->rounds && burst_wait(burst)) {
        bool whole = true;
        if (!copy_record(loop, copy))
            continue;
        for (uint32_t i = 1; i < RECORD_WORDS; i++)
            whole = whole && copy[i] == copy[0];
        torn += !whole;
        records += copy[0] != last;
        last = copy[0];
    }
    stop(burst);
    reply_ok(reply);
    add_count(reply, loop->order != ORDER_PLAIN, "torn", torn);
    add_count(reply, false, "records", records);
}

/* ---- the verb ---- */

static const struct {
    void (*run)(struct loop *, struct reply *);
    unsigned crowd; /* that it is made for; 0: any */
} loops[] = {{add_interlocked, 0}, {add_plain, 0}, {add_locked, 0}, {flip, 2},    {watch, 2}, {send, 2},
             {receive, 2},         {exchange, 2},  {publish, 2},    {snapshot, 2}};
static const char loop_words[] =
    "add-interlocked add-plain add-locked flip watch send receive exchange publish snapshot";
enum { KIND_ADD_LOCKED = 2, KIND_EXCHANGE = 7 };

static bool take_loop(const struct line *request, struct loop *loop, size_t kind, struct reply *reply)
{
    const char *mutex;
    size_t width = 0;
    const bool exchanges = kind == KIND_EXCHANGE;
    if (!take_choice(request, "order", "interlocked barrier plain reversed", &loop->order, reply) ||
        !take_choice(request, "width", "4 8", &width, reply) ||
        !take_yes(request, "split", &loop->split, reply) ||
        !burst_take(request, &loop->burst, exchanges ? EXCHANGE_ROUNDS_MOST : BURST_ROUNDS_MOST,
                    exchanges ? 2 * EXCHANGE_ROUNDS_MOST : 0, reply))
        return false;
    loop->wide = width == 1;
    if (loops[kind].crowd && loops[kind].crowd != loop->burst.crowd)
        return reply_bad(reply, "this burst is made for crowd=%u", loops[kind].crowd);
    if ((kind == KIND_ADD_LOCKED) != argument_has(request, "mutex"))
        return reply_bad(reply, "mutex= goes with how=add-locked");
    if (kind != KIND_ADD_LOCKED)
        return true;
    const struct object *object =
        need_word(request, "mutex", &mutex, reply) ? object_handle(mutex, reply) : NULL;
    loop->mutex = object ? object->handle : NULL;
    return object != NULL;
}

void verb_burst(const struct line *request, struct reply *reply)
{
    struct loop loop = {0};
    size_t kind;
    if (!need_choice(request, "how", loop_words, &kind, reply) || !take_loop(request, &loop, kind, reply))
        return;
    loops[kind].run(&loop, reply);
    burst_add_machine(reply);
}
