/* Any bytes as legal, readable text. */
#include "testing.h"

#include "../common/utf16.h"
#include "../report/xml.h"
#include "xml_scan.h"

static void expect_text_of(const char *bytes, size_t length, const char *expected)
{
    struct buffer out = {0};
    xml_add_text(&out, bytes, length);
    buffer_add(&out, "", 0);
    assert_string_equal(out.at, expected);
    buffer_free(&out);
}

static void expect_text(const char *bytes, const char *expected)
{
    expect_text_of(bytes, strlen(bytes), expected);
}

TEST(every_control_character_is_replaced)
{
    for (int c = 0; c < 0x80; c++) {
        char byte = (char)c, expected[16];
        snprintf(expected, sizeof expected, "\\x%02X", (unsigned)c);
        if (c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7F))
            snprintf(expected, sizeof expected, "%c", c);
        if (c == '<' || c == '>' || c == '&')
            strcpy(expected, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
        expect_text_of(&byte, 1, expected);
    }
}

TEST(every_code_point_is_written_or_replaced)
{
    for (uint32_t point = 0x80; point <= 0x10FFFF;
         point += point < 0x3000 || (point > 0xD000 && point < 0x10100) ? 1 : 61) {
        char bytes[5] = {0}, expected[16];
        size_t length = wtf8_encode(bytes, point);
        bool escaped = point < 0xA0 || point == 0x2028 || point == 0x2029 ||
                       (point >= 0xD800 && point < 0xE000) || point == 0xFFFE || point == 0xFFFF;
        snprintf(expected, sizeof expected, "\\u{%04X}", (unsigned)point);
        if (!escaped)
            memcpy(expected, bytes, length + 1);
        expect_text_of(bytes, length, expected);
    }
}

TEST(invalid_utf8_is_replaced)
{
    expect_text("\x80\xBF", "\\x80\\xBF");
    expect_text("\xC0\x80", "\\xC0\\x80");
    expect_text("a\xFFz", "a\\xFFz");
    expect_text("\xE2\x82", "\\xE2\\x82");
    expect_text("\xE2\x82"
                "A\xE2\x82\xAC",
                "\\xE2\\x82"
                "A\xE2\x82\xAC");
    expect_text("\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80");
    expect_text("\xED\xA0\x80", "\\u{D800}");
    expect_text("\xED\xBF\xBF\xED\xA0\x81", "\\u{DFFF}\\u{D801}");
    expect_text("\xED\xA0\xBD\xED\xB8\x80", "\\u{D83D}\\u{DE00}"); /* a pair in two halves is no character */
    expect_text("\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80");
    expect_text("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD", "\\u{FFFE}\\u{FFFF}\xEF\xBF\xBD");
}

TEST(line_ends_and_markup_are_escaped)
{
    expect_text("a\r\nb\r\n", "a\nb\n");
    expect_text("a\rb", "a\\x0Db");
    expect_text("\r\r\n", "\\x0D\n");
    expect_text("\r", "\\x0D");
    expect_text("\n\r", "\n\\x0D");
    expect_text("]]>", "]]&gt;");
    expect_text("&#1;&amp;", "&amp;#1;&amp;amp;");
    expect_text("<a b=\"c\">", "&lt;a b=\"c\"&gt;");
    expect_text("\\x01 \\ \\\\", "\\x01 \\ \\\\"); /* a real backslash stays as it is */
    expect_text_of("a\0b", 3, "a\\x00b");
    expect_text_of("", 0, "");
}

TEST(attributes_are_escaped)
{
    struct buffer out = {0};
    xml_add_attribute(&out, "value", "a\n\t\r\n\"<&>' \x01\xED\xA0\x80");
    assert_string_equal(out.at, " value=\"a&#10;&#9;&#10;&quot;&lt;&amp;&gt;' \\x01\\u{D800}\"");
    buffer_free(&out);
}

/* Longer than the piece that is escaped at once, with what needs escaping at every distance from its end. */
TEST(pieces_are_joined)
{
    for (size_t before = 480; before < 530; before++) {
        char bytes[600], expected[600];
        memset(bytes, 'x', before);
        memcpy(expected, bytes, before);
        strcpy(bytes + before, "&\x01\xE2\x82\xAC\r\nz");
        strcpy(expected + before, "&amp;\\x01\xE2\x82\xAC\nz");
        expect_text(bytes, expected);
    }
}

TEST(messages_are_cut_to_their_first_line)
{
    static const struct {
        size_t size; /* of the buffer */
        const char *message, *line;
        bool whole;
    } table[] = {
        {11, "short", "short", true},
        {11, "", "", true},
        {11, "0123456789", "0123456789", true},
        {11, "0123456789a", "0123456...", false},
        {11, "short\n", "short", true},
        {11, "short\r\n", "short", true},
        {11, "short\nmore", "short", false},
        {11, "\nmore", "", false},
        {11, "123456\x01", "123456\\x01", true},
        {11, "1234567\x01", "1234567...", false},
        {11, "12345\x01z", "12345\\x01z", true},
        {11, "12345\x01zz", "12345...", false}, /* not within an escape */
        {11,
         "12345\xE2\x82\xAC"
         "678",
         "12345...", false}, /* nor within a character */
        {11,
         "1234\xE2\x82\xAC"
         "6789",
         "1234\xE2\x82\xAC...", false},
        {11, "\xED\xA0\x80\xED\xA0\x80", "...", false},
        {4, "abcd", "...", false},
        {4, "abc", "abc", true},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char room[16];
        struct text text = text_over(room, table[i].size);
        bool whole = xml_first_line(&text, table[i].message, strlen(table[i].message));
        assert_string_equal(room, table[i].line);
        assert_int_equal(whole, table[i].whole);
    }
}

/* What is left of a long text: its readable form, the bytes that the line in between says, and how many there
 * are. */
static void expect_cut(const char *bytes, size_t length, size_t most, struct buffer *decoded)
{
    struct buffer out = {0};
    struct scan scan;
    buffer_add_string(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml_add_long_text(&out, bytes, length, most);
    assert_true(scan_begin(&scan, out.at, out.length));
    assert_int_equal(scan_next(&scan), SCAN_TEXT);
    assert_int_equal(scan_next(&scan), SCAN_END);
    assert_in_range(scan.text.length, most / 2 - 100, most);
    buffer_add(decoded, scan.text.at, scan.text.length);
    scan_free(&scan);
    buffer_free(&out);
}

static unsigned long long left_out(const char *text)
{
    const char *mark = strstr(text, "\n[... ");
    assert_non_null(mark);
    assert_non_null(strstr(mark, " bytes left out ...]\n"));
    return strtoull(mark + 6, NULL, 10);
}

TEST(long_lines_are_kept_whole)
{
    struct buffer bytes = {0}, decoded = {0};
    for (int i = 0; i < 1000; i++)
        buffer_format(&bytes, "line %04d\n", i);
    expect_cut(bytes.at, bytes.length, 2048, &decoded);
    assert_memory_equal(decoded.at, "line 0000\nline 0001\n", 20);
    assert_string_equal(decoded.at + decoded.length - 20, "line 0998\nline 0999\n");
    size_t kept = 0;
    for (const char *at = decoded.at; *at; at = strchr(at, '\n') + 1) {
        if (at[0] == '[')
            continue;
        assert_memory_equal(at, "line ", 5); /* no line is cut */
        kept += 10;
    }
    assert_true(left_out(decoded.at) == bytes.length - kept);
    buffer_free(&bytes);
    buffer_free(&decoded);
}

/* Without line ends, and of bytes that all become escapes. */
TEST(long_texts_without_lines)
{
    static const char *const units[] = {
        "x", "\x01", "\xE2\x82\xAC", "\xED\xA0\x80", "\x80", "\xF0\x9F\x98\x80", "&"};
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        struct buffer bytes = {0}, decoded = {0};
        for (int i = 0; i < 3000; i++)
            buffer_add_string(&bytes, units[u]);
        char unit[XML_UNIT_BYTES];
        size_t unit_length;
        assert_int_equal(xml_unit(units[u], strlen(units[u]), unit, &unit_length), strlen(units[u]));
        expect_cut(bytes.at, bytes.length, 1024, &decoded);
        size_t mark = strcspn(decoded.at, "\n");
        size_t rest = mark + 1 + strcspn(decoded.at + mark + 1, "\n") + 1;
        size_t kept = (mark + decoded.length - rest) / unit_length * strlen(units[u]);
        assert_int_equal((mark + decoded.length - rest) % unit_length, 0);
        assert_true(left_out(decoded.at) == bytes.length - kept);
        buffer_free(&bytes);
        buffer_free(&decoded);
    }
}

TEST(the_limit_of_a_text_is_exact)
{
    char *bytes = malloc(4000);
    assert_non_null(bytes);
    memset(bytes, 'x', 4000);
    struct buffer out = {0};
    xml_add_long_text(&out, bytes, 2048, 2048);
    assert_int_equal(out.length, 2048);
    out.length = 0;
    xml_add_long_text(&out, bytes, 2049, 2048);
    assert_true(left_out(out.at) > 0);
    assert_in_range(out.length, 1024, 2048);
    out.length = 0;
    for (size_t i = 0; i < 4000; i += 2)
        memcpy(bytes + i, "\r\n", 2);
    xml_add_long_text(&out, bytes, 4000, 2048); /* 2,000 when readable */
    assert_int_equal(out.length, 2000);
    buffer_free(&out);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_control_character_is_replaced),
        cmocka_unit_test(every_code_point_is_written_or_replaced),
        cmocka_unit_test(invalid_utf8_is_replaced),
        cmocka_unit_test(line_ends_and_markup_are_escaped),
        cmocka_unit_test(attributes_are_escaped),
        cmocka_unit_test(pieces_are_joined),
        cmocka_unit_test(messages_are_cut_to_their_first_line),
        cmocka_unit_test(long_lines_are_kept_whole),
        cmocka_unit_test(long_texts_without_lines),
        cmocka_unit_test(the_limit_of_a_text_is_exact),
    };
    return cmocka_run_group_tests_name("report xml", tests, NULL, NULL);
}
