#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "../common/glob.h"
#include "needs.h"

bool plan_selects(const struct options *options, const struct test_case *test)
{
    char id[CASE_ID_BYTES];
    case_id(test, id);
    for (size_t i = 0; i < options->filter_count; i++)
        if (glob_matches(options->filters[i], id))
            return true;
    return options->filter_count == 0;
}

/* A filter that selects nothing is a mistake, even beside others that do: the user believes that something
 * ran. */
static bool filters_match(const struct options *options, struct text *error)
{
    char id[CASE_ID_BYTES];
    size_t count = catalogue_count();
    for (size_t f = 0; f < options->filter_count; f++) {
        bool matched = false;
        for (size_t i = 0; i < count && !matched; i++) {
            case_id(catalogue_at(i).test, id);
            matched = glob_matches(options->filters[f], id);
        }
        if (!matched) {
            text_format(error, "--filter '%s' matches no case; --list shows the ids", options->filters[f]);
            return false;
        }
    }
    return true;
}

bool plan_make(struct plan *out, const struct options *options, const struct platform *platform,
               struct text *error)
{
    size_t count = catalogue_count();
    *out = (struct plan){0};
    if (!filters_match(options, error))
        return false;
    out->items = calloc(count * options->repeat + 1, sizeof *out->items);
    if (!out->items) {
        text_add(error, "not enough memory for the list of cases");
        return false;
    }
    for (unsigned repetition = 1; repetition <= options->repeat; repetition++) {
        for (size_t i = 0; i < count; i++) {
            struct catalogued what = catalogue_at(i);
            if (plan_selects(options, what.test))
                out->items[out->count++] =
                    (struct plan_item){what, repetition, needs_unmet(what.test->needs, platform), false};
        }
    }
    return true;
}

void plan_free(struct plan *plan)
{
    free(plan->items);
    *plan = (struct plan){0};
}

void plan_item_id(const struct plan_item *item, char out[CASE_ID_BYTES])
{
    struct text text = text_over(out, CASE_ID_BYTES);
    char id[CASE_ID_BYTES];
    case_id(item->what.test, id);
    text_add(&text, id);
    if (item->repetition > 1)
        text_format(&text, ".%u", item->repetition);
}

bool plan_needs(const struct plan *plan, const char *need)
{
    char word[CASE_ID_BYTES];
    for (size_t i = 0; i < plan->count; i++) {
        const char *needs = plan->items[i].what.test->needs;
        while (!plan->items[i].skip && needs && next_word(&needs, word))
            if (strcmp(word, need) == 0)
                return true;
    }
    return false;
}
