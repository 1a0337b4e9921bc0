#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "../../common/text.h"
#include "../platform/needs.h"

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

/* Facts about a pair are facts about the platform for whoever asks: needs, and conditions of known.toml. */
static void fill_pair(struct plan_pair *out, struct pair pair, const struct platform *platform,
                      const struct programs *programs)
{
    out->pair = pair;
    for (size_t i = 0; i < platform->count; i++)
        platform_add(&out->platform, platform->facts[i].name, platform->facts[i].value);
    platform_add(&out->platform, FACT_WRITER_ARCH, arch_name(pair.writer));
    platform_add(&out->platform, FACT_READER_ARCH, arch_name(pair.reader));
    if (programs->missing[pair.writer][0])
        out->skip = programs->missing[pair.writer];
    else if (programs->missing[pair.reader][0])
        out->skip = programs->missing[pair.reader];
}

static void fill_pairs(struct plan *out, const struct options *options, const struct platform *platform,
                       const struct programs *programs)
{
    for (; out->pair_count < options->pair_count; out->pair_count++) {
        struct plan_pair *pair = &out->pairs[out->pair_count];
        fill_pair(pair, options->pairs[out->pair_count], platform, programs);
        pair_name(pair->pair, pair->name);
    }
    if (options->pair_count == 0)
        fill_pair(&out->pairs[out->pair_count++], (struct pair){ARCH_OWN, ARCH_OWN}, platform, programs);
}

static void add_cases(struct plan *out, const struct options *options, const struct plan_pair *pair,
                      unsigned repetition)
{
    size_t count = catalogue_count();
    unsigned instance = (unsigned)(pair - out->pairs) * options->repeat + repetition;
    for (size_t i = 0; i < count; i++) {
        struct catalogued what = catalogue_at(i);
        if (plan_selects(options, what.test))
            out->items[out->count++] = (struct plan_item){
                .what = what,
                .pair = pair,
                .repetition = repetition,
                .instance = instance,
                .skip = pair->skip ? pair->skip : needs_unmet(what.test->needs, &pair->platform),
            };
    }
}

bool plan_make(struct plan *out, const struct options *options, const struct platform *platform,
               const struct programs *programs, struct text *error)
{
    size_t pairs = options->pair_count > 0 ? options->pair_count : 1;
    *out = (struct plan){0};
    if (!filters_match(options, error))
        return false;
    out->pairs = calloc(pairs, sizeof *out->pairs);
    out->items = calloc(catalogue_count() * options->repeat * pairs + 1, sizeof *out->items);
    if (!out->items || !out->pairs) {
        plan_free(out);
        text_add(error, "not enough memory for the list of cases");
        return false;
    }
    fill_pairs(out, options, platform, programs);
    for (size_t i = 0; i < out->pair_count; i++)
        for (unsigned repetition = 1; repetition <= options->repeat; repetition++)
            add_cases(out, options, &out->pairs[i], repetition);
    return true;
}

void plan_free(struct plan *plan)
{
    free(plan->items);
    free(plan->pairs);
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

void plan_item_suite(const struct plan_item *item, char out[CASE_ID_BYTES])
{
    struct text text = text_over(out, CASE_ID_BYTES);
    text_format(&text, "%s%s%s", item->pair->name, item->pair->name[0] ? "." : "", item->what.topic->name);
}

bool plan_needs(const struct plan *plan, const char *need)
{
    char word[CASE_ID_BYTES];
    for (size_t i = 0; i < plan->count; i++) {
        const char *needs = plan->items[i].what.test->needs;
        while (!plan->items[i].skip && needs && word_next(&needs, word))
            if (strcmp(word, need) == 0)
                return true;
    }
    return false;
}
