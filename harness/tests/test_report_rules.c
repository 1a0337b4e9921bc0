/* The checker of the rules of a report: a good report passes, and the checker notices each broken rule. */
#include "testing.h"

#include "report_rules.h"

static void add_cases(struct junit *report)
{
    struct junit_case add = {.topic = "open",
                             .id = "first",
                             .verdict = VERDICT_FAIL,
                             .message = "expected & got",
                             .details = "details",
                             .file = "cases/open.c",
                             .line = 12,
                             .milliseconds = 1002,
                             .output = "rows: first\n",
                             .output_length = 12,
                             .stray = "stray",
                             .stray_length = 5};
    junit_property(report, "os.build", "10.0");
    junit_add(report, &add);
    add.id = "second";
    add.verdict = VERDICT_PASS;
    junit_add(report, &add);
    add.topic = "life";
    add.id = "third";
    add.verdict = VERDICT_KNOWN;
    junit_add(report, &add);
    add.id = "fourth";
    add.verdict = VERDICT_ERROR;
    junit_add(report, &add);
}

static bool holds(const char *bytes, size_t length, enum junit_dialect dialect)
{
    char room[300];
    struct text wrong = text_over(room, sizeof room);
    bool result = report_rules_hold(bytes, length, dialect, &wrong, NULL, NULL);
    assert_int_equal(result, wrong.length == 0); /* a broken rule has a message */
    return result;
}

static struct buffer good_report(enum junit_dialect dialect)
{
    struct junit *report = junit_new(dialect, "host", "2026-02-03T04:05:06Z");
    assert_non_null(report);
    add_cases(report);
    struct buffer out = {0};
    assert_true(junit_text(report, NULL, 0, &out));
    assert_true(holds(out.at, out.length, dialect));
    junit_free(report);
    return out;
}

/* The report with the first occurrence of `old` replaced. */
static struct buffer replaced(const struct buffer *report, const char *old, const char *by)
{
    const char *at = strstr(report->at, old);
    if (!at)
        fail_msg("'%s' is not in the report", old);
    struct buffer out = {0};
    buffer_add(&out, report->at, (size_t)(at - report->at));
    buffer_add_string(&out, by);
    buffer_add_string(&out, at + strlen(old));
    return out;
}

TEST(every_broken_rule_is_found)
{
    static const struct {
        const char *old, *by;
    } table[] = {
        {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", ""},
        {"<?xml", "\xEF\xBB\xBF<?xml"},
        {"</testsuites>\n", ""},
        {"</testsuites>\n", "</testsuites>\n<x>"},
        {"</testsuites>\n", "</testsuites>\nx"},
        {"<testsuites name", "<testsuites disabled=\"0\" name"},
        {" time=\"4.008\">", " time=\"4.009\">"},
        {"tests=\"4\"", "tests=\"5\""},
        {"failures=\"1\" errors=\"1\" time=\"4", "failures=\"1\" errors=\"2\" time=\"4"},
        {"tests=\"2\"", "tests=\"3\""},
        {"failures=\"1\" errors=\"0\"", "failures=\"0\" errors=\"0\""},
        {"skipped=\"1\"", "skipped=\"0\""},
        {"errors=\"1\" skipped=\"1\"", "errors=\"x\" skipped=\"1\""},
        {" id=\"1\"", " id=\"2\""},
        {" package=\"shmcheck\"", ""},
        {"name=\"shmcheck.open\" tests", "name=\"open\" tests"},
        {"name=\"shmcheck.open\" tests", "name=\"w.shmcheck.open\" tests"},
        {"name=\"os.build\" value=\"10.0\"", "name=\"suite_prefix\" value=\"w\""},
        {"classname=\"shmcheck.open\"", "classname=\"shmcheck.life\""},
        {"<properties>", "<properties a=\"b\">"},
        {"    <properties>\n      <property name=\"os.build\" value=\"10.0\"/>\n    </properties>\n", ""},
        {" value=\"10.0\"/>", "/>"},
        {" value=\"10.0\"/>", " value=\"10.0\">x</property>"},
        {"time=\"1.002\">", "time=\"1.0020\">"},
        {"time=\"1.002\">", "time=\"1,002\">"},
        {"time=\"1.002\">", "time=\"1\">"},
        {"time=\"1.002\">", "time=\".002\">"},
        {"time=\"1.002\">", "time=\"1.002\" file=\"cases/open.c\">"},
        {"time=\"1.002\">", "time=\"1.002\" status=\"run\">"},
        {" classname=\"shmcheck.open\" time=\"1.002\"", " time=\"1.002\" classname=\"shmcheck.open\""},
        {"message=\"expected &amp; got\"", "message=\"another\""},
        {"message=\"expected &amp; got\"", "message=\"expected &amp; go\""},
        {"message=\"expected &amp; got\"", "message=\"\""},
        {" type=\"shmcheck.Failure\"", ""},
        {" type=\"shmcheck.Failure\"", " type=\"Failure\""},
        {" type=\"shmcheck.Failure\"", " type=\"shmcheck.Deviation\""},
        {" type=\"shmcheck.Failure\"", " type=\"shmcheck.Harness\""},
        {"<skipped message", "<skipped type=\"x.y\" message"},
        {"message=\"known: expected &amp; got\">known: expected", "message=\"expected &amp; got\">expected"},
        {"verdict=fail]]", "verdict=pass]]"},
        {"verdict=known]]", "verdict=unknown]]"},
        {"[[PROPERTY|reason=known: expected &amp; got]]\n", ""},
        {"reason=known: expected &amp; got]]", "reason=known: expected]]"},
        {"verdict=known]]", "verdict=know]]"},
        {"[[PROPERTY|verdict=fail]]\n", ""},
        {"<system-err>stray</system-err>", "<system-err>stray</system-err><system-err>more</system-err>"},
        {"<system-err>stray</system-err>", "<failure message=\"x\" type=\"shmcheck.Failure\">x</failure>"},
        {"<system-err>stray</system-err>", "<rerunFailure>stray</rerunFailure>"},
        {"<system-err>stray</system-err>", "<system-err>stray</system-out>"},
        {"<system-err>stray</system-err>", "<system-err>stray"},
        {"<system-err>stray</system-err>", "<system-err><![CDATA[stray]]></system-err>"},
        {"<system-err>stray</system-err>", "<!-- stray -->"},
        {"<system-err>stray</system-err>", "<system-err a=\"b\">stray</system-err>"},
        {"stray<", "str&ay<"},
        {"stray<", "str&#1;ay<"},
        {"stray<", "str&sol;ay<"},
        {"stray<", "str>ay<"},
        {"stray<", "str<ay<"},
        {"stray<", "str\x01"
                   "ay<"},
        {"stray<", "str\x7F"
                   "ay<"},
        {"stray<", "str\ray<"},
        {"stray<", "str\xFF"
                   "ay<"},
        {"stray<", "str\xC0\x80"
                   "ay<"},
        {"stray<", "str\xE0\x80\x80"
                   "ay<"},
        {"stray<", "str\xED\xA0\x80"
                   "ay<"},
        {"stray<", "str\xEF\xBF\xBE"
                   "ay<"},
        {"stray<", "str\xF4\x90\x80\x80"
                   "ay<"},
        {"stray<", "str\xC2\x85"
                   "ay<"},
        {"stray<", "str\xE2\x80\xA8"
                   "ay<"},
        {"hostname=\"host\"", "hostname=\"ho\nst\""},
        {"hostname=\"host\"", "hostname=\"ho<st\""},
        {"hostname=\"host\"", "hostname=\"host\" hostname=\"host\""},
        {"hostname=\"host\"", "hostname=host"},
        {"hostname=\"host\"", "hostname='host'"},
    };
    struct buffer good = good_report(JUNIT_STRICT);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct buffer broken = replaced(&good, table[i].old, table[i].by);
        if (holds(broken.at, broken.length, JUNIT_STRICT))
            fail_msg("'%s' for '%s' was not noticed", table[i].by, table[i].old);
        buffer_free(&broken);
    }
    buffer_free(&good);
}

TEST(every_dialect_keeps_the_rules)
{
    struct buffer surefire = good_report(JUNIT_SUREFIRE);
    assert_false(holds(surefire.at, surefire.length, JUNIT_STRICT));
    assert_null(strstr(surefire.at, "hostname"));
    buffer_free(&surefire);
    struct buffer extended = good_report(JUNIT_EXTENDED);
    assert_false(holds(extended.at, extended.length, JUNIT_STRICT));
    struct buffer broken = replaced(&extended, "got\n  at cases/open.c:12", "got\nat cases/open.c:12");
    assert_false(holds(broken.at, broken.length, JUNIT_EXTENDED));
    buffer_free(&broken);
    buffer_free(&extended);
}

/* Every proper prefix of a report breaks a rule. */
TEST(cut_reports_break_a_rule)
{
    struct buffer good = good_report(JUNIT_STRICT);
    for (size_t length = 0; length + 1 < good.length; length++)
        assert_false(holds(good.at, length, JUNIT_STRICT));
    buffer_free(&good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_broken_rule_is_found),
        cmocka_unit_test(every_dialect_keeps_the_rules),
        cmocka_unit_test(cut_reports_break_a_rule),
    };
    return cmocka_run_group_tests_name("report rules", tests, NULL, NULL);
}
