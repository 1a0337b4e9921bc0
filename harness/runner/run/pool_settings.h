/* What a run asks of the pool and of each worker. */
#ifndef SHMCHECK_POOL_SETTINGS_H
#define SHMCHECK_POOL_SETTINGS_H

#include "../case/play.h"
#include "../worker/mutation_run.h"
#include "case_outcome.h"
#include "plan.h"

#define CASE_TIMEOUT_MS 30000
#define MUTATE_TIMEOUT_MS (10 * 60 * 1000)
#define RUN_TIMEOUT_MS (20 * 60 * 1000)

struct pool_settings {
    const struct plan *plan;
    unsigned jobs;
    double timeout_scale;
    uint64_t run_milliseconds; /* the deadline of the run; 0: RUN_TIMEOUT_MS times timeout_scale */
    bool with_volatile;
    struct mutation_settings mutate; /* for every case that passes */
    bool reuse;      /* a role may get an actor that has played another one and released everything since */
    bool prestarted; /* workers start actors two at a time (prestarted.h); not together with mutate */
    const struct play_source *play; /* files of steps, which every worker reads; NULL if there are none */
    size_t play_count;
    const struct programs *programs;
    const char *run; /* distinguishes this run's object names */
    HANDLE stop;     /* an event: when it is signalled the run ends early (Ctrl-C) */
    void *context;
    /* A case begins; nothing is known about it yet. */
    void (*started)(void *context, size_t item);
    /* A line of its transcript, as it happens. */
    void (*line)(void *context, size_t item, const char *text);
    /* A case has ended, in whatever way. The outcome is the callee's to free. */
    void (*finished)(void *context, size_t item, struct case_outcome *outcome);
    /* Whether no further case is to start; those that run go on to their end. May be NULL: all cases start. */
    bool (*enough)(void *context);
    /* There is nothing to do at the moment, every worker has a case: the time for work that may take a while.
     * `running` are the items under way. Returns after how many milliseconds it wants to be called again if
     * nothing happens before; INFINITE: not at all. May be NULL. */
    DWORD (*idle)(void *context, const size_t *running, size_t running_count);
};

#endif
