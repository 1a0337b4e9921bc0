/* Performing requests: for the pipe and for the prompt. */
#ifndef SHMCHECK_VERBS_H
#define SHMCHECK_VERBS_H

#include "reply.h"

/* Finds the verb, checks label and keys against verbs.def and performs the request. A reply that would make a longer line than
 * the protocol allows becomes `bad`. */
void verb_perform(const struct line *request, struct reply *reply);

#endif
