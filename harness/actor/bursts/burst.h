/* What bursts share: a start gate and a finish in the memory under test, a time limit, and pauses that come from a seed.
 * A burst is a loop that an actor runs without the runner, so that the operations of several actors overlap. Between
 * steps over a pipe they cannot: a round trip is a full barrier.
 *
 * The block of a burst is memory of a view, aligned to BURST_LINE and zero at the start, that no other burst uses. Each
 * of its words has a line of its own, so that actors contend only for the words that the burst is about. */
#ifndef SHMCHECK_BURST_H
#define SHMCHECK_BURST_H

#include "../reply.h"

#define BURST_LINE 128u        /* bytes: two cache lines, as some processors fetch lines in pairs */
#define BURST_BLOCK 4096u      /* bytes */
#define BURST_MEETING_MS 4000u /* the longest wait for the others at one meeting */
#define BURST_LIMIT_MS 3500u   /* for bursts that run until they have seen an effect */

/* The first lines of every block. The burst's own lines follow. */
enum burst_line { LINE_ARRIVED, LINE_STOP, LINE_LEFT, BURST_LINES };

/* The words of a section that bursts on names create: a magic number that says that it is set up, the number of actors
 * that have used it, and the payload. */
#define SECTION_MAGIC 0x5AFE5AFE
enum { WORD_MAGIC, WORD_VISITORS, WORD_PAYLOAD = 32 };

struct burst {
    uintptr_t block; /* its address */
    uint64_t rounds;
    unsigned crowd;     /* how many actors meet */
    unsigned side;      /* which of them this one is, from 0 */
    unsigned meetings;  /* of this actor so far */
    uint64_t run_until; /* clock_milliseconds */
    DWORD_PTR affinity; /* of the thread before the burst; 0: unchanged */
    uint32_t random;    /* never 0 */
    unsigned spins;
};

/* Takes the label's memory and at=, rounds= (at most `rounds_most`, not 0), crowd=, side= (0), seed= (1). The block and
 * `more` bytes behind it must be committed, writable memory; else the result is false and the reply `bad`. The thread
 * then runs on a processor of its own if there are enough: on one processor the sides take turns and rarely overlap. */
bool burst_take(const struct line *request, struct burst *burst, uint64_t rounds_most, size_t more,
                struct reply *reply);

/* A word of the block, by line. */
volatile LONG *burst_word(const struct burst *burst, unsigned line);
volatile uint64_t *burst_long(const struct burst *burst, unsigned line);

/* Waits until every actor of the crowd has called this. False, and the reply is `fail error=1460 call=meet`, if they do
 * not. The n-th calls of all actors belong together. */
bool burst_meet(struct burst *burst, struct reply *reply);
/* For loops that wait for another process: yields the processor from time to time, because there may be only one. False
 * after run_until, which is compared with the time only every few turns. */
bool burst_wait(struct burst *burst);
/* The same for loops that do not wait; it never yields. */
bool burst_goes_on(struct burst *burst);
/* The next random number below `below`; and as many pauses. */
uint32_t burst_random(struct burst *burst, uint32_t below);
void burst_pause(struct burst *burst, uint32_t below);
/* Ends a burst that burst_take began, also one that failed: the thread may run on every processor again. Adds
 * ~processors=N to the reply. */
void burst_end(const struct burst *burst, struct reply *reply);

#endif
