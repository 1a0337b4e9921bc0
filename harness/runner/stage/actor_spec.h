/* Who is to play a role: from the words of starts and spawns, and where they say nothing from the run's pair. */
#ifndef SHMCHECK_CASTING_H
#define SHMCHECK_CASTING_H

#include "stage.h"

struct actor_spec {
    enum arch arch;
    const char *chosen; /* what the case says of it, "bits" or "arch"; NULL: nothing, the pair decided */
    const struct identity *identity; /* NULL: the runner's own */
    int aware;                       /* of large addresses: 1 yes, 0 no, -1 as the program was linked */
    char rest[LINE_BYTES];           /* the words that are not about this */
};

/* Takes the blank-separated words; checks.h describes them. Aborts the case if one makes no sense, or if there is no actor
 * of that architecture. */
struct actor_spec actor_spec_parse(struct stage *stage, int line, const char *role, const char *words);
/* Whether it is an actor like any other: as the runner itself, with a program as it lies on the disk. */
bool actor_spec_is_plain(const struct actor_spec *spec);

#endif
