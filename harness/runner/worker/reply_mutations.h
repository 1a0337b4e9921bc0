/* Changes of one thing in one reply: what a system would reply that breaks the rule. */
#ifndef SHMCHECK_REPLY_MUTATIONS_H
#define SHMCHECK_REPLY_MUTATIONS_H

#include "../peer/recording.h"

#define MUTATION_FIELD_BYTES 40

/* The index-th change of a reply, which is a line of a recording: `out` gets the changed line, `field` the name of what was
 * changed ("outcome", "error", "text"). False when there are no more changes: the first `index` for which that is so
 * ends the list. Every changed line differs from the reply, is one of the protocol and stays within the field's own
 * vocabulary.
 *
 * What is changed: the outcome, to its opposite; every field, a number to both of its neighbours (a volatile one to 0),
 * data at both ends.
 * Not changed: `hello`, `bye` and `bad`, and volatile fields that the case did not read. A reply that a case only records
 * has no expectation. Its changes are nonsense, which must not pass either: a word that is no outcome, or a failure without
 * its error. */
bool reply_mutation(const struct recorded_entry *reply, size_t index, char out[LINE_BYTES],
                    char field[MUTATION_FIELD_BYTES]);

#endif
