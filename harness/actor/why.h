/* The prompt's `why`: what the contract says about the last step that failed, and what to look at next. */
#ifndef SHMCHECK_WHY_H
#define SHMCHECK_WHY_H

#include "../common/text.h"

/* Remembers a step and its reply, as they were written; only a reply `fail` is kept. */
void why_note(const char *step, const char *reply);
/* Adds the answer: the rows that know the call with this error or status, the frequent problems behind them, and steps that
 * show more. Says so if no step has failed yet, or if no row fits. */
void why_add(struct text *out);

#endif
