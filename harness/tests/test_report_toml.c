/* The subset of TOML: what is valid, what is not, and in which line. */
#include "testing.h"

#include "../common/utf16.h"
#include "../report/toml.h"

/* All items of a text in one: "2[[known]] 3key=value END", or "4! what is wrong". */
static void list_items(const char *bytes, size_t length, struct buffer *out)
{
    struct toml toml;
    toml_start(&toml, bytes, length);
    for (;;) {
        enum toml_item item = toml_next(&toml);
        buffer_format(out, "%d", toml.line);
        if (item == TOML_TABLE) {
            buffer_format(out, "[[%s]] ", toml.name.at);
        } else if (item == TOML_PAIR) {
            assert_int_equal(strlen(toml.value.at), toml.value.length);
            buffer_format(out, "%s=", toml.name.at);
            buffer_add(out, toml.value.at, toml.value.length);
            buffer_add_string(out, " ");
        } else {
            buffer_add_string(out, item == TOML_END ? "END" : "! ");
            buffer_add_string(out, item == TOML_END ? "" : toml.wrong);
            break;
        }
    }
    toml_free(&toml);
}

static void expect_items(const char *bytes, size_t length, const char *expected)
{
    /* From the heap, without a terminator, so that reading too far is seen. */
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    struct buffer out = {0};
    list_items(copy, length, &out);
    assert_string_equal(out.at, expected);
    buffer_free(&out);
    free(copy);
}

TEST(valid_toml_is_read)
{
    static const struct {
        const char *bytes, *items;
    } table[] = {
        {"", "0END"},
        {"\n", "1END"},
        {"\n\n  \t\n", "3END"},
        {"# comment", "1END"},
        {"  # \xC3\xA9 \t comment\r\n", "1END"},
        {"[[known]]", "1[[known]] 1END"},
        {"\t[[known]] \t# comment\n", "1[[known]] 1END"},
        {"[[a-B_9]]\r\n\r\nkey = \"v\"\r\n", "1[[a-B_9]] 3key=v 3END"},
        {"key=\"v\"", "1key=v 1END"},
        {"  key\t=\t\"v\"  ", "1key=v 1END"},
        {"abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789 = \"\"",
         "1abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789= 1END"},
        {"1-a_Z = \"\"", "11-a_Z= 1END"},
        {"k = \"a # b\" # c", "1k=a # b 1END"},
        {"k = \"[[x]] = y\"", "1k=[[x]] = y 1END"},
        {"k = \"'a'\t b\"", "1k='a'\t b 1END"},
        {"k = \"\\b\\t\\n\\f\\r\\\"\\\\\"", "1k=\b\t\n\f\r\"\\ 1END"},
        {"k = \"\\u0041\\u00e9\\u20AC\\U0001F600\\U0010ffff\"",
         "1k=A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF 1END"},
        {"k = \"\\u0001\\u007F\"", "1k=\x01\x7F 1END"},
        {"k = \"\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBE\xC2\x80\"",
         "1k=\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBE\xC2\x80 1END"},
        {"k = \"a\"\nl = \"b\"\n[[t]]\nk = \"c\"", "1k=a 2l=b 3[[t]] 4k=c 4END"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        expect_items(table[i].bytes, strlen(table[i].bytes), table[i].items);
}

#define NO_TABLE "a table that is not written as [[name]]"
#define NO_KEY "neither a [[table]] nor a key of letters, digits, '_' and '-'"
#define NO_END "a string that does not end on its line"
#define NO_STRING "a value that is not a string in double quotes"
#define BEHIND "something behind the string"
#define DIGITS "an escape with too few hexadecimal digits"
#define NO_CHARACTER "an escape that is not a character"

TEST(invalid_toml_is_refused)
{
    static const struct {
        const char *bytes, *items;
    } table[] = {
        {"[known]", "1! " NO_TABLE},
        {"[", "1! " NO_TABLE},
        {"[[", "1! " NO_TABLE},
        {"[[known", "1! " NO_TABLE},
        {"[[known]", "1! " NO_TABLE},
        {"[[]]", "1! " NO_TABLE},
        {"[[ known ]]", "1! " NO_TABLE},
        {"[ [known]]", "1! " NO_TABLE},
        {"[[a.b]]", "1! " NO_TABLE},
        {"[[\"a\"]]", "1! " NO_TABLE},
        {"[[known]] x", "1! something behind the ]] of the table"},
        {"[[known]]]", "1! something behind the ]] of the table"},
        {"= \"v\"", "1! " NO_KEY},
        {"\"k\" = \"v\"", "1! " NO_KEY},
        {"'k' = \"v\"", "1! " NO_KEY},
        {"\xC3\xA9 = \"v\"", "1! " NO_KEY},
        {"k", "1! a key without '=' behind it"},
        {"k \"v\"", "1! a key without '=' behind it"},
        {"a@ = \"v\"", "1! a key without '=' behind it"},
        {"a[ = \"v\"", "1! a key without '=' behind it"},
        {"a` = \"v\"", "1! a key without '=' behind it"},
        {"a{ = \"v\"", "1! a key without '=' behind it"},
        {"a/ = \"v\"", "1! a key without '=' behind it"},
        {"a: = \"v\"", "1! a key without '=' behind it"},
        {"a.b = \"v\"", "1! a key without '=' behind it"},
        {"a b = \"v\"", "1! a key without '=' behind it"},
        {"k =", "1! " NO_STRING},
        {"k = v", "1! " NO_STRING},
        {"k = 'v'", "1! " NO_STRING},
        {"k = 7", "1! " NO_STRING},
        {"k = true", "1! " NO_STRING},
        {"k = [\"v\"]", "1! " NO_STRING},
        {"k = {a = \"v\"}", "1! " NO_STRING},
        {"k = # v", "1! " NO_STRING},
        {"k = \"\"\"v\"\"\"", "1! a string of several lines, which is not supported here"},
        {"k = \"v", "1! " NO_END},
        {"k = \"", "1! " NO_END},
        {"k = \"\\", "1! " NO_END},
        {"k = \"v\\\"", "1! " NO_END},
        {"k = \"v\n\"", "1! " NO_END},
        {"k = \"v\\\n  w\"", "1! " NO_END},
        {"k = \"v\" x", "1! " BEHIND},
        {"k = \"v\"\"", "1! " BEHIND},
        {"k = \"v\" \"w\"", "1! " BEHIND},
        {"k = \"v\", l = \"w\"", "1! " BEHIND},
        {"k = \"\\x41\"", "1! an escape that TOML does not have"},
        {"k = \"\\e\"", "1! an escape that TOML does not have"},
        {"k = \"C:\\Windows\"", "1! an escape that TOML does not have"},
        {"k = \"\\ \"", "1! an escape that TOML does not have"},
        {"k = \"\\u\"", "1! " DIGITS},
        {"k = \"\\u004\"", "1! " DIGITS},
        {"k = \"\\u004G\"", "1! " DIGITS},
        {"k = \"\\U0000041\"", "1! " DIGITS},
        {"k = \"\\u12", "1! " DIGITS},
        {"k = \"\\u0000\"", "1! the character 0 in a string"},
        {"k = \"\\U00000000\"", "1! the character 0 in a string"},
        {"k = \"\\uD800\"", "1! " NO_CHARACTER},
        {"k = \"\\uDFFF\"", "1! " NO_CHARACTER},
        {"k = \"\\U00110000\"", "1! " NO_CHARACTER},
        {"k = \"\\UFFFFFFFF\"", "1! " NO_CHARACTER},
        {"\xEF\xBB\xBF[[known]]", "1! a byte order mark"},
        {"# a\rb\n", "1! a carriage return that no line feed follows"},
        {"[[known]]\r", "1! a carriage return that no line feed follows"},
        {"[[known]]\r\r\n", "1! a carriage return that no line feed follows"},
        {"k = \"a\rb\"", "1! a carriage return that no line feed follows"},
        {"# \x01", "1! the control character 0x01"},
        {"k = \"\x1F\"", "1! the control character 0x1F"},
        {"k = \"\x7F\"", "1! the control character 0x7F"},
        {"k\v= \"\"", "1! the control character 0x0B"},
        {"# \xFF", "1! the byte 0xFF, which is not valid UTF-8"},
        {"k = \"\xC0\x80\"", "1! the byte 0xC0, which is not valid UTF-8"},
        {"k = \"\xE2\x82\"", "1! the byte 0xE2, which is not valid UTF-8"},
        {"k = \"\xED\xA0\x80\"", "1! the byte 0xED, which is not valid UTF-8"},
        {"[[t]]\nk = \"v\"\n\n# c\r\nwrong\n", "1[[t]] 2k=v 5! a key without '=' behind it"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        expect_items(table[i].bytes, strlen(table[i].bytes), table[i].items);
    expect_items("k = \"a\0b\"", 9, "1! the control character 0x00");
    expect_items("\0", 1, "1! the control character 0x00");
}

/* A mark that is not at the start is a character like others where characters may be. */
TEST(a_byte_order_mark_is_read_only_at_the_start)
{
    expect_items("\nk = \"\xEF\xBB\xBF\"", 10, "2k=\xEF\xBB\xBF 2END");
}

/* Every byte as part of a value: what is valid is read unchanged. */
TEST(every_byte_of_a_value_is_read_or_refused)
{
    for (int c = 0; c < 256; c++) {
        char bytes[] = "k = \"a?b\"";
        bytes[6] = (char)c;
        struct buffer out = {0};
        list_items(bytes, sizeof bytes - 1, &out);
        bool fine = (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') || c == '\t';
        if (fine)
            assert_int_equal(out.at[4], c);
        else if (c != '\\') /* \b is an escape */
            assert_int_equal(out.at[1], '!');
        buffer_free(&out);
    }
}

TEST(every_escaped_code_point_is_read)
{
    for (uint32_t point = 1; point <= 0x10FFFF;
         point += point < 0x3000 || (point > 0xD700 && point < 0xE100) ? 1 : 97) {
        char room[32], expected[8] = {0};
        struct text text = text_over(room, sizeof room);
        text_format(&text, "k = \"\\U%08X\"", (unsigned)point);
        struct toml toml;
        toml_start(&toml, room, text.length);
        enum toml_item item = toml_next(&toml);
        if (point >= 0xD800 && point < 0xE000) {
            assert_int_equal(item, TOML_ERROR);
        } else {
            assert_int_equal(item, TOML_PAIR);
            wtf8_encode(expected, point);
            assert_string_equal(toml.value.at, expected);
        }
        toml_free(&toml);
    }
}

TEST(lines_of_a_megabyte_are_read)
{
    const size_t size = 1024 * 1024;
    static const struct {
        const char *start, *end;
        enum toml_item item;
    } table[] = {
        {"k = \"", "\"\n", TOML_PAIR}, {"k = \"", "\n", TOML_ERROR},  {"# ", "\n", TOML_END},
        {"", "\n", TOML_ERROR},        {"", " = \"v\"\n", TOML_PAIR}, {"[[", "]]\n", TOML_TABLE},
        {"[[", "\n", TOML_ERROR},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct buffer bytes = {0};
        buffer_add_string(&bytes, table[i].start);
        for (size_t j = 0; j < size / 16; j++)
            buffer_add_string(&bytes, "aaaaaaaaaaaaaaaa");
        buffer_add_string(&bytes, table[i].end);
        struct toml toml;
        toml_start(&toml, bytes.at, bytes.length);
        assert_int_equal(toml_next(&toml), table[i].item);
        if (table[i].item == TOML_PAIR)
            assert_int_equal(toml.value.length + toml.name.length, size + 1);
        toml_free(&toml);
        buffer_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_toml_is_read),
        cmocka_unit_test(invalid_toml_is_refused),
        cmocka_unit_test(a_byte_order_mark_is_read_only_at_the_start),
        cmocka_unit_test(every_byte_of_a_value_is_read_or_refused),
        cmocka_unit_test(every_escaped_code_point_is_read),
        cmocka_unit_test(lines_of_a_megabyte_are_read),
    };
    return cmocka_run_group_tests_name("report toml", tests, NULL, NULL);
}
