/* The classical tests of memory order, on words of one section that several processes load and store.
 *
 * A test has a small program for each side, and one outcome that only a weaker order allows. Every round has two words of
 * its own, x and y, which no other round uses, and all sides begin it together. The outcomes of a batch are counted when
 * all sides have met again.
 *
 *   mp     x=1; y=1           a=y; b=x           a=1 b=0                   message passing
 *   sb     x=1; a=y           y=1; b=x           a=0 b=0                   store buffering
 *   lb     a=x; y=1           b=y; x=1           a=1 b=1                   load buffering
 *   s      x=2; y=1           a=y; x=1           a=1, and x is 2 in the end
 *   r      x=1; y=1           y=2; a=x           a=0, and y is 2 in the end
 *   2+2w   x=1; y=2           y=1; x=2           x and y are 1 in the end
 *   corr   x=1                a=x; b=x           a=1 b=0                   coherence of loads
 *   coww   x=1; x=2           a=x; b=x           a=2 b=1, or x is 1 in the end
 *   iriw   x=1   y=1   a=x; b=y   c=y; d=x       a=1 b=0 c=1 d=0           independent reads of independent writes
 *
 * Which outcomes plain loads and stores of aligned words allow depends on the processor: x86 and x64 allow only sb and r
 * (Intel SDM, volume 3, "Memory Ordering"); ARM64 allows all but corr and coww. Full barriers and interlocked functions
 * forbid all of them (pages memorybarrier and interlocked-variable-access). */
#include "loops_litmus.h"
#include "../clock.h"

#include <assert.h>

/* In the order of LITMUS_TESTS. */
enum test { MP, SB, LB, S, R, TWO_TWO_W, CORR, COWW, IRIW, TESTS };

/* A step of a side: a load into a register, or a store of a value. */
enum { X, Y };
struct action {
    char kind; /* 'r', 'w', 0: there is none */
    char word; /* X or Y */
    LONG value;
};

static const struct {
    unsigned crowd;
    bool x86,
        coherence; /* x86 allows the outcome; it is about the coherence of one word, which every processor keeps */
    struct action sides[4][2];
} tests[] = {
    [MP] = {2, false, false, {{{'w', X, 1}, {'w', Y, 1}}, {{'r', Y, 0}, {'r', X, 0}}}},
    [SB] = {2, true, false, {{{'w', X, 1}, {'r', Y, 0}}, {{'w', Y, 1}, {'r', X, 0}}}},
    [LB] = {2, false, false, {{{'r', X, 0}, {'w', Y, 1}}, {{'r', Y, 0}, {'w', X, 1}}}},
    [S] = {2, false, false, {{{'w', X, 2}, {'w', Y, 1}}, {{'r', Y, 0}, {'w', X, 1}}}},
    [R] = {2, true, false, {{{'w', X, 1}, {'w', Y, 1}}, {{'w', Y, 2}, {'r', X, 0}}}},
    [TWO_TWO_W] = {2, false, false, {{{'w', X, 1}, {'w', Y, 2}}, {{'w', Y, 1}, {'w', X, 2}}}},
    [CORR] = {2, false, true, {{{'w', X, 1}, {0, 0, 0}}, {{'r', X, 0}, {'r', X, 0}}}},
    [COWW] = {2, false, true, {{{'w', X, 1}, {'w', X, 2}}, {{'r', X, 0}, {'r', X, 0}}}},
    [IRIW] = {4,
              false,
              false,
              {{{'w', X, 1}, {0, 0, 0}},
               {{'w', Y, 1}, {0, 0, 0}},
               {{'r', X, 0}, {'r', Y, 0}},
               {{'r', Y, 0}, {'r', X, 0}}}},
};
static_assert(sizeof tests / sizeof tests[0] == TESTS, "every test has its actions");

unsigned litmus_crowd(size_t test)
{
    return tests[test].crowd;
}

/* The memory behind the block: the words of each round, then what each side has loaded in it. */
static volatile LONG *word_of(const struct burst *burst, unsigned round, int word)
{
    return (volatile LONG *)(burst->block + BURST_BLOCK + (round * 2u + (unsigned)word) * BURST_LINE);
}

static volatile unsigned char *loaded(const struct burst *burst, unsigned side, unsigned round)
{
    return (volatile unsigned char *)(burst->block + BURST_BLOCK + LITMUS_BATCH * 2u * BURST_LINE +
                                      (side * LITMUS_BATCH + round) * 2u);
}

static volatile LONG *progress_of(const struct burst *burst, unsigned side)
{
    return burst_word(burst, LINE_SIDE_0 + side);
}

static LONG act(const struct loop *loop, unsigned round, const struct action *action)
{
    volatile LONG *word = word_of(&loop->burst, round, action->word);
    const bool interlocked = loop->order == ORDER_INTERLOCKED;
    if (action->kind == 'r')
        return interlocked ? InterlockedCompareExchange(word, 0, 0) : *word;
    if (interlocked)
        InterlockedExchange(word, action->value);
    else
        *word = action->value;
    return 0;
}

/* One side of one round, after all sides have come to it. */
static bool play(struct loop *loop, unsigned round, LONG turn)
{
    struct burst *burst = &loop->burst;
    const struct action *actions = tests[loop->test].sides[burst->side];
    LONG values[2] = {0};
    bool in_time = true;
    *progress_of(burst, burst->side) = turn;
    for (unsigned side = 0; side < burst->crowd; side++)
        while (in_time && *progress_of(burst, side) < turn)
            in_time = burst_wait(burst);
    burst_pause(burst, PAUSES / 8);
    values[0] = act(loop, round, &actions[0]);
    if (loop->order == ORDER_BARRIER)
        MemoryBarrier();
    if (actions[1].kind)
        values[1] = act(loop, round, &actions[1]);
    loaded(burst, burst->side, round)[0] = (unsigned char)values[0];
    loaded(burst, burst->side, round)[1] = (unsigned char)values[1];
    return in_time;
}

/* Whether a round had the outcome that the test is about. */
static bool is_relaxed(const struct loop *loop, unsigned round)
{
    const struct burst *burst = &loop->burst;
    const volatile unsigned char *zero = loaded(burst, 0, round), *one = loaded(burst, 1, round);
    const volatile unsigned char *two = loaded(burst, 2, round), *three = loaded(burst, 3, round);
    const LONG x = *word_of(burst, round, X), y = *word_of(burst, round, Y);
    switch ((enum test)loop->test) {
    case MP:
    case CORR:
        return one[0] == 1 && one[1] == 0;
    case SB:
        return zero[1] == 0 && one[1] == 0;
    case LB:
        return zero[0] == 1 && one[0] == 1;
    case S:
        return one[0] == 1 && x == 2;
    case R:
        return one[1] == 0 && y == 2;
    case TWO_TWO_W:
        return x == 1 && y == 1;
    case COWW:
        return (one[0] == 2 && one[1] == 1) || x == 1;
    case IRIW:
    case TESTS:
        break;
    }
    return two[0] == 1 && two[1] == 0 && three[0] == 1 && three[1] == 0;
}

/* Whether this processor forbids the outcome. For a program for x86 or x64 that is so also where it is emulated. */
static bool is_promised(const struct loop *loop)
{
#if defined(_M_ARM64) || defined(__aarch64__)
    return loop->order != ORDER_PLAIN || tests[loop->test].coherence;
#else
    return loop->order != ORDER_PLAIN || !tests[loop->test].x86;
#endif
}

static void clear(const struct burst *burst)
{
    for (unsigned round = 0; round < LITMUS_BATCH; round++)
        *word_of(burst, round, X) = *word_of(burst, round, Y) = 0;
}

/* The last turn that all sides have played. When time is up one side may have stopped a round before another: what it loaded
 * in that round is from an earlier batch. */
static LONG last_turn(const struct burst *burst)
{
    LONG last = *progress_of(burst, 0);
    for (unsigned side = 1; side < burst->crowd; side++)
        if (*progress_of(burst, side) < last)
            last = *progress_of(burst, side);
    return last;
}

void loop_litmus(struct loop *loop, struct reply *reply)
{
    struct burst *burst = &loop->burst;
    uint64_t relaxed = 0, rounds = 0;
    const bool promised = is_promised(loop);
    if (!burst_meet(burst, reply))
        return;
    do {
        bool in_time = true;
        for (unsigned round = 0; in_time && round < LITMUS_BATCH; round++)
            in_time = play(loop, round, (LONG)(rounds + round + 1));
        if (!burst_meet(burst, reply))
            return;
        const LONG played = last_turn(burst) - (LONG)rounds;
        for (unsigned round = 0; round < LITMUS_BATCH && (LONG)round < played; round++)
            relaxed += is_relaxed(loop, round);
        rounds += LITMUS_BATCH;
        if (!burst_meet(burst, reply))
            return;
        if (burst->side == 0) {
            clear(burst);
            if (!in_time || clock_milliseconds() >= burst->run_until ||
                (promised ? rounds >= burst->rounds : relaxed > 0))
                loop_stop(burst);
        }
        if (!burst_meet(burst, reply))
            return;
    } while (!loop_stopped(burst));
    reply_ok(reply);
    loop_add_count(reply, promised, "relaxed", relaxed);
    loop_add_count(reply, false, "rounds", rounds);
}
