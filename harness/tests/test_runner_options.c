/* The command line: every option, and every error with its message. */
#include "testing.h"

#include <wchar.h>

#include <windows.h>

#include "../runner/run/options.h"

#define WORDS 8

/* Parses these words, which end with NULL; the options are to be freed. */
static bool parse(struct options *out, const wchar_t *const *words, char error[400])
{
    static wchar_t room[WORDS + 1][300];
    static wchar_t *argv[WORDS + 2];
    struct text text = text_over(error, 400);
    int argc = 1;
    argv[0] = wcscpy(room[0], L"shmcheck.exe");
    for (; words[argc - 1]; argc++)
        argv[argc] = wcscpy(room[argc], words[argc - 1]);
    argv[argc] = NULL;
    return options_parse(out, argc, argv, &text);
}

static struct options good(const wchar_t *const *words)
{
    struct options options;
    char error[400];
    if (!parse(&options, words, error))
        fail_msg("%s", error);
    assert_string_equal(error, "");
    return options;
}

#define GOOD(...) good((const wchar_t *[]){__VA_ARGS__, NULL})

TEST(options_have_defaults)
{
    struct options options = good((const wchar_t *[]){NULL});
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    assert_int_equal(options.action, ACTION_RUN);
    assert_int_equal(options.filters.count, 0);
    assert_null(options.junit);
    assert_null(options.known);
    assert_null(options.actor);
    assert_int_equal(options.dialect, JUNIT_STRICT);
    assert_int_equal(options.jobs, system.dwNumberOfProcessors < 8 ? system.dwNumberOfProcessors : 8);
    assert_int_equal(options.repeat, 1);
    assert_true(options.timeout_scale == 1.0);
    assert_false(options.verbose);
    assert_false(options.allow_large);
    assert_false(options.fail_fast);
    assert_false(options.fresh_actors);
    assert_int_equal(options.order_seed, 0);
    assert_int_equal(options.mutate, 0);
    assert_int_equal(options.seed, 1);
    options_free(&options);
}

TEST(actions_are_read)
{
    assert_int_equal(GOOD(L"--list").action, ACTION_LIST);
    assert_int_equal(GOOD(L"--version").action, ACTION_VERSION);
    assert_int_equal(GOOD(L"--help").action, ACTION_HELP);
    assert_true(GOOD(L"--verbose").verbose);
    assert_true(GOOD(L"--allow-large").allow_large);
    assert_true(GOOD(L"--fail-fast").fail_fast);
    assert_true(GOOD(L"--quiet").quiet);
    assert_true(GOOD(L"--fresh-actors").fresh_actors);
    assert_int_equal(GOOD(L"--order-seed", L"7").order_seed, 7);
    assert_int_equal(GOOD(L"--verbose").action, ACTION_RUN);
}

TEST(values_are_read)
{
    struct options options =
        GOOD(L"--junit", L"C:\\a b\\r.xml", L"--known", L"known.toml", L"--actor", L"x\\shmactor.exe");
    assert_int_equal(wcscmp(options.junit, L"C:\\a b\\r.xml"), 0);
    assert_int_equal(wcscmp(options.known, L"known.toml"), 0);
    assert_int_equal(wcscmp(options.actor, L"x\\shmactor.exe"), 0);
    assert_int_equal(GOOD(L"--junit-dialect", L"strict").dialect, JUNIT_STRICT);
    assert_int_equal(GOOD(L"--junit-dialect", L"extended").dialect, JUNIT_EXTENDED);
    assert_string_equal(GOOD(L"--junit-suite-prefix", L"wine-8.0").suite_prefix, "wine-8.0");
    assert_string_equal(
        GOOD(L"--junit-suite-prefix", L"1234567890123456789012345678901234567890123456789012345678901234")
            .suite_prefix,
        "1234567890123456789012345678901234567890123456789012345678901234");
    assert_int_equal(GOOD(L"--jobs", L"1").jobs, 1);
    assert_int_equal(GOOD(L"--jobs", L"32").jobs, 32);
    assert_int_equal(GOOD(L"--repeat", L"1").repeat, 1);
    assert_int_equal(GOOD(L"--repeat", L"1000").repeat, 1000);
    assert_int_equal(GOOD(L"--mutate", L"1").mutate, 1);
    assert_int_equal(GOOD(L"--mutate", L"100").mutate, 100);
    assert_int_equal(GOOD(L"--seed", L"1000000000").seed, 1000000000);
    /* The last one counts, and a value may look like an option. */
    assert_int_equal(GOOD(L"--jobs", L"3", L"--jobs", L"4").jobs, 4);
    assert_int_equal(wcscmp(GOOD(L"--junit", L"--list").junit, L"--list"), 0);
}

TEST(timeout_scales_are_read)
{
    static const struct {
        const wchar_t *word;
        double scale;
    } table[] = {{L"0.1", 0.1}, {L".5", 0.5},    {L"1", 1.0},       {L"2.", 2.0},
                 {L"100", 100}, {L"1.25", 1.25}, {L"0.10000", 0.1}, {L"007", 7}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        double scale = GOOD(L"--timeout-scale", table[i].word).timeout_scale;
        assert_true(scale > table[i].scale - 1e-9 && scale < table[i].scale + 1e-9);
    }
}

TEST(filters_are_read)
{
    struct options options =
        GOOD(L"--filter", L"open-*", L"--filter", L"\xE4\x4E2D\xD800", L"--filter", L"*");
    assert_int_equal(options.filters.count, 3);
    assert_string_equal(options.filters.at[0], "open-*");
    assert_string_equal(options.filters.at[1], "\xC3\xA4\xE4\xB8\xAD\xED\xA0\x80");
    assert_string_equal(options.filters.at[2], "*");
    options_free(&options);
    assert_int_equal(options.filters.count, 0);
}

TEST(pairs_are_read)
{
    assert_int_equal(GOOD(L"--list").pair_count, 0);
    struct options options = GOOD(L"--pair", L"x64-x64,x64-x86", L"--pair", L"arm64-x64");
    assert_int_equal(options.pair_count, 3);
    assert_int_equal(options.pairs[0].writer, ARCH_X64);
    assert_int_equal(options.pairs[0].reader, ARCH_X64);
    assert_int_equal(options.pairs[1].writer, ARCH_X64);
    assert_int_equal(options.pairs[1].reader, ARCH_X86);
    assert_int_equal(options.pairs[2].writer, ARCH_ARM64);
    assert_int_equal(options.pairs[2].reader, ARCH_X64);
    /* All that there are fit. */
    assert_int_equal(GOOD(L"--pair",
                          L"x64-x64,x64-x86,x64-arm64,x86-x64,x86-x86,x86-arm64,arm64-x64,arm64-x86,"
                          L"arm64-arm64")
                         .pair_count,
                     OPTIONS_PAIRS);
}

TEST(too_many_filters_are_refused)
{
    static wchar_t option[] = L"--filter", glob[] = L"*", program[] = L"shmcheck.exe";
    static wchar_t *argv[2 * (OPTIONS_PATTERNS + 1) + 2];
    struct options options;
    char error[400];
    argv[0] = program;
    for (size_t i = 0; i <= OPTIONS_PATTERNS; i++) {
        argv[1 + 2 * i] = option;
        argv[2 + 2 * i] = glob;
    }
    struct text text = text_over(error, sizeof error);
    assert_true(options_parse(&options, 1 + 2 * OPTIONS_PATTERNS, argv, &text));
    options_free(&options);
    assert_false(options_parse(&options, 1 + 2 * (OPTIONS_PATTERNS + 1), argv, &text));
    assert_string_equal(error, "--filter is given more than 1024 times");
    options_free(&options);
}

/* What a report of a selection says, in words that can be given again. */
TEST(topics_rows_and_failed_cases_are_selected)
{
    char words[200];
    struct text text = text_over(words, sizeof words);
    struct options options = GOOD(L"--row", L"a-row", L"--filter", L"life-*", L"--topic", L"names");
    assert_true(options_select(&options));
    options_selection(&options, &text);
    assert_string_equal(words, "--filter 'life-*' --topic names --row a-row");
    options_free(&options);
    text_clear(&text);
    options = GOOD(L"--play", L"a.steps");
    assert_true(options_select(&options));
    options_selection(&options, &text);
    assert_string_equal(words, "--play a.steps");
    options_free(&options);
    options = GOOD(L"--fail-fast", L"--pair", L"x64-x86");
    assert_false(options_select(&options));
    options_free(&options);
}

#define NO_NAME                                                                                              \
    "--junit-suite-prefix takes 1 to 64 letters, digits, '_', '.' and '-', the first one a letter or a "     \
    "digit, not "
#define NO_PAIR "--pair takes pairs like x64-x86 with commas between them, of x64, x86, arm64, not "

/* Each is refused, with exactly this message. */
TEST(mistakes_are_named)
{
    static const struct {
        const wchar_t *words[3];
        const char *message;
    } table[] = {
        {{L"--no-such"}, "unknown option '--no-such'; --help lists the options"},
        {{L"open-*"}, "unknown option 'open-*'; --help lists the options"},
        {{L""}, "unknown option ''; --help lists the options"},
        {{L"-h"}, "unknown option '-h'; --help lists the options"},
        {{L"/?"}, "unknown option '/?'; --help lists the options"},
        {{L"--jobs=3"}, "unknown option '--jobs=3'; --help lists the options"},
        {{L"--List"}, "unknown option '--List'; --help lists the options"},
        {{L"--list", L"--\xFC\x4E2D"}, "unknown option '--\xC3\xBC\xE4\xB8\xAD'; --help lists the options"},
        {{L"--filter"}, "--filter needs a value"},
        {{L"--filter", L""}, "--filter needs a value"},
        {{L"--list", L"--junit"}, "--junit needs a value"},
        {{L"--junit-dialect"}, "--junit-dialect needs a value"},
        {{L"--jobs"}, "--jobs needs a value"},
        {{L"--quiet", L"--verbose"}, "--quiet and --verbose exclude each other; leave one out"},
        {{L"--repeat"}, "--repeat needs a value"},
        {{L"--timeout-scale"}, "--timeout-scale needs a value"},
        {{L"--known"}, "--known needs a value"},
        {{L"--actor"}, "--actor needs a value"},
        {{L"--mutate"}, "--mutate needs a value"},
        {{L"--seed"}, "--seed needs a value"},
        {{L"--pair"}, "--pair needs a value"},
        {{L"--pair", L"x64"}, NO_PAIR "'x64'"},
        {{L"--pair", L"x64-x86,"}, NO_PAIR "''"},
        {{L"--pair", L"x64-x86,,x86-x86"}, NO_PAIR "''"},
        {{L"--pair", L"x64-x86x64-x86x64-x86,x86-x86"}, NO_PAIR "'x64-x86x64-x86x64-x86'"},
        {{L"--pair", L"x64-x86,mips-x86"}, NO_PAIR "'mips-x86'"},
        {{L"--pair", L"x64-\xFC"}, NO_PAIR "'x64-\xC3\xBC'"},
        {{L"--pair", L"x64-x86,x86-x64,x64-x86"}, "--pair names x64-x86 twice"},
        {{L"--junit-dialect", L"loose"}, "--junit-dialect takes strict|extended|surefire, not 'loose'"},
        {{L"--junit-dialect", L"Strict"}, "--junit-dialect takes strict|extended|surefire, not 'Strict'"},
        {{L"--junit-suite-prefix"}, "--junit-suite-prefix needs a value"},
        {{L"--junit-suite-prefix", L"a b"}, NO_NAME "'a b'"},
        {{L"--junit-suite-prefix", L"a<b"}, NO_NAME "'a<b'"},
        {{L"--junit-suite-prefix", L".a"}, NO_NAME "'.a'"},
        {{L"--junit-suite-prefix", L"\xFC"}, NO_NAME "'\xC3\xBC'"},
        {{L"--junit-suite-prefix", L"a1234567890123456789012345678901234567890123456789012345678901234"},
         NO_NAME "'a1234567890123456789012345678901234567890123456789012345678901234'"},
        {{L"--jobs", L"0"}, "--jobs takes a number from 1 to 32, not '0'"},
        {{L"--jobs", L"33"}, "--jobs takes a number from 1 to 32, not '33'"},
        {{L"--jobs", L"-1"}, "--jobs takes a number from 1 to 32, not '-1'"},
        {{L"--jobs", L"+1"}, "--jobs takes a number from 1 to 32, not '+1'"},
        {{L"--jobs", L"2 "}, "--jobs takes a number from 1 to 32, not '2 '"},
        {{L"--jobs", L"two"}, "--jobs takes a number from 1 to 32, not 'two'"},
        {{L"--jobs", L"18446744073709551617"},
         "--jobs takes a number from 1 to 32, not '18446744073709551617'"},
        {{L"--jobs", L"\x0665"}, "--jobs takes a number from 1 to 32, not '\xD9\xA5'"},
        {{L"--repeat", L"1001"}, "--repeat takes a number from 1 to 1000, not '1001'"},
        {{L"--repeat", L"1.5"}, "--repeat takes a number from 1 to 1000, not '1.5'"},
        {{L"--mutate", L"101"}, "--mutate takes a number from 1 to 100, not '101'"},
        {{L"--seed", L"0"}, "--seed takes a number from 1 to 1000000000, not '0'"},
        {{L"--timeout-scale", L"0"}, "--timeout-scale takes a number from 0.1 to 100, not '0'"},
        {{L"--timeout-scale", L"0.09"}, "--timeout-scale takes a number from 0.1 to 100, not '0.09'"},
        {{L"--timeout-scale", L"100.1"}, "--timeout-scale takes a number from 0.1 to 100, not '100.1'"},
        {{L"--timeout-scale", L"1,5"}, "--timeout-scale takes a number from 0.1 to 100, not '1,5'"},
        {{L"--timeout-scale", L"1e1"}, "--timeout-scale takes a number from 0.1 to 100, not '1e1'"},
        {{L"--timeout-scale", L"."}, "--timeout-scale takes a number from 0.1 to 100, not '.'"},
        {{L"--timeout-scale", L"1.2.3"}, "--timeout-scale takes a number from 0.1 to 100, not '1.2.3'"},
        {{L"--timeout-scale", L"-1"}, "--timeout-scale takes a number from 0.1 to 100, not '-1'"},
        {{L"--timeout-scale", L"inf"}, "--timeout-scale takes a number from 0.1 to 100, not 'inf'"},
        {{L"--timeout-scale", L"0000000001"},
         "--timeout-scale takes a number from 0.1 to 100, not '0000000001'"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const wchar_t *words[4] = {table[i].words[0], table[i].words[1], table[i].words[2], NULL};
        struct options options;
        char error[400];
        if (parse(&options, words, error))
            fail_msg("accepted although: %s", table[i].message);
        assert_string_equal(error, table[i].message);
        options_free(&options);
    }
}

/* --help names every option that there is; what it says about one is on one line or the next. */
TEST(help_names_every_option)
{
    static const char *const names[] = {
        "--list",    "--filter",     "--junit ", "--junit-dialect", "--junit-suite-prefix ",
        "--jobs",    "--repeat",     "--known",  "--actor",         "--timeout-scale",
        "--verbose", "--version",    "--help",   "--mutate",        "--seed",
        "--pair",    "--allow-large"};
    struct buffer text = {0};
    options_help(&text);
    assert_false(text.failed);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_non_null(strstr(text.at, names[i]));
    assert_non_null(strstr(text.at, "Exit code: 0 "));
    assert_int_equal(text.at[text.length - 1], '\n');
    for (const char *line = text.at; *line; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 100);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_have_defaults),
        cmocka_unit_test(actions_are_read),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(timeout_scales_are_read),
        cmocka_unit_test(filters_are_read),
        cmocka_unit_test(topics_rows_and_failed_cases_are_selected),
        cmocka_unit_test(too_many_filters_are_refused),
        cmocka_unit_test(pairs_are_read),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
