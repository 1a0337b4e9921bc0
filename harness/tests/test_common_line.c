/* The line protocol: every kind of malformed line, and fragments of every size. */
#include "testing.h"

#include "../common/text.h"
#include "../common/line.h"

static const char *parse(struct line *line, const char *bytes)
{
    return line_parse(line, bytes, strlen(bytes));
}

TEST(a_line_is_parsed_into_its_parts)
{
    struct line line;
    assert_null(parse(&line, "7 create section name=%40x%20y size=0x1000 empty= ~handle=44\r"));
    assert_int_equal(line.sequence, 7);
    assert_string_equal(line.word, "create");
    assert_string_equal(line.label, "section");
    assert_int_equal(line.count, 4);
    assert_string_equal(line_value(&line, "name", "none"), "@x y");
    assert_string_equal(line_value(&line, "empty", "none"), "");
    assert_string_equal(line_value(&line, "absent", "none"), "none");
    assert_string_equal(line_value(&line, "~handle", "none"), "44");
    assert_string_equal(line_value(&line, "handle", "none"), "none");
    uint64_t number = 1;
    assert_true(line_number(&line, "size", &number));
    assert_int_equal(number, 4096);
    assert_false(line_number(&line, "name", &number));
    assert_false(line_number(&line, "empty", &number));
    assert_false(line_number(&line, "absent", &number));
    assert_int_equal(number, 4096);
}

TEST(a_copy_of_a_line_stays)
{
    static struct line line, copy;
    assert_null(parse(&line, "7 create section name=%40x size=1"));
    line.fields[line.count++] = (struct field){"api", "A", 1}; /* constants are no part of the line */
    line_copy(&copy, &line);
    assert_null(parse(&line, "8 open other access=2"));
    assert_int_equal(copy.sequence, 7);
    assert_string_equal(copy.word, "create");
    assert_string_equal(copy.label, "section");
    assert_int_equal(copy.count, 3);
    assert_string_equal(line_value(&copy, "name", ""), "@x");
    assert_string_equal(line_value(&copy, "size", ""), "1");
    assert_string_equal(line_value(&copy, "api", ""), "A");
}

TEST(lines_without_fields_are_parsed)
{
    struct line line;
    assert_null(parse(&line, "0 ok"));
    assert_string_equal(line.label, "");
    assert_int_equal(line.count, 0);
    assert_null(parse(&line, "4294967295 ok a=b=c"));
    assert_int_equal(line.sequence, UINT32_MAX);
    assert_string_equal(line_value(&line, "a", ""), "b=c");
    /* A byte 0 travels, and is no end of a number. */
    uint64_t number = 5;
    assert_null(parse(&line, "1 ok n=12%0034"));
    assert_int_equal(line_field(&line, "n")->length, 5);
    assert_memory_equal(line_field(&line, "n")->value, "12\00034", 6);
    assert_false(line_number(&line, "n", &number));
    assert_int_equal(number, 5);
}

TEST(malformed_lines_are_refused)
{
    static const struct {
        const char *bytes, *wrong;
    } table[] = {
        {"", "no sequence number"},
        {"\r", "no sequence number"},
        {"ok", "no sequence number"},
        {" 1 ok", "no sequence number"},
        {"-1 ok", "no sequence number"},
        {"0x ok", "no sequence number"},
        {"4294967296 ok", "no sequence number"},
        {"99999999999999999999 ok", "no sequence number"},
        {"1", "no word after the sequence number"},
        {"1  ok", "no word after the sequence number"},
        {"1 a=b", "no word after the sequence number"},
        {"1 ", "a blank at the end"},
        {"1 ok ", "a blank at the end"},
        {"1 ok a=b ", "a blank at the end"},
        {"1 ok  a=b", "two blanks in a row"},
        {"1 ok a=b  c=d", "two blanks in a row"},
        {"1 ok label other", "a word without '=' after the label"},
        {"1 ok a=b label", "a word without '=' after the label"},
        {"1 ok =b", "a value without a key"},
        {"1 ok a=%", "a broken percent-escape"},
        {"1 ok a=%4", "a broken percent-escape"},
        {"1 ok a=%zz", "a broken percent-escape"},
        {"1 ok a=%4 b=c", "a broken percent-escape"},
        {"1 ok a=1 a=2", "a key that is given twice"},
        {"1 ok a=1 b=2 a=", "a key that is given twice"},
        {"1 ok\t", "a byte that is not printable ASCII"},
        {"1 ok a=\x01", "a byte that is not printable ASCII"},
        {"1 ok a=\x7F", "a byte that is not printable ASCII"},
        {"1 ok a=\x80", "a byte that is not printable ASCII"},
        {"1 ok a=\xC3\xA9", "a byte that is not printable ASCII"},
        {"1 ok\r\r", "a byte that is not printable ASCII"},
        {"1 ok\nx", "a byte that is not printable ASCII"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct line line;
        const char *wrong = parse(&line, table[i].bytes);
        if (!wrong || strcmp(wrong, table[i].wrong) != 0)
            fail_msg("'%s': %s", table[i].bytes, wrong ? wrong : "was taken");
    }
    struct line line;
    assert_string_equal(line_parse(&line, "1 ok\0x", 6), "a byte that is not printable ASCII");
}

TEST(lines_at_the_limits_are_parsed)
{
    char bytes[LINE_BYTES + 1];
    struct line line;
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "1 ok a=", 7);
    assert_null(line_parse(&line, bytes, LINE_BYTES - 1));
    assert_int_equal(line.fields[0].length, LINE_BYTES - 1 - 7);
    assert_string_equal(line_parse(&line, bytes, LINE_BYTES), "too long");

    char many[LINE_BYTES];
    struct text text = text_over(many, sizeof many);
    text_add(&text, "1 ok");
    for (int i = 0; i < LINE_FIELDS; i++)
        text_format(&text, " k%d=%d", i, i);
    assert_null(parse(&line, many));
    assert_int_equal(line.count, LINE_FIELDS);
    assert_string_equal(line_value(&line, "k31", ""), "31");
    text_add(&text, " more=1");
    assert_string_equal(parse(&line, many), "too many fields");
}

TEST(numbers_of_fields_are_read)
{
    static const struct {
        const char *word;
        uint64_t value;
    } good[] = {{"0", 0},
                {"007", 7},
                {"0x0", 0},
                {"0XfF", 255},
                {"18446744073709551615", UINT64_MAX},
                {"0xffffffffffffffff", UINT64_MAX},
                {"0x000000000000000000001", 1}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint64_t value = 99;
        assert_true(number_parse(good[i].word, &value));
        assert_true(value == good[i].value);
    }
    static const char *const bad[] = {"",
                                      "0x",
                                      "x1",
                                      "1x",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0b1",
                                      "ff",
                                      "0xg",
                                      "1,0",
                                      "18446744073709551616",
                                      "0x1ffffffffffffffff",
                                      "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t value = 99;
        if (number_parse(bad[i], &value) || value != 99)
            fail_msg("'%s' was taken", bad[i]);
    }
}

/* Feeds `bytes` in fragments of `size` and joins the lines that come out with '|'. */
static enum line_next feed(const char *bytes, size_t length, size_t size, struct text *seen)
{
    struct line_reader reader = {.length = 0};
    enum line_next next = LINE_NEXT_NONE;
    while (length > 0) {
        size_t room, taken = size < length ? size : length;
        char *to = line_reader_room(&reader, &room);
        if (taken > room)
            taken = room;
        assert_in_range(taken, 1, LINE_READER_BYTES);
        memcpy(to, bytes, taken);
        line_reader_added(&reader, taken);
        bytes += taken;
        length -= taken;
        char line[LINE_BYTES];
        size_t line_length;
        while ((next = line_reader_next(&reader, line, &line_length)) == LINE_NEXT_READY) {
            assert_int_equal(line[line_length], 0);
            text_add_bytes(seen, line, line_length);
            text_add(seen, "|");
        }
        if (next == LINE_NEXT_TOO_LONG)
            return next;
    }
    return next;
}

TEST(the_reader_joins_fragments_of_every_size)
{
    char stream[4 * LINE_BYTES], expected[4 * LINE_BYTES], seen[4 * LINE_BYTES];
    struct text in = text_over(stream, sizeof stream), out = text_over(expected, sizeof expected);
    const size_t lengths[] = {0, 1, 5, LINE_BYTES - 1, 0, 300, LINE_BYTES - 2, 17};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (size_t j = 0; j < lengths[i]; j++) {
            char letter = (char)('a' + (i + j) % 26);
            text_add_bytes(&in, &letter, 1);
            text_add_bytes(&out, &letter, 1);
        }
        text_add(&in, "\n");
        text_add(&out, "|");
    }
    text_add(&in, "no end");
    assert_false(in.cut);
    for (size_t size = 1; size <= in.length; size++) {
        struct text text = text_over(seen, sizeof seen);
        assert_int_equal(feed(stream, in.length, size, &text), LINE_NEXT_NONE);
        assert_string_equal(seen, expected);
    }
}

TEST(the_reader_refuses_a_line_that_is_too_long)
{
    char stream[2 * LINE_BYTES], seen[2 * LINE_BYTES];
    memset(stream, 'x', sizeof stream);
    stream[0] = stream[LINE_BYTES + 1] = '\n'; /* the second line is one byte too long */
    for (size_t size = 1; size <= sizeof stream; size += 7) {
        struct text text = text_over(seen, sizeof seen);
        assert_int_equal(feed(stream, sizeof stream, size, &text), LINE_NEXT_TOO_LONG);
        assert_string_equal(seen, "|");
        text_clear(&text);
        assert_int_equal(feed(stream + 1, LINE_BYTES - 1, size, &text), LINE_NEXT_NONE);
        assert_int_equal(feed(stream + 1, LINE_BYTES, size, &text), LINE_NEXT_TOO_LONG);
        assert_int_equal(feed(stream + 1, LINE_BYTES + 1, size, &text), LINE_NEXT_TOO_LONG);
    }
}

/* What escape_add writes, line_parse reads: for every pair of bytes. */
TEST(any_bytes_round_trip_as_a_value)
{
    for (int first = 0; first < 256; first++) {
        char value[256 * 2], bytes[LINE_BYTES];
        for (int from = 0; from < 256; from += 64) {
            for (int i = 0; i < 64; i++) {
                value[2 * i] = (char)first;
                value[2 * i + 1] = (char)(from + i);
            }
            struct text text = text_over(bytes, sizeof bytes);
            struct line line;
            text_add(&text, "3 write view text=");
            escape_add(&text, value, 128);
            assert_false(text.cut);
            assert_null(line_parse(&line, bytes, text.length));
            assert_int_equal(line.fields[0].length, 128);
            assert_memory_equal(line.fields[0].value, value, 128);
        }
    }
}

TEST(replies_are_described_without_volatile_fields)
{
    static const struct {
        const char *raw, *text;
    } table[] = {
        {"3 ok", "ok"},
        {"3", ""},
        {"3 ok  size=1 ", "ok size=1"}, /* as received, even if it is no line of the protocol */
        {"3 ok ~handle=44", "ok"},
        {"3 ok ~base=1 size=4096 ~pid=2", "ok size=4096"},
        {"9 fail error=5 status=0xC0000022",
         "fail error=5 ERROR_ACCESS_DENIED status=0xC0000022 STATUS_ACCESS_DENIED"},
        {"9 fail error=untouched", "fail error=untouched"},
        {"9 fail error=77777", "fail error=77777"},
        {"9 fail error=4294967301", "fail error=4294967301"}, /* 2^32 + 5 is not error 5 */
        {"9 fault code=0xC0000005 access=write at=+0",
         "fault code=0xC0000005 STATUS_ACCESS_VIOLATION access=write at=+0"},
        {"9 ok name=a%20b", "ok name=a%20b"},
        {"9 ok some-error=5 errors=5", "ok some-error=5 errors=5"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char room[LINE_BYTES];
        struct text text = text_over(room, sizeof room);
        reply_describe(&text, table[i].raw);
        assert_string_equal(room, table[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_parsed_into_its_parts),
        cmocka_unit_test(a_copy_of_a_line_stays),
        cmocka_unit_test(lines_without_fields_are_parsed),
        cmocka_unit_test(malformed_lines_are_refused),
        cmocka_unit_test(lines_at_the_limits_are_parsed),
        cmocka_unit_test(numbers_of_fields_are_read),
        cmocka_unit_test(the_reader_joins_fragments_of_every_size),
        cmocka_unit_test(the_reader_refuses_a_line_that_is_too_long),
        cmocka_unit_test(any_bytes_round_trip_as_a_value),
        cmocka_unit_test(replies_are_described_without_volatile_fields),
    };
    return cmocka_run_group_tests_name("common line", tests, NULL, NULL);
}
