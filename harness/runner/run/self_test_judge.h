/* What the self-test has seen, as findings about the ten things. */
#ifndef SHMCHECK_SELF_TEST_JUDGE_H
#define SHMCHECK_SELF_TEST_JUDGE_H

#include "self_test_seen.h"

enum self_test_level {
    SELF_TEST_FINE,
    SELF_TEST_SKIPS, /* cases with the finding's need cannot run here */
    SELF_TEST_STOPS  /* no verdict of a run would be valid */
};

struct self_test_finding {
    int number; /* 1 to 10 */
    enum self_test_level level;
    char need[40]; /* of SELF_TEST_SKIPS: a need of cases, as needs.c lists it */
    char text[500];
};

/* For 4 one for each identity, for 5 and 8 one more that skips, for the others one. */
#define SELF_TEST_FINDINGS (8 + SELF_TEST_IDENTITIES + 2 + 2)

/* Makes the findings, ordered by number. Returns how many. */
size_t self_test_judge(const struct self_test_seen *seen, struct self_test_finding out[SELF_TEST_FINDINGS]);
/* The factor for deadlines where starts and crashes are as slow as seen: 1 to 10, a whole number. */
double self_test_scale(const struct self_test_seen *seen);

#endif
