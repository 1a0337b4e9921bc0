/* Names of architectures and of pairs, both ways. */
#include "testing.h"

#include "../common/arch.h"

TEST(names_of_architectures_round_trip)
{
    for (int i = 0; i < ARCH_COUNT; i++) {
        enum arch found = (enum arch)((i + 1) % ARCH_COUNT);
        assert_true(arch_find(arch_name((enum arch)i), &found));
        assert_int_equal(found, i);
        found = (enum arch)((i + 1) % ARCH_COUNT);
        assert_true(arch_of_machine(arch_machine((enum arch)i), &found));
        assert_int_equal(found, i);
    }
    enum arch arch;
    assert_false(arch_find("", &arch));
    assert_false(arch_find("X64", &arch));
    assert_false(arch_find("x64 ", &arch));
    assert_false(arch_of_machine(0, &arch));
    assert_false(arch_of_machine(0x1C4, &arch));
}

TEST(bits_of_each_architecture)
{
    assert_int_equal(arch_bits(ARCH_X64), 64);
    assert_int_equal(arch_bits(ARCH_X86), 32);
    assert_int_equal(arch_bits(ARCH_ARM64), 64);
    assert_int_equal(arch_bits(ARCH_OWN), 8 * sizeof(void *));
}

TEST(names_of_pairs_round_trip)
{
    for (int i = 0; i < ARCH_COUNT; i++) {
        for (int j = 0; j < ARCH_COUNT; j++) {
            char name[PAIR_BYTES];
            struct pair pair = {(enum arch)i, (enum arch)j}, found = {0};
            pair_name(pair, name);
            assert_true(pair_find(name, &found));
            assert_int_equal(found.writer, i);
            assert_int_equal(found.reader, j);
        }
    }
    char name[PAIR_BYTES];
    pair_name((struct pair){ARCH_ARM64, ARCH_X86}, name);
    assert_string_equal(name, "arm64-x86");
}

TEST(other_words_are_not_pairs)
{
    static const char *const words[] = {
        "",         "-",        "x64",      "x64-",
        "-x86",     "x64-x86-", "x64-x86x", "x64--x86",
        "x64_x86",  "x64 -x86", "X64-x86",  "x64-ia64",
        "0x64-x86", "arm-arm",  "x64-x86 ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa-x86"};
    struct pair pair;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (pair_find(words[i], &pair))
            fail_msg("'%s' was taken for a pair", words[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_architectures_round_trip),
        cmocka_unit_test(bits_of_each_architecture),
        cmocka_unit_test(names_of_pairs_round_trip),
        cmocka_unit_test(other_words_are_not_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
