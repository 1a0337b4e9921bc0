#include "verbs.h"

#include "arguments.h"
#include "verb_table.h"
#include "verbs/verbs.h"

#define LIMIT(name, value)
#define GROUP(title)
#define VERB(name, label, word, calls, reply) [VERB_##name] = verb_##name,
#define KEY(verb, key, type, need, most, values, preset, help)
#define COMMON_KEY(key, type, most, values, preset, help)
#define NOTE(verb, text)
static verb_function *const functions[VERB_COUNT] = {
#include "verbs.def"
};

void verb_perform(const struct line *request, struct reply *reply)
{
    if (!request_check(request, reply))
        return;
    functions[verb_find(request->word)](request, reply);
    if (reply->text.cut)
        reply_bad(reply, "the reply is longer than a line");
}
