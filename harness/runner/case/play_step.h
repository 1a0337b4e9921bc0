/* The lines of a file of steps that hold a step and what is expected of its reply. Each function ends the words of the line
 * with zeros, adds the line to the case, and returns false after an error (play_parser.h). */
#ifndef SHMCHECK_PLAY_STEP_H
#define SHMCHECK_PLAY_STEP_H

#include "play_parser.h"

/* ROLE> STEP [-> EXPECTED]. `kind` is PLAY_STEP or PLAY_BEGINS; `role` has been cut from the line. */
bool play_take_step(struct play_parser *parser, enum play_kind kind, char *role, char *request);
/* begins ROLE> STEP: what follows the word `begins`. */
bool play_take_begins(struct play_parser *parser, char *role);
/* finishes ROLE [-> EXPECTED]: what follows the word `finishes`. */
bool play_take_finishes(struct play_parser *parser, char *role);

#endif
