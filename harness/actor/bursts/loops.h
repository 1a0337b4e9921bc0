/* The loops of bursts on memory, one for each value of how= of the verb burst. Each meets the others, runs, and replies. These
 * are about sums and whole values; loops_order.h and loops_litmus.h have the others. */
#ifndef SHMCHECK_LOOPS_H
#define SHMCHECK_LOOPS_H

#include "burst.h"

#define PAUSES 64u /* at most, between two operations between which another process shall act */

/* The lines of a block that the loops use; each side of a pair has one of its own. */
enum { LINE_VALUE = BURST_LINES, LINE_SIDE_0, LINE_SIDE_1, LINE_PROGRESS_0, LINE_PROGRESS_1, LINE_SLOTS };

/* What makes another process see stores in their order. */
enum order {
    ORDER_INTERLOCKED, /* InterlockedExchange publishes */
    ORDER_BARRIER,     /* MemoryBarrier between the data and the number */
    ORDER_PLAIN,       /* nothing: volatile accesses alone */
    ORDER_REVERSED     /* the number before the data, on purpose */
};

struct loop {
    struct burst burst;
    size_t order;
    HANDLE mutex;     /* of loop_add_locked */
    size_t test;      /* of loop_litmus */
    bool wide, split; /* of loop_flip and loop_watch: a value of 8 bytes, not 4; stored in halves */
};

typedef void loop_function(struct loop *loop, struct reply *reply);

/* Sums, and values that must not be torn. */
loop_function loop_add_interlocked, loop_add_plain, loop_add_locked, loop_flip, loop_watch;
/* Whether an actor of the crowd has told all of them to stop; and telling them. */
bool loop_stopped(const struct burst *burst);
void loop_stop(const struct burst *burst);
/* Adds " key=N", or " ~key=N" if nothing is promised about it. */
void loop_add_count(struct reply *reply, bool promised, const char *key, uint64_t count);

#endif
