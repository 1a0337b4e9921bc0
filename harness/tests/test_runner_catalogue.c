/* The real cases: ids, rows, needs and places; and the facts that this platform is described by. */
#include "testing.h"

#include "../runner/case/catalogue.h"
#include "../runner/case/contract.h"
#include "../runner/platform/needs.h"
#include "../runner/run/plan.h"

/* ---- cases ---- */

static bool is_kebab_case(const char *word)
{
    char before = '-';
    for (; *word; before = *word++)
        if (!(*word >= 'a' && *word <= 'z') && !(*word >= '0' && *word <= '9') &&
            (*word != '-' || before == '-'))
            return false;
    return before != '-';
}

TEST(ids_come_from_function_names)
{
    size_t count = catalogue_count();
    assert_in_range(count, 200, 5000);
    for (size_t i = 0; i < count; i++) {
        char id[CASE_ID_BYTES];
        const struct test_case *test = catalogue_at(i).test;
        case_id(test, id);
        if (!is_kebab_case(id))
            fail_msg("the id %s is not in kebab-case", id);
        /* Not cut, with room for what --repeat adds. */
        if (strlen(id) != strlen(test->name) || strlen(id) > CASE_ID_BYTES - 8)
            fail_msg("the id %s is too long", id);
        if (catalogue_find(id) != i)
            fail_msg("two cases are called %s", id);
    }
    assert_int_equal(catalogue_find("no-such-case"), SIZE_MAX);
    assert_int_equal(catalogue_find(""), SIZE_MAX);
}

TEST(cases_name_their_rows)
{
    size_t count = catalogue_count();
    for (size_t i = 0; i < count; i++) {
        char own[CASE_ID_BYTES], word[CASE_ID_BYTES];
        const struct test_case *test = catalogue_at(i).test;
        const char *rest = case_rows(test, own);
        size_t words = 0;
        while (word_next(&rest, word)) {
            words++;
            if (!contract_find(word))
                fail_msg("%s checks the row %s, which is not in the contract", test->name, word);
        }
        if (words == 0)
            fail_msg("%s checks no row", test->name);
    }
}

TEST(cases_have_their_needs_and_lines)
{
    size_t count = catalogue_count();
    for (size_t i = 0; i < count; i++) {
        struct catalogued what = catalogue_at(i);
        if (!needs_known(what.test->needs))
            fail_msg("%s needs something unknown: %s", what.test->name, what.test->needs);
        if (!what.test->run)
            fail_msg("%s has no function", what.test->name);
        /* Lines grow within a file's table: the place is that of the table's entry. */
        if (what.test->line < 3 || what.test->line > 2000)
            fail_msg("%s stands in line %d", what.test->name, what.test->line);
        if (what.test != what.topic->cases && what.test->line < what.test[-1].line)
            fail_msg("%s stands before the case before it", what.test->name);
    }
}

TEST(topics_are_named)
{
    assert_in_range(topic_count, 5, 200);
    for (size_t i = 0; i < topic_count; i++) {
        assert_in_range(topics[i]->count, 1, 500);
        assert_int_equal(strspn(topics[i]->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                         strlen(topics[i]->name));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(topics[i]->name, topics[j]->name);
    }
}

/* ---- contract ---- */

TEST(every_row_of_a_case_is_in_the_contract)
{
    assert_in_range(contract_row_count, 300, 5000);
    for (size_t i = 0; i < contract_row_count; i++) {
        const struct contract_row *entry = &contract_rows[i];
        if (!is_kebab_case(entry->id))
            fail_msg("the row %s is not in kebab-case", entry->id);
        if (i > 0 && strcmp(entry[-1].id, entry->id) >= 0)
            fail_msg("the row %s is not where a search finds it", entry->id);
        assert_ptr_equal(contract_find(entry->id), entry);
        assert_in_range(entry->outcome, BASIS_DOCUMENTED, BASIS_RECORD);
        /* The code is never better known than the outcome. */
        assert_in_range(entry->code, entry->outcome, BASIS_RECORD);
        assert_in_range(strlen(entry->source), 1, 2000);
        assert_in_range(entry->strength, STRENGTH_ASSERTED, STRENGTH_HYPOTHESIS);
    }
    assert_null(contract_find("no-such-row"));
    assert_null(contract_find(""));
    assert_null(contract_find("zzzz"));
}

/* ---- needs ---- */

static const char *unmet(const char *list, const char *fact, const char *fact_value)
{
    static struct platform platform;
    platform = (struct platform){0};
    if (fact)
        platform_add(&platform, fact, fact_value);
    return needs_unmet(list, &platform);
}

TEST(needs_are_judged_by_facts)
{
    static const struct {
        const char *need, *fact, *met, *not_met;
    } table[] = {
        {"client-session", "session", "1", "0"},
        {"session-0", "session", "0", "1"},
        {"global-privilege", "global_privilege", "enabled", "disabled"},
        {"64-bit", "writer_arch", "x64", "x86"},
        {"64-bit", "reader_arch", "arm64", "x86"},
        {"both-bitnesses", "actors", "x64 x86", "x64 arm64"},
        {"both-bitnesses", "actors", "x86 arm64", "x86"},
        {"x64-actor", "actors", "x64 x86", "x86 arm64"},
        {"arm64-actor", "actors", "x64 arm64", "x64 x86"},
        {"admin", "elevated", "yes", "no"},
        {"large", "allow_large", "yes", "no"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_true(needs_known(table[i].need));
        assert_null(unmet(table[i].need, table[i].fact, table[i].met));
        const char *reason = unmet(table[i].need, table[i].fact, table[i].not_met);
        assert_non_null(reason);
        assert_in_range(strlen(reason), 10, 200);
    }
    assert_null(unmet(NULL, NULL, NULL));
    assert_null(unmet("", NULL, NULL));
    assert_true(needs_known(NULL));
    assert_true(needs_known(""));
    /* The first need that is not met gives the reason; an unknown need gives none. */
    assert_string_equal(unmet("64-bit  admin session-0", NULL, NULL), unmet("admin", NULL, NULL));
    assert_false(needs_known("64-bit no-such-need"));
    assert_false(needs_known("64-bits"));
    assert_null(unmet("admin no-such-need", NULL, NULL));
}

/* Needs about both sides of a pair. */
TEST(needs_are_judged_for_pairs)
{
    static const struct {
        const char *writer, *reader;
        bool all_64, all_32;
    } table[] = {
        {"x64", "x64", true, false},
        {"x64", "x86", false, false},
        {"x86", "x64", false, false},
        {"x86", "x86", false, true},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        static struct platform platform;
        platform = (struct platform){0};
        platform_add(&platform, "writer_arch", table[i].writer);
        platform_add(&platform, "reader_arch", table[i].reader);
        assert_int_equal(needs_unmet("64-bit", &platform) == NULL, table[i].all_64);
        assert_int_equal(needs_unmet("32-bit", &platform) == NULL, table[i].all_32);
        assert_int_equal(needs_unmet("same-bits", &platform) == NULL, table[i].all_64 || table[i].all_32);
    }
}

/* ---- platform ---- */

static bool is_fact_name(const char *name)
{
    for (size_t i = 0; i < fact_condition_name_count; i++)
        if (strcmp(fact_condition_names[i], name) == 0)
            return true;
    return false;
}

TEST(facts_are_added_and_found)
{
    static struct platform platform;
    static const char *const always[] = {"harness_version",  "os_build",  "os_arch",    "process_arch",
                                         "elevated",         "integrity", "page_size",  "granularity",
                                         "processors",       "in_job",    "memory_mib", "commit_limit_mib",
                                         "global_privilege", "session"};
    platform_read(&platform);
    for (size_t i = 0; i < platform.count; i++) {
        if (!is_fact_name(platform.facts[i].name))
            fail_msg("known.toml may not name the fact %s", platform.facts[i].name);
        if (!platform.facts[i].value[0])
            fail_msg("the fact %s is empty", platform.facts[i].name);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(platform.facts[i].name, platform.facts[j].name);
        assert_string_equal(platform_fact(&platform, platform.facts[i].name), platform.facts[i].value);
    }
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (!platform_fact(&platform, always[i]))
            fail_msg("the fact %s is missing", always[i]);
    assert_int_equal(strtoul(platform_fact(&platform, "granularity"), NULL, 10), 65536);
    assert_int_equal(strtoul(platform_fact(&platform, "page_size"), NULL, 10) % 4096, 0);
    assert_int_equal(strspn(platform_fact(&platform, "os_build"), "0123456789."),
                     strlen(platform_fact(&platform, "os_build")));
    assert_null(platform_fact(&platform, "no_such_fact"));
}

/* Nothing is written behind the table's end, and long values are cut. */
TEST(too_many_facts_are_dropped)
{
    static struct platform platform;
    char value[2 * FACT_BYTES];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    platform = (struct platform){0};
    for (size_t i = 0; i < PLATFORM_FACTS + 5; i++)
        platform_add(&platform, "os_name", value);
    assert_int_equal(platform.count, PLATFORM_FACTS);
    for (size_t i = 0; i < PLATFORM_FACTS; i++)
        assert_int_equal(strlen(platform.facts[i].value), FACT_BYTES - 1);
    /* All that can be read fit, with room to spare for the next ones. */
    assert_in_range(fact_condition_name_count, 1, PLATFORM_FACTS);
}

/* ---- plan ---- */

TEST(plans_have_the_chosen_cases)
{
    static struct platform platform;
    static const struct programs programs;
    struct plan plan;
    char why[400], id[CASE_ID_BYTES];
    struct text error = text_over(why, sizeof why);
    char first[CASE_ID_BYTES], nothing[] = "no-such-case-*";
    platform_read(&platform);
    case_id(catalogue_at(0).test, first);
    assert_true(plan_make(&plan, &(struct options){.repeat = 2}, &platform, &programs, &error));
    assert_int_equal(plan.count, 2 * catalogue_count());
    for (size_t i = 0; i < plan.count; i++) {
        plan_item_id(&plan.items[i], id);
        assert_int_equal(strstr(id, ".2") != NULL, i >= catalogue_count());
        assert_ptr_equal(plan.items[i].what.test, catalogue_at(i % catalogue_count()).test);
    }
    plan_free(&plan);
    struct options some = {.repeat = 1, .filters = {{first}, 1}};
    assert_true(plan_make(&plan, &some, &platform, &programs, &error));
    assert_int_equal(plan.count, 1);
    plan_free(&plan);
    some.filters.at[some.filters.count++] = nothing;
    assert_false(plan_make(&plan, &some, &platform, &programs, &error));
    assert_string_equal(why, "--filter 'no-such-case-*' matches no case; --list shows ids, topics and rows");
    plan_free(&plan);
    /* --topic and --row select too, and all three together. */
    const char *topic = catalogue_at(0).topic->name;
    char topic_word[CASE_ID_BYTES], row_word[CASE_ID_BYTES], own[CASE_ID_BYTES];
    const char *rows = case_rows(catalogue_at(0).test, own);
    snprintf(topic_word, sizeof topic_word, "%s", topic);
    assert_true(word_next(&rows, row_word));
    struct options of_topic = {.repeat = 1, .topics = {{topic_word}, 1}};
    assert_true(plan_make(&plan, &of_topic, &platform, &programs, &error));
    assert_in_range(plan.count, 2, catalogue_count() - 1);
    for (size_t i = 0; i < plan.count; i++)
        assert_string_equal(plan.items[i].what.topic->name, topic);
    plan_free(&plan);
    struct options of_row = {.repeat = 1, .rows = {{row_word}, 1}};
    assert_true(plan_make(&plan, &of_row, &platform, &programs, &error));
    assert_in_range(plan.count, 1, catalogue_count() - 1);
    assert_ptr_equal(plan.items[0].what.test, catalogue_at(0).test);
    plan_free(&plan);
    case_id(catalogue_at(catalogue_count() - 1).test, own);
    of_topic.filters = (struct patterns){{own}, 1};
    text_clear(&error);
    assert_false(plan_make(&plan, &of_topic, &platform, &programs, &error));
    assert_string_equal(why, "no case is selected by --filter, --topic and --row together; --list shows ids, "
                             "topics and rows");
    plan_free(&plan);
    of_row.rows.at[of_row.rows.count++] = nothing;
    text_clear(&error);
    assert_false(plan_make(&plan, &of_row, &platform, &programs, &error));
    assert_string_equal(why, "--row 'no-such-case-*' matches no case; --list shows ids, topics and rows");
    plan_free(&plan);
}

/* Every case occurs once for each pair, with a name of its own; a pair without an actor has a reason. */
TEST(plans_have_the_chosen_pairs)
{
    static struct platform platform;
    static struct programs programs;
    struct plan plan;
    char why[400], first[CASE_ID_BYTES], suite[CASE_ID_BYTES], expected[CASE_ID_BYTES];
    struct text error = text_over(why, sizeof why);
    const char *topic = catalogue_at(0).topic->name;
    platform = (struct platform){0};
    platform_add(&platform, "session", "1");
    strcpy(programs.missing[ARCH_ARM64], "no arm64 actor");
    case_id(catalogue_at(0).test, first);
    struct options options = {.repeat = 2,
                              .filters = {{first}, 1},
                              .pairs = {{ARCH_X64, ARCH_X86}, {ARCH_ARM64, ARCH_X64}, {ARCH_X64, ARCH_ARM64}},
                              .pair_count = 3};
    assert_true(plan_make(&plan, &options, &platform, &programs, &error));
    assert_int_equal(plan.count, 6);
    for (size_t i = 0; i < plan.count; i++) {
        const struct plan_item *item = &plan.items[i];
        assert_ptr_equal(item->pair, &plan.pairs[i / 2]);
        assert_int_equal(item->repetition, i % 2 + 1);
        assert_int_equal(item->instance, i + 1);
        plan_item_suite(item, suite);
        snprintf(expected, sizeof expected, "%s.%s", plan.pairs[i / 2].name, topic);
        assert_string_equal(suite, expected);
        assert_string_equal(platform_fact(&item->pair->platform, "session"), "1");
        if (i < 2)
            assert_null(item->skip);
        else
            assert_string_equal(item->skip, "no arm64 actor");
    }
    assert_string_equal(plan.pairs[0].name, "x64-x86");
    assert_string_equal(platform_fact(&plan.pairs[0].platform, "writer_arch"), "x64");
    assert_string_equal(platform_fact(&plan.pairs[0].platform, "reader_arch"), "x86");
    plan_free(&plan);
    options.pair_count = 0;
    assert_true(plan_make(&plan, &options, &platform, &programs, &error));
    assert_int_equal(plan.count, 2);
    plan_item_suite(&plan.items[0], suite);
    assert_string_equal(suite, topic);
    assert_string_equal(platform_fact(&plan.pairs[0].platform, "writer_arch"), arch_name(ARCH_OWN));
    plan_free(&plan);
}

/* With several jobs the cases that wait come first, and all others stay in their order. */
TEST(cases_that_wait_come_first)
{
    static struct platform platform;
    static const struct programs programs;
    struct plan plan;
    char why[400];
    struct text error = text_over(why, sizeof why);
    size_t waiting = 0;
    assert_true(plan_make(&plan, &(struct options){.repeat = 1, .jobs = 2}, &platform, &programs, &error));
    for (size_t place = 0; place < plan.count; place++)
        waiting += plan.items[place].what.test->waits;
    assert_in_range(waiting, 1, plan.count - 2);
    for (size_t place = 0; place < plan.count; place++) {
        assert_int_equal(plan.items[plan_item_at(&plan, place)].what.test->waits, place < waiting);
        if (place != 0 && place != waiting)
            assert_true(plan_item_at(&plan, place - 1) < plan_item_at(&plan, place));
    }
    plan_free(&plan);
    assert_true(plan_make(&plan, &(struct options){.repeat = 1, .jobs = 1}, &platform, &programs, &error));
    for (size_t place = 0; place < plan.count; place++)
        assert_int_equal(plan_item_at(&plan, place), place);
    plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_come_from_function_names),
        cmocka_unit_test(cases_name_their_rows),
        cmocka_unit_test(cases_have_their_needs_and_lines),
        cmocka_unit_test(topics_are_named),
        cmocka_unit_test(every_row_of_a_case_is_in_the_contract),
        cmocka_unit_test(needs_are_judged_by_facts),
        cmocka_unit_test(facts_are_added_and_found),
        cmocka_unit_test(too_many_facts_are_dropped),
        cmocka_unit_test(plans_have_the_chosen_cases),
        cmocka_unit_test(needs_are_judged_for_pairs),
        cmocka_unit_test(plans_have_the_chosen_pairs),
        cmocka_unit_test(cases_that_wait_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
