#include "actor_totals.h"

#include <stdio.h>
#include <string.h>

#include "../../common/fact.h"
#include "../../common/text.h"

static void add_reason(struct actor_totals *totals, const char *word, size_t length)
{
    for (size_t i = 0; i < ACTOR_REASONS && length > 0; i++) {
        char *kept = totals->reasons[i].word;
        if (!kept[0])
            snprintf(kept, sizeof totals->reasons[i].word, "%.*s", (int)length, word);
        if (strlen(kept) != length || memcmp(kept, word, length) != 0)
            continue;
        totals->reasons[i].count++;
        return;
    }
}

void actor_totals_add(struct actor_totals *totals, const struct actor_use *use)
{
    totals->roles += use->roles;
    totals->starts += use->starts;
    totals->reused += use->reused;
    totals->retired += use->retired;
    for (const char *at = use->reasons; *at;) {
        size_t length = strcspn(at, ",");
        add_reason(totals, at, length);
        at += length + (at[length] == ',');
    }
}

static void add_number(struct junit *report, const char *name, uint64_t value)
{
    char number[32];
    snprintf(number, sizeof number, "%llu", (unsigned long long)value);
    junit_property(report, name, number);
}

void actor_totals_report(const struct actor_totals *totals, struct junit *report)
{
    char words[ACTOR_REASONS * 48];
    struct text text = text_over(words, sizeof words);
    add_number(report, FACT_ACTOR_ROLES, totals->roles);
    add_number(report, FACT_ACTOR_STARTS, totals->starts);
    add_number(report, FACT_ACTORS_REUSED, totals->reused);
    add_number(report, FACT_ACTORS_RETIRED, totals->retired);
    for (size_t i = 0; i < ACTOR_REASONS && totals->reasons[i].word[0]; i++)
        text_format(&text, "%s%s %llu", i > 0 ? ", " : "", totals->reasons[i].word,
                    (unsigned long long)totals->reasons[i].count);
    if (text.length > 0)
        junit_property(report, FACT_ACTORS_RETIRED_FOR, words);
}
