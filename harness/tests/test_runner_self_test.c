/* The self-test's judgement: every kind of failure is played by what the looking would have seen. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../runner/case/test_case.h"
#include "../runner/run/plan.h"
#include "../runner/run/self_test.h"

static struct self_test_seen seen;
static struct self_test_finding findings[SELF_TEST_FINDINGS];

/* A system on which nothing is wrong. */
static int all_well(void **state)
{
    static const char fault[] = "fault code=0xC0000005 STATUS_ACCESS_VIOLATION access=read at=+65536";
    (void)state;
    seen = (struct self_test_seen){
        .leaves = {.state = CHILD_ENDED, .code = 0, .text = true, .milliseconds = 30},
        .characteristics = 0x20,
        .starts = {{.name = "low", .milliseconds = 12}, {.name = "restricted", .milliseconds = 13}},
        .start_count = 2,
        .copies = {{.milliseconds = 40}, {.milliseconds = 10}},
        .in_job = true,
        .session = 1,
        .lua = 1,
        .free_mib = 4096,
        .worst_rename = 3,
        .crash = {.state = CHILD_ENDED, .code = 0xC0000005, .milliseconds = 50},
        .fast_fail = {.state = CHILD_ENDED, .code = 0xC0000409, .milliseconds = 60},
    };
    for (int i = 0; i < 3; i++)
        snprintf(seen.replies[i], sizeof seen.replies[i], "%s", fault);
    return 0;
}

/* The finding with this number must have this level and contain this text; every other one is fine. */
static void expect(int number, enum self_test_level level, const char *part)
{
    size_t count = self_test_judge(&seen, findings);
    bool found = false;
    assert_int_equal(count, 11); /* ten, and one more identity */
    for (size_t i = 0; i < count; i++) {
        if (findings[i].number == number && strstr(findings[i].text, part)) {
            assert_int_equal(findings[i].level, level);
            found = true;
        } else {
            assert_int_equal(findings[i].level, SELF_TEST_FINE);
        }
    }
    if (!found)
        fail_msg("no finding %d has '%s'", number, part);
}

static void nothing_is_wrong(void **state)
{
    (void)state;
    for (int number = 1; number <= 10; number++)
        expect(number, SELF_TEST_FINE, "");
    expect(4, SELF_TEST_FINE, "identity restricted starts: 13 ms to its hello");
    expect(5, SELF_TEST_FINE, "starts in 40 ms, then in 10 ms");
    expect(7, SELF_TEST_FINE, "session 1, not elevated, EnableLUA 1");
}

static void leaving_a_case(void **state)
{
    (void)state;
    seen.leaves.code = 0xC0000409;
    expect(1, SELF_TEST_STOPS, "exit code 0xC0000409 STATUS_STACK_BUFFER_OVERRUN (fast-fail");
    seen.leaves.code = 0;
    seen.leaves.text = false;
    expect(1, SELF_TEST_STOPS, "without the text");
    seen.leaves.state = CHILD_RUNS;
    expect(1, SELF_TEST_STOPS, "it did not end");
    seen.leaves.start_error = 5;
    expect(1, SELF_TEST_STOPS, "it does not start: error 5");
}

static void faults_of_an_actor(void **state)
{
    (void)state;
    snprintf(seen.replies[1], sizeof seen.replies[1], "ok error=0");
    expect(2, SELF_TEST_STOPS, "(write) with fault code=0xC0000005; got: ok error=0");
    all_well(NULL);
    seen.replies[2][0] = '\0';
    expect(2, SELF_TEST_STOPS, "(execute) with fault code=0xC0000005; got: no reply");
}

static void guard_without_targets(void **state)
{
    (void)state;
    seen.characteristics = 0x4000;
    expect(3, SELF_TEST_STOPS, "lists no target of longjmp");
    seen.jumps = 2;
    expect(3, SELF_TEST_FINE, "Control Flow Guard on, 2 targets of longjmp, high-entropy addresses off");
}

static void identities_that_do_not_start(void **state)
{
    (void)state;
    seen.starts[0] = (struct self_test_start){
        .name = "low", .failed = "SetTokenInformation(TokenIntegrityLevel)", .error = 87};
    expect(4, SELF_TEST_SKIPS,
           "identity low does not start: SetTokenInformation(TokenIntegrityLevel), error 87 (0x57)");
    seen.starts[0] = (struct self_test_start){
        .name = "low", .failed = "its hello", .state = CHILD_ENDED, .code = 0xC0000142};
    expect(4, SELF_TEST_SKIPS, "STATUS_DLL_INIT_FAILED (a DLL of the program could not be initialised)");
}

static void copies_that_do_not_start(void **state)
{
    (void)state;
    seen.copies[0] = (struct self_test_start){.failed = "CreateProcess", .error = 1260};
    expect(5, SELF_TEST_SKIPS, "folder for temporary files does not start: CreateProcess, error 1260");
}

static void the_system(void **state)
{
    (void)state;
    seen.job_refusal = 1;
    expect(6, SELF_TEST_FINE, "job objects cannot be had (error 1): processes are ended one by one");
    seen.lua = -1;
    seen.elevated = true;
    expect(7, SELF_TEST_FINE, "session 1, elevated, EnableLUA not set");
    seen.free_mib = 100;
    expect(8, SELF_TEST_SKIPS, "100 MiB can still be committed; the cases need 1024 MiB");
    seen.free_mib = 5000;
    seen.failed_renames = 4;
    expect(9, SELF_TEST_FINE, "4 failed; a scanner may hold new files");
}

static void crashes(void **state)
{
    (void)state;
    seen.crash.milliseconds = 9000;
    expect(10, SELF_TEST_FINE, "a crash takes 9000 ms and a fast-fail 60 ms; crashes are slow here");
    seen.fast_fail.code = 3;
    expect(10, SELF_TEST_FINE, "the fast-fail: it ended, exit code 0x3");
}

static const struct test_case with_need = {.needs = "64-bit identity-low"},
                              without = {.needs = "identity-lower"};

static void what_cannot_start_is_a_skip(void **state)
{
    struct plan_item items[3] = {
        {.what.test = &with_need}, {.what.test = &without}, {.what.test = &with_need, .skip = "earlier"}};
    struct plan plan = {.items = items, .count = 3};
    (void)state;
    assert_true(plan_needs(&plan, "identity-low"));
    plan_skip_need(&plan, "identity-low", "it does not start");
    assert_string_equal(items[0].skip, "it does not start");
    assert_null(items[1].skip);
    assert_string_equal(items[2].skip, "earlier");
    assert_false(plan_needs(&plan, "identity-low"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_wrong, all_well),
        cmocka_unit_test_setup(leaving_a_case, all_well),
        cmocka_unit_test_setup(faults_of_an_actor, all_well),
        cmocka_unit_test_setup(guard_without_targets, all_well),
        cmocka_unit_test_setup(identities_that_do_not_start, all_well),
        cmocka_unit_test_setup(copies_that_do_not_start, all_well),
        cmocka_unit_test_setup(the_system, all_well),
        cmocka_unit_test_setup(crashes, all_well),
        cmocka_unit_test(what_cannot_start_is_a_skip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
