/* Judging: findings and known.toml on one side, verdict, message, exit code and summary on the other. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "../runner/contract.h"
#include "../runner/results.h"

const struct contract_row contract_rows[] = {{"a-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none"}};
const size_t contract_row_count = 1;

static void never(struct stage *s)
{
    (void)s;
    fail_msg("nothing runs here");
}

static const struct test_case sample_cases[] = {
    {.name = "one_case", .run = never, .line = 11, .rows = "a-row b-row"},
    {.name = "other_case", .run = never, .line = 22},
    {.name = "third_case", .run = never, .line = 33},
    {.name = "on_the_moon", .run = never, .line = 44, .needs = "session-0"},
    {.name = "on_the_far_side", .run = never, .line = 55, .needs = "admin"},
    {.name = "on_mars", .run = never, .line = 66, .needs = "session-0"},
};
TOPIC(sample, sample_cases)
const struct topic *const topics[] = {&sample_topic};
const size_t topic_count = 1;

/* ---- a run without processes ---- */

struct trial {
    struct plan plan;
    struct known known;
    struct console console;
    struct results results;
};

static struct trial new_trial(const char *known, unsigned repeat)
{
    static struct platform platform;
    static const struct fact facts[] = {{"wine_version", "8.0"}, {"os_build", "10.0.19042"}};
    static char room[400];
    struct text error = text_over(room, sizeof room);
    struct trial trial = {0};
    if (!plan_make(&trial.plan, &(struct options){.repeat = repeat}, &platform, &error) ||
        !known_parse(&trial.known, known, strlen(known), platform_fact_names, platform_fact_name_count,
                     &error))
        fail_msg("%s", room);
    known_apply(&trial.known, facts, 2);
    return trial;
}

/* To be called once the trial is at its final place. */
static struct results *start(struct trial *trial)
{
    trial->console = console_new(trial->plan.count, false);
    trial->results = (struct results){.plan = &trial->plan,
                                      .known = &trial->known,
                                      .junit = junit_new(JUNIT_STRICT, "host", "2026-02-03T04:05:06Z"),
                                      .console = &trial->console};
    assert_non_null(trial->results.junit);
    return &trial->results;
}

static void end(struct trial *trial)
{
    junit_free(trial->results.junit);
    known_free(&trial->known);
    plan_free(&trial->plan);
}

/* What is printed while the console is captured goes to a file and not into this test's own output. */
static char captured[20000];
static int real_stdout = -1;
static const char capture_name[] = "shmcheck-test-results.txt";

static void capture(void)
{
    fflush(stdout);
    real_stdout = _dup(1);
    int file = _open(capture_name, _O_CREAT | _O_TRUNC | _O_WRONLY | _O_BINARY, _S_IREAD | _S_IWRITE);
    assert_int_not_equal(file, -1);
    assert_int_not_equal(_dup2(file, 1), -1);
    _close(file);
}

static void release(void)
{
    fflush(stdout);
    _dup2(real_stdout, 1);
    _close(real_stdout);
    FILE *file = fopen(capture_name, "rb");
    assert_non_null(file);
    size_t length = fread(captured, 1, sizeof captured - 1, file), kept = 0;
    fclose(file);
    remove(capture_name);
    for (size_t i = 0; i < length; i++)
        if (captured[i] != '\r')
            captured[kept++] = captured[i];
    captured[kept] = '\0';
}

#define CAPTURED(call)                                                                                       \
    do {                                                                                                     \
        capture();                                                                                           \
        call;                                                                                                \
        release();                                                                                           \
    } while (0)

#define FAIL VERDICT_FAIL
#define DEVIATES VERDICT_DEVIATES
#define ERROR_ VERDICT_ERROR

/* Adds the outcome of a case with these findings, which end with NULL. */
static void add(struct trial *trial, size_t item, const struct finding *findings, size_t count)
{
    struct outcome outcome = {.milliseconds = 7};
    for (size_t i = 0; i < count; i++)
        outcome_add(&outcome, findings[i], findings[i].text);
    CAPTURED(results_add(&trial->results, item, &outcome));
    assert_int_equal(outcome.count, 0);
}

static char *report_text(struct trial *trial)
{
    struct buffer text = {0};
    assert_true(junit_text(trial->results.junit, NULL, 0, &text));
    return text.at;
}

static void expect_in_report(struct trial *trial, const char *part)
{
    char *text = report_text(trial);
    if (!strstr(text, part))
        fail_msg("'%s' is missing in\n%s", part, text);
    free(text);
}

/* ---- tests ---- */

/* The worst decides, wherever it stands; the message is the first of the worst. */
static void the_worst_decides(void **state)
{
    static const struct finding
        f = {.verdict = FAIL, .line = 101, .text = (char *)"[a-row] a failure"},
        f2 = {.verdict = FAIL, .line = 102, .text = (char *)"[a-row] another failure"},
        d = {.verdict = DEVIATES, .line = 103, .text = (char *)"[a-row] a deviation"},
        crash = {.verdict = ERROR_, .error_kind = ERROR_KIND_CRASH, .text = (char *)"it died"},
        timeout = {
            .verdict = ERROR_, .error_kind = ERROR_KIND_TIMEOUT, .line = 104, .text = (char *)"it was late"};
    static const struct {
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
         DEVIATES,
         "<failure message=\"[a-row] a deviation\" type=\"shmcheck.Deviation\">[a-row] a deviation\n  at "
         "cases/sample.c:103",
         1},
        {{f}, 1, FAIL, "<failure message=\"[a-row] a failure\" type=\"shmcheck.Failure\">", 1},
        {{d, f, f2},
         3,
         FAIL,
         "<failure message=\"[a-row] a failure\" type=\"shmcheck.Failure\">[a-row] a failure\n  at "
         "cases/sample.c:101\nline 103: [a-row] a deviation\nline 102: [a-row] another failure\n</failure>",
         1},
        {{f2, d, f}, 3, FAIL, "message=\"[a-row] another failure\"", 1},
        {{f, crash},
         2,
         ERROR_,
         "<error message=\"it died\" type=\"shmcheck.Crash\">it died\n  at cases/sample.c:11\nline 101: "
         "[a-row] a failure\n</error>",
         2},
        {{timeout, crash, f},
         3,
         ERROR_,
         "<error message=\"it was late\" type=\"shmcheck.Timeout\">it was late\n  at cases/sample.c:104\n",
         2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct trial trial = new_trial("", 1);
        start(&trial);
        add(&trial, 0, table[i].findings, table[i].count);
        assert_int_equal(junit_count(trial.results.junit, table[i].verdict), 1);
        expect_in_report(&trial, table[i].in_report);
        assert_int_equal(results_exit_code(&trial.results), table[i].exit_code);
        end(&trial);
    }
}

static const char known_text[] = "[[known]]\n"
                                 "case = \"one-*\"\n"
                                 "check = \"*error=5*\"\n"
                                 "reason = \"Wine says 5\"\n"
                                 "wine_version = \"8.*\"\n"
                                 "\n"
                                 "[[known]]\n"
                                 "case = \"*\"\n"
                                 "check = \"*took too long*\"\n"
                                 "reason = \"a slow machine\"\n"
                                 "\n"
                                 "[[known]]\n"
                                 "case = \"other-case\"\n"
                                 "check = \"*\"\n"
                                 "reason = \"of another version\"\n"
                                 "wine_version = \"10.*\"\n"
                                 "\n"
                                 "[[known]]\n"
                                 "case = \"third-*\"\n"
                                 "check = \"*never seen*\"\n"
                                 "reason = \"out of date\"\n";

static const struct finding five = {.verdict = FAIL, .line = 101, .text = (char *)"[a-row] got error=5"},
                            six = {.verdict = DEVIATES, .line = 102, .text = (char *)"[a-row] got error=6"},
                            late = {.verdict = ERROR_,
                                    .error_kind = ERROR_KIND_TIMEOUT,
                                    .line = 103,
                                    .text = (char *)"it took too long"};

static void known_findings(void **state)
{
    static const struct {
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
        /* One that is not excused is enough. */
        {0,
         {five, six},
         2,
         DEVIATES,
         "<failure message=\"[a-row] got error=6\" type=\"shmcheck.Deviation\">",
         1},
        {0, {six, five}, 2, DEVIATES, "<failure message=\"[a-row] got error=6\"", 1},
        /* Of another case, and on another platform. */
        {1, {five}, 1, FAIL, "<failure message=\"[a-row] got error=5\"", 1},
        {0, {five}, 0, VERDICT_PASS, "name=\"one-case\"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct trial trial = new_trial(known_text, 1);
        start(&trial);
        add(&trial, table[i].item, table[i].findings, table[i].count);
        if (junit_count(trial.results.junit, table[i].verdict) != 1)
            fail_msg("line %d of the table has another verdict", (int)i);
        expect_in_report(&trial, table[i].in_report);
        assert_int_equal(results_exit_code(&trial.results), table[i].exit_code);
        end(&trial);
    }
}

/* A failure that was not seen for lack of memory must not become a pass. */
static void incomplete(void **state)
{
    struct trial trial = new_trial(known_text, 1);
    struct outcome outcome = {.incomplete = true};
    (void)state;
    start(&trial);
    outcome_add(&outcome, five, five.text);
    CAPTURED(results_add(&trial.results, 0, &outcome));
    assert_int_equal(results_exit_code(&trial.results), 2);
    expect_in_report(&trial, "<error message=\"memory ran out: ");
    end(&trial);
}

/* A message of any length is in the report as a whole. */
static void long_messages(void **state)
{
    static char text[4001];
    const struct finding finding = {.verdict = FAIL, .line = 1, .text = text};
    struct trial trial = new_trial("", 1);
    (void)state;
    start(&trial);
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = (char)('a' + i % 19);
    add(&trial, 0, &finding, 1);
    expect_in_report(&trial, text);
    end(&trial);
}

static void rows_and_transcript(void **state)
{
    struct trial trial = new_trial("", 2);
    struct outcome outcome = {0};
    (void)state;
    start(&trial);
    buffer_add_string(&outcome.transcript, "writer> create -> ok\n");
    buffer_add_string(&outcome.stray, "printed");
    CAPTURED(results_add(&trial.results, 6, &outcome));
    expect_in_report(&trial, "name=\"one-case.2\"");
    expect_in_report(&trial, "[[PROPERTY|row=a-row]]\n[[PROPERTY|row=b-row]]\nwriter&gt; create -&gt; ok\n");
    expect_in_report(&trial, "<system-err>printed</system-err>");
    end(&trial);
}

/* Adds every item of the plan: skips, then one of each verdict. */
static void add_all(struct trial *trial)
{
    for (size_t i = 0; i < trial->plan.count; i++)
        if (trial->plan.items[i].skip)
            CAPTURED(results_skip(&trial->results, i));
    add(trial, 0, &five, 1);
    add(trial, 1, &six, 1);
    add(trial, 2, NULL, 0);
}

static void summary(void **state)
{
    struct trial trial = new_trial(known_text, 1);
    (void)state;
    add_all((start(&trial), &trial));
    CAPTURED(results_summary(&trial.results));
    assert_string_equal(
        captured, "\n"
                  "    2 skipped: needs to run in session 0, as a service does\n"
                  "    1 skipped: needs an elevated administrator\n"
                  "    1 known deviations of this platform, each with a reason in known.toml\n"
                  "No longer true here: known.toml line 7 (case *): nothing that it excuses was seen\n"
                  "No longer true here: known.toml line 18 (case third-*): nothing that it excuses was seen\n"
                  "0 fail, 1 deviate, 0 error\n"
                  "1 passed, 1 failed, 4 skipped\n");
    assert_int_equal(results_exit_code(&trial.results), 1);
    end(&trial);
}

/* An entry is not called out of date because its case was not run, or broke. */
static void no_rumours(void **state)
{
    struct trial trial = new_trial(known_text, 1);
    (void)state;
    start(&trial);
    add(&trial, 0, &five, 1);
    add(&trial, 2, &(struct finding){.verdict = ERROR_, .text = (char *)"broken"}, 1);
    CAPTURED(results_summary(&trial.results));
    assert_null(strstr(captured, "case third-*"));
    assert_non_null(strstr(captured, "\n0 fail, 0 deviate, 1 error\n0 passed, 1 failed, 1 skipped\n"));
    assert_int_equal(results_exit_code(&trial.results), 2);
    end(&trial);
}

static void nothing_ran(void **state)
{
    struct trial trial = new_trial("", 1);
    (void)state;
    start(&trial);
    CAPTURED(results_summary(&trial.results));
    assert_non_null(strstr(captured, "\n0 passed, 0 failed, 0 skipped\n"));
    expect_in_report(&trial, "no-case-ran");
    end(&trial);
}

/* What a person sees of a case: what is wrong, where, and why it is known. */
static void on_the_console(void **state)
{
    struct trial trial = new_trial(known_text, 1);
    (void)state;
    start(&trial);
    add(&trial, 0, (const struct finding[]){six, five}, 2);
    assert_string_equal(captured, "deviates  sample           one-case (7 ms)\n"
                                  "          [a-row] got error=6\n"
                                  "            at cases/sample.c:102\n"
                                  "          [a-row] got error=5\n"
                                  "            at cases/sample.c:101\n");
    add(&trial, 0, &five, 1);
    assert_string_equal(captured, "known     sample           one-case (7 ms)\n"
                                  "          known: Wine says 5\n");
    add(&trial, 1, NULL, 0);
    assert_string_equal(captured, "pass      sample           other-case (7 ms)\n");
    end(&trial);
}

/* ---- when the report is written ---- */

static void refreshed(void **state)
{
    static const size_t running[] = {1};
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 80];
    char why[300], text[20000];
    struct text error = text_over(why, sizeof why);
    struct trial trial = new_trial("", 1);
    struct results *results = start(&trial);
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
    end(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_decides),   cmocka_unit_test(known_findings),
        cmocka_unit_test(incomplete),          cmocka_unit_test(long_messages),
        cmocka_unit_test(rows_and_transcript), cmocka_unit_test(summary),
        cmocka_unit_test(no_rumours),          cmocka_unit_test(nothing_ran),
        cmocka_unit_test(on_the_console),      cmocka_unit_test(refreshed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
