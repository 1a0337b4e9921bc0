#include "summary.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "../../common/text.h"
#include "../../common/utf16.h"
#include "../../report/known.h"
#include "../case/contract.h"

#define WORDS_UNITS 1000

/* The value of a variable; "" if it is not set or too long. */
static struct text driver_word(const wchar_t *variable, char *out, size_t size)
{
    wchar_t value[WORDS_UNITS];
    struct text text = text_over(out, size);
    DWORD length = GetEnvironmentVariableW(variable, value, WORDS_UNITS);
    if (length > 0 && length < WORDS_UNITS)
        text_add(&text, utf8((const uint16_t *)value));
    return text;
}

void summary_words(struct result_words *out, const struct options *options)
{
    static char command[3 * WORDS_UNITS], report[3 * WORDS_UNITS], compare[3 * WORDS_UNITS];
    struct text text = driver_word(SUMMARY_COMMAND_VARIABLE, command, sizeof command);
    if (text.length == 0)
        text_add(&text, "shmcheck.exe");
    if (options->allow_large)
        text_add(&text, " --allow-large");
    *out = (struct result_words){.command = command};
    if (!options->junit)
        return;
    text = driver_word(SUMMARY_REPORT_VARIABLE, report, sizeof report);
    if (text.length == 0)
        text_add(&text, utf8((const uint16_t *)options->junit));
    text = driver_word(SUMMARY_COMPARE_VARIABLE, compare, sizeof compare);
    if (text.length == 0)
        text_format(&text, "scripts/compare BASE %s", report);
    out->report = report;
    out->compare = compare;
}

static unsigned long long count(const struct results *results, enum verdict verdict)
{
    return (unsigned long long)junit_count(results->junit, verdict);
}

static void show_failures(const struct results *results)
{
    if (results->failed == 0)
        return;
    console_print(results->console, "Failed: %llu (%llu fail, %llu deviate, %llu error)",
                  (unsigned long long)results->failed, count(results, VERDICT_FAIL),
                  count(results, VERDICT_DEVIATES), count(results, VERDICT_ERROR));
    if (results->failures.at)
        console_print(results->console, "%.*s", (int)results->failures.length - 1, results->failures.at);
    if (results->failures.failed)
        console_print(results->console, "  not enough memory to show all of them; the report has them");
    else if (results->failed > RESULTS_FAILURES)
        console_print(results->console, "  and %llu more; the report has them",
                      (unsigned long long)(results->failed - RESULTS_FAILURES));
    console_print(results->console, "%s", "");
}

static bool ran(const struct plan_item *item)
{
    return item->ended && item->verdict != VERDICT_SKIP;
}

struct share {
    unsigned long long all, held;
};

/* Of the cases that ran, those that passed. */
static struct share share_of_cases(const struct plan *plan)
{
    struct share share = {0, 0};
    for (size_t i = 0; i < plan->count; i++) {
        share.all += ran(&plan->items[i]);
        share.held += ran(&plan->items[i]) && plan->items[i].verdict == VERDICT_PASS;
    }
    return share;
}

enum row_state { ROW_NOT_CHECKED, ROW_HELD, ROW_BROKEN };

/* Of the rows of the contract that a case checked which ran, those that hold: all these cases passed. */
static struct share share_of_rows(const struct plan *plan)
{
    struct share share = {0, 0};
    unsigned char *states = calloc(contract_row_count + 1, 1);
    char own[CASE_ID_BYTES], word[CASE_ID_BYTES];
    for (size_t i = 0; states && i < plan->count; i++) {
        const char *rows = case_rows(plan->items[i].what.test, own);
        while (ran(&plan->items[i]) && word_next(&rows, word)) {
            const struct contract_row *row = contract_find(word);
            if (row && plan->items[i].verdict != VERDICT_PASS)
                states[row - contract_rows] = ROW_BROKEN;
            else if (row && states[row - contract_rows] == ROW_NOT_CHECKED)
                states[row - contract_rows] = ROW_HELD;
        }
    }
    for (size_t r = 0; states && r < contract_row_count; r++) {
        share.all += states[r] != ROW_NOT_CHECKED;
        share.held += states[r] == ROW_HELD;
    }
    free(states);
    return share;
}

static void show_known(const struct results *results)
{
    const struct platform *platform = &results->plan->pairs[0].platform;
    const char *wine = platform_fact(platform, FACT_WINE_VERSION),
               *build = platform_fact(platform, FACT_OS_BUILD);
    struct share cases = share_of_cases(results->plan), rows = share_of_rows(results->plan);
    unsigned long long known = count(results, VERDICT_KNOWN);
    if (cases.all == 0)
        return;
    console_print(results->console, "Known deviations: %llu%s", known,
                  known > 0 ? ", each with a reason in known.toml" : "");
    console_print(results->console,
                  "  %s %s meets %llu of the %llu cases that ran, and %llu of the %llu rows that they check",
                  wine ? "Wine" : "Windows",
                  wine    ? wine
                  : build ? build
                          : "of an unknown version",
                  cases.held, cases.all, rows.held, rows.all);
}

/* Whether a case of this pair that the entry names was judged. */
static bool was_judged(const struct plan *plan, const struct plan_pair *pair, const struct known_entry *entry)
{
    char id[CASE_ID_BYTES];
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        case_id(item->what.test, id);
        if (item->pair == pair && ran(item) && item->verdict != VERDICT_ERROR &&
            glob_matches(entry->case_glob, id))
            return true;
    }
    return false;
}

/* An entry is out of date if it applies here, a case that it names came to its end, and nothing that it excuses
 * was seen; unless the deviation depends on something that no fact tells. */
static void show_stale(const struct results *results)
{
    const struct plan *plan = results->plan;
    for (size_t i = 0; i < results->known->count; i++) {
        const struct known_entry *entry = &results->known->entries[i];
        bool stale = false;
        for (size_t j = 0; j < plan->pair_count && !entry->depends && !entry->used && !stale; j++) {
            known_apply(results->known, plan->pairs[j].platform.facts, plan->pairs[j].platform.count);
            stale = entry->applies && was_judged(plan, &plan->pairs[j], entry);
        }
        if (stale)
            console_print(
                results->console,
                "  No longer true here: known.toml line %d (case %s): nothing that it excuses was seen",
                entry->line, entry->case_glob);
    }
}

static void show_skips(const struct results *results)
{
    const struct plan *plan = results->plan;
    if (count(results, VERDICT_SKIP) == 0)
        return;
    console_print(results->console, "Skipped: %llu", count(results, VERDICT_SKIP));
    for (size_t i = 0; i < plan->count; i++) {
        size_t same = 0;
        bool first = plan->items[i].skip != NULL;
        for (size_t j = 0; j < i && first; j++)
            first = !plan->items[j].skip || strcmp(plan->items[i].skip, plan->items[j].skip) != 0;
        for (size_t j = i; j < plan->count && first; j++)
            same += plan->items[j].skip && strcmp(plan->items[i].skip, plan->items[j].skip) == 0;
        if (same > 0)
            console_print(results->console, "%5llu: %s", (unsigned long long)same, plan->items[i].skip);
    }
}

static void show_report(const struct results *results)
{
    if (results->words.report)
        console_print(results->console, "Report: %s", results->words.report);
    if (results->words.compare)
        console_print(results->console, "Compare: %s", results->words.compare);
}

void summary_print(const struct results *results)
{
    console_end(results->console);
    console_print(results->console, "%s", "");
    show_failures(results);
    show_known(results);
    show_stale(results);
    show_skips(results);
    show_report(results);
    console_print(results->console, "%llu passed, %llu failed, %llu skipped", count(results, VERDICT_PASS),
                  count(results, VERDICT_FAIL) + count(results, VERDICT_DEVIATES) +
                      count(results, VERDICT_ERROR),
                  count(results, VERDICT_SKIP) + count(results, VERDICT_KNOWN));
}
