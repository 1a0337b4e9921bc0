/* The judgement: findings and known.toml in, verdict, message and exit code out. */
#include "testing.h"

#include "results_fixture.h"

/* The worst finding decides, in any order; the message is the first of the worst ones. */
TEST(the_worst_finding_decides_the_verdict)
{
    static const struct finding
        f = {.verdict = VERDICT_FAIL, .line = 101, .text = (char *)"[a-row] a failure"},
        f2 = {.verdict = VERDICT_FAIL, .line = 102, .text = (char *)"[a-row] another failure"},
        d = {.verdict = VERDICT_DEVIATES, .line = 103, .text = (char *)"[a-row] a deviation"},
        crash = {.verdict = VERDICT_ERROR, .error_kind = ERROR_KIND_CRASH, .text = (char *)"it died"},
        timeout = {.verdict = VERDICT_ERROR,
                   .error_kind = ERROR_KIND_TIMEOUT,
                   .line = 104,
                   .text = (char *)"it was late"};
    const struct {
        struct finding findings[3];
        size_t count;
        enum verdict verdict;
        const char *in_report;
        int exit_code;
    } table[] = {
        {{f},
         0,
         VERDICT_PASS,
         "name=\"one-case\" classname=\"shmcheck.sample\" time=\"0.007\">\n      <system-out>",
         0},
        {{d},
         1,
         VERDICT_DEVIATES,
         "<failure message=\"[a-row] a deviation\" type=\"shmcheck.Deviation\">[a-row] a deviation\n  at "
         "cases/sample.c:103",
         1},
        {{f}, 1, VERDICT_FAIL, "<failure message=\"[a-row] a failure\" type=\"shmcheck.Failure\">", 1},
        {{d, f, f2},
         3,
         VERDICT_FAIL,
         "<failure message=\"[a-row] a failure\" type=\"shmcheck.Failure\">[a-row] a failure\n  at "
         "cases/sample.c:101\nline 103: [a-row] a deviation\nline 102: [a-row] another failure\n</failure>",
         1},
        {{f2, d, f}, 3, VERDICT_FAIL, "message=\"[a-row] another failure\"", 1},
        {{f, crash},
         2,
         VERDICT_ERROR,
         "<error message=\"it died\" type=\"shmcheck.Crash\">it died\n  at cases/sample.c:11\nline 101: "
         "[a-row] a failure\n</error>",
         2},
        {{timeout, crash, f},
         3,
         VERDICT_ERROR,
         "<error message=\"it was late\" type=\"shmcheck.Timeout\">it was late\n  at cases/sample.c:104\n",
         2},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct results_fixture fixture;
        fixture_start(&fixture, "", 1);
        fixture_add(&fixture, 0, table[i].findings, table[i].count);
        assert_int_equal(junit_count(fixture.results.junit, table[i].verdict), 1);
        expect_in_report(&fixture, table[i].in_report);
        assert_int_equal(results_exit_code(&fixture.results), table[i].exit_code);
        fixture_end(&fixture);
    }
}

TEST(known_findings_make_a_known_verdict)
{
    const struct {
        size_t item;
        struct finding findings[3];
        size_t count;
        enum verdict verdict;
        const char *in_report;
        int exit_code;
    } table[] = {
        {0,
         {five},
         1,
         VERDICT_KNOWN,
         "<skipped message=\"known: Wine says 5\">known: Wine says 5\n  at cases/sample.c:101\n[a-row] got "
         "error=5\n</skipped>",
         0},
        {0, {five, five}, 2, VERDICT_KNOWN, "line 101: [a-row] got error=5\n</skipped>", 0},
        {0, {five, late}, 2, VERDICT_KNOWN, "message=\"known: Wine says 5\"", 0},
        {0, {late}, 1, VERDICT_KNOWN, "message=\"known: a slow machine\"", 0},
        /* One finding that is not excused decides. */
        {0,
         {five, six},
         2,
         VERDICT_DEVIATES,
         "<failure message=\"[a-row] got error=6\" type=\"shmcheck.Deviation\">",
         1},
        {0, {six, five}, 2, VERDICT_DEVIATES, "<failure message=\"[a-row] got error=6\"", 1},
        /* Of another case, and on another platform. */
        {1, {five}, 1, VERDICT_FAIL, "<failure message=\"[a-row] got error=5\"", 1},
        {0, {five}, 0, VERDICT_PASS, "name=\"one-case\"", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct results_fixture fixture;
        fixture_start(&fixture, known_text, 1);
        fixture_add(&fixture, table[i].item, table[i].findings, table[i].count);
        if (junit_count(fixture.results.junit, table[i].verdict) != 1)
            fail_msg("line %d of the table has another verdict", (int)i);
        expect_in_report(&fixture, table[i].in_report);
        assert_int_equal(results_exit_code(&fixture.results), table[i].exit_code);
        fixture_end(&fixture);
    }
}

/* A failure that was lost when memory ran out must not become a pass. */
TEST(an_incomplete_outcome_is_an_error)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    struct case_outcome outcome = {.incomplete = true};
    case_outcome_add(&outcome, five, five.text);
    CAPTURED(results_add(&fixture.results, 0, &outcome));
    assert_int_equal(results_exit_code(&fixture.results), 2);
    expect_in_report(&fixture, "<error message=\"memory ran out: ");
    fixture_end(&fixture);
}

/* A message of any length is in the report as a whole. */
TEST(long_messages_are_kept)
{
    static char text[4001];
    const struct finding finding = {.verdict = VERDICT_FAIL, .line = 1, .text = text};
    struct results_fixture fixture;
    fixture_start(&fixture, "", 1);
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = (char)('a' + i % 19);
    fixture_add(&fixture, 0, &finding, 1);
    expect_in_report(&fixture, text);
    fixture_end(&fixture);
}

TEST(rows_and_transcript_are_reported)
{
    struct results_fixture fixture;
    fixture_start(&fixture, "", 2);
    struct case_outcome outcome = {0};
    buffer_add_string(&outcome.transcript, "writer> create -> ok\n");
    buffer_add_string(&outcome.stray, "printed");
    CAPTURED(results_add(&fixture.results, 6, &outcome));
    expect_in_report(&fixture, "name=\"one-case.2\"");
    expect_in_report(&fixture,
                     "[[PROPERTY|row=a-row]]\n[[PROPERTY|row=b-row]]\nwriter&gt; create -&gt; ok\n");
    expect_in_report(&fixture, "<system-err>printed</system-err>");
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_finding_decides_the_verdict),
        cmocka_unit_test(known_findings_make_a_known_verdict),
        cmocka_unit_test(an_incomplete_outcome_is_an_error),
        cmocka_unit_test(long_messages_are_kept),
        cmocka_unit_test(rows_and_transcript_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
