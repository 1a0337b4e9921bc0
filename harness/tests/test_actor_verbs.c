/* The arguments that verbs pass to each function, and their replies about what it returns and leaves behind. */
#include "testing.h"

#include "actor_fake.h"

TEST(create_passes_all_arguments)
{
    expect("create s name=Local\\a%20b size=0x123456789 protect=PAGE_READWRITE|SEC_RESERVE",
           "ok error=0 ~handle=0x44");
    assert_int_equal(fake.error_at_call, SENTINEL_ERROR);
    assert_int_equal(fake.high, 1);
    assert_int_equal(fake.low, 0x23456789);
    assert_int_equal(fake.protect, PAGE_READWRITE | SEC_RESERVE);
    assert_true(fake.file == INVALID_HANDLE_VALUE);
    assert_true(wcscmp(fake.name, L"Local\\a b") == 0);
    assert_false(fake.has_attributes);
    expect("create t size=1 protect=4 file=null inherit=no", "ok error=0 ~handle=0x44");
    assert_true(fake.file == NULL && fake.has_attributes && !fake.inherit && !fake.named);
    expect("create u name= size=1 protect=4 inherit=yes sd=default file=stale", "ok error=0 ~handle=0x44");
    assert_true(fake.named && fake.size == 0 && fake.inherit && !fake.has_descriptor);
    assert_true(fake.file != NULL && fake.file != INVALID_HANDLE_VALUE);
    expect("create w name=%ED%A0%80 name-repeat=40000 size=1 protect=4", "ok error=0 ~handle=0x44");
    assert_int_equal(fake.size, 40001);
    assert_int_equal(fake.name[0], 0xD800);
    assert_int_equal(fake.name[1], 'n');
}

TEST(names_for_ansi_functions_are_not_converted)
{
    expect("create s name=a%FFb name-repeat=2 size=1 protect=4 api=A", "ok error=0 ~handle=0x44");
    assert_false(fake.wide);
    assert_string_equal(fake.bytes, "a\xFF"
                                    "bnn");
    expect("create t name=a%FFb size=1 protect=4", "bad reason=name=%20is%20not%20UTF-8%20(nor%20WTF-8)");
    expect("create t name=a%00b size=1 protect=4", "bad reason=name=%20has%20a%20byte%200%20in%20it");
}

TEST(the_last_error_and_status_are_replied)
{
    fake.error = SENTINEL_ERROR;
    fake.status = 0x40000000;
    expect("create s size=1 protect=4", "ok error=untouched ~handle=0x44");
    fake.error = ERROR_ALREADY_EXISTS;
    expect("create t size=1 protect=4", "ok error=183 ~handle=0x44");
    fake.result = 0;
    fake.error = 8;
    fake.status = 0xC0000017;
    expect("create u size=1 protect=4", "fail error=8 status=0xC0000017");
    fake.status = 0;
    fake.error = SENTINEL_ERROR;
    expect("create u size=1 protect=4", "fail error=untouched");
    expect("open u access=4", "fail error=untouched");
    fake.status = 0xC0000022;
    expect("size s", "fail error=5 status=0xC0000022");
    sys.RtlGetLastNtStatus = NULL;
    fake.error = 2;
    expect("open u access=4", "fail error=2");
}

TEST(missing_functions_fail_with_error_127)
{
    expect("create s size=1 protect=4", "ok error=0 ~handle=0x44");
    sys.CompareObjectHandles = NULL;
    sys.NtQuerySection = NULL;
    expect("compare s with=s", "fail error=127");
    expect("size s", "fail error=127");
    expect("granted s", "fail error=127");
    expect("descriptor s", "fail error=127");
    expect("setdescriptor s sd=D:", "fail error=127");
    expect("create t size=1 protect=4 sd=D:", "fail error=127");
    expect("privilege SeDebugPrivilege", "fail error=127");
}

TEST(map_chooses_its_function)
{
    expect("create s size=1 protect=4", "ok error=0 ~handle=0x44");
    fake.result = 0x50000;
    expect("map v of=s access=FILE_MAP_READ offset=0x500010000 length=99", "ok ~base=0x50000");
    assert_true(!fake.ex && fake.high == 5 && fake.low == 0x10000 && fake.size == 99);
    assert_int_equal(fake.access, FILE_MAP_READ);
    assert_true(fake.handle == (HANDLE)(uintptr_t)0x44);
    expect("map w of=s access=FILE_MAP_WRITE base=0", "ok ~base=0x50000");
    assert_true(fake.ex && fake.base == 0 && fake.size == 0);
    expect("unmap v at=4096 keep=yes", "ok");
    assert_int_equal(fake.base, 0x51000);
    expect("unmap v", "ok");
    expect("unmap v", "bad reason=no%20label%20'v'");
}

TEST(labels_change_only_with_success)
{
    fake.result = 0;
    fake.error = 5;
    expect("create s size=1 protect=4", "fail error=5");
    expect("close s", "bad reason=no%20label%20's'");
    fake.result = 0x48;
    expect("create s size=1 protect=4", "ok error=5 ~handle=0x48");
    expect("create s size=1 protect=4", "bad reason=the%20label%20's'%20is%20in%20use:%20a%20section");
    fake.result = 0;
    expect("close s", "fail error=5");
    fake.result = 1;
    expect("close s keep=yes", "ok");
    assert_true(fake.handle == (HANDLE)(uintptr_t)0x48);
    expect("close s", "ok");
    expect("close s", "bad reason=no%20label%20's'");
}

TEST(duplicate_passes_its_options)
{
    expect("adopt h handle=0x60", "ok");
    expect("duplicate h to=0", "ok ~handle=0x88");
    assert_true(fake.options == DUPLICATE_SAME_ACCESS && fake.handle == (HANDLE)(uintptr_t)0x60);
    assert_true(fake.other == GetCurrentProcess());
    expect("duplicate h to=0 access=FILE_MAP_READ inherit=yes", "ok ~handle=0x88");
    assert_true(fake.options == 0 && fake.access == FILE_MAP_READ && fake.inherit);
    expect("duplicate h to=0 access=0 close-source=yes keep=yes", "ok ~handle=0x88");
    assert_true(fake.options == DUPLICATE_CLOSE_SOURCE && fake.access == 0);
    fake.result = 0;
    fake.error = 5;
    expect("duplicate h to=0 same=yes close-source=yes", "fail error=5");
    fake.result = 1;
    expect("duplicate h to=0 same=yes close-source=yes", "ok ~handle=0x88");
    assert_int_equal(fake.options, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    expect("flags h", "bad reason=no%20label%20'h'");
}

TEST(compare_distinguishes_difference_and_failure)
{
    expect("adopt a handle=4", "ok");
    expect("adopt b handle=8", "ok");
    expect("compare a with=b", "ok same=yes");
    assert_true(fake.handle == (HANDLE)(uintptr_t)4 && fake.other == (HANDLE)(uintptr_t)8);
    fake.result = 0;
    fake.error = 1656;
    expect("compare a with=b", "ok same=no error=1656");
    fake.error = SENTINEL_ERROR;
    expect("compare a with=b", "ok same=no error=untouched");
    fake.error = 6;
    expect("compare a with=b", "fail error=6");
}

TEST(wrong_requests_call_nothing)
{
    static const char *const table[][2] = {
        {"dance", "no%20verb%20'dance'"},
        {"create", "create%20needs%20a%20label"},
        {"exit now", "exit%20takes%20no%20label"},
        {"create s", "size=%20is%20missing"},
        {"create s size=1", "protect=%20is%20missing"},
        {"create s size=-1 protect=4", "size=%20is%20not%20a%20number%20of%20at%20most%2064%20bits"},
        {"create s size=1 protect=PAGE", "protect=PAGE:%20not%20a%20number%20or%20a%20known%20constant"},
        {"create s size=1 protect=0x100000000", "protect=0x100000000:%20more%20than%2032%20bits"},
        {"create s size=1 protect=4 api=X", "api=X:%20not%20one%20of:%20W%20A%20numa"},
        {"create s size=1 protect=4 colour=red", "create%20takes%20no%20colour="},
        {"create s size=1 protect=4 inherit=maybe", "inherit=maybe:%20not%20one%20of:%20no%20yes"},
        {"create s size=1 protect=4 name-repeat=40001", "name-repeat=%20is%20more%20than%2040000"},
        {"map v of=s access=4", "no%20label%20's'"},
        {"adopt x", "adopt%20needs%20one%20of%20handle=%20and%20address="},
        {"adopt x handle=1 address=1", "adopt%20needs%20one%20of%20handle=%20and%20address="},
        {"query", "query%20needs%20a%20label%20or%20address="},
        {"query address=0 show=size,colour",
         "show=:%20'colour'%20is%20not%20one%20of:%20"
         "base%20size%20state%20protect%20type%20allocation-base%20allocation-protect"},
        {"query address=0 show=size,",
         "show=:%20''%20is%20not%20one%20of:%20"
         "base%20size%20state%20protect%20type%20allocation-base%20allocation-protect"},
        {"crash code=3", "code=%20goes%20with%20how=terminate"},
        {"spawn c pipe=a\\b inherit=yes",
         "pipe=%20may%20have%20only%20letters,%20digits,%20'_',%20'.'%20and%20'-'"},
        {"spawn c pipe=ab", "inherit=%20is%20missing"},
        {"race r rounds=1025 gate=g", "rounds=%20is%20more%20than%201024"},
    };
    char expected[300];
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        snprintf(expected, sizeof expected, "bad reason=%s", table[i][1]);
        expect(table[i][0], expected);
    }
    assert_int_equal(fake.calls, 0);
}

TEST(the_number_of_labels_is_limited)
{
    char request[200];
    for (int i = 0; i < OBJECTS_MOST; i++) {
        snprintf(request, sizeof request, "adopt l%d handle=%d", i, 4 * i);
        expect(request, "ok");
    }
    expect("adopt more handle=4", "bad reason=more%20than%20256%20labels");
    fake.result = 1;
    expect("close l100", "ok");
    snprintf(request, sizeof request, "adopt %063d handle=4", 1);
    expect(request, "ok");
    expect("close l101", "ok");
    snprintf(request, sizeof request, "adopt %064d handle=4", 1);
    expect(request, "bad reason=the%20label%20is%20longer%20than%2063%20characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(create_passes_all_arguments),
        FRESH(names_for_ansi_functions_are_not_converted),
        FRESH(the_last_error_and_status_are_replied),
        FRESH(missing_functions_fail_with_error_127),
        FRESH(map_chooses_its_function),
        FRESH(labels_change_only_with_success),
        FRESH(duplicate_passes_its_options),
        FRESH(compare_distinguishes_difference_and_failure),
        FRESH(wrong_requests_call_nothing),
        FRESH(the_number_of_labels_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
