/* The report, byte for byte in both dialects, and the report of a run that has not ended. */
#include "testing.h"

#include <locale.h>

#include "../report/junit.h"
#include "report_rules.h"

static struct junit_case make_case(const char *topic, const char *id, enum verdict verdict,
                                   const char *message)
{
    return (struct junit_case){.topic = topic,
                               .id = id,
                               .verdict = verdict,
                               .message = message,
                               .details = "",
                               .file = "cases/open.c",
                               .line = 12,
                               .output = "",
                               .stray = ""};
}

static void set_output(struct junit_case *add, const char *output, const char *stray)
{
    add->output = output;
    add->output_length = strlen(output);
    add->stray = stray;
    add->stray_length = strlen(stray);
}

static struct junit *make_report(enum junit_dialect dialect)
{
    struct junit *report = junit_new(dialect, "w<1>", "2026-02-03T04:05:06Z");
    assert_non_null(report);
    return report;
}

/* The text, checked against the rules. */
static struct buffer text_of(const struct junit *report, enum junit_dialect dialect,
                             const struct junit_case *running, size_t running_count)
{
    struct buffer out = {0};
    char room[300];
    struct text wrong = text_over(room, sizeof room);
    assert_true(junit_text(report, running, running_count, &out));
    if (!report_rules_hold(out.at, out.length, dialect, &wrong, NULL, NULL))
        fail_msg("%s\n%s", room, out.at);
    return out;
}

static void expect_text(const struct junit *report, enum junit_dialect dialect,
                        const struct junit_case *running, size_t running_count, const char *expected)
{
    struct buffer out = text_of(report, dialect, running, running_count);
    assert_string_equal(out.at, expected);
    buffer_free(&out);
}

/* One case of each verdict, in two topics that take turns. */
static struct junit *make_full_report(enum junit_dialect dialect)
{
    struct junit *report = make_report(dialect);
    junit_property(report, "os.build", "10.0.26100.2894");
    junit_property(report, "wine.version", "old");
    junit_property(report, "wine.version", "");

    struct junit_case add = make_case("open", "open-missing", VERDICT_PASS, "");
    add.milliseconds = 3;
    set_output(&add, "rows: open-missing\nreader> open section -> fail error=2\n", "");
    junit_add(report, &add);
    add = make_case("life", "life-gone", VERDICT_FAIL, "expected error=2, got \"5\" & more");
    add.details = "line 131: expected ok\n  got fail";
    add.file = "cases/life.c";
    add.line = 123;
    add.milliseconds = 61004;
    set_output(&add, "rows: life-gone\n", "err: <stray>\r\n");
    junit_add(report, &add);
    add = make_case("open", "open-case", VERDICT_DEVIATES, "observed");
    junit_add(report, &add);
    add = make_case("open", "open-slow", VERDICT_ERROR, "no reply within 5,000 ms");
    add.error_kind = ERROR_KIND_TIMEOUT;
    add.milliseconds = 5000;
    add.line = 0;
    junit_add(report, &add);
    add = make_case("open", "open-global", VERDICT_SKIP, "needs the privilege");
    junit_add(report, &add);
    add = make_case("open", "open-known", VERDICT_KNOWN, "known: Wine bug 7");
    add.file = "";
    add.line = 0;
    junit_add(report, &add);
    return report;
}

#define SUITE_END " timestamp=\"2026-02-03T04:05:06Z\" hostname=\"w&lt;1&gt;\""
#define PROPERTIES                                                                                           \
    "    <properties>\n"                                                                                     \
    "      <property name=\"os.build\" value=\"10.0.26100.2894\"/>\n"                                        \
    "      <property name=\"wine.version\" value=\"\"/>\n"                                                   \
    "    </properties>\n"

/* The arguments are what the extended dialect adds to the cases, by the place they have. */
#define GOLDEN(open12, life123, open0)                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                           \
    "<testsuites name=\"shmcheck\" tests=\"6\" failures=\"2\" errors=\"1\" time=\"66.007\">\n"               \
    "  <testsuite name=\"shmcheck.open\" tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"2\" "             \
    "time=\"5.003\"" SUITE_END " id=\"0\" package=\"shmcheck\">\n" PROPERTIES                                \
    "    <testcase name=\"open-missing\" classname=\"shmcheck.open\" time=\"0.003\"" open12 ">\n"            \
    "      <system-out>[[PROPERTY|verdict=pass]]\n"                                                          \
    "rows: open-missing\n"                                                                                   \
    "reader&gt; open section -&gt; fail error=2\n"                                                           \
    "</system-out>\n"                                                                                        \
    "    </testcase>\n"                                                                                      \
    "    <testcase name=\"open-case\" classname=\"shmcheck.open\" time=\"0.000\"" open12 ">\n"               \
    "      <failure message=\"observed\" type=\"shmcheck.Deviation\">observed\n"                             \
    "  at cases/open.c:12</failure>\n"                                                                       \
    "      <system-out>[[PROPERTY|verdict=deviates]]\n"                                                      \
    "</system-out>\n"                                                                                        \
    "    </testcase>\n"                                                                                      \
    "    <testcase name=\"open-slow\" classname=\"shmcheck.open\" time=\"5.000\"" open0 ">\n"                \
    "      <error message=\"no reply within 5,000 ms\" type=\"shmcheck.Timeout\">no reply within 5,000 "     \
    "ms</error>\n"                                                                                           \
    "      <system-out>[[PROPERTY|verdict=error]]\n"                                                         \
    "</system-out>\n"                                                                                        \
    "    </testcase>\n"                                                                                      \
    "    <testcase name=\"open-global\" classname=\"shmcheck.open\" time=\"0.000\"" open12 ">\n"             \
    "      <skipped message=\"needs the privilege\">needs the privilege\n"                                   \
    "  at cases/open.c:12</skipped>\n"                                                                       \
    "      <system-out>[[PROPERTY|verdict=skip]]\n"                                                          \
    "[[PROPERTY|reason=needs the privilege]]\n"                                                              \
    "</system-out>\n"                                                                                        \
    "    </testcase>\n"                                                                                      \
    "    <testcase name=\"open-known\" classname=\"shmcheck.open\" time=\"0.000\">\n"                        \
    "      <skipped message=\"known: Wine bug 7\">known: Wine bug 7</skipped>\n"                             \
    "      <system-out>[[PROPERTY|verdict=known]]\n"                                                         \
    "[[PROPERTY|reason=known: Wine bug 7]]\n"                                                                \
    "</system-out>\n"                                                                                        \
    "    </testcase>\n"                                                                                      \
    "  </testsuite>\n"                                                                                       \
    "  <testsuite name=\"shmcheck.life\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" "             \
    "time=\"61.004\"" SUITE_END " id=\"1\" package=\"shmcheck\">\n" PROPERTIES                               \
    "    <testcase name=\"life-gone\" classname=\"shmcheck.life\" time=\"61.004\"" life123 ">\n"             \
    "      <failure message=\"expected error=2, got &quot;5&quot; &amp; more\" type=\"shmcheck.Failure\">"   \
    "expected error=2, got \"5\" &amp; more\n"                                                               \
    "  at cases/life.c:123\n"                                                                                \
    "line 131: expected ok\n"                                                                                \
    "  got fail</failure>\n"                                                                                 \
    "      <system-out>[[PROPERTY|verdict=fail]]\n"                                                          \
    "rows: life-gone\n"                                                                                      \
    "</system-out>\n"                                                                                        \
    "      <system-err>err: &lt;stray&gt;\n"                                                                 \
    "</system-err>\n"                                                                                        \
    "    </testcase>\n"                                                                                      \
    "  </testsuite>\n"                                                                                       \
    "</testsuites>\n"

static void expect_strict_report(void)
{
    struct junit *report = make_full_report(JUNIT_STRICT);
    expect_text(report, JUNIT_STRICT, NULL, 0, GOLDEN("", "", ""));
    junit_free(report);
}

TEST(strict_report_byte_for_byte)
{
    expect_strict_report();
}

TEST(extended_report_byte_for_byte)
{
    struct junit *report = make_full_report(JUNIT_EXTENDED);
    expect_text(report, JUNIT_EXTENDED, NULL, 0,
                GOLDEN(" file=\"cases/open.c\" line=\"12\"", " file=\"cases/life.c\" line=\"123\"",
                       " file=\"cases/open.c\""));
    junit_free(report);
}

/* Neither the decimal point nor anything else follows the locale. */
TEST(report_is_the_same_in_a_locale_with_a_comma)
{
    static const char *const locales[] = {"de_DE.UTF-8", "German_Germany.1252", "fr_FR.UTF-8", ""};
    unsigned with_comma = 0;
    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++)
        if (setlocale(LC_ALL, locales[i])) {
            with_comma += localeconv()->decimal_point[0] == ',';
            expect_strict_report();
        }
    setlocale(LC_ALL, "C");
    if (with_comma == 0) {
        print_message("no installed locale writes numbers with a comma\n");
        skip();
    }
}

TEST(verdicts_are_counted)
{
    struct junit *report = make_full_report(JUNIT_STRICT);
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        assert_int_equal(junit_count(report, (enum verdict)verdict), 1);
    struct junit_case add = make_case("open", "one-more", VERDICT_SKIP, "x");
    junit_add(report, &add);
    assert_int_equal(junit_count(report, VERDICT_SKIP), 2);
    struct buffer out = text_of(report, JUNIT_STRICT, &add, 1);
    assert_int_equal(junit_count(report, VERDICT_ERROR), 1); /* running cases are not in the report */
    buffer_free(&out);
    junit_free(report);
    junit_free(NULL);
}

TEST(verdicts_have_their_words)
{
    static const char *const names[VERDICT_COUNT] = {"pass", "fail", "deviates", "error", "skip", "known"};
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        assert_string_equal(verdict_name((enum verdict)verdict), names[verdict]);
}

#define ROOT(counts) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"shmcheck\" " counts ">\n"

TEST(a_report_without_cases_has_an_error)
{
    struct junit *report = make_report(JUNIT_EXTENDED);
    expect_text(
        report, JUNIT_EXTENDED, NULL, 0,
        ROOT("tests=\"1\" failures=\"0\" errors=\"1\" time=\"0.000\"") "  <testsuite name=\"shmcheck.run\" "
                                                                       "tests=\"1\" failures=\"0\" "
                                                                       "errors=\"1\" skipped=\"0\" "
                                                                       "time=\"0.000\"" SUITE_END
                                                                       " id=\"0\" package=\"shmcheck\">\n"
                                                                       "    <properties>\n    </properties>\n"
                                                                       "    <testcase name=\"no-case-ran\" "
                                                                       "classname=\"shmcheck.run\" "
                                                                       "time=\"0.000\">\n"
                                                                       "      <error message=\"The run has "
                                                                       "not finished a case yet\" "
                                                                       "type=\"shmcheck.Interrupted\">"
                                                                       "The run has not finished a case "
                                                                       "yet</error>\n"
                                                                       "      "
                                                                       "<system-out>[[PROPERTY|verdict=error]"
                                                                       "]\n</system-out>\n"
                                                                       "    </testcase>\n  "
                                                                       "</testsuite>\n</testsuites>\n");
    struct junit_case add = make_case("open", "first", VERDICT_PASS, "");
    struct buffer out = text_of(report, JUNIT_EXTENDED, &add, 1);
    assert_null(strstr(out.at, "no-case-ran"));
    buffer_free(&out);
    junit_add(report, &add);
    out = text_of(report, JUNIT_EXTENDED, NULL, 0);
    assert_null(strstr(out.at, "no-case-ran"));
    buffer_free(&out);
    junit_free(report);
}

struct listing {
    char room[1000];
    struct text text;
};

static void list_case(void *context, const struct seen_case *seen)
{
    struct listing *listing = context;
    text_format(&listing->text, "%s/%s %s %s\n", seen->suite, seen->name, seen->type ? seen->type : "-",
                seen->message);
}

TEST(running_cases_are_interrupted)
{
    struct junit *report = make_report(JUNIT_STRICT);
    struct junit_case add = make_case("open", "done", VERDICT_PASS, "");
    junit_add(report, &add);
    struct junit_case running[] = {
        make_case("new", "n1", VERDICT_PASS, ""),
        make_case("open", "o1", VERDICT_SKIP, "was at step 3"),
        make_case("other", "p1", VERDICT_KNOWN, "x"),
        make_case("new", "n2", VERDICT_FAIL, ""),
    };
    struct buffer out = text_of(report, JUNIT_STRICT, running, 4);
    struct listing listing;
    listing.text = text_over(listing.room, sizeof listing.room);
    char room[300];
    struct text wrong = text_over(room, sizeof room);
    assert_true(report_rules_hold(out.at, out.length, JUNIT_STRICT, &wrong, list_case, &listing));
    assert_string_equal(listing.room,
                        "shmcheck.open/done - \n"
                        "shmcheck.open/o1 shmcheck.Interrupted was at step 3\n"
                        "shmcheck.new/n1 shmcheck.Interrupted The run ended while this case was running\n"
                        "shmcheck.new/n2 shmcheck.Interrupted The run ended while this case was running\n"
                        "shmcheck.other/p1 shmcheck.Interrupted x\n");
    buffer_free(&out);
    /* The next text does not have them. */
    out = text_of(report, JUNIT_STRICT, NULL, 0);
    assert_null(strstr(out.at, "Interrupted"));
    buffer_free(&out);
    junit_free(report);
}

/* Several workers finish in any order; the report is the same. */
TEST(cases_stand_in_the_order_of_their_positions)
{
    static const struct {
        const char *topic, *id;
        size_t position;
    } added[] = {{"open", "o9", 9}, {"new", "n3", 3},  {"open", "o7", 7}, {"last", "l20", 20},
                 {"new", "n1", 1},  {"open", "o8", 8}, {"open", "o8b", 8}};
    struct junit *report = make_report(JUNIT_STRICT);
    for (size_t i = 0; i < sizeof added / sizeof added[0]; i++) {
        struct junit_case add = make_case(added[i].topic, added[i].id, VERDICT_PASS, "");
        add.position = added[i].position;
        junit_add(report, &add);
    }
    struct buffer out = text_of(report, JUNIT_STRICT, NULL, 0);
    struct listing listing;
    listing.text = text_over(listing.room, sizeof listing.room);
    char room[300];
    struct text wrong = text_over(room, sizeof room);
    assert_true(report_rules_hold(out.at, out.length, JUNIT_STRICT, &wrong, list_case, &listing));
    assert_string_equal(listing.room, "shmcheck.new/n1 - \nshmcheck.new/n3 - \n"
                                      "shmcheck.open/o7 - \nshmcheck.open/o8 - \nshmcheck.open/o8b - \n"
                                      "shmcheck.open/o9 - \nshmcheck.last/l20 - \n");
    buffer_free(&out);
    junit_free(report);
}

/* Suites of one topic and different pairs are different ones, each with its own properties; the running ones too. */
TEST(each_pair_has_its_suite)
{
    struct junit *report = make_report(JUNIT_STRICT);
    struct junit_case add = make_case("open", "open-missing", VERDICT_PASS, "");
    junit_property(report, "session", "1");
    junit_pair_property(report, "x64-x86", "reader_arch", "old");
    junit_pair_property(report, "x64-x86", "reader_arch", "x86");
    junit_pair_property(report, "x86-x64", "reader_arch", "x64");
    junit_pair_property(report, "", "reader_arch", "own");
    add.pair = "x64-x86";
    junit_add(report, &add);
    add.pair = "x86-x64";
    add.position = 1;
    junit_add(report, &add);
    add.pair = NULL;
    add.position = 2;
    junit_add(report, &add);
    struct junit_case running = make_case("open", "open-twice", VERDICT_ERROR, "");
    running.pair = "x86-x64";
    running.position = 3;
    struct buffer out = text_of(report, JUNIT_STRICT, &running, 1);
    static const char *const parts[] = {
        "<testsuite name=\"shmcheck.x64-x86.open\" tests=\"1\"",
        "<property name=\"session\" value=\"1\"/>\n      <property name=\"reader_arch\" value=\"x86\"/>\n    "
        "</",
        "<testcase name=\"open-missing\" classname=\"shmcheck.x64-x86.open\"",
        "<testsuite name=\"shmcheck.x86-x64.open\" tests=\"2\"",
        "<property name=\"session\" value=\"1\"/>\n      <property name=\"reader_arch\" value=\"x64\"/>\n    "
        "</",
        "<testcase name=\"open-missing\" classname=\"shmcheck.x86-x64.open\"",
        "<testcase name=\"open-twice\" classname=\"shmcheck.x86-x64.open\"",
        "<testsuite name=\"shmcheck.open\" tests=\"1\"",
        "<property name=\"session\" value=\"1\"/>\n      <property name=\"reader_arch\" value=\"own\"/>\n    "
        "</",
        "<testcase name=\"open-missing\" classname=\"shmcheck.open\"",
    };
    const char *at = out.at;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *found = strstr(at, parts[i]);
        if (!found)
            fail_msg("'%s' is missing, or not in its place:\n%s", parts[i], out.at);
        at = found;
    }
    buffer_free(&out);
    junit_free(report);
}

/* Suites and classes are named so in every suite, also those of pairs and that of a run without a case, and a property says
 * what the prefix is. */
TEST(a_prefix_stands_before_suites_and_classes)
{
    struct junit *report = make_report(JUNIT_SUREFIRE);
    junit_set_suite_prefix(report, "first");
    junit_set_suite_prefix(report, "wine-8.0");
    struct buffer out = text_of(report, JUNIT_SUREFIRE, NULL, 0);
    assert_non_null(strstr(out.at, "<testsuite name=\"wine-8.0.shmcheck.run\" tests"));
    assert_non_null(strstr(out.at, "name=\"no-case-ran\" classname=\"wine-8.0.shmcheck.run\""));
    buffer_free(&out);
    struct junit_case add = make_case("open", "open-missing", VERDICT_PASS, "");
    junit_add(report, &add);
    add.pair = "x64-x86";
    junit_add(report, &add);
    out = text_of(report, JUNIT_SUREFIRE, NULL, 0);
    assert_non_null(strstr(out.at, "<testsuite name=\"wine-8.0.shmcheck.open\" tests"));
    assert_non_null(strstr(out.at, "<property name=\"suite_prefix\" value=\"wine-8.0\"/>"));
    assert_non_null(strstr(out.at, "<testcase name=\"open-missing\" classname=\"wine-8.0.shmcheck.open\""));
    assert_non_null(strstr(out.at, "<testsuite name=\"wine-8.0.shmcheck.x64-x86.open\" tests"));
    assert_non_null(strstr(out.at, "name=\"open-missing\" classname=\"wine-8.0.shmcheck.x64-x86.open\""));
    assert_null(strstr(out.at, "\"shmcheck."));
    assert_null(strstr(out.at, "first"));
    buffer_free(&out);
    junit_free(report);
}

TEST(errors_have_types_by_kind)
{
    static const char *const types[] = {"shmcheck.Harness", "shmcheck.Crash", "shmcheck.Timeout",
                                        "shmcheck.Interrupted"};
    for (int kind = ERROR_KIND_HARNESS; kind <= ERROR_KIND_INTERRUPTED; kind++) {
        struct junit *report = make_report(JUNIT_STRICT);
        struct junit_case add = make_case("open", "x", VERDICT_ERROR, "m");
        add.error_kind = (enum error_kind)kind;
        junit_add(report, &add);
        struct buffer out = text_of(report, JUNIT_STRICT, NULL, 0);
        assert_non_null(strstr(out.at, types[kind]));
        buffer_free(&out);
        junit_free(report);
    }
}

TEST(long_times_are_written)
{
    struct junit *report = make_report(JUNIT_STRICT);
    struct junit_case add = make_case("open", "eternal", VERDICT_PASS, "");
    add.milliseconds = UINT64_MAX;
    junit_add(report, &add);
    add.id = "one-more";
    add.milliseconds = 999;
    junit_add(report, &add);
    struct buffer out = text_of(report, JUNIT_STRICT, &add, 1);
    assert_non_null(strstr(out.at, "errors=\"1\" time=\"18446744073709551.615\">\n"));
    assert_non_null(strstr(out.at, "name=\"one-more\" classname=\"shmcheck.open\" time=\"0.999\">\n"));
    buffer_free(&out);
    junit_free(report);
}

/* An incomplete text is reported, and the report is unchanged. */
TEST(lack_of_memory_is_reported)
{
    struct junit *report = make_full_report(JUNIT_STRICT);
    struct buffer out = {0};
    buffer_add(&out, "", SIZE_MAX - 1);
    assert_true(out.failed);
    assert_false(junit_text(report, NULL, 0, &out));
    buffer_free(&out);
    assert_true(junit_text(report, NULL, 0, &out));
    buffer_free(&out);
    junit_free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strict_report_byte_for_byte),
        cmocka_unit_test(extended_report_byte_for_byte),
        cmocka_unit_test(report_is_the_same_in_a_locale_with_a_comma),
        cmocka_unit_test(verdicts_are_counted),
        cmocka_unit_test(verdicts_have_their_words),
        cmocka_unit_test(a_report_without_cases_has_an_error),
        cmocka_unit_test(running_cases_are_interrupted),
        cmocka_unit_test(cases_stand_in_the_order_of_their_positions),
        cmocka_unit_test(errors_have_types_by_kind),
        cmocka_unit_test(each_pair_has_its_suite),
        cmocka_unit_test(a_prefix_stands_before_suites_and_classes),
        cmocka_unit_test(long_times_are_written),
        cmocka_unit_test(lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests_name("report junit", tests, NULL, NULL);
}
