/* The hash of a program: known answers, a file of many pieces, and the file of a running program. */
#include "testing.h"

#include <wchar.h>

#include <windows.h>

#include "../runner/platform/sha256.h"

static wchar_t path[MAX_PATH + 40];

static void put_file(const char *bytes, size_t length, size_t times)
{
    DWORD written;
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    for (size_t i = 0; i < times; i++)
        assert_true(WriteFile(file, bytes, (DWORD)length, &written, NULL));
    CloseHandle(file);
}

static void expect(const char *digits)
{
    char hash[SHA256_TEXT_BYTES] = "not written";
    assert_true(sha256_of_file(path, hash));
    assert_string_equal(hash, digits);
}

/* Page: csrc.nist.gov, the examples of SHA-256; the million of FIPS 180-2. */
TEST(known_texts_have_known_hashes)
{
    put_file("", 0, 1);
    expect("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    put_file("abc", 3, 1);
    expect("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    put_file("aaaaaaaaaa", 10, 100000);
    expect("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(a_missing_file_has_no_hash)
{
    char hash[SHA256_TEXT_BYTES] = "not written";
    DeleteFileW(path);
    assert_false(sha256_of_file(path, hash));
    assert_string_equal(hash, "");
}

TEST(a_running_program_has_a_hash)
{
    wchar_t self[MAX_PATH * 2];
    char first[SHA256_TEXT_BYTES], second[SHA256_TEXT_BYTES];
    DWORD length = GetModuleFileNameW(NULL, self, MAX_PATH * 2);
    assert_in_range(length, 1, MAX_PATH * 2 - 1);
    assert_true(sha256_of_file(self, first));
    assert_int_equal(strspn(first, "0123456789abcdef"), 64);
    assert_int_equal(strlen(first), 64);
    assert_true(CopyFileW(self, path, FALSE));
    assert_true(sha256_of_file(path, second));
    assert_string_equal(first, second);
}

static int make_path(void **state)
{
    wchar_t folder[MAX_PATH];
    (void)state;
    DWORD length = GetTempPathW(MAX_PATH, folder);
    if (length == 0 || length >= MAX_PATH)
        return -1;
    swprintf(path, MAX_PATH + 40, L"%lsshmcheck-sha256-%lu", folder, (unsigned long)GetCurrentProcessId());
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    DeleteFileW(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts_have_known_hashes),
        cmocka_unit_test(a_missing_file_has_no_hash),
        cmocka_unit_test(a_running_program_has_a_hash),
    };
    return cmocka_run_group_tests(tests, make_path, remove_file);
}
