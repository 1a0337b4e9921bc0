#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "../../common/text.h"
#include "../platform/needs.h"

static bool id_matches(const char *pattern, struct catalogued what)
{
    char id[CASE_ID_BYTES];
    case_id(what.test, id);
    return glob_matches(pattern, id);
}

static bool topic_matches(const char *pattern, struct catalogued what)
{
    return glob_matches(pattern, what.topic->name);
}

static bool row_matches(const char *pattern, struct catalogued what)
{
    char own[CASE_ID_BYTES], word[CASE_ID_BYTES];
    const char *rows = case_rows(what.test, own);
    while (word_next(&rows, word))
        if (glob_matches(pattern, word))
            return true;
    return false;
}

typedef bool matcher(const char *pattern, struct catalogued what);

static bool any_matches(const struct patterns *patterns, matcher *matches, struct catalogued what)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (matches(patterns->at[i], what))
            return true;
    return patterns->count == 0;
}

bool plan_selects(const struct options *options, struct catalogued what)
{
    return any_matches(&options->filters, id_matches, what) &&
           any_matches(&options->topics, topic_matches, what) &&
           any_matches(&options->rows, row_matches, what);
}

/* A pattern that selects no case is an error even if other patterns select some: the user would believe that its cases
 * ran. */
static bool each_matches(const struct patterns *patterns, matcher *matches, const char *option,
                         struct text *error)
{
    size_t count = catalogue_count();
    for (size_t p = 0; p < patterns->count; p++) {
        bool matched = false;
        for (size_t i = 0; i < count && !matched; i++)
            matched = matches(patterns->at[p], catalogue_at(i));
        if (!matched) {
            text_format(error, "%s '%s' matches no case; --list shows ids, topics and rows", option,
                        patterns->at[p]);
            return false;
        }
    }
    return true;
}

static bool patterns_match(const struct options *options, struct text *error)
{
    return each_matches(&options->filters, id_matches, "--filter", error) &&
           each_matches(&options->topics, topic_matches, "--topic", error) &&
           each_matches(&options->rows, row_matches, "--row", error);
}

/* The facts of a pair are added to those of the platform, for needs and for conditions of known.toml. */
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
        if (plan_selects(options, what))
            out->items[out->count++] = (struct plan_item){
                .what = what,
                .pair = pair,
                .repetition = repetition,
                .instance = instance,
                .skip = pair->skip ? pair->skip : needs_unmet(what.test->needs, &pair->platform),
            };
    }
}

/* SplitMix64, a random number generator whose values are the same on every system. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* The shuffle of Fisher and Yates. Every order is equally likely, up to the remainder of a division by a number far below
 * 2^64. */
static bool shuffle(struct plan *plan, uint64_t seed)
{
    plan->order = calloc(plan->count + 1, sizeof *plan->order);
    if (!plan->order)
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        size_t other = (size_t)(next_random(&seed) % (i + 1));
        plan->order[i] = plan->order[other];
        plan->order[other] = i;
    }
    return true;
}

/* The cases that wait, then the others: a wait at the end of a run would make the run longer. */
static bool put_waiting_first(struct plan *plan)
{
    size_t place = 0;
    plan->order = calloc(plan->count + 1, sizeof *plan->order);
    if (!plan->order)
        return false;
    for (int waits = 1; waits >= 0; waits--)
        for (size_t i = 0; i < plan->count; i++)
            if (plan->items[i].what.test->waits == waits)
                plan->order[place++] = i;
    return true;
}

static bool put_in_order(struct plan *plan, const struct options *options)
{
    if (options->order_seed != 0)
        return shuffle(plan, options->order_seed);
    return options->jobs <= 1 || put_waiting_first(plan);
}

size_t plan_item_at(const struct plan *plan, size_t place)
{
    return plan->order ? plan->order[place] : place;
}

bool plan_make(struct plan *out, const struct options *options, const struct platform *platform,
               const struct programs *programs, struct text *error)
{
    size_t pairs = options->pair_count > 0 ? options->pair_count : 1;
    *out = (struct plan){0};
    if (!patterns_match(options, error))
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
    if (out->count == 0) {
        plan_free(out);
        text_add(error,
                 "no case is selected by --filter, --topic and --row together; --list shows ids, topics "
                 "and rows");
        return false;
    }
    if (put_in_order(out, options))
        return true;
    plan_free(out);
    text_add(error, "not enough memory for the order of the cases");
    return false;
}

void plan_free(struct plan *plan)
{
    free(plan->items);
    free(plan->pairs);
    free(plan->order);
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

static bool item_needs(const struct plan_item *item, const char *need)
{
    char word[WORD_BYTES];
    const char *needs = item->skip ? NULL : item->what.test->needs;
    while (needs && word_next(&needs, word))
        if (strcmp(word, need) == 0)
            return true;
    return false;
}

bool plan_needs(const struct plan *plan, const char *need)
{
    for (size_t i = 0; i < plan->count; i++)
        if (item_needs(&plan->items[i], need))
            return true;
    return false;
}

void plan_skip_need(struct plan *plan, const char *need, const char *reason)
{
    for (size_t i = 0; i < plan->count; i++)
        if (item_needs(&plan->items[i], need))
            plan->items[i].skip = reason;
}
