/* Cases with changed replies, in a real worker: a complete expectation lets no change survive, an empty one lets all
 * survive, whether or not the case passes. The actor answers "ok size=4096 name= ~base=0x20000" to everything, which has
 * five changes without the volatile field. */
#include "testing.h"

#include "../runner/case/checks.h"
#include "../runner/case/contract.h"
#include "pool_log.h"

const struct contract_row contract_rows[] = {
    {"a-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none", STRENGTH_DOCUMENTED},
    {"r-row", BASIS_RECORD, BASIS_RECORD, "none", STRENGTH_DOCUMENTED}};
const size_t contract_row_count = 2;

#define ALL "size=4096 name="

/* ---- cases ---- */

static void full(struct stage *s)
{
    gives(s, "actor", "size section", ALL);
}

static void useless(struct stage *s)
{
    succeeds(s, "actor", "size section");
}

/* A precondition that looks at every field, and the empty expectation. */
static void half_useless(struct stage *s)
{
    must_give(s, "actor", "create section", ALL);
    succeeds(s, "actor", "size section");
}

/* A failure, and then the empty expectation. */
static void useless_behind_a_failure(struct stage *s)
{
    gives(s, "actor", "create section", "size=1");
    succeeds(s, "actor", "size section");
}

/* One of the changes meets the expectation. */
static void accepts_one_change(struct stage *s)
{
    gives(s, "actor", "create section", "size=4097 name=");
}

static void takes_either(struct stage *s)
{
    must(s, "actor", "size section");
    holds(s, "the size is about right", number(s, "actor", "size") >= 4096);
}

static void looks_at_base(struct stage *s)
{
    must_give(s, "actor", "map view", ALL);
    equals(s, "the base", number(s, "actor", "base"), 0x20000);
}

static void ignores_base(struct stage *s)
{
    must_give(s, "actor", "map view", ALL);
    holds(s, "there is a base", *value(s, "actor", "base") != '\0');
}

/* The next request depends on the reply, so that a changed reply leads away from the recording. */
static void leaves_the_recording(struct stage *s)
{
    must_give(s, "actor", "create section", "name=");
    const unsigned size = (unsigned)number(s, "actor", "size");
    gives(s, "actor", step("map view length=%u", size), ALL);
    if (size != 4096)
        gives(s, "actor", "map more", ALL);
}

static void writes_down(struct stage *s)
{
    records(s, "actor", "size section");
}

/* The case is different every time it runs. */
static void differs_each_time(struct stage *s)
{
    static unsigned runs;
    gives(s, "actor", step("size section%u", ++runs), ALL);
}

static void broken(struct stage *s)
{
    must_give(s, "actor", "create section", "size=1");
}

static const struct test_case changed_cases[] = {
    {CASE(full), .rows = "a-row"},
    {CASE(useless), .rows = "a-row"},
    {CASE(half_useless), .rows = "a-row"},
    {CASE(useless_behind_a_failure), .rows = "a-row"},
    {CASE(accepts_one_change), .rows = "a-row"},
    {CASE(takes_either), .rows = "a-row"},
    {CASE(looks_at_base), .rows = "a-row"},
    {CASE(ignores_base), .rows = "a-row"},
    {CASE(leaves_the_recording), .rows = "a-row"},
    {CASE(writes_down), .rows = "r-row"},
    {.name = "writes_down_what_is_documented", .run = writes_down, .line = __LINE__, .rows = "a-row"},
    {CASE(differs_each_time), .rows = "a-row"},
    {CASE(broken), .rows = "a-row"},
};
TOPIC(changed, changed_cases)
const struct topic *const topics[] = {&changed_topic};
const size_t topic_count = 1;

/* ---- tests ---- */

static int run_all(void **state)
{
    (void)state;
    pool_log_run(&group_log, &(struct pool_log_settings){.mutate = 100});
    return 0;
}

/* Actors that are used again are recorded like new ones: every score is the same. */
static int run_all_with_used_actors(void **state)
{
    (void)state;
    pool_log_run(&group_log, &(struct pool_log_settings){.mutate = 100, .reuse = true});
    return 0;
}

/* The lines of the transcript about changes. */
static void expect_told(const char *id, const char *expected)
{
    char told[4096];
    struct text text = text_over(told, sizeof told);
    const char *line = pool_log_find(&group_log, id)->outcome.transcript.at;
    assert_non_null(line);
    for (; *line; line += strcspn(line, "\n") + 1)
        if (line[0] == '!')
            text_add_bytes(&text, line, strcspn(line, "\n") + 1);
    assert_string_equal(told, expected);
}

#define SURVIVED_ALL                                                                                         \
    "! survived size: size section -> ok size=4097 name=\n"                                                  \
    "! survived size: size section -> ok size=4095 name=\n"                                                  \
    "! survived name: size section -> ok size=4096 name=X\n"

TEST(a_complete_expectation_notices_every_change)
{
    expect_fine(&group_log, "full");
    expect_told("full", "! mutants=4 killed=4 survived=0 run=0\n");
}

TEST(an_expectation_of_nothing_notices_no_change)
{
    expect_fine(&group_log, "useless");
    expect_told("useless", SURVIVED_ALL "! mutants=4 killed=1 survived=3 run=0\n");
    expect_told("half-useless", SURVIVED_ALL "! mutants=8 killed=5 survived=3 run=0\n");
    expect_told("takes-either", "! survived size: size section -> ok size=4097 name=\n"
                                "! survived name: size section -> ok size=4096 name=X\n"
                                "! mutants=4 killed=2 survived=2 run=0\n");
}

/* The failed expectation notices each change by failing in another way, or by holding. */
TEST(changes_are_noticed_in_a_case_that_fails)
{
    assert_int_equal(pool_log_find(&group_log, "useless-behind-a-failure")->outcome.count, 1);
    expect_told("useless-behind-a-failure", SURVIVED_ALL "! mutants=8 killed=5 survived=3 run=0\n");
    expect_told("accepts-one-change", "! mutants=4 killed=4 survived=0 run=0\n");
}

TEST(volatile_values_are_changed_if_they_were_read)
{
    expect_told("looks-at-base", "! mutants=5 killed=5 survived=0 run=0\n");
    expect_told("ignores-base", "! survived ~base: map view -> ok size=4096 name=\n"
                                "! mutants=5 killed=4 survived=1 run=0\n");
}

/* Both sizes lead to a request that the recording has no answer to. The real actor answers it, and the case passes. */
TEST(a_case_that_leaves_its_recording_runs_with_actors)
{
    expect_fine(&group_log, "leaves-the-recording");
    expect_told("leaves-the-recording", "! survived size: create section -> ok size=4097 name=\n"
                                        "! survived size: create section -> ok size=4095 name=\n"
                                        "! mutants=8 killed=6 survived=2 run=2\n");
}

/* A row that only records expects a valid reply and nothing else; another row expects more. */
TEST(recorded_replies_are_changed_to_nonsense)
{
    expect_told("writes-down", "! mutants=1 killed=1 survived=0 run=0\n");
    expect_told(
        "writes-down-what-is-documented",
        "! survived outcome: size section -> fail error=31 ERROR_GEN_FAILURE status=0xC0000001\n" SURVIVED_ALL
        "! mutants=4 killed=0 survived=4 run=0\n");
}

TEST(a_case_that_changes_from_run_to_run_is_an_error)
{
    expect_error(&group_log, "differs-each-time", ERROR_KIND_HARNESS, "takes other steps");
}

/* A case with an error is not tried again. */
TEST(a_case_with_an_error_is_not_changed)
{
    expect_error(&group_log, "broken", ERROR_KIND_HARNESS, "expected ok size=1");
    expect_told("broken", "");
}

TEST(no_process_is_left)
{
    expect_done(&group_log);
}

int main(int argc, char **argv)
{
    int code;
    if (ran_as_worker_or_actor(argc, argv, &code))
        return code;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_expectation_notices_every_change),
        cmocka_unit_test(an_expectation_of_nothing_notices_no_change),
        cmocka_unit_test(changes_are_noticed_in_a_case_that_fails),
        cmocka_unit_test(volatile_values_are_changed_if_they_were_read),
        cmocka_unit_test(a_case_that_leaves_its_recording_runs_with_actors),
        cmocka_unit_test(recorded_replies_are_changed_to_nonsense),
        cmocka_unit_test(a_case_that_changes_from_run_to_run_is_an_error),
        cmocka_unit_test(a_case_with_an_error_is_not_changed),
        cmocka_unit_test(no_process_is_left),
    };
    return cmocka_run_group_tests_name("new actors", tests, run_all, free_group_log) +
           cmocka_run_group_tests_name("used actors", tests, run_all_with_used_actors, free_group_log);
}
