#include "outcome.h"

#include <stdlib.h>
#include <string.h>

bool outcome_add(struct outcome *outcome, enum stage_event kind, int line, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    struct finding *findings = realloc(outcome->findings, (outcome->count + 1) * sizeof *findings);
    if (findings)
        outcome->findings = findings;
    if (!copy || !findings) {
        free(copy);
        return false;
    }
    memcpy(copy, text, size);
    findings[outcome->count++] = (struct finding){kind, line, copy};
    return true;
}

void outcome_free(struct outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        free(outcome->findings[i].text);
    free(outcome->findings);
    buffer_free(&outcome->transcript);
    buffer_free(&outcome->stray);
    *outcome = (struct outcome){0};
}
