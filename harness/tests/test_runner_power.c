/* Runs without power: the verdict of a case whose control did not show its effect. */
#include "testing.h"

#include "../runner/run/summary.h"
#include "results_fixture.h"

static const struct finding nothing_seen = {.verdict = VERDICT_SKIP,
                                            .line = 105,
                                            .text = (char *)"no power: nothing was lost"},
                            nothing_more = {.verdict = VERDICT_SKIP,
                                            .line = 106,
                                            .text = (char *)"no power: nothing was torn"};

/* A skip with a reason, unless there is a worse finding; never a pass. */
TEST(a_control_without_effect_is_a_skip_with_its_reason)
{
    const struct {
        struct finding findings[3];
        size_t count;
        enum verdict verdict;
        const char *in_report;
    } table[] = {
        {{nothing_seen}, 1, VERDICT_SKIP, "<skipped message=\"no power: nothing was lost\">"},
        {{nothing_seen, nothing_more}, 2, VERDICT_SKIP, "line 106: no power: nothing was torn\n</skipped>"},
        {{nothing_seen, six}, 2, VERDICT_DEVIATES, "<failure message=\"[a-row] got error=6\""},
        {{six, nothing_seen}, 2, VERDICT_DEVIATES, "<failure message=\"[a-row] got error=6\""},
        {{five, nothing_seen}, 2, VERDICT_KNOWN, "<skipped message=\"known: Wine says 5\">"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct results_fixture fixture;
        fixture_start(&fixture, known_text, 1);
        fixture_add(&fixture, 0, table[i].findings, table[i].count);
        if (junit_count(fixture.results.junit, table[i].verdict) != 1)
            fail_msg("line %d of the table has another verdict", (int)i);
        expect_in_report(&fixture, table[i].in_report);
        fixture_end(&fixture);
    }
}

/* The summary counts it by its reason, as any skip, and does not call an entry of known.toml out of date because of it. */
TEST(the_summary_counts_cases_without_power)
{
    struct results_fixture fixture;
    fixture_start(&fixture, known_text, 1);
    fixture_add(&fixture, 0, &nothing_seen, 1);
    fixture_add(&fixture, 2, &nothing_seen, 1);
    CAPTURED(summary_print(&fixture.results));
    assert_non_null(strstr(captured, "    2: the run had no power: "));
    assert_null(strstr(captured, "No longer true here"));
    assert_non_null(strstr(captured, "\n0 passed, 0 failed, 2 skipped\n"));
    assert_int_equal(results_exit_code(&fixture.results), 0);
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_control_without_effect_is_a_skip_with_its_reason),
        cmocka_unit_test(the_summary_counts_cases_without_power),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
