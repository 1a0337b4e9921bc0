/* The output of a run on the console and at its end, and when the report is written. */
#include "testing.h"

#include "../runner/run/summary.h"
#include "../runner/case/contract.h"
#include "results_fixture.h"

/* Adds every item of the plan: skips, then one of each verdict. */
static void add_all(struct results_fixture *fixture)
{
    for (size_t i = 0; i < fixture->plan.count; i++)
        if (fixture->plan.items[i].skip)
            CAPTURED(results_skip(&fixture->results, i));
    fixture_add(fixture, 0, &five, 1);
    fixture_add(fixture, 1, &six, 1);
    fixture_add(fixture, 2, NULL, 0);
}

TEST(the_summary_counts_verdicts)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    add_all(&fixture);
    CAPTURED(summary_print(&fixture.results));
    assert_string_equal(
        captured,
        "\n"
        "Failed: 1 (0 fail, 1 deviate, 0 error)\n"
        "  deviates  sample/other-case\n"
        "      [a-row] got error=6\n"
        "        at cases/sample.c:102\n"
        "      alone: shmcheck.exe --filter other-case\n"
        "\n"
        "Known deviations: 1, each with a reason in known.toml\n"
        "  Wine 8.0 meets 1 of the 3 cases that ran, and 0 of the 1 rows that they check\n"
        "  No longer true here: known.toml line 7 (case *): nothing that it excuses was seen\n"
        "  No longer true here: known.toml line 18 (case third-*): nothing that it excuses was seen\n"
        "Skipped: 3\n"
        "    2: needs to run in session 0, as a service does\n"
        "    1: needs an elevated administrator\n"
        "1 passed, 1 failed, 4 skipped\n");
    assert_int_equal(results_exit_code(&fixture.results), 1);
    fixture_end(&fixture);
}

/* The file of --summary: the same text, without colours, with the line ends of Windows. */
TEST(the_summary_goes_into_a_file_too)
{
    struct results_fixture fixture;
    struct buffer copy = {0};
    fixture_start(&fixture, known_text, 1);
    add_all(&fixture);
    fixture.console.colour = true;
    fixture.console.copy = &copy;
    CAPTURED(
        console_print(&fixture.console, "%s%s\nlast", console_verdict(&fixture.console, VERDICT_FAIL), "x"));
    assert_non_null(strchr(captured, '\x1b'));
    assert_string_equal(copy.at, "fail    x\r\nlast\r\n");
    CAPTURED(summary_print(&fixture.results));
    assert_non_null(strstr(copy.at, "\r\nSkipped: 3\r\n"));
    assert_string_equal(copy.at + copy.length - 33, "\r\n1 passed, 1 failed, 4 skipped\r\n");
    buffer_free(&copy);
    fixture_end(&fixture);
}

/* An entry is not out of date if its case did not run, or was an error. */
TEST(entries_of_cases_that_did_not_run_are_not_called_unneeded)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    fixture_add(&fixture, 0, &five, 1);
    fixture_add(&fixture, 2, &(struct finding){.verdict = VERDICT_ERROR, .text = (char *)"broken"}, 1);
    CAPTURED(summary_print(&fixture.results));
    assert_null(strstr(captured, "case third-*"));
    assert_non_null(strstr(captured, "Failed: 1 (0 fail, 0 deviate, 1 error)\n"));
    assert_int_equal(results_exit_code(&fixture.results), 2);
    fixture_end(&fixture);
}

/* An entry whose deviation depends on something that no fact tells is never out of date. */
TEST(an_entry_that_depends_on_more_than_facts_is_not_called_unneeded)
{
    struct results_fixture fixture;
    fixture_start(
        &fixture,
        "[[known]]\ncase = \"*\"\ncheck = \"never\"\nreason = \"r\"\ndepends_on = \"a file system\"\n", 1);
    fixture_add(&fixture, 0, NULL, 0);
    CAPTURED(summary_print(&fixture.results));
    assert_null(strstr(captured, "No longer true here"));
    fixture_end(&fixture);
}

TEST(a_run_without_cases_says_so)
{
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    CAPTURED(summary_print(&fixture.results));
    assert_non_null(strstr(captured, "\n0 passed, 0 failed, 0 skipped\n"));
    expect_in_report(&fixture, "no-case-ran");
    fixture_end(&fixture);
}

/* The output about a case: what is wrong, where, and why it is known. */
TEST(each_case_has_its_line_on_the_console)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    fixture_add(&fixture, 0, (const struct finding[]){six, five}, 2);
    assert_string_equal(captured, "deviates  sample           one-case (7 ms)\n"
                                  "          [a-row] got error=6\n"
                                  "            at cases/sample.c:102\n"
                                  "          [a-row] got error=5\n"
                                  "            at cases/sample.c:101\n");
    fixture_add(&fixture, 0, &five, 1);
    assert_string_equal(captured, "known     sample           one-case (7 ms)\n"
                                  "          known: Wine says 5\n");
    fixture_add(&fixture, 1, NULL, 0);
    assert_string_equal(captured, "pass      sample           other-case (7 ms)\n");
    fixture_end(&fixture);
}

/* A case that passes is shown only with --verbose. */
TEST(passing_cases_are_shown_only_with_verbose)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    fixture.console = console_new(3, false, false);
    fixture_add(&fixture, 1, NULL, 0);
    assert_string_equal(captured, "");
    fixture_add(&fixture, 0, &six, 1);
    assert_non_null(strstr(captured, "deviates  sample           one-case (7 ms)\n"));
    fixture.console = console_new(3, false, true);
    fixture_add(&fixture, 2, &six, 1);
    assert_string_equal(captured, "");
    CAPTURED(summary_print(&fixture.results));
    assert_non_null(strstr(captured, "sample/third-case\n"));
    fixture_end(&fixture);
}

/* The step, what was expected and what came back stand in lines of their own. */
TEST(a_failure_shows_step_expectation_and_reply)
{
    static const struct finding differs = {
        .verdict = VERDICT_FAIL,
        .line = 7,
        .text = (char *)"[a-row] reader> open section name=@x: expected ok, got fail error=2, got nothing"};
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    fixture_add(&fixture, 0, &differs, 1);
    assert_non_null(strstr(captured, "          [a-row] reader> open section name=@x\n"
                                     "            expected ok, got fail error=2\n"
                                     "            got      nothing\n"
                                     "            at cases/sample.c:7\n"));
    fixture_end(&fixture);
}

/* That a hypothesis has no evidence is said in a line of its own, not as a part of the reply. */
TEST(a_remark_on_the_expectation_has_its_own_line)
{
    static const struct finding differs = {
        .verdict = VERDICT_DEVIATES,
        .line = 7,
        .text = (char *)"[a-row] reader> open s name=@x: expected ok, got fail error=2; " NO_EVIDENCE};
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    fixture_add(&fixture, 0, &differs, 1);
    assert_non_null(strstr(captured, "            got      fail error=2\n"
                                     "            no evidence from Windows yet\n"));
    fixture_end(&fixture);
}

/* The end of a run shows so many failures and counts the others. */
TEST(the_summary_shows_the_first_failures_and_counts_the_rest)
{
    struct results_fixture fixture;
    fixture_start(&fixture, "", RESULTS_FAILURES + 2);
    for (size_t i = 0, added = 0; i < fixture.plan.count && added < RESULTS_FAILURES + 2; i++)
        if (!fixture.plan.items[i].skip) {
            fixture_add(&fixture, i, &six, 1);
            added++;
        }
    CAPTURED(summary_print(&fixture.results));
    assert_non_null(strstr(captured, "  and 2 more; the report has them\n"));
    fixture_end(&fixture);
}

/* A driver's names replace those of the runner. */
TEST(the_words_of_a_driver_replace_those_of_the_runner)
{
    static wchar_t path[] = L"Z:\\a b\\r.xml";
    struct options options = {.junit = path, .allow_large = true};
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    summary_words(&fixture.results.words, &options);
    fixture_add(&fixture, 0, &six, 1);
    CAPTURED(summary_print(&fixture.results));
    assert_non_null(strstr(captured, "alone: shmcheck.exe --allow-large --filter one-case\n"));
    assert_non_null(strstr(captured,
                           "\nReport: Z:\\a b\\r.xml\nCompare: scripts/compare BASE Z:\\a b\\r.xml\n"
                           "0 passed, 1 failed, 0 skipped\n"));
    SetEnvironmentVariableW(SUMMARY_COMMAND_VARIABLE, L"scripts/run --target \xE4");
    SetEnvironmentVariableW(SUMMARY_REPORT_VARIABLE, L"reports/r.xml");
    SetEnvironmentVariableW(SUMMARY_COMPARE_VARIABLE, L"scripts/compare b r");
    options.allow_large = false;
    summary_words(&fixture.results.words, &options);
    assert_string_equal(fixture.results.words.command, "scripts/run --target \xC3\xA4");
    assert_string_equal(fixture.results.words.report, "reports/r.xml");
    assert_string_equal(fixture.results.words.compare, "scripts/compare b r");
    options.junit = NULL;
    summary_words(&fixture.results.words, &options);
    assert_null(fixture.results.words.report);
    assert_null(fixture.results.words.compare);
    SetEnvironmentVariableW(SUMMARY_COMMAND_VARIABLE, NULL);
    SetEnvironmentVariableW(SUMMARY_REPORT_VARIABLE, NULL);
    SetEnvironmentVariableW(SUMMARY_COMPARE_VARIABLE, NULL);
    fixture_end(&fixture);
}

/* A driver with a terminal gets a line that is overwritten, and colours unless NO_COLOR has a value. */
TEST(a_terminal_shows_progress_and_colours)
{
    SetEnvironmentVariableA(CONSOLE_LIVE_VARIABLE, "yes");
    SetEnvironmentVariableA("NO_COLOR", NULL);
    struct console console = console_new(10, false, false);
    assert_string_equal(console_verdict(&console, VERDICT_FAIL), "\x1b[31mfail    \x1b[0m");
    assert_string_equal(console_verdict(&console, VERDICT_SKIP), "skip    ");
    console.done = 5;
    console.bad = 1;
    console.started -= 20000;
    CAPTURED(console_running(&console, "one-case"));
    assert_non_null(strstr(captured, "[5/10] 1 failed, about 2"));
    assert_non_null(strstr(captured, " s left  one-case"));
    SetEnvironmentVariableA("NO_COLOR", "1");
    console = console_new(10, false, false);
    assert_string_equal(console_verdict(&console, VERDICT_FAIL), "fail    ");
    SetEnvironmentVariableA("NO_COLOR", NULL);
    SetEnvironmentVariableA(CONSOLE_LIVE_VARIABLE, NULL);
}

/* In a pipe progress is a line from time to time. */
TEST(a_pipe_shows_progress_as_lines)
{
    struct console console = console_new(400, false, false);
    CAPTURED(console_running(&console, "one-case"));
    assert_string_equal(captured, "");
    CAPTURED(console_case(&console, VERDICT_PASS, "sample", "one-case", 7, ""));
    assert_string_equal(captured, "");
    console.done = 99;
    console.started -= 60000;
    console.progress_at -= 60000;
    CAPTURED(console_case(&console, VERDICT_PASS, "sample", "one-case", 7, ""));
    assert_memory_equal(captured, "[100/400] about 3 min left\n", 26);
    CAPTURED(console_case(&console, VERDICT_PASS, "sample", "one-case", 7, ""));
    assert_string_equal(captured, "");
}

TEST(the_time_left_is_estimated)
{
    assert_int_equal(console_time_left(20000, 10, 40), 60000);
    assert_int_equal(console_time_left(20000, 40, 40), 0);
    assert_true(console_time_left(20000, 2, 40) == UINT64_MAX);
    assert_true(console_time_left(300, 10, 40) == UINT64_MAX);
}

/* ---- when the report is written ---- */

TEST(the_report_is_refreshed_while_cases_run)
{
    static const size_t running[] = {1};
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 80];
    char why[300], text[20000];
    struct text error = text_over(why, sizeof why);
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    struct results *results = &fixture.results;
    GetTempPathW(MAX_PATH + 1, folder);
    swprintf(path, MAX_PATH + 80, L"%lsshmcheck-test-%lu.xml", folder, (unsigned long)GetCurrentProcessId());
    results->run_started = GetTickCount64();
    results_start(results);
    assert_int_equal(results_refresh(results, running, 1), INFINITE); /* no report was asked for */
    results->file = report_file_open(path, &error);
    if (!results->file)
        fail_msg("%s", why);
    assert_int_equal(results_refresh(results, running, 1), INFINITE);
    FILE *file = _wfopen(path, L"rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(text, "name=\"other-case\""));
    assert_non_null(strstr(text, "shmcheck.Interrupted"));
    /* Nothing is new. */
    results->writing = 1000000;
    assert_int_equal(results_refresh(results, running, 1), INFINITE);
    /* There is something new, but writing has taken too much of the time: it comes later, at the latest after half a
     * second. */
    results_start(results);
    assert_in_range(results_refresh(results, running, 1), 1, 500);
    Sleep(600);
    assert_int_equal(results_refresh(results, running, 1), INFINITE);
    assert_false(results->unwritten);
    report_file_close(results->file);
    DeleteFileW(path);
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_counts_verdicts),
        cmocka_unit_test(the_summary_goes_into_a_file_too),
        cmocka_unit_test(entries_of_cases_that_did_not_run_are_not_called_unneeded),
        cmocka_unit_test(an_entry_that_depends_on_more_than_facts_is_not_called_unneeded),
        cmocka_unit_test(a_run_without_cases_says_so),
        cmocka_unit_test(each_case_has_its_line_on_the_console),
        cmocka_unit_test(passing_cases_are_shown_only_with_verbose),
        cmocka_unit_test(a_failure_shows_step_expectation_and_reply),
        cmocka_unit_test(a_remark_on_the_expectation_has_its_own_line),
        cmocka_unit_test(the_summary_shows_the_first_failures_and_counts_the_rest),
        cmocka_unit_test(the_words_of_a_driver_replace_those_of_the_runner),
        cmocka_unit_test(a_terminal_shows_progress_and_colours),
        cmocka_unit_test(a_pipe_shows_progress_as_lines),
        cmocka_unit_test(the_time_left_is_estimated),
        cmocka_unit_test(the_report_is_refreshed_while_cases_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
