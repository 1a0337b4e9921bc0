/* Bursts on memory: what several processes do to the same bytes at the same time, from a common start. */
#include <assert.h>

#include "../arguments.h"
#include "../bursts/loops_litmus.h"
#include "../bursts/loops_order.h"
#include "../objects.h"
#include "verbs.h"

/* The values of how=, and the same in words, as verbs.def has them. */
#define KINDS_IN_WORDS                                                                                       \
    "add-interlocked add-plain add-locked flip watch send receive exchange publish snapshot litmus"
enum kind {
    KIND_ADD_INTERLOCKED,
    KIND_ADD_PLAIN,
    KIND_ADD_LOCKED,
    KIND_FLIP,
    KIND_WATCH,
    KIND_SEND,
    KIND_RECEIVE,
    KIND_EXCHANGE,
    KIND_PUBLISH,
    KIND_SNAPSHOT,
    KIND_LITMUS,
    KINDS
};

static const struct {
    void (*run)(struct loop *, struct reply *);
    unsigned crowd, most; /* actors that it is made for (0: any), and rounds at most */
    size_t more;          /* bytes that it needs behind the block */
} loops[] = {
    [KIND_ADD_INTERLOCKED] = {loop_add_interlocked, 0, BURST_ROUNDS_MOST, 0},
    [KIND_ADD_PLAIN] = {loop_add_plain, 0, BURST_ROUNDS_MOST, 0},
    [KIND_ADD_LOCKED] = {loop_add_locked, 0, BURST_ROUNDS_MOST, 0},
    [KIND_FLIP] = {loop_flip, 2, BURST_ROUNDS_MOST, 0},
    [KIND_WATCH] = {loop_watch, 2, BURST_ROUNDS_MOST, 0},
    [KIND_SEND] = {loop_send, 2, BURST_ROUNDS_MOST, 0},
    [KIND_RECEIVE] = {loop_receive, 2, BURST_ROUNDS_MOST, 0},
    [KIND_EXCHANGE] = {loop_exchange, 2, EXCHANGE_ROUNDS_MOST, 2 * EXCHANGE_ROUNDS_MOST},
    [KIND_PUBLISH] = {loop_publish, 2, BURST_ROUNDS_MOST, 0},
    [KIND_SNAPSHOT] = {loop_snapshot, 2, BURST_ROUNDS_MOST, 0},
    [KIND_LITMUS] = {loop_litmus, 0, BURST_ROUNDS_MOST, LITMUS_MORE},
};
static_assert(sizeof loops / sizeof loops[0] == KINDS, "every kind of burst has its loop");

static bool take_loop(const struct line *request, struct loop *loop, size_t kind, struct reply *reply)
{
    loop->order = argument_choice(request, "order", "interlocked barrier plain reversed");
    loop->split = argument_yes(request, "split");
    uint64_t crowd = argument_number(request, "crowd");
    loop->wide = argument_is(request, "width", "8");
    if ((kind == KIND_LITMUS) != argument_has(request, "test"))
        return reply_bad(reply, "test= goes with how=litmus");
    if (kind == KIND_LITMUS)
        loop->test = argument_choice(request, "test", LITMUS_TESTS);
    const unsigned made_for = kind == KIND_LITMUS ? litmus_crowd(loop->test) : loops[kind].crowd;
    if (made_for && made_for != crowd)
        return reply_bad(reply, "this burst needs crowd=%u", made_for);
    if (kind == KIND_LITMUS && loop->order == ORDER_REVERSED)
        return reply_bad(reply, "order=reversed goes with send and receive");
    if ((kind == KIND_ADD_LOCKED) != argument_has(request, "mutex"))
        return reply_bad(reply, "mutex= goes with how=add-locked");
    if (kind != KIND_ADD_LOCKED)
        return true;
    const struct object *object = object_handle(argument_text(request, "mutex"), reply);
    loop->mutex = object ? object->handle : NULL;
    return object != NULL;
}

void verb_burst(const struct line *request, struct reply *reply)
{
    struct loop loop = {0};
    size_t kind = argument_choice(request, "how", KINDS_IN_WORDS);
    if (!take_loop(request, &loop, kind, reply))
        return;
    if (burst_take(request, &loop.burst, loops[kind].most, loops[kind].more, reply)) {
        loops[kind].run(&loop, reply);
        burst_end(&loop.burst, reply);
    }
}
