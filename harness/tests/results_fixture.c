#include "testing.h"

#include "results_fixture.h"

#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>

#include "../runner/case/contract.h"

const struct contract_row contract_rows[] = {
    {"a-row", BASIS_DOCUMENTED, BASIS_OBSERVED, "none", STRENGTH_DOCUMENTED}};
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
    {.name = "not_in_session_0", .run = never, .line = 44, .needs = "session-0"},
    {.name = "not_elevated", .run = never, .line = 55, .needs = "admin"},
    {.name = "not_in_session_0_either", .run = never, .line = 66, .needs = "session-0"},
};
TOPIC(sample, sample_cases)
const struct topic *const topics[] = {&sample_topic};
const size_t topic_count = 1;

const char known_text[] = "[[known]]\n"
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

const struct finding five = {.verdict = VERDICT_FAIL, .line = 101, .text = (char *)"[a-row] got error=5"},
                     six = {.verdict = VERDICT_DEVIATES, .line = 102, .text = (char *)"[a-row] got error=6"},
                     late = {.verdict = VERDICT_ERROR,
                             .error_kind = ERROR_KIND_TIMEOUT,
                             .line = 103,
                             .text = (char *)"it took too long"};

void fixture_start(struct results_fixture *fixture, const char *known, unsigned repeat)
{
    static struct platform platform;
    static const struct programs programs;
    char why[400];
    struct text error = text_over(why, sizeof why);
    *fixture = (struct results_fixture){0};
    platform = (struct platform){0};
    platform_add(&platform, "wine_version", "8.0");
    platform_add(&platform, "os_build", "10.0.19042");
    if (!plan_make(&fixture->plan, &(struct options){.repeat = repeat}, &platform, &programs, &error) ||
        !known_parse(&fixture->known, known, strlen(known), fact_condition_names, fact_condition_name_count,
                     &error))
        fail_msg("%s", why);
    fixture->console = console_new(fixture->plan.count, true, false);
    fixture->results = (struct results){.plan = &fixture->plan,
                                        .known = &fixture->known,
                                        .junit = junit_new(JUNIT_STRICT, "host", "2026-02-03T04:05:06Z"),
                                        .console = &fixture->console,
                                        .words = {.command = "shmcheck.exe"}};
    assert_non_null(fixture->results.junit);
}

void fixture_end(struct results_fixture *fixture)
{
    results_free(&fixture->results);
    junit_free(fixture->results.junit);
    known_free(&fixture->known);
    plan_free(&fixture->plan);
}

char captured[20000];
static int real_stdout = -1;
static wchar_t capture_path[MAX_PATH + 80];

void capture_start(void)
{
    wchar_t folder[MAX_PATH + 1];
    assert_in_range(GetTempPathW(MAX_PATH + 1, folder), 1, MAX_PATH);
    swprintf(capture_path, MAX_PATH + 80, L"%lsshmcheck-test-%lu.txt", folder,
             (unsigned long)GetCurrentProcessId());
    fflush(stdout);
    real_stdout = _dup(1);
    int file = _wopen(capture_path, _O_CREAT | _O_TRUNC | _O_WRONLY | _O_BINARY, _S_IREAD | _S_IWRITE);
    assert_int_not_equal(file, -1);
    assert_int_not_equal(_dup2(file, 1), -1);
    _close(file);
}

void capture_end(void)
{
    fflush(stdout);
    _dup2(real_stdout, 1);
    _close(real_stdout);
    FILE *file = _wfopen(capture_path, L"rb");
    assert_non_null(file);
    size_t length = fread(captured, 1, sizeof captured - 1, file), kept = 0;
    fclose(file);
    DeleteFileW(capture_path);
    for (size_t i = 0; i < length; i++)
        if (captured[i] != '\r')
            captured[kept++] = captured[i];
    captured[kept] = '\0';
}

void fixture_add(struct results_fixture *fixture, size_t item, const struct finding *findings, size_t count)
{
    struct case_outcome outcome = {.milliseconds = 7};
    for (size_t i = 0; i < count; i++)
        case_outcome_add(&outcome, findings[i], findings[i].text);
    CAPTURED(results_add(&fixture->results, item, &outcome));
    assert_int_equal(outcome.count, 0);
}

void expect_in_report(const struct results_fixture *fixture, const char *part)
{
    struct buffer text = {0};
    assert_true(junit_text(fixture->results.junit, NULL, 0, &text));
    if (!strstr(text.at, part))
        fail_msg("'%s' is missing in\n%s", part, text.at);
    buffer_free(&text);
}
