/* Changing one thing in one reply: what a system would say that breaks the rule which the reply bears witness to. */
#ifndef SHMCHECK_MUTATION_H
#define SHMCHECK_MUTATION_H

#include "../peer/recording.h"

#define MUTATION_FIELD_BYTES 40

/* The index-th change of a reply, which is a line of a recording: `out` gets the changed line, `field` the name of what was
 * changed ("outcome", "error", "text"). False when there are no more changes: the first `index` for which that is so
 * ends the list. Every changed line differs from the reply, is one of the protocol and stays within the field's own
 * vocabulary.
 *
 * What is changed: the outcome, to its opposite; every field, a number to both of its neighbours (a volatile one to 0),
 * data at both ends.
 * Not changed: unsolicited lines (hello), farewells (bye), what the actor does not take (bad), and volatile fields,
 * unless the case looked at them. Of a reply that a case only writes down nothing is expected, so it is made nonsense
 * instead, which even then must not pass: a word that is no outcome, a failure without its error. */
bool reply_mutation(const struct recorded_entry *reply, size_t index, char out[LINE_BYTES],
                    char field[MUTATION_FIELD_BYTES]);

#endif
