#include "run_start.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "../../common/fact.h"
#include "self_test.h"

const char *self_test_level_word(enum self_test_level level)
{
    static const char *const words[] = {
        [SELF_TEST_FINE] = "fine", [SELF_TEST_SKIPS] = "skips", [SELF_TEST_STOPS] = "stops"};
    return words[level];
}

static bool needed(const void *context, const char *need)
{
    return plan_needs(context, need);
}

/* The folder of a path with the backslash at its end, "" for the current one or if it is too long. */
static void folder_of(const wchar_t *path, wchar_t out[MAX_PATH])
{
    size_t length = path ? wcslen(path) : 0;
    while (length > 0 && path[length - 1] != L'\\' && path[length - 1] != L'/')
        length--;
    if (length >= MAX_PATH)
        length = 0;
    wmemcpy(out, path ? path : L"", length);
    out[length] = 0;
}

bool run_start_look(struct run_start *out, struct plan *plan, struct options *options,
                    const struct programs *programs, const char *run, struct text *error)
{
    static struct self_test_seen seen;
    wchar_t folder[MAX_PATH];
    struct self_test_setup setup = {
        .programs = programs, .run = run, .folder = folder, .timeout_scale = options->timeout_scale};
    folder_of(options->junit, folder);
    out->whole = !options_select(options) && options->mutate == 0;
    if (!out->whole) {
        setup.needed = needed;
        setup.context = plan;
    }
    self_test_look(&seen, &setup);
    out->count = self_test_judge(&seen, out->findings);
    if (!options->timeout_scale_given)
        options->timeout_scale = self_test_scale(&seen);
    return run_start_apply(out, plan, error);
}

bool run_start_apply(const struct run_start *start, struct plan *plan, struct text *error)
{
    for (size_t i = 0; i < start->count; i++) {
        const struct self_test_finding *finding = &start->findings[i];
        if (finding->level == SELF_TEST_STOPS) {
            text_format(error, "the self-test failed, so no verdict of a run would be valid: %s",
                        finding->text);
            return false;
        }
        if (finding->level == SELF_TEST_SKIPS)
            plan_skip_need(plan, finding->need, finding->text);
    }
    return true;
}

void run_start_report(const struct run_start *start, struct junit *report)
{
    static const char *const names[] = {
        FACT_SELF_TEST_LEAVING, FACT_SELF_TEST_FAULTS,  FACT_SELF_TEST_PROGRAM, FACT_SELF_TEST_IDENTITIES,
        FACT_SELF_TEST_COPIES,  FACT_SELF_TEST_JOBS,    FACT_SELF_TEST_SESSION, FACT_SELF_TEST_MEMORY,
        FACT_SELF_TEST_FILES,   FACT_SELF_TEST_CRASHES,
    };
    if (!start->whole)
        return;
    for (int number = 1; number <= 10; number++) {
        struct buffer value = {0};
        for (size_t i = 0; i < start->count; i++)
            if (start->findings[i].number == number)
                buffer_format(&value, "%s%s: %s", value.length > 0 ? "; " : "",
                              self_test_level_word(start->findings[i].level), start->findings[i].text);
        if (!value.failed && value.at)
            junit_property(report, names[number - 1], value.at);
        buffer_free(&value);
    }
}
