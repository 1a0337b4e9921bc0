/* The file for the output of children: several write to it, none overwrites another, and the report takes a limited
 * length. */
#include "testing.h"

#include <wchar.h>

#include "self_child.h"
#include "../runner/peer/actor_files.h"
#include "../runner/peer/output_file.h"

static void count_lines(const struct buffer *text, char letter, size_t expected)
{
    char line[16];
    size_t found = 0;
    for (int i = 0; i < SELF_CHILD_LINES; i++) {
        snprintf(line, sizeof line, "%c-%04d\n", letter, i);
        found += strstr(text->at, line) != NULL;
    }
    assert_int_equal(found, expected);
}

/* Two children that print at the same time never overwrite each other. */
TEST(output_of_two_processes_is_taken)
{
    struct job *job = new_job();
    HANDLE output = new_output();
    struct child children[2];
    struct buffer got = {0};
    for (int round = 0; round < 2; round++) {
        assert_int_equal(start_child(&children[0], job, output, L"lines", L"a"), 0);
        assert_int_equal(start_child(&children[1], job, output, L"lines", L"b"), 0);
        expect_end(&children[0], 0);
        expect_end(&children[1], 0);
        got.length = 0;
        output_file_take(output, &got);
        assert_int_equal(got.length, 2 * SELF_CHILD_LINES * SELF_CHILD_LINE_BYTES);
        count_lines(&got, 'a', SELF_CHILD_LINES);
        count_lines(&got, 'b', SELF_CHILD_LINES);
    }
    /* The file is empty then. */
    got.length = 0;
    output_file_take(output, &got);
    assert_int_equal(got.length, 0);
    buffer_free(&got);
    CloseHandle(output);
    job_free(job);
}

TEST(output_of_20_mb_is_shortened)
{
    static const char middle[] = "\n[20905996 bytes left out]\n";
    struct job *job = new_job();
    HANDLE output = new_output();
    struct child child;
    struct buffer got = {0};
    LARGE_INTEGER size;
    assert_int_equal(start_child(&child, job, output, L"flood", NULL), 0);
    expect_end(&child, 0);
    output_file_take(output, &got);
    assert_int_equal(got.length, 65536 + sizeof middle - 1);
    assert_memory_equal(got.at, "<head>...", 9);
    assert_memory_equal(got.at + 32768, middle, sizeof middle - 1);
    assert_memory_equal(got.at + got.length - 9, "...<tail>", 9);
    assert_true(GetFileSizeEx(output, &size));
    assert_int_equal(size.QuadPart, 0);
    assert_int_equal(start_child(&child, job, output, L"lines", L"c"), 0);
    expect_end(&child, 0);
    got.length = 0;
    output_file_take(output, &got);
    assert_int_equal(got.length, SELF_CHILD_LINES * SELF_CHILD_LINE_BYTES);
    buffer_free(&got);
    CloseHandle(output);
    job_free(job);
}

TEST(output_around_the_limit_is_taken)
{
    static const size_t sizes[] = {1, 32767, 32768, 32769, 65535, 65536};
    static char bytes[65536];
    HANDLE output = new_output();
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)('a' + i % 23);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buffer got = {0};
        DWORD written;
        assert_true(WriteFile(output, bytes, (DWORD)sizes[i], &written, NULL));
        output_file_take(output, &got);
        assert_int_equal(got.length, sizes[i]);
        assert_memory_equal(got.at, bytes, sizes[i]);
        buffer_free(&got);
    }
    CloseHandle(output);
}

/* The file is deleted with its last handle. */
TEST(the_file_is_deleted)
{
    wchar_t path[MAX_PATH * 2];
    HANDLE output = new_output();
    assert_in_range(GetFinalPathNameByHandleW(output, path, MAX_PATH * 2, 0), 1, MAX_PATH * 2 - 1);
    assert_int_not_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
    CloseHandle(output);
    assert_int_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
}

static void path_of(wchar_t out[MAX_PATH * 2], const wchar_t *name)
{
    wchar_t folder[MAX_PATH + 1];
    assert_in_range(GetTempPathW(MAX_PATH + 1, folder), 1, MAX_PATH);
    swprintf(out, MAX_PATH * 2, L"%ls%ls", folder, name);
}

/* A file that was last touched so many hours ago. */
static void make_file(const wchar_t *name, unsigned hours)
{
    wchar_t path[MAX_PATH * 2];
    FILETIME now;
    path_of(path, name);
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    GetSystemTimeAsFileTime(&now);
    ULARGE_INTEGER then = {.LowPart = now.dwLowDateTime, .HighPart = now.dwHighDateTime};
    then.QuadPart -= hours * UINT64_C(3600) * 10000000;
    FILETIME past = {then.LowPart, then.HighPart};
    assert_true(SetFileTime(file, &past, &past, &past));
    CloseHandle(file);
}

static void expect_file(const wchar_t *name, bool there)
{
    wchar_t path[MAX_PATH * 2];
    path_of(path, name);
    assert_int_equal(GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES, there);
}

/* A run deletes its own files and those of runs that were killed long ago, and no others. */
TEST(files_of_ended_runs_are_deleted)
{
    make_file(L"shmcheck-test1-a", 0);
    make_file(L"shmcheck-test1-b", 100);
    make_file(L"shmcheck-test12-a", 0);
    make_file(L"shmcheck-test2-a", 23);
    make_file(L"shmcheck-test2-b", 25);
    make_file(L"other-shmcheck-test1-a", 100);
    actor_files_remove("test1");
    expect_file(L"shmcheck-test1-a", false);
    expect_file(L"shmcheck-test1-b", false);
    expect_file(L"shmcheck-test12-a", true);
    expect_file(L"shmcheck-test2-b", true);
    actor_files_remove_old();
    expect_file(L"shmcheck-test2-a", true);
    expect_file(L"shmcheck-test2-b", false);
    expect_file(L"other-shmcheck-test1-a", true);
    for (size_t i = 0; i < 3; i++) {
        wchar_t path[MAX_PATH * 2];
        path_of(path,
                (const wchar_t *[]){L"shmcheck-test12-a", L"shmcheck-test2-a", L"other-shmcheck-test1-a"}[i]);
        assert_true(DeleteFileW(path));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_of_two_processes_is_taken), cmocka_unit_test(output_of_20_mb_is_shortened),
        cmocka_unit_test(output_around_the_limit_is_taken), cmocka_unit_test(the_file_is_deleted),
        cmocka_unit_test(files_of_ended_runs_are_deleted),
    };
    int code;
    if (ran_as_child(argc, argv, &code))
        return code;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
