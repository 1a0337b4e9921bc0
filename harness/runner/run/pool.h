/* The pool: worker processes that run the cases of a plan. It starts workers, sends them cases, reads their reports, and
 * replaces a worker that ends or passes a deadline. One thread. */
#ifndef SHMCHECK_POOL_H
#define SHMCHECK_POOL_H

#include "pool_settings.h"

enum pool_end {
    POOL_DONE,    /* every case ran */
    POOL_ENOUGH,  /* `enough` returned true before every case ran */
    POOL_STOPPED, /* the stop event, or the deadline of the run; running cases ended as interrupted */
    POOL_BROKEN   /* no worker can be started */
};

/* Runs every item of the plan that is not skipped. `error` gets the reason of POOL_BROKEN, or the deadline. */
enum pool_end pool_run(const struct pool_settings *settings, struct text *error);

#endif
