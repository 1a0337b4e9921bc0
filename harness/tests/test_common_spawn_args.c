/* Handle lists and command lines against the documentation: Wine is more lenient than Windows about both. */
#include "testing.h"

#include "../common/spawn_args.h"

#ifdef _WIN32
#include <windows.h>
#endif

#define UNITS 512
#define INVALID ((void *)(intptr_t)-1)

TEST(lists_of_handles_are_read)
{
    int objects[4];
    void *a = &objects[0], *b = &objects[1], *c = &objects[2];
    const struct {
        void *in[6];
        size_t count;
        void *out[6];
        size_t kept;
    } table[] = {
        {{NULL}, 0, {NULL}, 0},
        {{NULL}, 1, {NULL}, 0},
        {{INVALID}, 1, {NULL}, 0},
        {{NULL, INVALID, NULL, INVALID}, 4, {NULL}, 0},
        {{a}, 1, {a}, 1},
        {{c, a, b}, 3, {c, a, b}, 3},
        {{a, a, a}, 3, {a}, 1},
        {{b, NULL, a, b, INVALID, a}, 6, {b, a}, 2},
        {{a, b, a, c, b, c}, 6, {a, b, c}, 3},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        void *out[6] = {NULL};
        assert_int_equal(handle_list_build(out, table[i].in, table[i].count), table[i].kept);
        assert_memory_equal(out, table[i].out, sizeof out); /* and nothing is written after them */
    }
}

static size_t units_length(const uint16_t *units)
{
    size_t length = 0;
    while (units[length])
        length++;
    return length;
}

static void expect_units(const uint16_t *actual, const char *expected)
{
    char narrow[UNITS];
    size_t length = units_length(actual);
    assert_in_range(length, 0, UNITS - 1);
    for (size_t i = 0; i <= length; i++)
        narrow[i] = (char)actual[i];
    assert_string_equal(narrow, expected);
}

static void widen(uint16_t *out, const char *text)
{
    while ((*out++ = (unsigned char)*text++) != 0)
        continue;
}

TEST(arguments_are_quoted)
{
    static const struct {
        const char *argument, *quoted;
    } table[] = {
        {"plain", "plain"},
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"a\tb", "\"a\tb\""},
        {"a\nb", "\"a\nb\""},
        {"a\vb", "\"a\vb\""},
        {" ", "\" \""},
        {"\"", "\"\\\"\""},
        {"a\"b", "\"a\\\"b\""},
        {"\"\"", "\"\\\"\\\"\""},
        {"C:\\x", "C:\\x"},
        {"C:\\x\\", "C:\\x\\"},           /* no quotes: a backslash at the end stays one */
        {"C:\\x y\\", "\"C:\\x y\\\\\""}, /* or it would escape the closing quote */
        {"C:\\x y\\\\", "\"C:\\x y\\\\\\\\\""},
        {"a\\\"b", "\"a\\\\\\\"b\""}, /* one backslash before a quote: doubled, and the quote's own */
        {"a\\\\\"b", "\"a\\\\\\\\\\\"b\""},
        {"a\\b c", "\"a\\b c\""}, /* before anything else backslashes are literal */
        {"\\\\pipe\\x", "\\\\pipe\\x"},
        {"--protocol=1", "--protocol=1"},
        {"%PATH%", "%PATH%"},
        {"^&|<>", "^&|<>"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint16_t line[UNITS] = {0}, argument[UNITS];
        widen(argument, table[i].argument);
        assert_true(command_line_add(line, UNITS, argument));
        expect_units(line, table[i].quoted);
    }
}

TEST(arguments_are_separated_by_blanks)
{
    uint16_t line[UNITS] = {0}, argument[UNITS];
    static const char *const arguments[] = {"x.exe", "", "a b", "c"};
    for (size_t i = 0; i < 4; i++) {
        widen(argument, arguments[i]);
        assert_true(command_line_add(line, UNITS, argument));
    }
    expect_units(line, "x.exe \"\" \"a b\" c");
}

/* An argument is added completely or not at all. */
TEST(arguments_that_do_not_fit_are_refused)
{
    static const uint16_t argument[] = {'a', ' ', 'b', '\\', 0};
    const size_t needed = 2 + 7 + 1; /* x, a blank, "a b\\", the terminator */
    for (size_t size = 2; size <= needed + 1; size++) {
        uint16_t line[16];
        for (size_t i = 0; i < 16; i++)
            line[i] = '#';
        line[0] = 'x';
        line[1] = 0;
        bool fits = command_line_add(line, size, argument);
        assert_int_equal(fits, size >= needed);
        for (size_t i = size; i < 16; i++)
            assert_int_equal(line[i], '#');
        expect_units(line, fits ? "x \"a b\\\\\"" : "x");
    }
    uint16_t empty[1] = {0};
    assert_false(command_line_add(empty, 1, argument));
    assert_int_equal(empty[0], 0);
}

/* The rules of nf-shellapi-commandlinetoargvw for what follows the program's name, written down a second
 * time: 2n backslashes and a quote are n backslashes and a delimiter, 2n+1 are n and a quote; other
 * backslashes are literal. */
static size_t split(const uint16_t *line, uint16_t arguments[][UNITS], size_t most)
{
    size_t count = 0;
    for (;;) {
        while (*line == ' ' || *line == '\t')
            line++;
        if (!*line || count == most)
            return count;
        uint16_t *to = arguments[count++];
        bool quoted = false;
        while (*line && (quoted || (*line != ' ' && *line != '\t'))) {
            size_t slashes = 0;
            for (; *line == '\\'; line++)
                slashes++;
            bool at_quote = *line == '"';
            for (size_t i = 0; i < (at_quote ? slashes / 2 : slashes); i++)
                *to++ = '\\';
            if (!at_quote && slashes > 0)
                continue;
            if (at_quote && slashes % 2 == 0)
                quoted = !quoted;
            else
                *to++ = *line;
            line++;
        }
        *to = 0;
    }
}

static void expect_same(const uint16_t *actual, const uint16_t *expected)
{
    size_t length = units_length(expected);
    assert_int_equal(units_length(actual), length);
    assert_memory_equal(actual, expected, length * sizeof expected[0]);
}

/* The first argument is followed by a plain one: quoting that does not end would swallow it. */
static void expect_round_trip(const uint16_t *argument)
{
    static const uint16_t program[] = {'x', 0}, last[] = {'z', 0};
    static uint16_t line[UNITS], arguments[4][UNITS];
    line[0] = 0;
    assert_true(command_line_add(line, UNITS, program));
    assert_true(command_line_add(line, UNITS, argument));
    assert_true(command_line_add(line, UNITS, last));
    assert_int_equal(split(line, arguments, 4), 3);
    expect_same(arguments[1], argument);
    expect_same(arguments[2], last);
#ifdef _WIN32
    typedef LPWSTR *(WINAPI * split_function)(LPCWSTR, int *);
    static split_function windows_split;
    if (!windows_split) {
        HMODULE shell = LoadLibraryA("shell32.dll");
        assert_non_null(shell);
        windows_split = (split_function)(void (*)(void))GetProcAddress(shell, "CommandLineToArgvW");
        assert_non_null(windows_split);
    }
    int count;
    LPWSTR *seen = windows_split((LPCWSTR)line, &count);
    assert_non_null(seen);
    assert_int_equal(count, 3);
    expect_same((const uint16_t *)seen[1], argument);
    expect_same((const uint16_t *)seen[2], last);
    LocalFree(seen);
#endif
}

/* Every argument of up to six characters that matter to quoting. */
TEST(every_short_argument_round_trips)
{
    static const uint16_t letters[] = {'a', '\\', '"', ' ', '\t'};
    for (size_t length = 0; length <= 6; length++) {
        size_t combinations = 1;
        for (size_t i = 0; i < length; i++)
            combinations *= 5;
        for (size_t number = 0; number < combinations; number++) {
            uint16_t argument[8] = {0};
            size_t rest = number;
            for (size_t i = 0; i < length; i++, rest /= 5)
                argument[i] = letters[rest % 5];
            expect_round_trip(argument);
        }
    }
}

TEST(arguments_beyond_ascii_round_trip)
{
    uint16_t argument[8] = {0};
    for (uint32_t unit = 1; unit <= 0xFFFF; unit += unit < 0x100 || unit >= 0xFFF0 ? 1 : 0x7F) {
        argument[0] = (uint16_t)unit;
        argument[1] = ' ';
        argument[2] = (uint16_t)unit;
        argument[3] = 0;
        expect_round_trip(argument);
        argument[1] = 0;
        expect_round_trip(argument);
    }
    static const uint16_t surrogates[] = {0xD800, ' ', 0xDC00, 0xDC00, 0xD800, 0};
    expect_round_trip(surrogates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_handles_are_read),
        cmocka_unit_test(arguments_are_quoted),
        cmocka_unit_test(arguments_are_separated_by_blanks),
        cmocka_unit_test(arguments_that_do_not_fit_are_refused),
        cmocka_unit_test(every_short_argument_round_trips),
        cmocka_unit_test(arguments_beyond_ascii_round_trip),
    };
    return cmocka_run_group_tests_name("common spawn_args", tests, NULL, NULL);
}
