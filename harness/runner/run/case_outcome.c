#include "case_outcome.h"

#include <stdlib.h>
#include <string.h>

void case_outcome_add(struct case_outcome *outcome, struct finding finding, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    struct finding *findings = realloc(outcome->findings, (outcome->count + 1) * sizeof *findings);
    if (findings)
        outcome->findings = findings;
    if (!copy || !findings) {
        free(copy);
        outcome->incomplete = true;
        return;
    }
    memcpy(copy, text, size);
    finding.text = copy;
    findings[outcome->count++] = finding;
}

void case_outcome_free(struct case_outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        free(outcome->findings[i].text);
    free(outcome->findings);
    buffer_free(&outcome->transcript);
    buffer_free(&outcome->stray);
    *outcome = (struct case_outcome){0};
}
