/* What a run says on the console and at its end, and when it writes the report. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

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

static void summary(void **state)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    (void)state;
    add_all(&fixture);
    CAPTURED(results_summary(&fixture.results));
    assert_string_equal(
        captured, "\n"
                  "    2 skipped: needs to run in session 0, as a service does\n"
                  "    1 skipped: needs an elevated administrator\n"
                  "    1 known deviations of this platform, each with a reason in known.toml\n"
                  "No longer true here: known.toml line 7 (case *): nothing that it excuses was seen\n"
                  "No longer true here: known.toml line 18 (case third-*): nothing that it excuses was seen\n"
                  "0 fail, 1 deviate, 0 error\n"
                  "1 passed, 1 failed, 4 skipped\n");
    assert_int_equal(results_exit_code(&fixture.results), 1);
    fixture_end(&fixture);
}

/* An entry is not called out of date because its case was not run, or broke. */
static void no_rumours(void **state)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    (void)state;
    fixture_add(&fixture, 0, &five, 1);
    fixture_add(&fixture, 2, &(struct finding){.verdict = VERDICT_ERROR, .text = (char *)"broken"}, 1);
    CAPTURED(results_summary(&fixture.results));
    assert_null(strstr(captured, "case third-*"));
    assert_non_null(strstr(captured, "\n0 fail, 0 deviate, 1 error\n0 passed, 1 failed, 1 skipped\n"));
    assert_int_equal(results_exit_code(&fixture.results), 2);
    fixture_end(&fixture);
}

static void nothing_ran(void **state)
{
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    (void)state;
    CAPTURED(results_summary(&fixture.results));
    assert_non_null(strstr(captured, "\n0 passed, 0 failed, 0 skipped\n"));
    expect_in_report(&fixture, "no-case-ran");
    fixture_end(&fixture);
}

/* What a person sees of a case: what is wrong, where, and why it is known. */
static void on_the_console(void **state)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    (void)state;
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

/* ---- when the report is written ---- */

static void refreshed(void **state)
{
    static const size_t running[] = {1};
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 80];
    char why[300], text[20000];
    struct text error = text_over(why, sizeof why);
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    struct results *results = &fixture.results;
    (void)state;
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
    /* Something is, but writing has taken too much of the run: later, and half a second later at the latest. */
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
        cmocka_unit_test(summary),        cmocka_unit_test(no_rumours), cmocka_unit_test(nothing_ran),
        cmocka_unit_test(on_the_console), cmocka_unit_test(refreshed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
