/* Text in fixed and growing buffers, percent-escapes, globs and checksums. */
#include "testing.h"

#include "../common/text.h"

TEST(text_keeps_what_fits)
{
    char room[8];
    struct text text = text_over(room, sizeof room);
    assert_string_equal(room, "");
    text_add(&text, "1234567");
    assert_false(text.cut);
    assert_string_equal(room, "1234567");
    text_add_bytes(&text, "", 0);
    assert_false(text.cut);
    text_add(&text, "8");
    assert_true(text.cut);
    assert_string_equal(room, "1234567");
    text_clear(&text);
    assert_false(text.cut);
    text_add(&text, "abc");
    text_add(&text, "defghi");
    assert_true(text.cut);
    assert_string_equal(room, "abcdefg");
    assert_int_equal(text.length, 7);
}

TEST(text_formats_what_fits)
{
    char room[8];
    struct text text = text_over(room, sizeof room);
    text_format(&text, "%s-%d", "ab", 12);
    assert_string_equal(room, "ab-12");
    text_format(&text, "%d", 34);
    assert_false(text.cut);
    assert_string_equal(room, "ab-1234");
    text_format(&text, "%s", "");
    assert_false(text.cut);
    text_format(&text, "%d", 5);
    assert_true(text.cut);
    text_clear(&text);
    text_format(&text, "%s", "123456789");
    assert_true(text.cut);
    assert_string_equal(room, "1234567");
    assert_int_equal(text.length, 7);

    char one[1];
    text = text_over(one, sizeof one);
    text_format(&text, "%d", 1);
    text_add(&text, "x");
    assert_true(text.cut);
    assert_string_equal(one, "");
}

TEST(buffer_grows_as_needed)
{
    struct buffer buffer = {0};
    for (int i = 0; i < 1000; i++)
        buffer_format(&buffer, "%03d,", i);
    assert_false(buffer.failed);
    assert_int_equal(buffer.length, 4000);
    assert_int_equal(strlen(buffer.at), 4000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(atoi(buffer.at + 4 * i), i);
    buffer_add(&buffer, "\0z", 2);
    assert_int_equal(buffer.length, 4002);
    assert_memory_equal(buffer.at + 4000, "\0z", 3);
    buffer_free(&buffer);
    assert_null(buffer.at);
    buffer_add_string(&buffer, "");
    assert_string_equal(buffer.at, "");
    buffer_free(&buffer);
}

TEST(buffer_failure_stays)
{
    struct buffer buffer = {0};
    buffer_add_string(&buffer, "kept");
    char *long_text = malloc(3000);
    assert_non_null(long_text);
    memset(long_text, 'x', 2999);
    long_text[2999] = '\0';
    buffer_format(&buffer, "%.2000s", long_text);
    assert_false(buffer.failed);
    buffer_format(&buffer, "%s", long_text);
    assert_true(buffer.failed);
    buffer_add_string(&buffer, "more");
    assert_true(buffer.failed);
    assert_int_equal(buffer.length, 2004);
    assert_memory_equal(buffer.at, "keptx", 5);
    free(long_text);
    buffer_free(&buffer);

    struct buffer huge = {0};
    buffer_add_string(&huge, "kept");
    buffer_add(&huge, "", SIZE_MAX - 2);
    assert_true(huge.failed);
    assert_string_equal(huge.at, "kept");
    buffer_free(&huge);
}

TEST(escape_round_trip)
{
    char all[256], escaped[3 * 256 + 1];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    struct text text = text_over(escaped, sizeof escaped);
    escape_add(&text, all, sizeof all);
    assert_false(text.cut);
    for (size_t i = 0; i < text.length; i++)
        assert_in_range(escaped[i], 0x21, 0x7E);
    size_t length;
    assert_true(escape_decode(escaped, &length));
    assert_int_equal(length, 256);
    assert_memory_equal(escaped, all, 256);
    assert_int_equal(escaped[256], 0);
}

TEST(escape_writes_upper_case)
{
    char room[64];
    struct text text = text_over(room, sizeof room);
    escape_add(&text, "a b%\n\xC3\xA9\0=", 9);
    assert_string_equal(room, "a%20b%25%0A%C3%A9%00=");
}

TEST(escape_refuses_incomplete_escapes)
{
    static const char *const broken[] = {"%",    "a%",  "%4",  "%4g",    "%g4",
                                         "%%41", "%-1", "% 1", "abc%zz", "%41%"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        char word[16];
        size_t length;
        strcpy(word, broken[i]);
        assert_false(escape_decode(word, &length));
    }
    char mixed[] = "%c3%A9%4a";
    size_t length;
    assert_true(escape_decode(mixed, &length));
    assert_int_equal(length, 3);
    assert_string_equal(mixed, "\xC3\xA9J");
}

TEST(globs_match_as_listed)
{
    static const struct {
        const char *pattern, *word;
        bool matches;
    } table[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "anything", true},
        {"**", "", true},
        {"?", "", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"a*", "a", true},
        {"a*", "ba", false},
        {"*a", "banana", true},
        {"*an", "banana", false},
        {"b*n*a", "banana", true},
        {"b?n?n?", "banana", true},
        {"open-*", "open-missing", true},
        {"open-*", "Open-missing", false},
        {"10.0.26100.*", "10.0.26100.2894", true},
        {"10.0.26100.*", "10.0.26100", false},
        {"*x*y*z*", "__x__y__z__", true},
        {"*x*y*z*", "__x__z__y__", false},
        {"a**b", "ab", true},
        {"*?", "", false},
        {"*?", "a", true},
        {"?*?", "a", false},
        {"[a]", "a", false},
        {"[a]", "[a]", true},
        {"\\*", "\\x", true},
        {"abc", "abcd", false},
        {"abcd", "abc", false},
        {"a*bc", "abbbc", true},
        {"a*bcd*", "abcbcdx", true},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (glob_matches(table[i].pattern, table[i].word) != table[i].matches)
            fail_msg("'%s' against '%s'", table[i].pattern, table[i].word);
}

/* What makes naive matchers exponential must end at once. */
TEST(glob_is_not_exponential)
{
    char pattern[201], word[2001];
    for (size_t i = 0; i < 200; i += 2)
        memcpy(pattern + i, "a*", 2);
    pattern[199] = 'b';
    pattern[200] = '\0';
    memset(word, 'a', 2000);
    word[2000] = '\0';
    assert_false(glob_matches(pattern, word));
    word[1999] = 'b';
    assert_true(glob_matches(pattern, word));
}

/* Values published with the algorithm, so that another writer of the sum would agree. */
TEST(checksum_is_fnv1a)
{
    assert_true(checksum_add(CHECKSUM_START, "", 0) == UINT64_C(0xCBF29CE484222325));
    assert_true(checksum_add(CHECKSUM_START, "a", 1) == UINT64_C(0xAF63DC4C8601EC8C));
    assert_true(checksum_add(CHECKSUM_START, "foobar", 6) == UINT64_C(0x85944171F73967E8));
    uint64_t sum = checksum_add(CHECKSUM_START, "foo", 3);
    assert_true(checksum_add(sum, "bar", 3) == UINT64_C(0x85944171F73967E8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_keeps_what_fits),
        cmocka_unit_test(text_formats_what_fits),
        cmocka_unit_test(buffer_grows_as_needed),
        cmocka_unit_test(buffer_failure_stays),
        cmocka_unit_test(escape_round_trip),
        cmocka_unit_test(escape_writes_upper_case),
        cmocka_unit_test(escape_refuses_incomplete_escapes),
        cmocka_unit_test(globs_match_as_listed),
        cmocka_unit_test(glob_is_not_exponential),
        cmocka_unit_test(checksum_is_fnv1a),
    };
    return cmocka_run_group_tests_name("common text", tests, NULL, NULL);
}
