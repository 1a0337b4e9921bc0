/* What decides whether a faulty system breaks its rule for a call: parameters, kinds of names, books and the gate. */
#include "testing.h"

#include "../actor/system_windows.h"
#include "../faults/gate.h"
#include "../faults/name_kinds.h"
#include "../faults/note.h"
#include "../faults/parameters.h"
#include "../faults/places.h"

#define HANDLE_OF(number) ((HANDLE)(uintptr_t)(number))

static int fresh(void **state)
{
    (void)state;
    system_windows_fill(&real);
    parameters_forget();
    return 0;
}

static bool opens(struct occasion occasion)
{
    return gate_opens(&occasion);
}

static struct occasion with_gate(const char *key, const char *value)
{
    parameters_forget();
    assert_true(parameter_set(key, value));
    gate_start(true);
    return (struct occasion){.known = true, .section = {.handle = HANDLE_OF(4), .object = 77, .size = 8192}};
}

TEST(parameters_are_numbers)
{
    assert_true(parameter_set("size", "8K"));
    assert_true(parameter_set("wrap", "4G"));
    assert_true(parameter_set("units", "63"));
    assert_int_equal(parameter_number("size"), 8192);
    assert_int_equal(parameter_number("wrap"), 4ull << 30);
    assert_int_equal(parameter_number("units"), 63);
    assert_int_equal(parameter_number("page"), 0);
    assert_string_equal(parameter("page"), "");
    assert_true(parameter_is("units", "63"));
    assert_false(parameter_set("size", "1M"));
    assert_false(parameter_set("a-key-that-is-longer-than-any-key", "1"));
}

TEST(names_have_kinds)
{
    WCHAR longest[NAME_LONG_UNITS + 1];
    assert_int_equal(name_kinds(NULL), NAME_NONE);
    assert_int_equal(name_kinds(L""), NAME_NONE);
    assert_int_equal(name_kinds(L"a"), NAME_PLAIN);
    assert_int_equal(name_kinds(L"Local\\a"), NAME_LOCAL);
    assert_int_equal(name_kinds(L"Global\\a "), NAME_GLOBAL | NAME_BLANK);
    assert_int_equal(name_kinds(L"local\\a"), 0);
    assert_int_equal(name_kinds(L"Local\\.a"), NAME_LOCAL | NAME_DOT);
    assert_int_equal(name_kinds(L"a\x00E9"), NAME_PLAIN | NAME_BEYOND_ASCII);
    assert_int_equal(name_kinds(L"\xD83D\xDCBE"), NAME_PLAIN | NAME_BEYOND_ASCII | NAME_BEYOND_BMP);
    assert_int_equal(name_kinds(L"a/b"), NAME_PLAIN | NAME_SEPARATOR);
    for (size_t i = 0; i < NAME_LONG_UNITS; i++)
        longest[i] = L'a';
    longest[NAME_LONG_UNITS] = L'\0';
    assert_int_equal(name_kinds(longest), NAME_PLAIN | NAME_LONG);
    assert_int_equal(name_kinds(longest + 1), NAME_PLAIN);
    assert_int_equal(name_kind_of_word("beyond-bmp"), NAME_BEYOND_BMP);
    assert_int_equal(name_kind_of_word("no"), 0);
}

TEST(names_have_keys)
{
    assert_int_equal(note_key(NULL), 0);
    assert_int_equal(note_key(L""), 0);
    assert_int_equal(note_key(L"Local\\a"), note_key(L"a"));
    assert_int_not_equal(note_key(L"Global\\a"), note_key(L"a"));
}

TEST(books_follow_handles)
{
    books_add_section((struct section){.handle = HANDLE_OF(8), .key = 5});
    books_add_section((struct section){.handle = HANDLE_OF(12), .key = 5});
    books_add_section((struct section){.handle = HANDLE_OF(16)});
    books_add_section((struct section){.handle = HANDLE_OF(20)});
    assert_true(same_section(section_of(HANDLE_OF(8)), section_of(HANDLE_OF(12))));
    assert_false(same_section(section_of(HANDLE_OF(16)), section_of(HANDLE_OF(20))));
    assert_int_equal(section_of(HANDLE_OF(12))->ordinal, 2);
    assert_int_equal(handles_of(section_of(HANDLE_OF(8))->object), 2);
    assert_int_equal(objects_open(), 3);
    books_remove_section(HANDLE_OF(8));
    assert_null(section_of(HANDLE_OF(8)));
    assert_ptr_equal(section_number(0)->handle, HANDLE_OF(12));
    for (uintptr_t handle = 12; handle <= 20; handle += 4)
        books_remove_section(HANDLE_OF(handle));
    assert_null(section_number(0));
}

TEST(gates_open_for_some_sections)
{
    assert_true(opens(with_gate("size", "8K")));
    assert_false(opens(with_gate("size", "68K")));
    struct occasion occasion = with_gate("way", "Numa");
    assert_false(opens(occasion));
    occasion.way = WAY_NUMA;
    assert_true(opens(occasion));
    occasion = with_gate("backing", "file");
    assert_false(opens(occasion));
    occasion.section.backing = BACKING_FILE;
    assert_true(opens(occasion));
    occasion = with_gate("name", "blank");
    assert_false(opens(occasion));
    occasion.section.names = NAME_BLANK | NAME_PLAIN;
    assert_true(opens(occasion));
    occasion.known = false;
    assert_false(opens(occasion));
}

TEST(gates_open_at_some_numbers)
{
    struct occasion occasion = with_gate("handle", "2");
    occasion.adds = ADDS_HANDLE;
    assert_false(opens(occasion));
    books_add_section((struct section){.handle = HANDLE_OF(8), .object = 77});
    assert_true(opens(occasion));
    occasion = with_gate("whose", "second");
    assert_false(opens(occasion));
    occasion.section.ordinal = 2;
    assert_true(opens(occasion));
    books_remove_section(HANDLE_OF(8));
    occasion = with_gate("call", "2");
    assert_false(opens(occasion));
    assert_true(opens(occasion));
    assert_true(opens(occasion));
}

TEST(gates_open_after_events)
{
    struct occasion occasion = with_gate("event", "close");
    assert_false(opens(occasion));
    history_of(77)->closed++;
    assert_true(opens(occasion));
    occasion = with_gate("event", "failure");
    assert_false(opens(occasion));
    gate_note_failure();
    assert_true(opens(occasion));
    occasion = with_gate("after", "50");
    occasion.section.since = GetTickCount64();
    assert_false(opens(occasion));
    occasion.section.since -= 50;
    assert_true(opens(occasion));
}

TEST(faults_choose_pages_of_a_section)
{
    assert_true(parameter_set("page", "last"));
    assert_int_equal(place_in(65536 + 1).at, 65536);
    assert_int_equal(place_in(65536).at, 65536 - PAGE_BYTES);
    parameters_forget();
    assert_true(parameter_set("page", "middle"));
    assert_int_equal(place_in(5ull << 30).at, (5ull << 30) / 2);
    assert_int_equal(place_in(5ull << 30).length, PAGE_BYTES);
    parameters_forget();
    assert_int_equal(place_in(5000).at, 0);
    assert_int_equal(place_in(5000).length, 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(parameters_are_numbers, fresh),
        cmocka_unit_test_setup(names_have_kinds, fresh),
        cmocka_unit_test_setup(names_have_keys, fresh),
        cmocka_unit_test_setup(books_follow_handles, fresh),
        cmocka_unit_test_setup(gates_open_for_some_sections, fresh),
        cmocka_unit_test_setup(gates_open_at_some_numbers, fresh),
        cmocka_unit_test_setup(gates_open_after_events, fresh),
        cmocka_unit_test_setup(faults_choose_pages_of_a_section, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
