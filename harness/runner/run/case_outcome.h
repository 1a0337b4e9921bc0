/* The outcome of one case as the worker reported it. results.h makes a verdict of it. */
#ifndef SHMCHECK_CASE_OUTCOME_H
#define SHMCHECK_CASE_OUTCOME_H

#include "../../report/junit.h"
#include "../../common/actor_use.h"

struct finding {
    enum verdict
        verdict; /* VERDICT_FAIL, VERDICT_DEVIATES or VERDICT_ERROR; VERDICT_SKIP: a control without effect */
    enum error_kind error_kind; /* of VERDICT_ERROR */
    int line;                   /* of the topic's file; 0: no place of its own */
    char *text;                 /* owned */
};

struct case_outcome {
    struct buffer transcript; /* lines, each with its newline */
    struct buffer stray;      /* the output of the actors */
    struct finding *findings; /* owned */
    size_t count;
    uint64_t milliseconds;
    struct actor_use use;
    uint64_t handles; /* that the worker had open after the case */
    bool incomplete;  /* memory ran out: some of it is missing */
};

/* Copies the text. If memory runs out the outcome is incomplete from then on. */
void case_outcome_add(struct case_outcome *outcome, struct finding finding, const char *text);
void case_outcome_free(struct case_outcome *outcome);

#endif
