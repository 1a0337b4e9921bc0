/* The help of the prompt, made from verbs.def and the table of constants. */
#ifndef SHMCHECK_HELP_H
#define SHMCHECK_HELP_H

#include "../common/text.h"

/* Adds the help for a topic: "" for a line about each verb and the rules, the name of a verb, or "constants". */
void help_add(struct text *out, const char *topic);

#endif
