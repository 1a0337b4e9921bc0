/* Actors that answer wrongly, end or do not answer: each makes its own case an error that names the step and what
 * happened, leaves no process behind, and does not disturb the next case of the same worker. */
#include "testing.h"

#include "../runner/case/checks.h"
#include "../runner/case/contract.h"
#include "misbehaving_actor.h"
#include "pool_log.h"

/* Deadlines of a step of 2 seconds and of a case of 12: long enough for a busy machine. */
#define SCALE 0.4

const struct contract_row contract_rows[] = {
    {"a-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none", STRENGTH_DOCUMENTED}};
const size_t contract_row_count = 1;

/* ---- cases: they run in the worker, whose actors inherit the environment variable ---- */

static void two_steps(struct stage *s, const char *how)
{
    SetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, how);
    must(s, "actor", "create section size=4096");
    gives(s, "actor", "size section", "size=4096");
}

#define MISBEHAVING_CASE(function, how)                                                                      \
    static void function(struct stage *s)                                                                    \
    {                                                                                                        \
        two_steps(s, how);                                                                                   \
    }

MISBEHAVING_CASE(honest, "honest")
MISBEHAVING_CASE(hang_at_start, "hang-at-start")
MISBEHAVING_CASE(die_at_start, "die-at-start")
MISBEHAVING_CASE(other_greeting, "other-greeting")
MISBEHAVING_CASE(other_protocol, "other-protocol")
MISBEHAVING_CASE(other_version, "other-version")
MISBEHAVING_CASE(other_bits, "other-bits")
MISBEHAVING_CASE(hang_at_step, "hang-at-step")
MISBEHAVING_CASE(two_answers, "two-answers")
MISBEHAVING_CASE(half_a_line, "half-a-line")
MISBEHAVING_CASE(half_and_dead, "half-and-dead")
MISBEHAVING_CASE(wrong_number, "wrong-number")
MISBEHAVING_CASE(garbage, "garbage")
MISBEHAVING_CASE(crash, "crash")
MISBEHAVING_CASE(leave_at_step, "leave-at-step")
MISBEHAVING_CASE(long_line, "long-line")
MISBEHAVING_CASE(no_bye, "no-bye")
MISBEHAVING_CASE(bye_and_7, "bye-and-7")
MISBEHAVING_CASE(bye_and_stay, "bye-and-stay")
MISBEHAVING_CASE(flood, "flood")
MISBEHAVING_CASE(leave_process, "leave-process")

static const struct test_case misbehaving_cases[] = {
    {CASE(honest), .rows = "a-row"},         {CASE(hang_at_start), .rows = "a-row"},
    {CASE(die_at_start), .rows = "a-row"},   {CASE(other_greeting), .rows = "a-row"},
    {CASE(other_protocol), .rows = "a-row"}, {CASE(other_version), .rows = "a-row"},
    {CASE(hang_at_step), .rows = "a-row"},   {CASE(two_answers), .rows = "a-row"},
    {CASE(half_a_line), .rows = "a-row"},    {CASE(half_and_dead), .rows = "a-row"},
    {CASE(wrong_number), .rows = "a-row"},   {CASE(garbage), .rows = "a-row"},
    {CASE(crash), .rows = "a-row"},          {CASE(leave_at_step), .rows = "a-row"},
    {CASE(long_line), .rows = "a-row"},      {CASE(no_bye), .rows = "a-row"},
    {CASE(bye_and_7), .rows = "a-row"},      {CASE(bye_and_stay), .rows = "a-row"},
    {CASE(flood), .rows = "a-row"},          {CASE(leave_process), .rows = "a-row"},
    {CASE(other_bits), .rows = "a-row"},
};
TOPIC(misbehaving, misbehaving_cases)
const struct topic *const topics[] = {&misbehaving_topic};
const size_t topic_count = 1;

/* ---- tests ---- */

/* Runs the case twice. The second run is in the worker of the first, and must end in the same way. */
static void expect_both(const char *id, enum error_kind kind, const char *parts)
{
    static struct pool_log log;
    char second[CASE_ID_BYTES];
    pool_log_run(&log, &(struct pool_log_settings){.filters = id, .repeat = 2, .scale = SCALE});
    snprintf(second, sizeof second, "%.80s.2", id);
    expect_error(&log, id, kind, parts);
    expect_error(&log, second, kind, parts);
    expect_done(&log);
    pool_log_free(&log);
}

#define FIRST_STEP "actor> create section size=4096"
#define SECOND_STEP "actor> size section"

TEST(an_actor_that_is_silent_is_a_timeout)
{
    expect_both("hang-at-start", ERROR_KIND_TIMEOUT, "actor> (start): |no reply within 2000 ms");
    expect_both("hang-at-step", ERROR_KIND_TIMEOUT, FIRST_STEP ": |no reply within 2000 ms");
    expect_both("half-a-line", ERROR_KIND_TIMEOUT,
                FIRST_STEP ": |no reply within 2000 ms, only the first 8 bytes of one");
}

TEST(an_actor_that_ends_is_a_crash)
{
    expect_both("die-at-start", ERROR_KIND_CRASH, "actor> (start): |gone without a reply|code 0x9");
    expect_both("half-and-dead", ERROR_KIND_CRASH, FIRST_STEP ": |gone in the middle of a reply|code 0x5");
    expect_both("crash", ERROR_KIND_CRASH, FIRST_STEP ": |gone without a reply|code 0xC0000005");
    expect_both("leave-at-step", ERROR_KIND_CRASH, FIRST_STEP ": |gone without a reply|code 0x0");
}

TEST(an_actor_of_another_version_or_protocol_is_an_error)
{
    expect_both("other-greeting", ERROR_KIND_HARNESS, "actor> (start): |did not say hello");
    expect_both("other-protocol", ERROR_KIND_HARNESS, "actor> (start): |another version of the protocol|99");
    expect_both("other-version", ERROR_KIND_HARNESS, "actor> (start): |0.0.0+older");
    expect_both("other-bits", ERROR_KIND_HARNESS, "actor> (start): | bits, and an | program was started");
}

TEST(a_reply_that_makes_no_sense_is_an_error)
{
    expect_both("two-answers", ERROR_KIND_HARNESS, SECOND_STEP ": |a reply to request 1 instead of 2");
    expect_both("wrong-number", ERROR_KIND_HARNESS, FIRST_STEP ": |a reply to request 42 instead of 1");
    expect_both("garbage", ERROR_KIND_HARNESS, FIRST_STEP ": |no line of the protocol");
    expect_both("long-line", ERROR_KIND_HARNESS, FIRST_STEP ": |longer than a line may be");
}

TEST(an_actor_that_ends_badly_is_an_error)
{
    expect_both("no-bye", ERROR_KIND_HARNESS, "actor> exit: |did not say bye|exit code 0x0");
    expect_both("bye-and-7", ERROR_KIND_HARNESS, "actor> exit: |it said bye|exit code 0x7");
    expect_both("bye-and-stay", ERROR_KIND_TIMEOUT, "actor> exit: |it said bye|did not end");
    expect_both("leave-process", ERROR_KIND_HARNESS, "left 2 processes behind");
}

/* The output of an actor does no harm; the report has its first and its last part. */
TEST(an_actor_that_prints_much_is_not_an_error)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "flood", .repeat = 2});
    expect_fine(&log, "flood");
    expect_fine(&log, "flood.2");
    expect_done(&log);
    for (size_t i = 0; i < 2; i++) {
        const struct buffer *stray = &log.items[i].outcome.stray;
        char middle[80];
        /* Each of the two steps prints that much. */
        snprintf(middle, sizeof middle, "\n[%lu bytes left out]\n", 2ul * MISBEHAVIOUR_FLOOD_BYTES - 65536);
        assert_in_range(stray->length, 65536, 65536 + 100);
        assert_memory_equal(stray->at + 32768, middle, strlen(middle));
    }
    pool_log_free(&log);
}

/* Misbehaving and well-behaved actors at the same time and one after the other. */
TEST(misbehaving_actors_do_not_disturb_other_cases)
{
    static struct pool_log log;
    for (unsigned jobs = 1; jobs <= 3; jobs += 2) {
        pool_log_run(&log,
                     &(struct pool_log_settings){.filters = "h*", .jobs = jobs, .repeat = 2, .scale = SCALE});
        expect_fine(&log, "honest");
        expect_fine(&log, "honest.2");
        expect_error(&log, "half-a-line", ERROR_KIND_TIMEOUT, FIRST_STEP);
        expect_error(&log, "half-and-dead.2", ERROR_KIND_CRASH, FIRST_STEP);
        expect_done(&log);
        pool_log_free(&log);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_actor_that_is_silent_is_a_timeout),
        cmocka_unit_test(an_actor_that_ends_is_a_crash),
        cmocka_unit_test(an_actor_of_another_version_or_protocol_is_an_error),
        cmocka_unit_test(a_reply_that_makes_no_sense_is_an_error),
        cmocka_unit_test(an_actor_that_ends_badly_is_an_error),
        cmocka_unit_test(an_actor_that_prints_much_is_not_an_error),
        cmocka_unit_test(misbehaving_actors_do_not_disturb_other_cases),
    };
    int code;
    if (ran_as_worker_or_actor(argc, argv, &code))
        return code;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
