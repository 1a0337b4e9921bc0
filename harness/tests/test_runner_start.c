/* Child processes: what they inherit, what they are told, how they end, and that none outlives its parent. The
 * children are this program. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>

#include "../runner/channel.h"
#include "../runner/process.h"

#include <shellapi.h>

#define SOON_MS 10000
#define FLOOD_BYTES (20u << 20)
#define LINES 1000

static wchar_t self[MAX_PATH * 2];
static HANDLE family; /* the job of this process and of everything that it starts */

/* ---- lives of a child: argv[1] says which ---- */

static HANDLE handle_of(const char *digits)
{
    return (HANDLE)(uintptr_t)strtoull(digits, NULL, 16);
}

static void print(const char *text)
{
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)strlen(text), &written, NULL);
}

/* Signals every event that it was told of. Whether the value is an event here is what the parent wants to know. */
static int live_signals(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        SetEvent(handle_of(argv[i]));
    return 0;
}

/* What CommandLineToArgvW makes of the command line, unit by unit. */
static int live_arguments(void)
{
    int count;
    char unit[8];
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    for (int i = 2; arguments && i < count; i++) {
        for (const wchar_t *at = arguments[i]; *at; at++) {
            snprintf(unit, sizeof unit, "%04x", (unsigned)*at);
            print(unit);
        }
        print("\n");
    }
    return 0;
}

static int live_lines(const char *letter)
{
    char line[16];
    for (int i = 0; i < LINES; i++) {
        snprintf(line, sizeof line, "%s-%04d\n", letter, i);
        print(line);
    }
    return 0;
}

static int live_flood(void)
{
    static char block[65536];
    DWORD written;
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    print("<head>");
    memset(block, '.', sizeof block);
    for (size_t left = FLOOD_BYTES; left > 0; left -= sizeof block)
        WriteFile(out, block, sizeof block, &written, NULL);
    print("<tail>");
    return 0;
}

static int live_forever(void)
{
    Sleep(INFINITE);
    return 0;
}

static DWORD start_one(struct child *child, HANDLE job, HANDLE output, const wchar_t *life,
                       const wchar_t *word)
{
    return child_start(child, &(struct start){.image = self,
                                              .arguments = (const wchar_t *[]){life, word, NULL},
                                              .output = output,
                                              .job = job});
}

/* A runner in small: a child in a job of its own, whose child is started without any care, and all stay. */
static int live_family(const char *generation)
{
    char line[40];
    struct child child = {0};
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    if (strcmp(generation, "1") == 0) {
        HANDLE job = job_new();
        SetHandleInformation(output, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
        if (!job || start_one(&child, job, output, L"family", L"2"))
            return 1;
    } else if (strcmp(generation, "2") == 0) {
        wchar_t command_line[MAX_PATH * 3];
        STARTUPINFOW startup = {.cb = sizeof startup};
        PROCESS_INFORMATION process;
        swprintf(command_line, MAX_PATH * 3, L"\"%ls\" forever", self);
        if (!CreateProcessW(self, command_line, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup,
                            &process))
            return 1;
        child.id = process.dwProcessId;
    }
    if (child.id) {
        snprintf(line, sizeof line, "%lu\n", (unsigned long)child.id);
        print(line);
    }
    return live_forever();
}

static int live(int argc, char **argv)
{
    const char *life = argv[1], *word = argc > 2 ? argv[2] : "";
    if (strcmp(life, "signals") == 0)
        return live_signals(argc, argv);
    if (strcmp(life, "arguments") == 0)
        return live_arguments();
    if (strcmp(life, "lines") == 0)
        return live_lines(word);
    if (strcmp(life, "flood") == 0)
        return live_flood();
    if (strcmp(life, "forever") == 0)
        return live_forever();
    if (strcmp(life, "family") == 0)
        return live_family(word);
    if (strcmp(life, "exit") == 0)
        ExitProcess((UINT)strtoul(word, NULL, 10));
    return 99;
}

/* ---- tests ---- */

static HANDLE new_job(void)
{
    HANDLE job = job_new();
    assert_non_null(job);
    return job;
}

static HANDLE new_output(void)
{
    HANDLE output = output_file_new();
    assert_ptr_not_equal(output, INVALID_HANDLE_VALUE);
    return output;
}

static HANDLE inheritable_event(void)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    HANDLE event = CreateEventW(&inheritable, TRUE, FALSE, NULL);
    assert_non_null(event);
    return event;
}

static void expect_end(struct child *child, DWORD expected)
{
    DWORD code = 12345;
    assert_true(child_wait(child, SOON_MS, &code));
    assert_int_equal(code, expected);
    child_close(child);
}

static bool signalled(HANDLE event)
{
    return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

static void hex(wchar_t out[24], HANDLE handle)
{
    swprintf(out, 24, L"%llx", (unsigned long long)(uintptr_t)handle);
}

/* The child signals whatever its values of the three handles stand for: only listed ones are our events. */
static void inherits_what_is_listed(void **state)
{
    (void)state;
    for (size_t listed = 0; listed <= 2; listed++) {
        HANDLE job = new_job(), events[3];
        wchar_t names[3][24];
        struct child child;
        for (size_t i = 0; i < 3; i++) {
            events[i] = inheritable_event();
            hex(names[i], events[i]);
        }
        struct start start = {.image = self,
                              .arguments =
                                  (const wchar_t *[]){L"signals", names[0], names[1], names[2], NULL},
                              .job = job};
        for (size_t i = 0; i < listed; i++)
            start.inherit[i] = events[i];
        assert_int_equal(child_start(&child, &start), 0);
        expect_end(&child, 0);
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(signalled(events[i]), i < listed);
            CloseHandle(events[i]);
        }
        CloseHandle(job);
    }
}

/* The pipe of a child that died is seen to close at once, although a sibling that started later lives on. */
static void no_sibling_holds_a_pipe(void **state)
{
    HANDLE job = new_job();
    struct channel *channels[2] = {channel_new(), channel_new()};
    struct child children[2];
    HANDLE ends[2];
    char line[LINE_BYTES];
    size_t length;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(channels[i]);
        ends[i] = channel_child_end(channels[i]);
        assert_ptr_not_equal(ends[i], INVALID_HANDLE_VALUE);
    }
    /* Both ends are open and inheritable here while either child starts. */
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(
            child_start(&children[i], &(struct start){.image = self,
                                                      .arguments = (const wchar_t *[]){L"forever", NULL},
                                                      .inherit = {ends[i]},
                                                      .job = job}),
            0);
    for (size_t i = 0; i < 2; i++)
        CloseHandle(ends[i]);
    assert_int_equal(channel_receive(channels[0], line, &length, 300), CHANNEL_TIMEOUT);
    assert_true(child_kill(&children[0]));
    assert_int_equal(channel_receive(channels[0], line, &length, SOON_MS), CHANNEL_CLOSED);
    assert_int_equal(channel_receive(channels[1], line, &length, 0), CHANNEL_TIMEOUT);
    for (size_t i = 0; i < 2; i++) {
        channel_free(channels[i]);
        child_kill(&children[i]);
        child_close(&children[i]);
    }
    CloseHandle(job);
}

static void arguments_arrive_as_they_are(void **state)
{
    static const wchar_t *const words[] = {L"arguments",
                                           L"plain",
                                           L"",
                                           L"two words",
                                           L"a\"quote",
                                           L"back\\slash",
                                           L"trailing\\",
                                           L"blank and trailing\\\\",
                                           L"\\\"",
                                           L"\\\\\"\\\\",
                                           L"tab\there",
                                           L"\"",
                                           L"%PATH%",
                                           L"caret^&|<>",
                                           L"\x4E2D\x6587",
                                           L"\xD83D\xDE00",
                                           L"\xD800",
                                           L"new\nline",
                                           NULL};
    HANDLE job = new_job(), output = new_output();
    struct child child;
    struct buffer got = {0}, expected = {0};
    (void)state;
    for (size_t i = 1; words[i]; i++) {
        for (const wchar_t *at = words[i]; *at; at++)
            buffer_format(&expected, "%04x", (unsigned)*at);
        buffer_add(&expected, "\n", 1);
    }
    assert_int_equal(
        child_start(&child, &(struct start){.image = self, .arguments = words, .output = output, .job = job}),
        0);
    expect_end(&child, 0);
    output_file_take(output, &got);
    assert_non_null(got.at);
    assert_string_equal(got.at, expected.at);
    buffer_free(&got);
    buffer_free(&expected);
    CloseHandle(output);
    CloseHandle(job);
}

static void exit_codes(void **state)
{
    static const struct {
        const wchar_t *word;
        DWORD code;
    } table[] = {{L"0", 0}, {L"1", 1}, {L"259", 259}, {L"7238509", EXIT_KILLED}, {L"3221225477", 0xC0000005}};
    HANDLE job = new_job();
    struct child child;
    DWORD code = 12345;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(start_one(&child, job, NULL, L"exit", table[i].word), 0);
        expect_end(&child, table[i].code);
    }
    assert_int_equal(start_one(&child, job, NULL, L"forever", NULL), 0);
    assert_false(child_wait(&child, 200, &code));
    assert_int_equal(code, 12345);
    assert_int_equal(job_active(job), 1);
    assert_true(child_kill(&child));
    assert_true(child_kill(&child)); /* it has ended already: all the better */
    expect_end(&child, EXIT_KILLED);
    child_close(&child);
    assert_true(child_kill(&child));
    CloseHandle(job);
}

static void expect_processes(HANDLE job, size_t count)
{
    for (int i = 0; i < 200 && job_active(job) > count; i++)
        Sleep(20);
    assert_int_equal(job_active(job), count);
}

static void job_ends_all(void **state)
{
    HANDLE job = new_job();
    struct child children[3];
    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(start_one(&children[i], job, NULL, L"forever", NULL), 0);
    assert_int_equal(job_active(job), 3);
    job_kill(job);
    for (size_t i = 0; i < 3; i++)
        expect_end(&children[i], EXIT_KILLED);
    expect_processes(job, 0);
    CloseHandle(job);
}

/* The ids that the family has printed so far, once there are as many as that. */
static void read_ids(HANDLE output, DWORD *ids, size_t count)
{
    struct buffer got = {0};
    size_t lines = 0;
    for (int i = 0; i < 500 && lines < count; i++) {
        Sleep(20);
        output_file_take(output, &got);
        lines = 0;
        for (size_t at = 0; at < got.length; at++)
            lines += got.at[at] == '\n';
    }
    assert_int_equal(lines, count);
    char *at = got.at;
    for (size_t i = 0; i < count; i++)
        ids[i] = (DWORD)strtoul(at, &at, 10);
    buffer_free(&got);
}

/* TerminateProcess on the first of three generations, as a user's task manager would do it: the job of the
 * second goes with its only handle, and everything in it. */
static void nobody_outlives_the_parent(void **state)
{
    HANDLE job = new_job(), output = new_output(), processes[2];
    struct child first;
    DWORD ids[2];
    (void)state;
    assert_int_equal(start_one(&first, job, output, L"family", L"1"), 0);
    read_ids(output, ids, 2);
    for (size_t i = 0; i < 2; i++) {
        processes[i] = OpenProcess(SYNCHRONIZE, FALSE, ids[i]);
        assert_non_null(processes[i]);
        assert_int_equal(WaitForSingleObject(processes[i], 0), WAIT_TIMEOUT);
    }
    assert_true(child_kill(&first));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(WaitForSingleObject(processes[i], SOON_MS), WAIT_OBJECT_0);
        CloseHandle(processes[i]);
    }
    child_close(&first);
    CloseHandle(output);
    CloseHandle(job);
}

static void starts_that_fail(void **state)
{
    static wchar_t longest[4000];
    HANDLE job = new_job(), no_job = CreateEventW(NULL, TRUE, FALSE, NULL);
    struct child child = {(HANDLE)1, 1};
    (void)state;
    assert_int_equal(child_start(&child, &(struct start){.image = L"C:\\no\\such\\program.exe",
                                                         .arguments = (const wchar_t *[]){NULL},
                                                         .job = job}),
                     ERROR_PATH_NOT_FOUND);
    assert_null(child.process);
    wmemset(longest, L'x', 3999);
    assert_int_equal(start_one(&child, job, NULL, L"exit", longest), ERROR_FILENAME_EXCED_RANGE);
    assert_null(child.process);
    /* What cannot be put into the job must not run. */
    assert_int_not_equal(start_one(&child, no_job, NULL, L"forever", NULL), 0);
    assert_null(child.process);
    CloseHandle(no_job);
    expect_processes(family, 1);
    CloseHandle(job);
}

static void count_lines(const struct buffer *text, char letter, size_t expected)
{
    char line[16];
    size_t found = 0;
    for (int i = 0; i < LINES; i++) {
        snprintf(line, sizeof line, "%c-%04d\n", letter, i);
        found += strstr(text->at, line) != NULL;
    }
    assert_int_equal(found, expected);
}

/* Two children that print at the same time never overwrite each other. */
static void output_of_two(void **state)
{
    HANDLE job = new_job(), output = new_output();
    struct child children[2];
    struct buffer got = {0};
    (void)state;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(start_one(&children[0], job, output, L"lines", L"a"), 0);
        assert_int_equal(start_one(&children[1], job, output, L"lines", L"b"), 0);
        expect_end(&children[0], 0);
        expect_end(&children[1], 0);
        got.length = 0;
        output_file_take(output, &got);
        assert_int_equal(got.length, 2 * LINES * 7);
        count_lines(&got, 'a', LINES);
        count_lines(&got, 'b', LINES);
    }
    /* Nothing is left of it. */
    got.length = 0;
    output_file_take(output, &got);
    assert_int_equal(got.length, 0);
    buffer_free(&got);
    CloseHandle(output);
    CloseHandle(job);
}

static void output_of_20_mb(void **state)
{
    static const char middle[] = "\n[20905996 bytes left out]\n";
    HANDLE job = new_job(), output = new_output();
    struct child child;
    struct buffer got = {0};
    LARGE_INTEGER size;
    (void)state;
    assert_int_equal(start_one(&child, job, output, L"flood", NULL), 0);
    expect_end(&child, 0);
    output_file_take(output, &got);
    assert_int_equal(got.length, 65536 + sizeof middle - 1);
    assert_memory_equal(got.at, "<head>...", 9);
    assert_memory_equal(got.at + 32768, middle, sizeof middle - 1);
    assert_memory_equal(got.at + got.length - 9, "...<tail>", 9);
    assert_true(GetFileSizeEx(output, &size));
    assert_int_equal(size.QuadPart, 0);
    assert_int_equal(start_one(&child, job, output, L"lines", L"c"), 0);
    expect_end(&child, 0);
    got.length = 0;
    output_file_take(output, &got);
    assert_int_equal(got.length, LINES * 7);
    buffer_free(&got);
    CloseHandle(output);
    CloseHandle(job);
}

static void output_at_the_edges(void **state)
{
    static const size_t sizes[] = {1, 32767, 32768, 32769, 65535, 65536};
    static char bytes[65536];
    HANDLE output = new_output();
    (void)state;
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

/* The file goes with its last handle. */
static void output_is_temporary(void **state)
{
    wchar_t path[MAX_PATH * 2];
    HANDLE output = new_output();
    (void)state;
    assert_in_range(GetFinalPathNameByHandleW(output, path, MAX_PATH * 2, 0), 1, MAX_PATH * 2 - 1);
    assert_int_not_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
    CloseHandle(output);
    assert_int_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inherits_what_is_listed),
        cmocka_unit_test(no_sibling_holds_a_pipe),
        cmocka_unit_test(arguments_arrive_as_they_are),
        cmocka_unit_test(exit_codes),
        cmocka_unit_test(job_ends_all),
        cmocka_unit_test(nobody_outlives_the_parent),
        cmocka_unit_test(starts_that_fail),
        cmocka_unit_test(output_of_two),
        cmocka_unit_test(output_of_20_mb),
        cmocka_unit_test(output_at_the_edges),
        cmocka_unit_test(output_is_temporary),
    };
    if (GetModuleFileNameW(NULL, self, MAX_PATH * 2) == 0)
        return 1;
    if (argc > 1)
        return live(argc, argv);
    family = CreateJobObjectW(NULL, NULL);
    if (!family || !AssignProcessToJobObject(family, GetCurrentProcess()))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#ifdef __MINGW32__
int _dowildcard = 0; /* arguments arrive as they are */
#endif
