/* Win32 constants by name, error and status names, and that the tables do not contradict themselves. */
#include "testing.h"

#include "../common/win32_constants.h"

TEST(constants_are_parsed)
{
    static const struct {
        const char *words;
        uint64_t value;
    } table[] = {
        {"PAGE_READWRITE", 0x4},
        {"PAGE_READWRITE|SEC_COMMIT", 0x8000004},
        {"PAGE_READWRITE|SEC_RESERVE", 0x4000004},
        {"PAGE_EXECUTE_READWRITE|SEC_COMMIT|SEC_LARGE_PAGES", 0x88000040},
        {"PAGE_TARGETS_INVALID", 0x40000000},
        {"SEC_IMAGE_NO_EXECUTE", 0x11000000},
        {"FILE_MAP_ALL_ACCESS", 0xF001F},
        {"FILE_MAP_READ|FILE_MAP_WRITE", 0x6},
        {"SECTION_MAP_READ|SECTION_QUERY", 0x5},
        {"FILE_MAP_EXECUTE", 0x20},
        {"GENERIC_READ", 0x80000000},
        {"MAXIMUM_ALLOWED", 0x2000000},
        {"MEM_MAPPED", 0x40000},
        {"0x4|FILE_MAP_WRITE", 0x6},
        {"FILE_MAP_WRITE|PAGE_NOACCESS", 0x3}, /* of different kinds: a mistake that cases make on purpose */
        {"0", 0},
        {"18446744073709551615", UINT64_MAX},
        {"0xFFFFFFFFFFFFFFFF", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint64_t value = 1;
        if (!constants_parse(table[i].words, &value) || value != table[i].value)
            fail_msg("%s: 0x%llX", table[i].words, (unsigned long long)value);
    }
}

TEST(other_words_are_refused)
{
    static const char *const broken[] = {
        "",
        "|",
        "PAGE_READWRITE|",
        "|PAGE_READWRITE",
        "PAGE_READWRITE||SEC_COMMIT",
        "page_readwrite",
        "PAGE_READWRIT",
        "PAGE_READWRITEX",
        " PAGE_READWRITE",
        "PAGE_READWRITE ",
        "PAGE_READWRITE,SEC_COMMIT",
        "-1",
        "0x",
        "0xG",
        "1 2",
        "18446744073709551616",
        "0x10000000000000000",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        uint64_t value = 77;
        if (constants_parse(broken[i], &value))
            fail_msg("'%s' was taken", broken[i]);
        assert_true(value == 77);
    }
}

/* Every name that is written, at once. */
TEST(every_bit_is_written)
{
    static const char *const all[] = {
        [CONSTANT_PROTECT] =
            "PAGE_NOACCESS|PAGE_READONLY|PAGE_READWRITE|PAGE_WRITECOPY|PAGE_EXECUTE|PAGE_EXECUTE_READ|"
            "PAGE_EXECUTE_READWRITE|PAGE_EXECUTE_WRITECOPY|PAGE_GUARD|PAGE_NOCACHE|PAGE_WRITECOMBINE|"
            "0xFFFFF800",
        [CONSTANT_SECTION] =
            "SEC_IMAGE_NO_EXECUTE|SEC_FILE|SEC_PROTECTED_IMAGE|SEC_RESERVE|SEC_COMMIT|SEC_WRITECOMBINE|"
            "SEC_LARGE_PAGES|0x207FFFFF",
        [CONSTANT_MAP_ACCESS] =
            "FILE_MAP_ALL_ACCESS|FILE_MAP_EXECUTE|SYNCHRONIZE|ACCESS_SYSTEM_SECURITY|MAXIMUM_ALLOWED|"
            "GENERIC_ALL|GENERIC_EXECUTE|GENERIC_WRITE|GENERIC_READ|0xCE0FFC0",
        [CONSTANT_STATE] = "MEM_COMMIT|MEM_RESERVE|MEM_FREE|0xFFFECFFF",
        [CONSTANT_TYPE] = "MEM_PRIVATE|MEM_MAPPED|MEM_IMAGE|0xFEF9FFFF",
    };
    for (enum constant_kind kind = CONSTANT_PROTECT; kind <= CONSTANT_TYPE; kind++) {
        char room[512];
        struct text text = text_over(room, sizeof room);
        constants_add(&text, kind, UINT32_MAX);
        assert_string_equal(room, all[kind]);
    }
    char room[512];
    struct text text = text_over(room, sizeof room);
    constants_add(&text, CONSTANT_MAP_ACCESS, 0xF001F & ~0x2u);
    assert_string_equal(
        room, "FILE_MAP_COPY|FILE_MAP_READ|SECTION_MAP_EXECUTE|SECTION_EXTEND_SIZE|DELETE|READ_CONTROL|"
              "WRITE_DAC|WRITE_OWNER");
    text_clear(&text);
    constants_add(&text, CONSTANT_SECTION, 0x10000000);
    assert_string_equal(room, "SEC_NOCACHE");
}

TEST(values_are_written_by_their_names)
{
    static const struct {
        enum constant_kind kind;
        uint64_t value;
        const char *text;
    } table[] = {
        {CONSTANT_PROTECT, 0, "0"},
        {CONSTANT_PROTECT, 0x4, "PAGE_READWRITE"},
        {CONSTANT_PROTECT, 0x104, "PAGE_READWRITE|PAGE_GUARD"},
        {CONSTANT_PROTECT, 0x800004, "PAGE_READWRITE|0x800000"},
        {CONSTANT_SECTION, 0x8000000, "SEC_COMMIT"},
        {CONSTANT_SECTION, 0x11000000, "SEC_IMAGE_NO_EXECUTE"},
        {CONSTANT_SECTION, 0x1000000, "SEC_IMAGE"},
        {CONSTANT_SECTION, 0x88000000, "SEC_COMMIT|SEC_LARGE_PAGES"},
        {CONSTANT_SECTION, 0x20000000, "0x20000000"},
        {CONSTANT_MAP_ACCESS, 0xF001F, "FILE_MAP_ALL_ACCESS"},
        {CONSTANT_MAP_ACCESS, 0x6, "FILE_MAP_WRITE|FILE_MAP_READ"},
        {CONSTANT_MAP_ACCESS, 0x20000, "READ_CONTROL"},
        {CONSTANT_MAP_ACCESS, 0x80000000, "GENERIC_READ"},
        {CONSTANT_STATE, 0x1000, "MEM_COMMIT"},
        {CONSTANT_STATE, 0x2000, "MEM_RESERVE"},
        {CONSTANT_STATE, 0x10000, "MEM_FREE"},
        {CONSTANT_TYPE, 0x20000, "MEM_PRIVATE"},
        {CONSTANT_TYPE, 0x40000, "MEM_MAPPED"},
        {CONSTANT_TYPE, 0x1000000, "MEM_IMAGE"},
        {CONSTANT_TYPE, UINT64_C(0x100000000), "0x100000000"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char room[256];
        struct text text = text_over(room, sizeof room);
        constants_add(&text, table[i].kind, table[i].value);
        assert_string_equal(room, table[i].text);
    }
}

/* Any bits that are written are read again as the same bits. */
TEST(every_value_round_trips)
{
    uint64_t bits = UINT64_C(0x243F6A8885A308D3);
    for (int i = 0; i < 20000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint64_t value = i < 64 ? UINT64_C(1) << i : (bits >> 32) & (bits >> (i % 29));
        for (enum constant_kind kind = CONSTANT_PROTECT; kind <= CONSTANT_TYPE; kind++) {
            char room[1024];
            struct text text = text_over(room, sizeof room);
            uint64_t back = ~value;
            constants_add(&text, kind, value);
            assert_false(text.cut);
            if (!constants_parse(room, &back) || back != value)
                fail_msg("%s", room);
        }
    }
}

TEST(errors_have_names)
{
    assert_string_equal(error_name(0), "NO_ERROR");
    assert_string_equal(error_name(2), "ERROR_FILE_NOT_FOUND");
    assert_string_equal(error_name(5), "ERROR_ACCESS_DENIED");
    assert_string_equal(error_name(6), "ERROR_INVALID_HANDLE");
    assert_string_equal(error_name(87), "ERROR_INVALID_PARAMETER");
    assert_string_equal(error_name(183), "ERROR_ALREADY_EXISTS");
    assert_string_equal(error_name(1132), "ERROR_MAPPED_ALIGNMENT");
    assert_string_equal(error_name(1455), "ERROR_COMMITMENT_LIMIT");
    assert_null(error_name(1));
    assert_null(error_name(UINT32_MAX));
    assert_string_equal(status_name(0xC0000005), "STATUS_ACCESS_VIOLATION");
    assert_string_equal(status_name(0xC0000022), "STATUS_ACCESS_DENIED");
    assert_string_equal(status_name(0x40000000), "STATUS_OBJECT_NAME_EXISTS");
    assert_string_equal(status_name(0x80000001), "STATUS_GUARD_PAGE_VIOLATION");
    assert_null(status_name(0));
    assert_null(status_name(5));
}

/* The compiler checks that no status occurs twice in statuses.def: status_error has one case for each. */
TEST(status_errors_are_named)
{
    assert_int_equal(status_error(0xC0000022), 5);
    assert_int_equal(status_error(0x40000000), 0);
    assert_int_equal(status_error(0xC0FFFFFF), 0);
    for (size_t i = 0; i < status_count; i++)
        if (!error_name(status_error(status_codes[i])))
            fail_msg("%s has the error %u, which is not in errors.def", status_name(status_codes[i]),
                     (unsigned)status_error(status_codes[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_parsed),
        cmocka_unit_test(other_words_are_refused),
        cmocka_unit_test(values_are_written_by_their_names),
        cmocka_unit_test(every_bit_is_written),
        cmocka_unit_test(every_value_round_trips),
        cmocka_unit_test(errors_have_names),
        cmocka_unit_test(status_errors_are_named),
    };
    return cmocka_run_group_tests_name("common constants", tests, NULL, NULL);
}
