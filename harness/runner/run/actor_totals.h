/* How many processes of actors the run started, how many roles got an actor that had played another one, and why actors were
 * not used again: properties of the report. */
#ifndef SHMCHECK_ACTOR_TOTALS_H
#define SHMCHECK_ACTOR_TOTALS_H

#include "../../report/junit.h"
#include "../../common/actor_use.h"

#define ACTOR_REASONS 16

struct actor_totals {
    uint64_t roles, starts, reused, retired;
    struct {
        char word[24];
        uint64_t count;
    } reasons[ACTOR_REASONS]; /* the first unused one has the word "" */
};

/* Adds what a case has used. */
void actor_totals_add(struct actor_totals *totals, const struct actor_use *use);
/* Adds the properties actor_roles, actor_starts, actors_reused, actors_retired and, if any was, actors_retired_for. */
void actor_totals_report(const struct actor_totals *totals, struct junit *report);

#endif
