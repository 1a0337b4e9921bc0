/* The verbs about files, on a file of the test's own in the folder for temporary files; and the room that its volume has.
 */
#include "testing.h"

#include "actor_fake.h"

#define PAST_TIME UINT64_C(126227808000000000) /* 2001-01-01 00:00 UTC as a FILETIME */

/* Every request about the file, behind its verb and label. */
static char named[80];

static int name_file(void **state)
{
    snprintf(named, sizeof named, "name=shmcheck-test-files-%lu", GetCurrentProcessId());
    return fresh(state);
}

/* An open handle would be in the way. */
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

/* Performs a request about the file, which replies "ok ~handle=..." whatever the handle is. */
static void make_file(const char *label, const char *arguments)
{
    static struct line line;
    static char numbered[LINE_BYTES], bytes[LINE_BYTES - 12];
    struct reply reply = {.text = text_over(bytes, sizeof bytes)};
    struct text text = text_over(numbered, sizeof numbered);
    text_format(&text, "1 file %s %s%s", label, named, arguments);
    assert_null(line_parse(&line, text.at, text.length));
    verb_perform(&line, &reply);
    assert_memory_equal(bytes, "ok ~handle=", 11);
}

TEST(time_moves_when_somebody_writes)
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
TEST(past_time_is_in_2001)
{
    const FILETIME past = {.dwLowDateTime = (DWORD)(PAST_TIME & UINT32_MAX),
                           .dwHighDateTime = (DWORD)(PAST_TIME >> 32)};
    SYSTEMTIME time;
    assert_true(FileTimeToSystemTime(&past, &time));
    assert_true(time.wYear == 2001 && time.wMonth == 1 && time.wDay == 1);
    assert_true(time.wHour == 0 && time.wMinute == 0 && time.wSecond == 0 && time.wMilliseconds == 0);
}

TEST(what_fails_is_told)
{
    expect("adopt f handle=0x77777770", "ok");
    expect("filetime f", "fail error=6");
    expect("filetime f set=yes", "fail error=6");
}

/* More than a whole volume is more than what is free on it. */
TEST(beyond_is_more_than_there_is)
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

/* filecopy and filereplace put a library of the system in the file's place; a handle that is no file has no type. */
TEST(other_files_replace_it)
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
TEST(deleted_on_close)
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
        WITH_FILE(time_moves_when_somebody_writes),
        WITH_FILE(other_files_replace_it),
        cmocka_unit_test_setup(deleted_on_close, name_file),
        FRESH(past_time_is_in_2001),
        FRESH(what_fails_is_told),
        FRESH(beyond_is_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
