/* Actors that lie, die or say nothing: each makes its own case an error that says what happened at which step,
 * leaves no process behind, and does not disturb the next case of the same worker. */
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

/* ---- cases: they run in the worker, whose actors inherit the lie ---- */

static void two_steps(struct stage *s, const char *lie)
{
    SetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, lie);
    must(s, "actor", "create section size=4096");
    gives(s, "actor", "size section", "size=4096");
}

#define LYING_CASE(function, lie)                                                                            \
    static void function(struct stage *s)                                                                    \
    {                                                                                                        \
        two_steps(s, lie);                                                                                   \
    }

LYING_CASE(honest, "honest")
LYING_CASE(hang_at_start, "hang-at-start")
LYING_CASE(die_at_start, "die-at-start")
LYING_CASE(other_greeting, "other-greeting")
LYING_CASE(other_protocol, "other-protocol")
LYING_CASE(other_version, "other-version")
LYING_CASE(other_bits, "other-bits")
LYING_CASE(hang_at_step, "hang-at-step")
LYING_CASE(two_answers, "two-answers")
LYING_CASE(half_a_line, "half-a-line")
LYING_CASE(half_and_dead, "half-and-dead")
LYING_CASE(wrong_number, "wrong-number")
LYING_CASE(garbage, "garbage")
LYING_CASE(crash, "crash")
LYING_CASE(leave_at_step, "leave-at-step")
LYING_CASE(long_line, "long-line")
LYING_CASE(no_bye, "no-bye")
LYING_CASE(bye_and_7, "bye-and-7")
LYING_CASE(bye_and_stay, "bye-and-stay")
LYING_CASE(flood, "flood")
LYING_CASE(leave_somebody, "leave-somebody")

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
    {CASE(flood), .rows = "a-row"},          {CASE(leave_somebody), .rows = "a-row"},
    {CASE(other_bits), .rows = "a-row"},
};
TOPIC(misbehaving, misbehaving_cases)
const struct topic *const topics[] = {&misbehaving_topic};
const size_t topic_count = 1;

/* ---- tests ---- */

/* The lie twice: the second has a worker that has seen the first, and ends no better and no worse. */
static void expect_lie(const char *id, enum error_kind kind, const char *parts)
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
    expect_lie("hang-at-start", ERROR_KIND_TIMEOUT, "actor> (start): |no reply within 2000 ms");
    expect_lie("hang-at-step", ERROR_KIND_TIMEOUT, FIRST_STEP ": |no reply within 2000 ms");
    expect_lie("half-a-line", ERROR_KIND_TIMEOUT,
               FIRST_STEP ": |no reply within 2000 ms, only the first 8 bytes of one");
}

TEST(an_actor_that_ends_is_a_crash)
{
    expect_lie("die-at-start", ERROR_KIND_CRASH, "actor> (start): |gone without a reply|code 0x9");
    expect_lie("half-and-dead", ERROR_KIND_CRASH, FIRST_STEP ": |gone in the middle of a reply|code 0x5");
    expect_lie("crash", ERROR_KIND_CRASH, FIRST_STEP ": |gone without a reply|code 0xC0000005");
    expect_lie("leave-at-step", ERROR_KIND_CRASH, FIRST_STEP ": |gone without a reply|code 0x0");
}

TEST(an_actor_of_another_version_or_protocol_is_an_error)
{
    expect_lie("other-greeting", ERROR_KIND_HARNESS, "actor> (start): |did not say hello");
    expect_lie("other-protocol", ERROR_KIND_HARNESS, "actor> (start): |another version of the protocol|99");
    expect_lie("other-version", ERROR_KIND_HARNESS, "actor> (start): |0.0.0+older");
    expect_lie("other-bits", ERROR_KIND_HARNESS, "actor> (start): | bits, and an | program was started");
}

TEST(a_reply_that_makes_no_sense_is_an_error)
{
    expect_lie("two-answers", ERROR_KIND_HARNESS, SECOND_STEP ": |a reply to request 1 instead of 2");
    expect_lie("wrong-number", ERROR_KIND_HARNESS, FIRST_STEP ": |a reply to request 42 instead of 1");
    expect_lie("garbage", ERROR_KIND_HARNESS, FIRST_STEP ": |no line of the protocol");
    expect_lie("long-line", ERROR_KIND_HARNESS, FIRST_STEP ": |longer than a line may be");
}

TEST(an_actor_that_ends_badly_is_an_error)
{
    expect_lie("no-bye", ERROR_KIND_HARNESS, "actor> exit: |did not say bye|exit code 0x0");
    expect_lie("bye-and-7", ERROR_KIND_HARNESS, "actor> exit: |it said bye|exit code 0x7");
    expect_lie("bye-and-stay", ERROR_KIND_TIMEOUT, "actor> exit: |it said bye|did not end");
    expect_lie("leave-somebody", ERROR_KIND_HARNESS, "left 2 processes behind");
}

/* The output of an actor disturbs nothing; the report has its first and its last part. */
TEST(an_actor_that_prints_much_is_no_error)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "flood", .repeat = 2});
    expect_fine(&log, "flood");
    expect_fine(&log, "flood.2");
    expect_done(&log);
    for (size_t i = 0; i < 2; i++) {
        const struct buffer *stray = &log.items[i].outcome.stray;
        char middle[80];
        /* Each of the two steps floods. */
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
        cmocka_unit_test(an_actor_that_prints_much_is_no_error),
        cmocka_unit_test(misbehaving_actors_do_not_disturb_other_cases),
    };
    int code;
    if (other_lives(argc, argv, &code))
        return code;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
