/* The verbs about files, on a file in the folder for temporary files; and diskspace. */
#include "testing.h"

#include "actor_fake.h"

#define PAST_TIME UINT64_C(126227808000000000) /* 2001-01-01 00:00 UTC as a FILETIME */

/* The end of every request about the file, after its verb and label. */
static char named[80];

static int name_file(void **state)
{
    snprintf(named, sizeof named, "name=shmcheck-test-files-%lu", GetCurrentProcessId());
    return fresh(state);
}

/* An open handle would keep the file. */
static int remove_file(void **state)
{
    WCHAR path[MAX_PATH + 80];
    (void)state;
    for (struct object *object = object_next(NULL); object; object = object_next(object))
        if (object->kind == OBJECT_HANDLE)
            CloseHandle(object->handle);
    objects_reset();
    DWORD length = GetTempPathW(MAX_PATH, path);
    for (const char *at = named + strlen("name="); length > 0 && *at; at++)
        path[length++] = (WCHAR)*at;
    path[length] = L'\0';
    return DeleteFileW(path) ? 0 : -1;
}

/* Performs a request about the file, which replies "ok ~handle=..." with any handle. */
static void make_file(const char *label, const char *arguments)
{
    char request[300];
    snprintf(request, sizeof request, "file %s %s%s", label, named, arguments);
    expect_start(request, "ok ~handle=");
}

TEST(the_time_changes_when_the_file_is_written)
{
    make_file("f", " size=100");
    expect("filetime f", "ok moved=yes");
    expect("filetime f set=yes", "ok");
    expect("filetime f", "ok moved=no");
    expect("filetime f set=no", "ok moved=no");
    make_file("g", " open=existing");
    expect("filetime g", "ok moved=no");
    FILETIME later = {.dwLowDateTime = (DWORD)(PAST_TIME & UINT32_MAX),
                      .dwHighDateTime = (DWORD)(PAST_TIME >> 32) + 1};
    assert_true(SetFileTime(object_handle("g", NULL)->handle, NULL, NULL, &later));
    expect("filetime f", "ok moved=yes");
    expect("filetime f set=perhaps", "bad reason=set=perhaps:%20not%20one%20of:%20no%20yes");
    expect("filetime none", "bad reason=no%20label%20'none'");
}

/* The fixed time is the first moment of the year that PROTOCOL.md promises. */
TEST(the_fixed_time_is_in_2001)
{
    const FILETIME past = {.dwLowDateTime = (DWORD)(PAST_TIME & UINT32_MAX),
                           .dwHighDateTime = (DWORD)(PAST_TIME >> 32)};
    SYSTEMTIME time;
    assert_true(FileTimeToSystemTime(&past, &time));
    assert_true(time.wYear == 2001 && time.wMonth == 1 && time.wDay == 1);
    assert_true(time.wHour == 0 && time.wMinute == 0 && time.wSecond == 0 && time.wMilliseconds == 0);
}

TEST(failures_of_filetime_are_replied)
{
    expect("adopt f handle=0x77777770", "ok");
    expect("filetime f", "fail error=6");
    expect("filetime f set=yes", "fail error=6");
}

/* More than a whole volume is more than what is free on it. */
TEST(beyond_is_more_than_the_volume_has)
{
    static struct line line, told;
    static char bytes[LINE_BYTES - 12], answered[LINE_BYTES];
    struct reply reply = {.text = text_over(bytes, sizeof bytes)};
    struct text text = text_over(answered, sizeof answered);
    uint64_t available = 0, beyond = 0;
    WCHAR folder_path[MAX_PATH];
    ULARGE_INTEGER total;
    assert_true(GetTempPathW(MAX_PATH, folder_path) > 0);
    assert_true(GetDiskFreeSpaceExW(folder_path, NULL, &total, NULL));
    assert_null(line_parse(&line, "1 diskspace", 11));
    verb_perform(&line, &reply);
    text_format(&text, "1 %s", bytes);
    assert_null(line_parse(&told, text.at, text.length));
    assert_true(line_number(&told, "~available", &available) && line_number(&told, "~beyond", &beyond));
    assert_true(available <= total.QuadPart);
    assert_true(beyond == total.QuadPart + 0x40000000);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, name_file, remove_file)

/* filecopy and filereplace put a library of the system in place of the file; the handle of something else has no file
 * type. */
TEST(a_library_replaces_the_file)
{
    static char request[LINE_BYTES];
    static const char *const names[] = {"filecopy", "filereplace"};
    for (unsigned i = 0; i < 2; i++) {
        make_file("f", " size=100");
        expect("filetype f", "ok type=disk");
        assert_true(CloseHandle(object_next(NULL)->handle));
        objects_reset();
        snprintf(request, sizeof request, "%s %s", names[i], named);
        expect(request, "ok");
        make_file("g", " open=existing");
        expect("fileread g length=2", "ok text=MZ");
        assert_true(CloseHandle(object_next(NULL)->handle));
        objects_reset();
    }
    make_file("h", " open=existing delete-on-close=no");
    assert_true(CloseHandle(object_next(NULL)->handle));
    objects_reset();
    expect("adopt none handle=0x77777770", "ok");
    expect("filetype none", "ok type=unknown error=6");
    expect("filecopy", "bad reason=name=%20is%20missing");
    objects_reset();
}

/* The flag deletes the file with its last handle. */
TEST(delete_on_close_deletes_the_file)
{
    static char request[LINE_BYTES];
    make_file("f", " size=100 delete-on-close=yes");
    assert_true(CloseHandle(object_next(NULL)->handle));
    objects_reset();
    snprintf(request, sizeof request, "fileremove %s", named);
    expect(request, "fail error=2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILE(the_time_changes_when_the_file_is_written),
        WITH_FILE(a_library_replaces_the_file),
        cmocka_unit_test_setup(delete_on_close_deletes_the_file, name_file),
        FRESH(the_fixed_time_is_in_2001),
        FRESH(failures_of_filetime_are_replied),
        FRESH(beyond_is_more_than_the_volume_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
