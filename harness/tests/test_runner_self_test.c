/* The findings of the self-test, and what a run does with them. The tests simulate each failure by what the self-test
 * would have seen. */
#include "testing.h"

#include "../runner/case/test_case.h"
#include "../runner/peer/child_end.h"
#include "../runner/platform/platform.h"
#include "../runner/run/run_start.h"

static struct self_test_seen seen;
static struct self_test_finding findings[SELF_TEST_FINDINGS];

/* A system on which nothing is wrong. */
static int all_well(void **state)
{
    static const char fault[] = "fault code=0xC0000005 STATUS_ACCESS_VIOLATION access=read at=+0";
    (void)state;
    seen = (struct self_test_seen){
        .whole = true,
        .leaves = {.state = CHILD_ENDED, .code = 0, .text = true, .milliseconds = 30},
        .characteristics = 0x20,
        .starts = {{.name = "low", .milliseconds = 12}, {.name = "restricted", .milliseconds = 13}},
        .start_count = 2,
        .copied = true,
        .copies = {{.milliseconds = 40}, {.milliseconds = 10}},
        .job = {.inside = true, .holds = true},
        .system = {.session = 1,
                   .lua = 1,
                   .logon_admits = 1,
                   .smart_app = -1,
                   .no_realtime = -1,
                   .no_reporting = -1},
        .free_mib = 8192,
        .worst_rename = 3,
        .crash = {.state = CHILD_ENDED, .code = 0xC0000005, .milliseconds = 50},
        .fast_fail = {.state = CHILD_ENDED, .code = 0xC0000409, .milliseconds = 60},
    };
    for (int i = 0; i < 3; i++)
        snprintf(seen.replies[i], sizeof seen.replies[i], "%s", fault);
    return 0;
}

/* The finding with this number must have this level, this need and contain this text; every other one is fine. */
static void expect_need(int number, enum self_test_level level, const char *need, const char *part)
{
    size_t count = self_test_judge(&seen, findings);
    bool found = false;
    assert_int_equal(count, 11); /* ten, and one more identity */
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || findings[i].number >= findings[i - 1].number);
        if (findings[i].number == number && strstr(findings[i].text, part)) {
            assert_int_equal(findings[i].level, level);
            assert_string_equal(findings[i].need, need);
            found = true;
        } else {
            assert_int_equal(findings[i].level, SELF_TEST_FINE);
        }
    }
    if (!found)
        fail_msg("no finding %d has '%s'", number, part);
}

static void expect(int number, enum self_test_level level, const char *part)
{
    expect_need(number, level, "", part);
}

TEST(a_system_without_failures_is_fine)
{
    for (int number = 1; number <= 10; number++)
        expect(number, SELF_TEST_FINE, "");
    expect(4, SELF_TEST_FINE, "identity restricted: hello after 13 ms");
    expect(5, SELF_TEST_FINE, ": hello after 40 ms, the second time after 10 ms");
    expect(6, SELF_TEST_FINE, "this process is in a job; jobs nest; children may not leave it; limits 0x0");
    expect(7, SELF_TEST_FINE,
           "session 1, not elevated, EnableLUA 1; the default DACL admits the logon session; Smart App "
           "Control not there, real-time protection not switched off, error reporting not switched off");
    expect(10, SELF_TEST_FINE, "a crash takes 50 ms, a fast-fail 60 ms");
    assert_true(self_test_scale(&seen) == 1);
}

TEST(a_case_that_cannot_be_left_stops_a_run)
{
    seen.leaves.code = 0xC0000409;
    expect(1, SELF_TEST_STOPS, "exit code 0xC0000409 STATUS_STACK_BUFFER_OVERRUN (fast-fail");
    seen.leaves.code = 0;
    seen.leaves.text = false;
    expect(1, SELF_TEST_STOPS, "without the text");
    seen.leaves.state = CHILD_RUNS;
    expect(1, SELF_TEST_STOPS, "it did not end");
    seen.leaves.start_error = 5;
    expect(1, SELF_TEST_STOPS, "it does not start: error 5 ERROR_ACCESS_DENIED");
}

TEST(faults_that_an_actor_does_not_reply_stop_a_run)
{
    snprintf(seen.replies[1], sizeof seen.replies[1], "ok error=0");
    expect(2, SELF_TEST_STOPS, "(write) with fault code=0xC0000005; got: ok error=0");
    all_well(NULL);
    seen.replies[2][0] = '\0';
    expect(2, SELF_TEST_STOPS, "(execute) with fault code=0xC0000005; got: no reply");
}

TEST(control_flow_guard_without_targets_stops_a_run)
{
    seen.characteristics = 0x4000;
    expect(3, SELF_TEST_STOPS, "lists no target of longjmp");
    seen.jumps = 2;
    seen.guard_flags = 0x10500;
    expect(3, SELF_TEST_FINE,
           "Control Flow Guard on (flags 0x10500), 2 targets of longjmp, high-entropy addresses off");
}

TEST(policies_are_named)
{
    seen.policies[2] = 1;
    seen.policies[7] = 1;
    seen.policies[18] = 0x10;
    expect(3, SELF_TEST_FINE,
           "mitigation policies: dynamic code 0x1, Control Flow Guard 0x1, number 18 0x10");
}

TEST(an_identity_that_does_not_start_is_a_skip)
{
    seen.starts[0] = (struct self_test_start){
        .name = "low", .failed = "SetTokenInformation(TokenIntegrityLevel)", .error = 87};
    expect_need(4, SELF_TEST_SKIPS, "identity-low",
                "identity low: the actor does not start: SetTokenInformation(TokenIntegrityLevel), error 87 "
                "ERROR_INVALID_PARAMETER");
    seen.starts[0] = (struct self_test_start){
        .name = "low", .failed = "no hello", .state = CHILD_ENDED, .code = 0xC0000142};
    expect_need(4, SELF_TEST_SKIPS, "identity-low",
                "STATUS_DLL_INIT_FAILED (a DLL of the program could not be initialised)");
}

TEST(error_codes_are_explained)
{
    static const struct {
        DWORD code;
        const char *text;
    } table[] = {
        {1260, "error 1260 (a policy, such as AppLocker's, does not allow the program)"},
        {4551, "error 4551 (a code integrity policy, such as Smart "
               "App Control or WDAC, does not allow the program)"},
        {225, "error 225 (a virus scanner took the file for a virus)"},
        {0x80070005, "error 5 ERROR_ACCESS_DENIED (access is denied, by permissions, a policy or a virus "
                     "scanner)"},
        {0x80040154, "error 0x80040154"},
        {999, "error 999"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char bytes[300];
        struct text text = text_over(bytes, sizeof bytes);
        start_error_add(&text, table[i].code);
        assert_string_equal(bytes, table[i].text);
    }
}

TEST(a_copy_that_does_not_start_is_a_skip)
{
    seen.copies[0] = (struct self_test_start){.failed = "CreateProcess", .error = 1260};
    expect_need(5, SELF_TEST_SKIPS, "program-copy",
                "folder for temporary files: the actor does not start: CreateProcess, error 1260");
    all_well(NULL);
    seen.copies[1] = (struct self_test_start){.failed = "CreateProcess", .error = 225};
    expect_need(5, SELF_TEST_SKIPS, "program-copy", "error 225");
}

TEST(a_copy_in_a_container_is_reported)
{
    seen.contained = true;
    seen.container_again.milliseconds = 7;
    assert_int_equal(self_test_judge(&seen, findings), 12);
    assert_int_equal(findings[6].number, 5);
    assert_string_equal(findings[6].text,
                        "the copy in the folder of the AppContainer: hello after 7 ms the second time");
    seen.container_again = (struct self_test_start){.failed = "CreateProcess", .error = 5};
    assert_int_equal(self_test_judge(&seen, findings), 12);
    assert_int_equal(findings[6].level, SELF_TEST_SKIPS);
    assert_string_equal(findings[6].need, "identity-appcontainer");
}

TEST(jobs_are_described)
{
    seen.job = (struct self_test_job){.refusal = 1};
    expect(6, SELF_TEST_FINE, "job objects cannot be had (error 1): processes are ended one by one");
    seen.job = (struct self_test_job){.holds = true};
    expect(6, SELF_TEST_FINE, "this process is in no job; its children are in jobs of their own");
    seen.job = (struct self_test_job){0};
    expect(6, SELF_TEST_FINE, "its children are not in their jobs");
    seen.job = (struct self_test_job){
        .inside = true, .limits = JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, .ui_limits = 0x20};
    expect(6, SELF_TEST_FINE,
           "jobs do not nest; children may leave it; limits 0x1000, of the user interface 0x20");
}

TEST(the_system_is_described)
{
    seen.system = (struct self_test_system){
        .elevated = true, .lua = -1, .logon_admits = -1, .smart_app = 1, .no_realtime = 1, .no_reporting = 1};
    expect(
        7, SELF_TEST_FINE,
        "session 0, elevated, EnableLUA not set; the default DACL is not known; Smart App Control on or in "
        "evaluation, real-time protection switched off, error reporting switched off");
    seen.worst_rename = 501;
    expect(9, SELF_TEST_FINE, "took 501 ms, 0 failed; a virus scanner may hold new files");
    seen.worst_rename = 5;
    seen.failed_renames = 4;
    expect(9, SELF_TEST_FINE, "4 failed; a virus scanner may hold new files");
}

TEST(too_little_memory_is_a_skip)
{
    seen.free_mib = 5000;
    expect_need(
        8, SELF_TEST_SKIPS, "commit-6-gib",
        "less than 6 GiB of memory can still be committed, which a case of --allow-large needs: close");
    seen.free_mib = 100;
    assert_int_equal(self_test_judge(&seen, findings), 12);
    assert_string_equal(findings[8].need, "commit-1-gib");
    assert_string_equal(findings[8].text,
                        "less than 1 GiB of memory can still be committed, which some cases need: close "
                        "programs, or make the paging file larger");
    assert_string_equal(findings[9].need, "commit-6-gib");
    seen.free_mib = UINT64_MAX;
    expect(8, SELF_TEST_FINE, "the system does not say");
}

TEST(slow_crashes_are_reported)
{
    seen.crash.milliseconds = 9001;
    expect(10, SELF_TEST_FINE,
           "a crash takes 9001 ms, a fast-fail 60 ms; starts or crashes are slow here: "
           "deadlines are 10 times as long");
    seen.fast_fail.code = 3;
    expect(10, SELF_TEST_FINE, "of the fast-fail: it ended, exit code 0x3");
    seen.crash.start_error = 2;
    expect(10, SELF_TEST_FINE, "of the crash: it does not start: error 2");
}

TEST(slow_starts_and_crashes_make_deadlines_longer)
{
    seen.starts[1].milliseconds = 1000;
    assert_true(self_test_scale(&seen) == 1);
    seen.starts[1].milliseconds = 1001;
    assert_true(self_test_scale(&seen) == 2);
    seen.copies[1].milliseconds = 2500;
    assert_true(self_test_scale(&seen) == 3);
    seen.crash.milliseconds = 100000;
    assert_true(self_test_scale(&seen) == 10);
}

/* A selection looks only at what its cases need. */
TEST(a_selection_reports_what_was_checked)
{
    seen.whole = false;
    seen.copied = false;
    assert_int_equal(self_test_judge(&seen, findings), 3);
    assert_int_equal(findings[0].number, 4);
    assert_int_equal(findings[1].number, 4);
    assert_int_equal(findings[2].number, 8);
}

static const struct test_case with_need = {.needs = "64-bit identity-low"},
                              without = {.needs = "identity-lower"};

TEST(cases_with_an_unmet_need_are_skipped)
{
    struct plan_item items[3] = {
        {.what.test = &with_need}, {.what.test = &without}, {.what.test = &with_need, .skip = "earlier"}};
    struct plan plan = {.items = items, .count = 3};
    assert_true(plan_needs(&plan, "identity-low"));
    plan_skip_need(&plan, "identity-low", "it does not start");
    assert_string_equal(items[0].skip, "it does not start");
    assert_null(items[1].skip);
    assert_string_equal(items[2].skip, "earlier");
    assert_false(plan_needs(&plan, "identity-low"));
}

TEST(findings_become_skips)
{
    char message[700];
    struct text error = text_over(message, sizeof message);
    struct plan_item items[2] = {{.what.test = &with_need}, {.what.test = &without}};
    struct plan plan = {.items = items, .count = 2};
    struct run_start start = {.whole = true};
    seen.starts[0] = (struct self_test_start){.name = "low", .failed = "CreateProcess", .error = 5};
    start.count = self_test_judge(&seen, start.findings);
    assert_true(run_start_apply(&start, &plan, &error));
    assert_non_null(strstr(items[0].skip, "identity low: the actor does not start: CreateProcess, error 5"));
    assert_null(items[1].skip);
    assert_string_equal(message, "");
}

TEST(a_finding_that_stops_a_run_is_an_error)
{
    char message[700];
    struct text error = text_over(message, sizeof message);
    struct plan plan = {0};
    struct run_start start = {.whole = true};
    seen.leaves.text = false;
    start.count = self_test_judge(&seen, start.findings);
    assert_false(run_start_apply(&start, &plan, &error));
    assert_non_null(strstr(message, "no verdict of a run would be valid: a process that leaves"));
}

TEST(findings_are_properties)
{
    struct run_start start = {.whole = true};
    struct buffer written = {0};
    struct junit *report = junit_new(JUNIT_STRICT, "host", "2026-11-29T00:00:00Z");
    junit_add(report,
              &(struct junit_case){
                  .topic = "topic", .id = "id", .message = "", .details = "", .file = "cases/topic.c"});
    seen.starts[0] = (struct self_test_start){.name = "low", .failed = "CreateProcess", .error = 5};
    start.count = self_test_judge(&seen, start.findings);
    run_start_report(&start, report);
    assert_true(junit_text(report, NULL, 0, &written));
    assert_non_null(strstr(written.at, "name=\"self_test_leaving\" value=\"fine: a case is left"));
    assert_non_null(strstr(
        written.at, "name=\"self_test_identities\" value=\"skips: identity low: the actor does not start"));
    assert_non_null(strstr(written.at, "; fine: identity restricted: hello"));
    assert_non_null(strstr(written.at, "name=\"self_test_crashes\""));
    buffer_free(&written);
    junit_free(report);
}

TEST(windows_11_has_its_name)
{
    static const struct {
        const char *product;
        unsigned long build;
        const char *corrected;
    } table[] = {
        {"Windows 10 Pro", 22000, "Windows 11 Pro"},
        {"Windows 10 Pro", 19045, "Windows 10 Pro"},
        {"Windows 11 Pro", 26100, "Windows 11 Pro"},
        {"Windows Server 2025 Datacenter", 26100, "Windows Server 2025 Datacenter"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char product[80];
        snprintf(product, sizeof product, "%s", table[i].product);
        platform_correct_product(product, table[i].build);
        assert_string_equal(product, table[i].corrected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_system_without_failures_is_fine, all_well),
        cmocka_unit_test_setup(a_case_that_cannot_be_left_stops_a_run, all_well),
        cmocka_unit_test_setup(faults_that_an_actor_does_not_reply_stop_a_run, all_well),
        cmocka_unit_test_setup(control_flow_guard_without_targets_stops_a_run, all_well),
        cmocka_unit_test_setup(policies_are_named, all_well),
        cmocka_unit_test_setup(an_identity_that_does_not_start_is_a_skip, all_well),
        cmocka_unit_test_setup(error_codes_are_explained, all_well),
        cmocka_unit_test_setup(a_copy_that_does_not_start_is_a_skip, all_well),
        cmocka_unit_test_setup(a_copy_in_a_container_is_reported, all_well),
        cmocka_unit_test_setup(jobs_are_described, all_well),
        cmocka_unit_test_setup(the_system_is_described, all_well),
        cmocka_unit_test_setup(too_little_memory_is_a_skip, all_well),
        cmocka_unit_test_setup(slow_crashes_are_reported, all_well),
        cmocka_unit_test_setup(slow_starts_and_crashes_make_deadlines_longer, all_well),
        cmocka_unit_test_setup(a_selection_reports_what_was_checked, all_well),
        cmocka_unit_test_setup(cases_with_an_unmet_need_are_skipped, all_well),
        cmocka_unit_test_setup(findings_become_skips, all_well),
        cmocka_unit_test_setup(a_finding_that_stops_a_run_is_an_error, all_well),
        cmocka_unit_test_setup(findings_are_properties, all_well),
        cmocka_unit_test_setup(windows_11_has_its_name, all_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
