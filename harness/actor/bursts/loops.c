#include "loops.h"
#include "../clock.h"

bool loop_stopped(const struct burst *burst)
{
    return *burst_word(burst, LINE_STOP) != 0;
}

void loop_stop(const struct burst *burst)
{
    InterlockedExchange(burst_word(burst, LINE_STOP), 1);
}

void loop_add_count(struct reply *reply, bool promised, const char *key, uint64_t count)
{
    reply_add(reply, "%s%s=%llu", promised ? "" : "~", key, (unsigned long long)count);
}

/* ---- sums ---- */

void loop_add_interlocked(struct loop *loop, struct reply *reply)
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

/* Repeats all rounds until an addition was lost or the time is over. One side decides that for all, and no side adds
 * again before all have read the decision. */
void loop_add_plain(struct loop *loop, struct reply *reply)
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
        if (burst->side == 0 && (lost > 0 || clock_milliseconds() >= burst->run_until))
            loop_stop(burst);
        if (!burst_meet(burst, reply))
            return;
    } while (!loop_stopped(burst));
    reply_ok(reply);
    reply_add(reply, "~lost=%llu", (unsigned long long)lost);
    reply_add(reply, "~tries=%llu", (unsigned long long)tries);
}

void loop_add_locked(struct loop *loop, struct reply *reply)
{
    volatile LONG *value = burst_word(&loop->burst, LINE_VALUE);
    if (!burst_meet(&loop->burst, reply))
        return;
    for (uint64_t i = 0; i < loop->burst.rounds; i++) {
        call_begins();
        DWORD result = sys.WaitForSingleObject(loop->mutex, BURST_MEETING_MS);
        struct call_result seen = call_ended();
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

/* ---- one value whose bits all change together ---- */

static void store_value(struct loop *loop, bool ones)
{
    volatile uint64_t *wide = burst_long(&loop->burst, LINE_VALUE);
    volatile uint32_t *words = (volatile uint32_t *)wide;
    volatile uint16_t *halves = (volatile uint16_t *)wide;
    if (loop->wide && !loop->split) {
        *wide = ones ? UINT64_MAX : 0;
    } else if (!loop->split) {
        *words = ones ? UINT32_MAX : 0;
    } else {
        /* Without a pause between them the two stores often become visible together. */
        for (unsigned half = 0; half < 2; half++) {
            if (loop->wide)
                words[half] = ones ? UINT32_MAX : 0;
            else
                halves[half] = ones ? UINT16_MAX : 0;
            burst_pause(&loop->burst, PAUSES / 8);
        }
    }
}

void loop_flip(struct loop *loop, struct reply *reply)
{
    if (!burst_meet(&loop->burst, reply))
        return;
    for (bool ones = true; !loop_stopped(&loop->burst) && burst_goes_on(&loop->burst); ones = !ones)
        store_value(loop, ones);
    reply_ok(reply);
}

void loop_watch(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    volatile uint64_t *wide = burst_long(burst, LINE_VALUE);
    volatile uint32_t *narrow = (volatile uint32_t *)wide;
    const uint64_t ones = loop->wide ? UINT64_MAX : UINT32_MAX;
    uint64_t torn = 0, changes = 0, last = 0;
    if (!burst_meet(burst, reply))
        return;
    while ((changes < burst->rounds || (loop->split && torn == 0)) && burst_wait(burst)) {
        uint64_t value = loop->wide ? *wide : *narrow;
        torn += value != 0 && value != ones;
        changes += value != last;
        last = value;
    }
    loop_stop(burst);
    reply_ok(reply);
    loop_add_count(reply, !loop->split, "torn", torn);
    loop_add_count(reply, false, "changes", changes);
}
