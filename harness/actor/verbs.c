#include "verbs.h"

#include "arguments.h"
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

void verb_perform(const struct line *request, struct reply *reply)
{
    if (!request_check(request, reply))
        return;
    struct task task = {request, reply};
    if (argument_number(request, "on") != 2)
        perform(&task);
    else if (!second_thread_run(perform, &task))
        reply_bad(reply, "the second thread does not start");
    if (reply->text.cut)
        reply_bad(reply, "the reply is longer than a line");
}
