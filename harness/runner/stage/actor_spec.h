/* Which actor plays a role: its architecture, identity and program. The words of starts() and spawns() say so; what they
 * leave open, the pair of the run decides. */
#ifndef SHMCHECK_ACTOR_SPEC_H
#define SHMCHECK_ACTOR_SPEC_H

#include "stage.h"

struct actor_spec {
    enum arch arch;
    const char
        *chosen; /* the word by which the case chose `arch`, "bits" or "arch"; NULL: the pair decided */
    const struct identity *identity; /* NULL: the runner's own */
    int aware; /* IMAGE_FILE_LARGE_ADDRESS_AWARE: 1 set, 0 cleared, -1 as the program was linked */
    char rest[LINE_BYTES]; /* the words that are not about the actor */
};

/* Reads the blank-separated words that checks.h describes. Aborts the case if one of them is wrong, or if there is no actor
 * of that architecture. */
struct actor_spec actor_spec_parse(struct stage *stage, int line, const char *role, const char *words);
/* Whether the actor has the runner's own identity and an unmodified program. */
bool actor_spec_is_plain(const struct actor_spec *spec);

#endif
