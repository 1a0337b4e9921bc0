/* Running one case on a stage of its own. */
#ifndef SHMCHECK_CASE_RUN_H
#define SHMCHECK_CASE_RUN_H

#include "../stage/stage.h"
#include "contract.h"
#include "test_case.h"

/* What the checks of the running case keep: stage->case_state. */
struct case_state {
    const struct test_case *test;
    const struct contract_row *row; /* of the checks that follow */
    size_t checks;
};

struct case_figures {
    size_t checks, steps;
    struct actor_use use;
    bool broken; /* an error, a crash or a time-out was reported */
};

/* Runs the case from its first step to the end of its last actor, and reports through settings->tell. A case that crashes,
 * that checks nothing, whose first row is not in the contract or that has an unknown need is an error. With a recording in
 * the mode RECORDING_REPLAY no process is started. */
struct case_figures case_run(const struct stage_settings *settings, const struct test_case *test,
                             struct recording *recording);

#endif
