/* What bursts share: a start gate and a finish in the memory under test, a limit of time, and delays that come from a
 * seed. A burst is a loop that an actor runs on its own, so that two of them meet in the middle of things; a pipe's
 * round trip is a full barrier and can never show that.
 *
 * The block of a burst is memory of a view, aligned to BURST_LINE and zero at the start, that no other burst uses. Its
 * words lie in lines of their own, so that what meets there is what the burst is about. */
#ifndef SHMCHECK_BURST_H
#define SHMCHECK_BURST_H

#include "../reply.h"

#define BURST_LINE 128u        /* bytes: two cache lines, as some processors fetch lines in pairs */
#define BURST_BLOCK 4096u      /* bytes */
#define BURST_MEETING_MS 4000u /* the longest wait for the others; a step of the runner takes 5 s at most */
#define BURST_LIMIT_MS 3500u   /* for bursts that go on until they have seen something */

/* The first lines of every block; the burst's own begin behind them. */
enum burst_line { LINE_ARRIVED, LINE_STOP, LINE_LEFT, BURST_LINES };

/* The words of a section that bursts on names create: a magic number says that it is set up, the visitors count the actors
 * that came, and the payload follows. */
#define SECTION_MAGIC 0x5AFE5AFE
enum { WORD_MAGIC, WORD_VISITORS, WORD_PAYLOAD = 32 };

struct burst {
    uintptr_t block; /* its address */
    uint64_t rounds;
    unsigned crowd;       /* how many actors meet */
    unsigned side;        /* which of them this one is, from 0 */
    unsigned meetings;    /* of this actor so far */
    ULONGLONG meet_until; /* GetTickCount64 */
    ULONGLONG run_until;
    DWORD_PTR affinity; /* of the thread before; 0: it is as it was */
    uint32_t random;    /* never 0 */
    unsigned spins;
};

/* Takes the label's memory and at=, rounds= (`rounds_most` at most, not 0), crowd=, side= (0), seed= (1). The block and
 * `more` bytes behind it must be committed memory that can be written. False, and the reply is `bad`, if not.
 * The thread then runs on a processor of its own, as far as there are enough: two sides that take turns on one
 * processor hardly ever meet. */
bool burst_take(const struct line *request, struct burst *burst, uint64_t rounds_most, size_t more,
                struct reply *reply);

/* A word of the block, by line. */
volatile LONG *burst_word(const struct burst *burst, unsigned line);
volatile uint64_t *burst_long(const struct burst *burst, unsigned line);

/* Waits until all of the crowd have come to this meeting. False, and the reply is `fail error=1460 call=meet`, if they
 * do not. The n-th meeting of one actor is the n-th of all. */
bool burst_meet(struct burst *burst, struct reply *reply);
/* Called in loops that wait for another process: lets the processor go now and then, as it may be the only one. False
 * once run_until has passed, which is looked up now and then only. */
bool burst_wait(struct burst *burst);
/* The same for loops that do not wait: no other process is let in. */
bool burst_goes_on(struct burst *burst);
/* The seed's next number, below `below`, and so many pauses. */
uint32_t burst_random(struct burst *burst, uint32_t below);
void burst_pause(struct burst *burst, uint32_t below);
/* The end of a burst that burst_take began, whatever became of it: the thread may run anywhere again. Adds what every
 * burst replies: ~processors=N. */
void burst_end(const struct burst *burst, struct reply *reply);

#endif
