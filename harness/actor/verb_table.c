#include "verb_table.h"

#include <assert.h>
#include <string.h>

/* verbs.def speaks of NONE, OPTIONAL and REQUIRED for labels, and of OPTIONAL and REQUIRED for keys. */
enum { IS_OPTIONAL = false, IS_REQUIRED = true };

#define LIMIT(name, value)
#define GROUP(title)
#define VERB(name, label, word, calls, reply) [VERB_##name] = {#name, LABEL_##label, word, calls, reply},
#define KEY(verb, key, type, need, most, values, preset, help)
#define COMMON_KEY(key, type, most, values, preset, help)
#define NOTE(verb, text)
const struct verb_entry verb_entries[] = {
#include "verbs.def"
};
static_assert(sizeof verb_entries / sizeof verb_entries[0] == VERB_COUNT, "every verb has its entry");
#undef VERB
#undef KEY
#undef COMMON_KEY

#define VERB(name, label, word, calls, reply)
#define KEY(verb, key, type, need, most, values, preset, help)                                               \
    {VERB_##verb, key, KEY_##type, IS_##need, most, values, preset, help},
#define COMMON_KEY(key, type, most, values, preset, help)                                                    \
    {VERB_COMMON, key, KEY_##type, IS_OPTIONAL, most, values, preset, help},
const struct verb_key verb_keys[] = {
#include "verbs.def"
};
const size_t verb_key_count = sizeof verb_keys / sizeof verb_keys[0];
#undef KEY
#undef COMMON_KEY
#undef NOTE

#define KEY(verb, key, type, need, most, values, preset, help)
#define COMMON_KEY(key, type, most, values, preset, help)
#define NOTE(verb, text) {VERB_##verb, text},
const struct verb_note verb_notes[] = {
#include "verbs.def"
};
const size_t verb_note_count = sizeof verb_notes / sizeof verb_notes[0];

enum verb_id verb_find(const char *name)
{
    for (int i = 0; i < VERB_COUNT; i++)
        if (strcmp(verb_entries[i].name, name) == 0)
            return (enum verb_id)i;
    return VERB_COUNT;
}

const struct verb_key *verb_key_find(enum verb_id verb, const char *name)
{
    for (size_t i = 0; i < verb_key_count; i++)
        if ((verb_keys[i].verb == verb || verb_keys[i].verb == VERB_COMMON) &&
            strcmp(verb_keys[i].name, name) == 0)
            return &verb_keys[i];
    return NULL;
}
