/* The settings of a run for the pool and its workers. */
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
    struct mutation_settings mutate; /* for the cases that pass */
    bool reuse;      /* a role may get an actor that has played another one and released everything since */
    bool prestarted; /* workers start actors in advance (prestarted.h); not together with mutate */
    const struct play_source *play; /* files of steps, which every worker reads; NULL if there are none */
    size_t play_count;
    const struct programs *programs;
    const char *run; /* distinguishes this run's object names */
    HANDLE stop;     /* an event: when it is signalled the run ends early (Ctrl-C) */
    void *context;
    /* A case begins. */
    void (*started)(void *context, size_t item);
    /* A line of its transcript, as it happens. */
    void (*line)(void *context, size_t item, const char *text);
    /* A case has ended. The callee frees the outcome. */
    void (*finished)(void *context, size_t item, struct case_outcome *outcome);
    /* Whether to start no further case; running cases go on to their end. NULL: every case starts. */
    bool (*enough)(void *context);
    /* Called when every worker has a case and no line waits; it may take a while. `running` are the running items.
     * Returns after how many milliseconds it must be called again if no line arrives before; INFINITE: not at all. May be
     * NULL. */
    DWORD (*idle)(void *context, const size_t *running, size_t running_count);
};

#endif
