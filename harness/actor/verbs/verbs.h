/* The functions of the verbs, one for each of verbs.def: verb_create, verb_open and so on. Each performs a request that
 * request_check has passed, and builds its reply. */
#ifndef SHMCHECK_VERBS_VERBS_H
#define SHMCHECK_VERBS_VERBS_H

#include "../reply.h"

typedef void verb_function(const struct line *request, struct reply *reply);

#define LIMIT(name, value)
#define GROUP(title)
#define VERB(name, label, word, calls, reply) verb_function verb_##name;
#define KEY(verb, key, type, need, most, values, preset, help)
#define COMMON_KEY(key, type, most, values, preset, help)
#define NOTE(verb, text)
#include "../verbs.def"
#undef LIMIT
#undef GROUP
#undef VERB
#undef KEY
#undef COMMON_KEY
#undef NOTE

#endif
