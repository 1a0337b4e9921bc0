/* Whether a case would notice: runs it again with one thing in one reply changed, for every such change. */
#ifndef SHMCHECK_MUTATE_H
#define SHMCHECK_MUTATE_H

#include "../case/case_run.h"

struct mutation_settings {
    unsigned percent; /* of the changes that are tried, chosen by `seed`; 0: none, 100: all */
    uint64_t seed;
};

/* `recording` holds what the case saw when it came to its end, be it that it passed or that it found something wrong. A
 * change is noticed if the case finds something else wrong than without it. Each one that is not is told as a line of
 * the transcript, "! survived FIELD: REQUEST -> CHANGED REPLY", and at the end one that counts: "! mutants=N killed=N
 * survived=N run=N", where run counts the changes after which the case went another way than the recording, so that it had to
 * be run with real processes. A case that goes another way even without a change is an error. */
void mutation_run(const struct stage_settings *settings, const struct test_case *test,
                  struct recording *recording, const struct mutation_settings *mutate);

#endif
