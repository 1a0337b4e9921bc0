/* The self-test as the beginning of a run: what it finds goes into the report, becomes skips, sets the deadlines or stops the
 * run. */
#ifndef SHMCHECK_RUN_START_H
#define SHMCHECK_RUN_START_H

#include "plan.h"
#include "self_test_judge.h"

struct run_start {
    struct self_test_finding findings[SELF_TEST_FINDINGS];
    size_t count;
    bool whole; /* all ten things were checked */
};

/* Runs the self-test, and skips cases of the plan whose needs are not met. In a run of all cases it checks everything,
 * and sets options->timeout_scale unless the user gave one. False, and a sentence in `error`, if no verdict would be
 * valid. `out` outlives the plan. */
bool run_start_look(struct run_start *out, struct plan *plan, struct options *options,
                    const struct programs *programs, const char *run, struct text *error);
/* What run_start_look does with findings: cases that have the need of one that skips are skipped with its text. False, and
 * a sentence in `error`, if one of them stops the run. */
bool run_start_apply(const struct run_start *start, struct plan *plan, struct text *error);
/* Adds the findings as properties, one for each of the ten things: "fine: TEXT" or "skips: TEXT; fine: TEXT". Adds
 * nothing unless all ten were checked. */
void run_start_report(const struct run_start *start, struct junit *report);
/* "fine", "skips" or "stops". */
const char *self_test_level_word(enum self_test_level level);

#endif
