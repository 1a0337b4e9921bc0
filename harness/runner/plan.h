/* Which cases a run runs, in which order. */
#ifndef SHMCHECK_PLAN_H
#define SHMCHECK_PLAN_H

#include "catalogue.h"
#include "options.h"
#include "platform.h"

struct plan_item {
    struct catalogued what;
    unsigned repetition; /* 1, 2, ... */
    const char *skip;    /* why it is skipped, or NULL */
    bool judged;         /* it has ended, and not as an error; set by results_add */
};

struct plan {
    struct plan_item *items; /* owned */
    size_t count;
};

/* The selected cases, all of them repeat times. False, and a sentence in `error`, if a filter matches no case
 * or memory runs out. */
bool plan_make(struct plan *out, const struct options *options, const struct platform *platform,
               struct text *error);
void plan_free(struct plan *plan);

/* Whether a case that is going to run has this need. */
bool plan_needs(const struct plan *plan, const char *need);

/* The id in the report: the case's id, from the second repetition on with .2, .3, ... */
void plan_item_id(const struct plan_item *item, char out[CASE_ID_BYTES]);

/* Whether a case is selected by the filters; without filters every case is. */
bool plan_selects(const struct options *options, const struct test_case *test);

#endif
