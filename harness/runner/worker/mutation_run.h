/* Mutation of one case: runs it again and again, each time with one change in one reply, and counts the changes that it
 * notices. */
#ifndef SHMCHECK_MUTATION_RUN_H
#define SHMCHECK_MUTATION_RUN_H

#include "../case/case_run.h"

struct mutation_settings {
    unsigned percent; /* how many of the changes are tried; 0: none, 100: all */
    uint64_t seed;    /* chooses which */
};

/* `recording` is of a run of the case that reached its end, with or without findings. The case notices a change if its
 * findings differ from those without the change. Each change that it does not notice becomes a line of the transcript,
 * "! survived FIELD: REQUEST -> CHANGED REPLY". The last line is "! mutants=N killed=N survived=N run=N"; `run` counts the
 * changes after which the replay diverged, so that the case ran again with processes. A case that diverges without a change
 * is an error. */
void mutation_run(const struct stage_settings *settings, const struct test_case *test,
                  struct recording *recording, const struct mutation_settings *mutate);

#endif
