/* What one case came to, as the pool saw it; judging it is results.h's business. */
#ifndef SHMCHECK_OUTCOME_H
#define SHMCHECK_OUTCOME_H

#include "../report/junit.h"
#include "stage.h"

struct finding {
    enum stage_event kind; /* STAGE_FAIL, STAGE_DEVIATES or STAGE_ERROR */
    int line;
    char *text; /* owned */
};

struct outcome {
    struct buffer transcript; /* lines, each with its newline */
    struct buffer stray;      /* what the actors printed */
    struct finding *findings; /* owned */
    size_t count;
    enum error_kind error_kind; /* of the first STAGE_ERROR */
    uint64_t milliseconds;
    uint64_t starts; /* actors that the case started */
};

/* Copies the text. False if memory runs out. */
bool outcome_add(struct outcome *outcome, enum stage_event kind, int line, const char *text);
void outcome_free(struct outcome *outcome);

#endif
