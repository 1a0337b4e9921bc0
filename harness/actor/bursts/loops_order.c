/* Loops about the order in which other processes see what one has stored. */
#include "loops_order.h"
#include "../clock.h"

/* ---- messages ---- */

/* The slot of a message: its words and, in the other half of the line, its number, which publishes them. */
volatile LONG *slot_number(const struct burst *burst, uint32_t message)
{
    return (volatile LONG *)(burst->block + (LINE_SLOTS + message % SLOTS) * BURST_LINE + BURST_LINE / 2);
}

volatile uint32_t *slot_words(const struct burst *burst, uint32_t message)
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

void loop_send(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile LONG *taken = burst_word(burst, LINE_PROGRESS_1);
    if (!burst_meet(burst, reply))
        return;
    /* In the reversed order the receiver decides when the burst ends. */
    const bool endless = loop->order == ORDER_REVERSED;
    for (uint32_t message = 1; (endless || message <= burst->rounds) && !loop_stopped(burst); message++) {
        bool in_time = true;
        while (in_time && (int64_t)message - *taken > (int64_t)SLOTS && !loop_stopped(burst))
            in_time = burst_wait(burst);
        if (!in_time || loop_stopped(burst))
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

void loop_receive(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    uint64_t wrong = 0, received = 0;
    bool in_time = true;
    if (!burst_meet(burst, reply))
        return;
    const bool seeks = loop->order == ORDER_REVERSED;
    for (uint32_t message = 1; message <= burst->rounds || (seeks && wrong == 0 && burst_goes_on(burst));
         message++) {
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
    loop_stop(burst);
    reply_ok(reply);
    loop_add_count(reply, loop->order <= ORDER_BARRIER, "wrong", wrong);
    loop_add_count(reply, false, "received", received);
}

/* ---- both sides store, then load what the other stored ---- */

/* One turn. True if it did not see the other side's store of this turn. */
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

/* In how many of the first `turns` turns both sides missed the other's store. */
static uint64_t missed_both(const struct burst *burst, uint64_t turns)
{
    const volatile unsigned char *results = (const volatile unsigned char *)(burst->block + BURST_BLOCK);
    uint64_t both = 0;
    for (uint64_t i = 0; i < turns; i++)
        both += results[i] && results[i + EXCHANGE_ROUNDS_MOST];
    return both;
}

/* Plays all rounds. Without a barrier it repeats them until both sides missed the other's store in one turn; see
 * loop_add_plain. */
void loop_exchange(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile unsigned char *results = (volatile unsigned char *)(burst->block + BURST_BLOCK);
    volatile LONG *mine = burst_word(burst, LINE_PROGRESS_0 + burst->side);
    volatile LONG *other = burst_word(burst, LINE_PROGRESS_1 - burst->side);
    uint64_t both = 0, turns = 0;
    if (!burst_meet(burst, reply))
        return;
    do {
        bool in_time = true;
        for (uint64_t i = 0; in_time && i < burst->rounds; i++, turns++) {
            const LONG turn = (LONG)turns + 1;
            *mine = turn;
            while (in_time && *other < turn)
                in_time = burst_wait(burst);
            burst_pause(burst, PAUSES / 4);
            results[i + burst->side * EXCHANGE_ROUNDS_MOST] = in_time && exchange_once(loop, turn);
        }
        if (!burst_meet(burst, reply))
            return;
        both += missed_both(burst, burst->rounds);
        if (burst->side == 0 && (loop->order <= ORDER_BARRIER || both > 0 || !in_time ||
                                 clock_milliseconds() >= burst->run_until))
            loop_stop(burst);
        if (!burst_meet(burst, reply))
            return;
    } while (!loop_stopped(burst));
    reply_ok(reply);
    loop_add_count(reply, loop->order <= ORDER_BARRIER, "missed-both", both);
    loop_add_count(reply, false, "turns", turns);
}

/* ---- records with a version: a sequence lock ---- */

volatile uint32_t *record_words(const struct burst *burst)
{
    return (volatile uint32_t *)(burst->block + LINE_SLOTS * BURST_LINE);
}

/* The version is odd while the record is written. */
void loop_publish(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile LONG *version = burst_word(burst, LINE_VALUE);
    if (!burst_meet(burst, reply))
        return;
    for (uint32_t record = 1; !loop_stopped(burst) && burst_goes_on(burst); record++) {
        InterlockedIncrement(version);
        for (uint32_t i = 0; i < RECORD_WORDS; i++)
            record_words(burst)[i] = record;
        InterlockedIncrement(version);
        burst_pause(burst, PAUSES);
    }
    reply_ok(reply);
}

/* Copies the record once. False if the version shows that it was written meanwhile; ORDER_PLAIN ignores the version. */
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

void loop_snapshot(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    uint32_t copy[RECORD_WORDS], last = 0;
    uint64_t torn = 0, records = 0;
    if (!burst_meet(burst, reply))
        return;
    while ((records < burst->rounds || (loop->order == ORDER_PLAIN && torn == 0)) && burst_wait(burst)) {
        bool whole = true;
        if (!copy_record(loop, copy))
            continue;
        for (uint32_t i = 1; i < RECORD_WORDS; i++)
            whole = whole && copy[i] == copy[0];
        torn += !whole;
        records += copy[0] != last;
        last = copy[0];
    }
    loop_stop(burst);
    reply_ok(reply);
    loop_add_count(reply, loop->order != ORDER_PLAIN, "torn", torn);
    loop_add_count(reply, false, "records", records);
}
