/* Which cases a run runs, in which order. */
#ifndef SHMCHECK_PLAN_H
#define SHMCHECK_PLAN_H

#include "../case/catalogue.h"
#include "options.h"
#include "../platform/platform.h"
#include "../peer/program.h"

/* The architectures of the actors, and the platform as cases see it then. */
struct plan_pair {
    struct pair pair;
    char name[PAIR_BYTES]; /* "x64-x86"; "" if no pair was asked for */
    const char *skip;      /* why no case of it can run, or NULL */
    struct platform platform;
};

struct plan_item {
    struct catalogued what;
    const struct plan_pair *pair;
    unsigned repetition;  /* 1, 2, ... */
    unsigned instance;    /* 1, 2, ... of all that the plan has of this case: its object names have it */
    const char *skip;     /* why it is skipped, or NULL */
    bool ended;           /* it ran; set by results_add */
    enum verdict verdict; /* of one that ended */
};

struct plan {
    struct plan_item *items; /* owned */
    size_t count;
    struct plan_pair *pairs; /* owned; at least one */
    size_t pair_count;
    size_t *order; /* owned; items by the place at which they run; NULL: as they stand */
};

/* Makes the plan: the selected cases, for each pair all of them, `repeat` times. It takes from `programs`, which outlives
 * the plan, which actors there are and why others are missing. With options->order_seed the order is random, and depends
 * on nothing but the seed and the number of items. False, and a sentence in `error`, if a pattern matches nothing, if all
 * patterns together select no case, or if memory runs out. With several jobs and no seed, the cases that wait come first. */
bool plan_make(struct plan *out, const struct options *options, const struct platform *platform,
               const struct programs *programs, struct text *error);
void plan_free(struct plan *plan);

/* The index of the item that runs at this place. */
size_t plan_item_at(const struct plan *plan, size_t place);

/* Whether a case that is going to run has this need. */
bool plan_needs(const struct plan *plan, const char *need);

/* Makes every case with this need a skip with this reason, unless it is a skip already. `reason` outlives the plan. */
void plan_skip_need(struct plan *plan, const char *need, const char *reason);

/* The id in the report: the case's id, from the second repetition on with .2, .3, ... */
void plan_item_id(const struct plan_item *item, char out[CASE_ID_BYTES]);
/* Its suite without "shmcheck.": the topic, or the pair and the topic with a point between them. */
void plan_item_suite(const struct plan_item *item, char out[CASE_ID_BYTES]);

/* Whether a case is selected by --filter, --topic and --row; without them every case is. */
bool plan_selects(const struct options *options, struct catalogued what);

#endif
