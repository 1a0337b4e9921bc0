/* UTF-16 to bytes and back, for every unit and every code point. */
#include "testing.h"

#include "../common/utf16.h"

static void expect_round_trip(const uint16_t *units, size_t count)
{
    char bytes[32];
    uint16_t back[16];
    size_t length = utf16_to_bytes(bytes, sizeof bytes, units, count);
    assert_in_range(length, 0, sizeof bytes - 1);
    assert_int_equal(bytes[length], 0);
    assert_int_equal(utf16_from_bytes(back, 16, bytes, length), count);
    assert_memory_equal(back, units, count * sizeof units[0]);
    assert_int_equal(back[count], 0);
}

/* Alone, and between two letters: a lone surrogate of either kind, 0, U+FFFE and all others come back. */
TEST(every_unit_round_trips)
{
    for (uint32_t unit = 0; unit <= 0xFFFF; unit++) {
        uint16_t units[3] = {(uint16_t)unit, 'b', 'c'};
        expect_round_trip(units, 1);
        uint16_t between[3] = {'a', (uint16_t)unit, 'c'};
        expect_round_trip(between, 3);
    }
}

TEST(surrogates_round_trip_in_every_order)
{
    for (uint32_t high = 0xD800; high <= 0xDBFF; high += 31) {
        for (uint32_t low = 0xDC00; low <= 0xDFFF; low += 37) {
            uint16_t pair[4] = {(uint16_t)high, (uint16_t)low, (uint16_t)low, (uint16_t)high};
            expect_round_trip(pair, 2);
            expect_round_trip(pair + 2, 2);
            expect_round_trip(pair, 4);
            expect_round_trip(pair + 1, 2);
        }
    }
}

/* Two units are one code point only if the first is a high surrogate and the second a low one. */
TEST(edges_of_ranges_round_trip_in_every_order)
{
    static const uint16_t edges[] = {0x7F,   0x80,   0x7FF,  0x800,  0xD7FF, 0xD800,
                                     0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF};
    const size_t count = sizeof edges / sizeof edges[0];
    for (size_t i = 0; i < count * count; i++) {
        uint16_t units[2] = {edges[i / count], edges[i % count]};
        expect_round_trip(units, 2);
    }
}

TEST(every_code_point_round_trips)
{
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[4];
        uint32_t back;
        size_t length = wtf8_encode(bytes, point);
        size_t expected = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        if (length != expected || wtf8_decode(bytes, length, &back) != length || back != point)
            fail_msg("U+%04X: %u bytes", (unsigned)point, (unsigned)length);
        if (length > 1 && wtf8_decode(bytes, length - 1, &back) != 0)
            fail_msg("U+%04X cut short was taken", (unsigned)point);
    }
}

TEST(known_texts_have_known_bytes)
{
    static const uint16_t units[] = {'A', 0xE9, 0x20AC, 0xD83D, 0xDE00, 0xD800, 0xDC00, 0xDFFF};
    char bytes[32];
    assert_int_equal(utf16_to_bytes(bytes, sizeof bytes, units, 8), 17);
    assert_string_equal(bytes, "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF0\x90\x80\x80\xED\xBF\xBF");
}

TEST(invalid_bytes_are_refused)
{
    static const char *const broken[] = {
        "\x80", /* a continuation byte */
        "\xBF",
        "\xC0\x80", /* longer than needed */
        "\xC1\xBF",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF7\xBF\xBF\xBF",
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF",
        "\xC3", /* cut short */
        "\xE2\x82",
        "\xF0\x9F\x98",
        "\xC3\x28", /* no continuation byte */
        "\xE2\x28\xA1",
        "\xE2\x82\x28",
        "\xF0\x9F\x98\x28",
        "abc\xFFxyz",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        uint16_t units[16];
        if (utf16_from_bytes(units, 16, broken[i], strlen(broken[i])) != SIZE_MAX)
            fail_msg("sequence %u was taken", (unsigned)i);
    }
}

/* Exactly enough room is enough, one unit less is not, and nothing is written after the end. */
TEST(a_result_that_does_not_fit_is_refused)
{
    static const uint16_t units[] = {'A', 0xE9, 0x20AC, 0xD83D, 0xDE00};
    static const char bytes[] = "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    for (size_t size = 0; size <= 12; size++) {
        char out[12];
        memset(out, '#', sizeof out);
        size_t length = utf16_to_bytes(out, size, units, 5);
        assert_true(length == (size >= 11 ? 10 : SIZE_MAX));
        for (size_t i = size; i < sizeof out; i++)
            assert_int_equal(out[i], '#');
    }
    for (size_t size = 0; size <= 7; size++) {
        uint16_t out[7];
        memset(out, 0x77, sizeof out);
        size_t count = utf16_from_bytes(out, size, bytes, sizeof bytes - 1);
        assert_true(count == (size >= 6 ? 5 : SIZE_MAX));
        for (size_t i = size; i < 7; i++)
            assert_int_equal(out[i], 0x7777);
    }
    uint16_t none[1] = {7};
    assert_int_equal(utf16_from_bytes(none, 1, "", 0), 0);
    assert_int_equal(none[0], 0);
    char empty[1] = {'x'};
    assert_int_equal(utf16_to_bytes(empty, 1, units, 0), 0);
    assert_int_equal(empty[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_unit_round_trips),
        cmocka_unit_test(surrogates_round_trip_in_every_order),
        cmocka_unit_test(every_code_point_round_trips),
        cmocka_unit_test(known_texts_have_known_bytes),
        cmocka_unit_test(invalid_bytes_are_refused),
        cmocka_unit_test(a_result_that_does_not_fit_is_refused),
        cmocka_unit_test(edges_of_ranges_round_trip_in_every_order),
    };
    return cmocka_run_group_tests_name("common utf16", tests, NULL, NULL);
}
