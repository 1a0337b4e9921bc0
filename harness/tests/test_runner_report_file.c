/* The report on disk: locked for one run, complete at every moment, and written although others read it. */
#include "testing.h"

#include <wchar.h>

#include <windows.h>

#include "../runner/peer/process.h"
#include "../runner/run/report_file.h"

#include <shellapi.h>

#define SOON_MS 10000
#define REWRITES 30
#define BODY_BYTES 200000

static wchar_t self[MAX_PATH * 2], folder[MAX_PATH * 2], path[MAX_PATH * 3];
static char message[2200];

static void exists(const wchar_t *suffix, bool expected)
{
    wchar_t name[MAX_PATH * 3 + 10];
    wcscat(wcscpy(name, path), suffix);
    assert_int_equal(GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES, expected);
}

static struct report_file *open_report(const wchar_t *at)
{
    struct text error = text_over(message, sizeof message);
    return report_file_open(at, &error);
}

static bool write_report(struct report_file *file, const char *text)
{
    struct text error = text_over(message, sizeof message);
    struct buffer buffer = {0};
    buffer_add_string(&buffer, text);
    bool written = report_file_write(file, &buffer, &error);
    buffer_free(&buffer);
    return written;
}

static void put_file(const wchar_t *at, const char *text)
{
    DWORD written;
    HANDLE file = CreateFileW(at, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &written, NULL));
    CloseHandle(file);
}

/* The whole file, terminated; to be freed. */
static char *get_file(const wchar_t *at, size_t *length)
{
    LARGE_INTEGER size;
    DWORD got;
    HANDLE file = CreateFileW(at, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
    assert_true(GetFileSizeEx(file, &size));
    char *bytes = malloc((size_t)size.QuadPart + 1);
    assert_non_null(bytes);
    assert_true(ReadFile(file, bytes, (DWORD)size.QuadPart, &got, NULL));
    assert_int_equal(got, size.QuadPart);
    bytes[got] = '\0';
    *length = got;
    CloseHandle(file);
    return bytes;
}

static void expect_report(const char *expected)
{
    size_t length;
    char *bytes = get_file(path, &length);
    assert_string_equal(bytes, expected);
    free(bytes);
}

TEST(a_report_is_written_and_replaced)
{
    struct report_file *file = open_report(path);
    assert_non_null(file);
    exists(L"", false);
    assert_true(write_report(file, "one"));
    expect_report("one");
    assert_true(write_report(file, "two, which is longer"));
    expect_report("two, which is longer");
    assert_true(write_report(file, "3"));
    expect_report("3");
    report_file_close(file);
    report_file_close(NULL);
    expect_report("3");
    exists(L".lock", false);
    exists(L".tmp", false);
}

/* The report of an earlier run is removed before the first case, not with the first new report. */
TEST(the_report_of_an_earlier_run_is_removed)
{
    put_file(path, "old");
    struct report_file *file = open_report(path);
    assert_non_null(file);
    exists(L"", false);
    report_file_close(file);
}

TEST(a_second_run_with_the_same_report_is_refused)
{
    struct report_file *first = open_report(path);
    assert_non_null(first);
    assert_true(write_report(first, "the first run's"));
    for (int i = 0; i < 2; i++) {
        assert_null(open_report(path));
        assert_non_null(strstr(message, "another run is writing the report "));
        assert_non_null(strstr(message, "report.xml; wait for it, or choose another --junit"));
        expect_report("the first run's");
        assert_true(write_report(first, "the first run's"));
    }
    report_file_close(first);
    struct report_file *second = open_report(path);
    assert_non_null(second);
    report_file_close(second);
}

TEST(paths_that_cannot_be_written_are_refused)
{
    static wchar_t longest[1100];
    wchar_t other[MAX_PATH * 4];
    assert_null(open_report(folder));
    assert_non_null(strstr(message, "is a folder; name a file"));
    assert_null(open_report(L"NUL"));
    assert_non_null(strstr(message, "is a device or a pipe; name a file"));
    swprintf(other, MAX_PATH * 4, L"%ls\\no\\report.xml", folder);
    assert_null(open_report(other));
    assert_non_null(strstr(message, "the folder of the report "));
    assert_non_null(strstr(message, "\\no\\report.xml does not exist; create it first"));
    swprintf(other, MAX_PATH * 4, L"%ls\\.\\report.xml\\report.xml", folder);
    put_file(path, "a file, no folder");
    assert_null(open_report(other));
    assert_non_null(strstr(message, "does not exist; create it first"));
    wmemset(longest, L'x', 1099);
    assert_null(open_report(longest));
    assert_string_equal(message, "the path of the report is longer than 1018 characters");
    expect_report("a file, no folder");
}

/* The old report cannot be removed while another program has it open without sharing: the run must not start. */
TEST(an_old_report_that_is_open_is_refused)
{
    put_file(path, "old");
    HANDLE held = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(held, INVALID_HANDLE_VALUE);
    assert_null(open_report(path));
    assert_non_null(strstr(message, "the report of an earlier run, "));
    assert_non_null(strstr(message, ", cannot be removed: error 32"));
    CloseHandle(held);
    exists(L".lock", false);
}

static DWORD WINAPI let_go_later(void *held)
{
    Sleep(100);
    CloseHandle(held);
    return 0;
}

/* A reader without sharing, for a tenth of a second: the report is written a little later. */
TEST(a_report_that_is_open_for_a_moment_is_replaced)
{
    struct report_file *file = open_report(path);
    assert_non_null(file);
    for (int i = 0; i < 3; i++) {
        assert_true(write_report(file, "before"));
        HANDLE held = CreateFileW(path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
        assert_ptr_not_equal(held, INVALID_HANDLE_VALUE);
        HANDLE thread = CreateThread(NULL, 0, let_go_later, held, 0, NULL);
        assert_non_null(thread);
        if (!write_report(file, "after"))
            fail_msg("%s", message);
        expect_report("after");
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    report_file_close(file);
}

/* The reader stays: the previous report remains, the message names the reason, and the next attempt works. */
TEST(a_report_that_stays_open_is_an_error)
{
    struct report_file *file = open_report(path);
    assert_non_null(file);
    assert_true(write_report(file, "before"));
    HANDLE held = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    assert_ptr_not_equal(held, INVALID_HANDLE_VALUE);
    assert_false(write_report(file, "after"));
    assert_non_null(strstr(message, "report.xml cannot be written: error "));
    exists(L".tmp", false);
    expect_report("before");
    CloseHandle(held);
    assert_true(write_report(file, "after"));
    expect_report("after");
    report_file_close(file);
}

TEST(a_folder_that_is_deleted_is_an_error)
{
    wchar_t other[MAX_PATH * 4], file_in_it[MAX_PATH * 4];
    swprintf(other, MAX_PATH * 4, L"%ls\\sub", folder);
    swprintf(file_in_it, MAX_PATH * 4, L"%ls\\sub\\r.xml.tmp", folder);
    assert_true(CreateDirectoryW(other, NULL));
    wcscat(other, L"\\r.xml");
    struct report_file *file = open_report(other);
    assert_non_null(file);
    assert_true(CreateDirectoryW(file_in_it, NULL)); /* where the next version would be written */
    assert_false(write_report(file, "text"));
    assert_non_null(strstr(message, "r.xml cannot be written: error 5"));
    assert_true(RemoveDirectoryW(file_in_it));
    assert_true(write_report(file, "text"));
    report_file_close(file);
    assert_true(DeleteFileW(other));
    swprintf(other, MAX_PATH * 4, L"%ls\\sub", folder);
    assert_true(RemoveDirectoryW(other));
}

/* ---- killed while it writes ---- */

/* Rewrites the report until it is killed: "<N" and a long body of one digit, and "N>". */
static int rewrite_for_ever(void)
{
    struct report_file *file = open_report(path);
    struct text error = text_over(message, sizeof message);
    if (!file)
        return 1;
    for (unsigned round = 0;; round++) {
        static char body[BODY_BYTES];
        struct buffer text = {0};
        memset(body, '0' + (int)(round % 10), sizeof body);
        buffer_format(&text, "<%u ", round);
        buffer_add(&text, body, 1 + (round * 7919) % sizeof body);
        buffer_format(&text, " %u>", round);
        if (!report_file_write(file, &text, &error))
            return 2;
        buffer_free(&text);
    }
}

static void expect_whole(void)
{
    size_t length;
    unsigned first = 1, last = 2;
    char *bytes = get_file(path, &length);
    assert_in_range(length, 6, BODY_BYTES + 30);
    assert_int_equal(bytes[length - 1], '>');
    assert_int_equal(sscanf(bytes, "<%u ", &first), 1);
    assert_int_equal(sscanf(strrchr(bytes, ' '), " %u>", &last), 1);
    assert_int_equal(first, last);
    const char *body = strchr(bytes, ' ') + 1;
    char digit[2] = {(char)('0' + first % 10), '\0'};
    assert_int_equal(strspn(body, digit), 1 + (first * 7919) % BODY_BYTES);
    free(bytes);
}

TEST(a_killed_run_leaves_a_whole_report)
{
    struct job *job = job_new();
    assert_non_null(job);
    for (DWORD i = 0; i < REWRITES; i++) {
        struct child child;
        assert_int_equal(
            child_start(&child,
                        &(struct process_spec){.image = self,
                                               .arguments = (const wchar_t *[]){L"rewrite", folder, NULL},
                                               .job = job}),
            0);
        for (int wait = 0; wait < SOON_MS && GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES; wait += 5)
            Sleep(5);
        Sleep(i % 10 * 7 + i);
        DWORD code = 0;
        assert_false(child_wait(&child, 0, &code));
        assert_true(child_kill(&child));
        child_close(&child);
        expect_whole();
        /* What this run left behind does not stop the next one. */
        struct report_file *next = open_report(path);
        if (!next)
            fail_msg("%s", message);
        report_file_close(next);
        exists(L".lock", false);
    }
    job_free(job);
}

/* ---- */

static void make_path(void)
{
    swprintf(path, MAX_PATH * 3, L"%ls\\report.xml", folder);
}

static int make_folder(void **state)
{
    static unsigned made; /* each test has a folder of its own */
    wchar_t temporary[MAX_PATH + 1];
    (void)state;
    if (!GetTempPathW(MAX_PATH + 1, temporary))
        return -1;
    swprintf(folder, MAX_PATH * 2, L"%lsshmcheck-test-%lu-%u-\x4E2D", temporary,
             (unsigned long)GetCurrentProcessId(), ++made);
    make_path();
    return CreateDirectoryW(folder, NULL) ? 0 : -1;
}

static int remove_folder(void **state)
{
    wchar_t next[MAX_PATH * 3 + 10];
    (void)state;
    wcscat(wcscpy(next, path), L".tmp");
    DeleteFileW(path);
    DeleteFileW(next);
    return RemoveDirectoryW(folder) ? 0 : -1;
}

#define REPORT_TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        REPORT_TEST(a_report_is_written_and_replaced),
        REPORT_TEST(the_report_of_an_earlier_run_is_removed),
        REPORT_TEST(a_second_run_with_the_same_report_is_refused),
        REPORT_TEST(paths_that_cannot_be_written_are_refused),
        REPORT_TEST(an_old_report_that_is_open_is_refused),
        REPORT_TEST(a_report_that_is_open_for_a_moment_is_replaced),
        REPORT_TEST(a_report_that_stays_open_is_an_error),
        REPORT_TEST(a_folder_that_is_deleted_is_an_error),
        REPORT_TEST(a_killed_run_leaves_a_whole_report),
    };
    if (GetModuleFileNameW(NULL, self, MAX_PATH * 2) == 0)
        return 1;
    if (argc == 3 && strcmp(argv[1], "rewrite") == 0) {
        int count;
        wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &count);
        wcscpy(folder, words[2]);
        make_path();
        return rewrite_for_ever();
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
