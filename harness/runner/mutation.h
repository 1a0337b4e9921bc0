/* Changing one thing in one reply: what a system would say that breaks the rule which the reply bears witness to. */
#ifndef SHMCHECK_MUTATION_H
#define SHMCHECK_MUTATION_H

#include "../common/line.h"

#define MUTATION_FIELD_BYTES 40

/* The index-th change of a reply: `out` gets the changed line, `field` the name of what was changed ("outcome", "error",
 * "text"). False when there are no more changes: the first `index` for which that is so ends the list. Unsolicited lines
 * (hello) and farewells (bye) have none; nor have volatile values, but for the counts that expectations rest on. */
bool mutate_reply(const char *raw, size_t index, char out[LINE_BYTES], char field[MUTATION_FIELD_BYTES]);

#endif
