/* Controls, steps that must end their process, and verdicts by the strength of a row, with a real worker and actors that
 * answer as the test wants. */
#include "testing.h"

#include "../runner/case/checks.h"
#include "../runner/case/contract.h"
#include "misbehaving_actor.h"
#include "pool_log.h"

const struct contract_row contract_rows[] = {
    {"a-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none", STRENGTH_DOCUMENTED},
    {"asserted-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none", STRENGTH_ASSERTED},
    {"hypothesis-row", BASIS_DOCUMENTED, BASIS_DOCUMENTED, "none", STRENGTH_HYPOTHESIS},
    {"reported-row", BASIS_DOCUMENTED, BASIS_DOCUMENTED, "none", STRENGTH_REPORTED},
};
const size_t contract_row_count = 4;

/* ---- cases ---- */

static void look(struct stage *s, bool seen)
{
    gives(s, "actor", "size section", "size=4096");
    powered(s, "something gets lost", seen);
}

static void effect_seen(struct stage *s)
{
    look(s, true);
}

static void effect_not_seen(struct stage *s)
{
    look(s, false);
    powered(s, "something is torn", false);
}

static void control_alone(struct stage *s)
{
    must(s, "actor", "size section");
    powered(s, "something gets lost", true);
}

/* A precondition that fails as a consequence of an unmet expectation, and one that fails before any. */
static void precondition_after_a_finding(struct stage *s)
{
    gives(s, "actor", "size section", "size=1");
    must_give(s, "actor", "size section", "size=2");
    gives(s, "actor", "size section", "size=3");
}

static void precondition_before(struct stage *s)
{
    gives(s, "actor", "size section", "size=4096");
    must_give(s, "actor", "size section", "size=2");
}

/* A step that refers to what an unmet expectation should have given, and one that refers to nothing. */
static void reference_after_a_finding(struct stage *s)
{
    gives(s, "actor", "size section", "size=1");
    gives(s, "actor", "map view base=$actor.nothing", "size=2");
    gives(s, "actor", "size section", "size=3");
}

static void reference_before(struct stage *s)
{
    gives(s, "actor", "map view base=$actor.nothing", "size=2");
}

static void end_with(struct stage *s, const char *how, uint32_t code)
{
    SetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, how);
    ends(s, "actor", "execute view", code);
}

static void ends_as_expected(struct stage *s)
{
    end_with(s, "crash", 0xC0000005);
}

static void ends_with_another_code(struct stage *s)
{
    end_with(s, "leave-at-step", 0xC0000409);
}

static void does_not_end(struct stage *s)
{
    end_with(s, "honest", 0xC0000409);
}

static void says_nothing(struct stage *s)
{
    end_with(s, "hang-at-step", 0xC0000409);
}

/* The same failure under rows whose evidence differs: the verdict follows the row's strength. */
static void asserted(struct stage *s)
{
    gives(s, "actor", "size section", "size=1");
}

static void documented(struct stage *s)
{
    asserted(s);
}

static void reported(struct stage *s)
{
    asserted(s);
}

static void hypothesis(struct stage *s)
{
    asserted(s);
}

static const struct test_case control_cases[] = {
    {CASE(asserted), .rows = "asserted-row"},
    {CASE(documented), .rows = "a-row"},
    {CASE(reported), .rows = "reported-row"},
    {CASE(hypothesis), .rows = "hypothesis-row"},
    {CASE(effect_seen), .rows = "a-row"},
    {CASE(effect_not_seen), .rows = "a-row"},
    {CASE(control_alone), .rows = "a-row"},
    {CASE(precondition_after_a_finding), .rows = "a-row"},
    {CASE(precondition_before), .rows = "a-row"},
    {CASE(reference_after_a_finding), .rows = "a-row"},
    {CASE(reference_before), .rows = "a-row"},
    /* the others make the actor misbehave, and those that follow too */
    {CASE(ends_as_expected), .rows = "a-row"},
    {CASE(does_not_end), .rows = "a-row"},
    {CASE(ends_with_another_code), .rows = "a-row"},
    {CASE(says_nothing), .rows = "a-row"},
};
TOPIC(control, control_cases)
const struct topic *const topics[] = {&control_topic};
const size_t topic_count = 1;

/* ---- tests ---- */

static int run_all(void **state)
{
    (void)state;
    pool_log_run(&group_log, &(struct pool_log_settings){.scale = 0.4});
    return 0;
}

static void expect_told(const char *id, const char *part)
{
    const struct buffer *transcript = &pool_log_find(&group_log, id)->outcome.transcript;
    if (!transcript->at || !strstr(transcript->at, part))
        fail_msg("%s: '%s' is missing in\n%s", id, part, transcript->at ? transcript->at : "");
}

static const struct finding *expect_finding(const char *id, size_t place, enum verdict verdict,
                                            const char *part)
{
    const struct case_outcome *outcome = &pool_log_find(&group_log, id)->outcome;
    assert_in_range(place, 0, outcome->count - 1);
    assert_int_equal(outcome->findings[place].verdict, verdict);
    if (!strstr(outcome->findings[place].text, part))
        fail_msg("%s: '%s' is missing in '%s'", id, part, outcome->findings[place].text);
    return &outcome->findings[place];
}

TEST(a_control_without_effect_makes_a_skip)
{
    expect_fine(&group_log, "effect-seen");
    expect_told("effect-seen", "= control: something gets lost: seen\n");
    expect_told("effect-not-seen", "= control: something gets lost: not seen\n");
    assert_int_equal(pool_log_find(&group_log, "effect-not-seen")->outcome.count, 2);
    assert_in_range(expect_finding("effect-not-seen", 0, VERDICT_SKIP, "something gets lost")->line, 1, 1000);
    expect_finding("effect-not-seen", 1, VERDICT_SKIP, "something is torn");
}

/* A control is not an expectation: a case with nothing else has checked nothing. */
TEST(a_control_is_not_an_expectation)
{
    expect_error(&group_log, "control-alone", ERROR_KIND_HARNESS, "checked nothing");
}

/* Only asserted and documented rows fail. The text of a failed hypothesis says that it is one. */
TEST(verdict_follows_strength)
{
    static const char remark[] = NO_EVIDENCE;
    assert_null(strstr(expect_finding("asserted", 0, VERDICT_FAIL, "[asserted-row]")->text, remark));
    assert_null(strstr(expect_finding("documented", 0, VERDICT_FAIL, "[a-row]")->text, remark));
    assert_null(strstr(expect_finding("reported", 0, VERDICT_DEVIATES, "[reported-row]")->text, remark));
    expect_finding("hypothesis", 0, VERDICT_DEVIATES, remark);
}

/* The case ends in both; an error does not hide the finding that was there first. */
TEST(a_step_may_be_impossible_because_of_a_finding)
{
    expect_finding("precondition-after-a-finding", 0, VERDICT_FAIL, "expected ok size=1, got ok");
    expect_finding("precondition-after-a-finding", 1, VERDICT_DEVIATES,
                   "precondition failed: expected ok size=2, got ok");
    assert_int_equal(pool_log_find(&group_log, "precondition-after-a-finding")->outcome.count, 2);
    expect_error(&group_log, "precondition-before", ERROR_KIND_HARNESS,
                 "precondition failed: expected ok size=2, got ok");
    expect_finding("reference-after-a-finding", 1, VERDICT_DEVIATES,
                   "a reference to a value that the role has not replied with yet");
    assert_int_equal(pool_log_find(&group_log, "reference-after-a-finding")->outcome.count, 2);
    expect_error(&group_log, "reference-before", ERROR_KIND_HARNESS,
                 "a reference to a value that the role has not replied with yet");
}

TEST(ends_of_processes_are_checked)
{
    expect_fine(&group_log, "ends-as-expected");
    expect_told("ends-as-expected", "actor> execute view -> gone code=0xC0000005\n");
    expect_finding("does-not-end", 0, VERDICT_FAIL,
                   "expected the end of the process with code 0xC0000409, got ok");
    expect_finding("ends-with-another-code", 0, VERDICT_DEVIATES,
                   "expected the end of the process with code 0xC0000409, got code 0x0");
    expect_error(&group_log, "says-nothing", ERROR_KIND_TIMEOUT, "execute view|no reply within");
    expect_done(&group_log);
}

int main(int argc, char **argv)
{
    int code;
    if (ran_as_worker_or_actor(argc, argv, &code))
        return code;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_control_without_effect_makes_a_skip),
        cmocka_unit_test(a_control_is_not_an_expectation),
        cmocka_unit_test(verdict_follows_strength),
        cmocka_unit_test(a_step_may_be_impossible_because_of_a_finding),
        cmocka_unit_test(ends_of_processes_are_checked),
    };
    return cmocka_run_group_tests(tests, run_all, free_group_log);
}
