/* The table of verbs as C reads it from verbs.def, which says what each column means: data and look-ups only. */
#ifndef SHMCHECK_VERB_TABLE_H
#define SHMCHECK_VERB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The limits of verbs.def. */
#define LIMIT(name, value) name = value,
#define GROUP(title)
#define VERB(name, label, word, calls, reply)
#define KEY(verb, key, type, need, most, values, preset, help)
#define COMMON_KEY(key, type, most, values, preset, help)
#define NOTE(verb, text)
enum verb_limit {
#include "verbs.def"
};
#undef LIMIT
#undef VERB
#define LIMIT(name, value)

/* One for each verb, in the order of the table. */
#define VERB(name, label, word, calls, reply) VERB_##name,
enum verb_id {
#include "verbs.def"
    VERB_COUNT,
    VERB_COMMON = VERB_COUNT /* the verb of a key that all verbs take */
};
#undef LIMIT
#undef GROUP
#undef VERB
#undef KEY
#undef COMMON_KEY
#undef NOTE

enum verb_label { LABEL_NONE, LABEL_OPTIONAL, LABEL_REQUIRED };

enum key_type {
    KEY_NUMBER,
    KEY_ADDRESS,
    KEY_CONSTANTS,
    KEY_YES,
    KEY_CHOICE,
    KEY_WORDS,
    KEY_LABEL,
    KEY_LABELS,
    KEY_NAME,
    KEY_TEXT,
    KEY_BYTES,
    KEY_TYPES
};

struct verb_entry {
    const char *name;
    enum verb_label label;
    const char *word, *calls, *reply;
};

struct verb_key {
    enum verb_id verb;
    const char *name;
    enum key_type type;
    bool required;
    uint64_t most;                      /* of NUMBER, ADDRESS and CONSTANTS */
    const char *values, *preset, *help; /* preset: the value of a missing key; "" for none */
};

struct verb_note {
    enum verb_id verb;
    const char *text;
};

extern const struct verb_entry verb_entries[VERB_COUNT];
extern const struct verb_key verb_keys[];
extern const size_t verb_key_count;
extern const struct verb_note verb_notes[];
extern const size_t verb_note_count;

/* The verb of this name; VERB_COUNT if there is none. */
enum verb_id verb_find(const char *name);
/* The key of this name that the verb takes, common ones included; NULL if it takes none. */
const struct verb_key *verb_key_find(enum verb_id verb, const char *name);

#endif
