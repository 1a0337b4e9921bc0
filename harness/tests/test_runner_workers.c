/* Cases that crash, exit, hang or leave something open in the worker: each makes one error, of that case alone, whatever
 * cases run before it, after it and at the same time. */
#include "testing.h"

#include "../runner/case/checks.h"
#include "../runner/case/contract.h"
#include "../runner/stage/stage.h"
#include "misbehaving_actor.h"
#include "pool_log.h"

const struct contract_row contract_rows[] = {
    {"a-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none", STRENGTH_DOCUMENTED}};
const size_t contract_row_count = 1;

/* ---- cases ---- */

static void good(struct stage *s)
{
    must(s, "actor", "create section size=4096");
    gives(s, "actor", "size section", "size=4096");
}

static void bad_pointer(struct stage *s)
{
    static char *volatile nowhere;
    must(s, "actor", "create section size=4096");
    *nowhere = 1;
}

static void bad_abort(struct stage *s)
{
    must(s, "actor", "create section size=4096");
    printf("last words\n");
    fflush(stdout);
    abort();
}

static void bad_exit(struct stage *s)
{
    must(s, "actor", "create section size=4096");
    exit(0);
}

static void bad_terminate(struct stage *s)
{
    must(s, "actor", "create section size=4096");
    TerminateProcess(GetCurrentProcess(), STILL_ACTIVE);
}

static void hangs(struct stage *s)
{
    must(s, "actor", "create section size=4096");
    for (;;)
        Sleep(INFINITE);
}

/* Breaks the state of the runner: a case can do this only with functions that checks.h does not have. */
static void bad_invariant(struct stage *s)
{
    must(s, "actor", "create section size=4096");
    role_answered(stage_find(s, "actor"));
}

static void bad_nothing(struct stage *s)
{
    must(s, "actor", "create section size=4096");
}

static void bad_begins(struct stage *s)
{
    succeeds(s, "actor", "create section size=4096");
    begins(s, "actor", "size section");
}

static void bad_row(struct stage *s)
{
    succeeds(s, "actor", "create section size=4096");
}

static void bad_other_row(struct stage *s)
{
    succeeds(s, "actor", "create section size=4096");
    row(s, "no-such-row");
}

/* The output of a worker is not part of the protocol, so this does no harm. */
static void prints(struct stage *s)
{
    printf("1 done checks=1 steps=1 starts=1\n0 hello protocol=99\n\x01\xFF");
    fflush(stdout);
    good(s);
}

static void of_another_session(struct stage *s)
{
    good(s);
}

static void bad_need(struct stage *s)
{
    good(s);
}

/* The name of the object is in the transcript. */
static void named(struct stage *s)
{
    gives(s, "actor", "create section name=@x", "size=4096");
}

#define MEETING 3

/* Says that this case runs, and waits for the others of the meeting: they must run at the same time. */
static void meets(struct stage *s, unsigned own)
{
    HANDLE here[MEETING];
    for (unsigned i = 0; i < MEETING; i++) {
        char name[80];
        snprintf(name, sizeof name, "Local\\shmcheck-meeting-%s-%u", s->settings->run, i);
        here[i] = CreateEventA(NULL, TRUE, FALSE, name);
    }
    SetEvent(here[own]);
    holds(s, "all cases of the meeting run at the same time",
          WaitForMultipleObjects(MEETING, here, TRUE, 5000) == WAIT_OBJECT_0);
    for (unsigned i = 0; i < MEETING; i++)
        CloseHandle(here[i]);
}

static void meets_first(struct stage *s)
{
    meets(s, 0);
}

static void meets_second(struct stage *s)
{
    meets(s, 1);
}

static void meets_and_waits(struct stage *s)
{
    meets(s, 2);
}

static void name_of_taken_job(const struct stage *s, char *out, size_t size)
{
    snprintf(out, size, "Local\\shmcheck-taken-%s", s->settings->run);
}

/* Shows for 50 ms that this case runs. */
static void takes_a_job(struct stage *s)
{
    char name[80];
    name_of_taken_job(s, name, sizeof name);
    HANDLE taken = CreateEventA(NULL, TRUE, FALSE, name);
    holds(s, "the event exists", taken != NULL);
    Sleep(50);
    CloseHandle(taken);
}

static void takes_all_jobs(struct stage *s)
{
    char name[80];
    bool beside = false;
    name_of_taken_job(s, name, sizeof name);
    for (int i = 0; i < 20; i++) {
        HANDLE taken = OpenEventA(SYNCHRONIZE, FALSE, name);
        beside = beside || taken;
        if (taken)
            CloseHandle(taken);
        Sleep(5);
    }
    holds(s, "no other case runs", !beside);
}

/* Ends the actor that waits for this case, if there is one. The transcript says whether there was. */
static void without_prestarted(struct stage *s)
{
    struct prestarted_actor *waiting = &s->settings->prestarted->of[ARCH_OWN];
    says(s, waiting->exists ? "there was an actor" : "there was none");
    if (waiting->exists)
        TerminateProcess(waiting->peer.child.process, 9);
    good(s);
}

static const struct test_case first_cases[] = {
    {CASE(named), .rows = "a-row"},
    {CASE(good), .rows = "a-row"},
    {CASE(bad_pointer), .rows = "a-row"},
    {CASE(bad_abort), .rows = "a-row"},
    {CASE(bad_exit), .rows = "a-row"},
    {CASE(bad_terminate), .rows = "a-row"},
    {CASE(bad_invariant), .rows = "a-row"},
    {CASE(bad_nothing), .rows = "a-row"},
    {CASE(bad_begins), .rows = "a-row"},
    {CASE(bad_row)},
    {CASE(bad_other_row), .rows = "a-row"},
    {CASE(prints), .rows = "a-row"},
    {CASE(without_prestarted), .rows = "a-row"},
    {CASE(meets_first), .rows = "a-row"},
    {CASE(meets_and_waits), .rows = "a-row", .waits = true},
    {CASE(meets_second), .rows = "a-row"},
    {CASE(takes_a_job), .rows = "a-row"},
    {CASE(takes_all_jobs), .rows = "a-row", .alone = true},
    {CASE(of_another_session), .rows = "a-row", .needs = "64-bit session-0"},
    {CASE(bad_need), .rows = "a-row", .needs = "session-0 no-such-need"},
};
static const struct test_case second_cases[] = {
    {CASE(hangs), .rows = "a-row"},
};
TOPIC(first, first_cases)
TOPIC(second, second_cases)
const struct topic *const topics[] = {&first_topic, &second_topic};
const size_t topic_count = 2;

/* ---- tests ---- */

static void expect_bad_cases(const struct pool_log *log)
{
    expect_error(log, "bad-pointer", ERROR_KIND_CRASH, "crash");
    expect_error(log, "bad-abort", ERROR_KIND_CRASH, "died|exit code 0x3");
    expect_error(log, "bad-exit", ERROR_KIND_CRASH, "died|exit code 0x0");
    expect_error(log, "bad-terminate", ERROR_KIND_CRASH, "died|exit code 0x103");
    expect_error(log, "bad-invariant", ERROR_KIND_HARNESS,
                 "internal error: role->state == ROLE_BUSY does not hold at harness/runner/stage/stage.c:");
    expect_error(log, "bad-nothing", ERROR_KIND_HARNESS, "checked nothing");
    expect_error(log, "bad-begins", ERROR_KIND_HARNESS, "ended before a step that it had begun");
    expect_error(log, "bad-need", ERROR_KIND_HARNESS, "need that is not in needs.c");
    expect_error(log, "bad-row", ERROR_KIND_HARNESS, "not in the contract");
    expect_error(log, "bad-other-row", ERROR_KIND_HARNESS, "'no-such-row'|not in the contract");
}

/* Every bad case between good ones, one after another and at the same time. */
static void run_bad_cases(unsigned jobs, bool prestarted)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.jobs = jobs,
                                                   .prestarted = prestarted,
                                                   .filters = "good bad-* prints of-another-session",
                                                   .repeat = 2});
    expect_bad_cases(&log);
    expect_fine(&log, "good");
    expect_fine(&log, "good.2");
    expect_fine(&log, "prints");
    expect_fine(&log, "prints.2");
    const struct pool_log_item *skipped = pool_log_find(&log, "of-another-session");
    assert_int_equal(skipped->starts, 0);
    assert_int_equal(skipped->ends, 0);
    expect_done(&log);
    pool_log_free(&log);
}

TEST(bad_cases_do_not_disturb_others_with_one_job)
{
    run_bad_cases(1, false);
    run_bad_cases(1, true);
}

TEST(bad_cases_do_not_disturb_others_with_three_jobs)
{
    run_bad_cases(3, false);
    run_bad_cases(3, true);
}

/* An actor that was started in advance and has ended is not an error: the case gets another one. */
TEST(a_prestarted_actor_that_ends_is_replaced)
{
    static struct pool_log log;
    pool_log_run(
        &log, &(struct pool_log_settings){.filters = "without-prestarted", .repeat = 3, .prestarted = true});
    for (size_t i = 0; i < 3; i++) {
        expect_fine(&log, log.items[i].id);
        const char *expected = i == 0 ? "# there was none\n" : "# there was an actor\n";
        assert_memory_equal(log.items[i].outcome.transcript.at, expected, strlen(expected));
    }
    expect_done(&log);
    pool_log_free(&log);
}

/* A case that waits takes no job of several: two others run beside it. */
TEST(a_case_that_waits_takes_no_job)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "meets-*", .jobs = 2});
    expect_fine(&log, "meets-first");
    expect_fine(&log, "meets-and-waits");
    expect_fine(&log, "meets-second");
    expect_done(&log);
    pool_log_free(&log);
}

TEST(no_case_runs_beside_one_that_runs_alone)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "takes-*", .repeat = 5, .jobs = 2});
    for (size_t i = 0; i < 10; i++)
        expect_fine(&log, log.items[i].id);
    expect_done(&log);
    pool_log_free(&log);
}

/* A case that runs several times, also at the same time, has different object names each time. */
TEST(object_names_differ_between_instances)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "named", .repeat = 6, .jobs = 3});
    expect_done(&log);
    for (size_t i = 0; i < 6; i++) {
        const char *transcript = log.items[i].outcome.transcript.at;
        assert_non_null(transcript);
        assert_non_null(strstr(transcript, "name=Local\\shmcheck-test-named-"));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(transcript, log.items[j].outcome.transcript.at);
    }
    pool_log_free(&log);
}

/* The transcript up to the crash is kept, and the output of the worker is shown: of this case alone. */
TEST(transcript_and_output_before_a_crash_are_kept)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "prints bad-abort", .repeat = 2});
    const struct case_outcome *outcome = &pool_log_find(&log, "bad-abort.2")->outcome;
    assert_string_equal(outcome->transcript.at, "actor> create section size=4096 -> ok size=4096 name=\n");
    assert_non_null(outcome->stray.at);
    assert_non_null(strstr(outcome->stray.at, "last words"));
    assert_null(strstr(outcome->stray.at, "0 hello protocol=99"));
    expect_done(&log);
    pool_log_free(&log);
}

/* The deadline of a case is 30 seconds times 0.05. */
TEST(a_case_that_hangs_is_ended_at_its_deadline)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "hangs", .repeat = 2, .scale = 0.05});
    expect_error(&log, "hangs", ERROR_KIND_TIMEOUT, "did not end within its deadline of 1500 ms");
    expect_error(&log, "hangs.2", ERROR_KIND_TIMEOUT, "did not end within its deadline of 1500 ms");
    assert_in_range(log.items[0].outcome.milliseconds, 1500, 6000);
    expect_done(&log);
    pool_log_free(&log);
}

TEST(the_deadline_of_the_run_ends_it)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){
                           .filters = "good hangs", .repeat = 2, .jobs = 2, .run_milliseconds = 3000});
    assert_int_equal(log.end, POOL_STOPPED);
    assert_non_null(strstr(log.error, "deadline of 3 seconds"));
    assert_in_range(log.milliseconds, 3000, 20000);
    expect_fine(&log, "good");
    expect_error(&log, "hangs", ERROR_KIND_INTERRUPTED, "the run went past its deadline");
    assert_int_equal(log.left_behind, 0);
    pool_log_free(&log);
}

/* A case that was given to a worker before still runs. */
TEST(no_case_starts_after_enough)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "good", .repeat = 5, .enough = 1});
    assert_int_equal(log.end, POOL_ENOUGH);
    assert_string_equal(log.error, "");
    expect_fine(&log, "good");
    assert_in_range(log.ended, 1, 2);
    assert_int_equal(pool_log_find(&log, "good.3")->starts, 0);
    assert_int_equal(log.left_behind, 0);
    pool_log_free(&log);
    pool_log_run(&log, &(struct pool_log_settings){.filters = "good", .repeat = 2, .enough = 2});
    expect_done(&log);
    pool_log_free(&log);
}

static DWORD WINAPI stop_soon(void *stop)
{
    Sleep(1500);
    SetEvent(stop);
    return 0;
}

TEST(the_stop_event_ends_the_run)
{
    static struct pool_log log;
    HANDLE stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, stop_soon, stop, 0, NULL);
    assert_non_null(thread);
    pool_log_run(&log, &(struct pool_log_settings){.filters = "hangs", .repeat = 3, .jobs = 2, .stop = stop});
    assert_int_equal(log.end, POOL_STOPPED);
    assert_in_range(log.milliseconds, 1400, 15000);
    expect_error(&log, "hangs", ERROR_KIND_INTERRUPTED, "the run was stopped");
    expect_error(&log, "hangs.2", ERROR_KIND_INTERRUPTED, "the run was stopped");
    assert_int_equal(pool_log_find(&log, "hangs.3")->starts, 0);
    assert_int_equal(log.left_behind, 0);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(stop);
    pool_log_free(&log);
}

/* Programs that are not workers: the run reports it, and no case counts as run. */
TEST(a_worker_that_does_not_start_ends_the_run)
{
    static struct pool_log log;
    pool_log_run(&log, &(struct pool_log_settings){.filters = "good", .self = L"C:\\no\\such\\program.exe"});
    assert_int_equal(log.end, POOL_BROKEN);
    assert_non_null(strstr(log.error, "a worker process does not start: error "));
    assert_int_equal(log.ended, 0);
    assert_int_equal(log.left_behind, 0);
    pool_log_free(&log);
    pool_log_run(
        &log, &(struct pool_log_settings){.filters = "good", .self = L"C:\\windows\\system32\\hostname.exe"});
    assert_int_equal(log.end, POOL_BROKEN);
    assert_string_equal(log.error, "a worker process started but sends no hello");
    assert_int_equal(log.left_behind, 0);
    pool_log_free(&log);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_cases_do_not_disturb_others_with_one_job),
        cmocka_unit_test(bad_cases_do_not_disturb_others_with_three_jobs),
        cmocka_unit_test(a_prestarted_actor_that_ends_is_replaced),
        cmocka_unit_test(a_case_that_waits_takes_no_job),
        cmocka_unit_test(no_case_runs_beside_one_that_runs_alone),
        cmocka_unit_test(transcript_and_output_before_a_crash_are_kept),
        cmocka_unit_test(object_names_differ_between_instances),
        cmocka_unit_test(a_case_that_hangs_is_ended_at_its_deadline),

        cmocka_unit_test(the_deadline_of_the_run_ends_it),
        cmocka_unit_test(no_case_starts_after_enough),
        cmocka_unit_test(the_stop_event_ends_the_run),
        cmocka_unit_test(a_worker_that_does_not_start_ends_the_run),
    };
    int code;
    if (ran_as_worker_or_actor(argc, argv, &code))
        return code;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
