#include "verbs.h"

#include "arguments.h"
#include "footprint.h"
#include "second_thread.h"
#include <assert.h>

#include "verb_table.h"
#include "verbs/verbs.h"

#define LIMIT(name, value)
#define GROUP(title)
#define VERB(name, label, word, calls, reply) [VERB_##name] = verb_##name,
#define KEY(verb, key, type, need, most, values, preset, help)
#define COMMON_KEY(key, type, most, values, preset, help)
#define NOTE(verb, text)
static verb_function *const functions[] = {
#include "verbs.def"
};
static_assert(sizeof functions / sizeof functions[0] == VERB_COUNT, "every verb has its function");

struct task {
    const struct line *request;
    struct reply *reply;
};

static void perform(void *context)
{
    const struct task *task = context;
    functions[verb_find(task->request->word)](task->request, task->reply);
}

static bool second_thread_ready(void)
{
    if (!second_thread_lives())
        footprint_allow(second_thread_start);
    return second_thread_lives();
}

/* ---- a step that goes on while the actor takes others ---- */

static struct {
    bool begun;
    struct line request;
    struct reply reply;
    char bytes[LINE_BYTES];
    struct task task;
} later;

/* The verbs that wait or repeat. They touch nothing but their own label, memory of views and what a thread has of its own,
 * so that other steps can be performed meanwhile. */
static bool takes_time(enum verb_id verb)
{
    switch (verb) {
    case VERB_wait:
    case VERB_await:
    case VERB_wake:
    case VERB_race:
    case VERB_burst:
    case VERB_churn:
    case VERB_initialise:
        return true;
    default:
        return false;
    }
}

static void begin_later(const struct line *request, struct reply *reply)
{
    line_copy(&later.request, request);
    later.reply = (struct reply){.text = text_over(later.bytes, sizeof later.bytes)};
    later.task = (struct task){&later.request, &later.reply};
    second_thread_begin(perform, &later.task);
    later.begun = true;
    reply_ok(reply);
}

void verb_finish(const struct line *request, struct reply *reply)
{
    (void)request;
    if (!later.begun) {
        reply_bad(reply, "no step with later=yes was begun");
        return;
    }
    second_thread_wait();
    later.begun = false;
    text_clear(&reply->text);
    text_add(&reply->text, later.reply.text.at);
    reply->text.cut = later.reply.text.cut;
}

/* False after answering `bad`: what may be done, and on which thread, while a step is under way. */
static bool may_perform(const struct line *request, struct reply *reply)
{
    const enum verb_id verb = verb_find(request->word);
    const bool second = argument_number(request, "on") == 2;
    if (argument_yes(request, "later") && (!second || !takes_time(verb)))
        return reply_bad(reply, "later= goes with on=2, and with a step that waits or repeats");
    if (later.begun && (second || verb == VERB_clear))
        return reply_bad(reply, "the step that later=yes began on the second thread is not finished");
    if (second && verb == VERB_finish)
        return reply_bad(reply, "finish is performed on the first thread");
    return true;
}

void verb_perform(const struct line *request, struct reply *reply)
{
    if (!request_check(request, reply) || !may_perform(request, reply))
        return;
    struct task task = {request, reply};
    if (argument_number(request, "on") != 2)
        perform(&task);
    else if (!second_thread_ready())
        reply_bad(reply, "the second thread does not start");
    else if (argument_yes(request, "later"))
        begin_later(request, reply);
    else
        second_thread_run(perform, &task);
    if (reply->text.cut)
        reply_bad(reply, "the reply is longer than a line");
}
