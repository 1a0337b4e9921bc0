/* The pool: worker processes that run the cases of a plan, at most so many at a time. It starts workers,
 * feeds them, listens to them, and ends and replaces one that dies or goes past a deadline. One thread. */
#ifndef SHMCHECK_POOL_H
#define SHMCHECK_POOL_H

#include "pool_settings.h"

enum pool_end {
    POOL_DONE,    /* every case ran */
    POOL_ENOUGH,  /* `enough` returned true before every case ran */
    POOL_STOPPED, /* the stop event, or the deadline of the run; what was under way ended as interrupted */
    POOL_BROKEN   /* no worker can be started */
};

/* Runs every item of the plan that is not skipped. `error` says why it is broken, or which deadline it was.
 */
enum pool_end pool_run(const struct pool_settings *settings, struct text *error);

#endif
