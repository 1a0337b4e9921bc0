/* Child processes: what they inherit, their arguments, how they end, and that none outlives its parent. */
#include "testing.h"

#include <wchar.h>

#include "../runner/peer/channel.h"
#include "../runner/peer/output_file.h"
#include "self_child.h"

static HANDLE inheritable_event(void)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    HANDLE event = CreateEventW(&inheritable, TRUE, FALSE, NULL);
    assert_non_null(event);
    return event;
}

static bool signalled(HANDLE event)
{
    return WaitForSingleObject(event, 0) == WAIT_OBJECT_0;
}

static void hex(wchar_t out[24], HANDLE handle)
{
    swprintf(out, 24, L"%llx", (unsigned long long)(uintptr_t)handle);
}

/* The child signals what its values of the three handles stand for: only the listed ones are events of this test. */
TEST(a_child_inherits_only_what_is_listed)
{
    for (size_t listed = 0; listed <= 2; listed++) {
        struct job *job = new_job();
        HANDLE events[3];
        wchar_t names[3][24];
        struct child child;
        for (size_t i = 0; i < 3; i++) {
            events[i] = inheritable_event();
            hex(names[i], events[i]);
        }
        struct process_spec start = {.image = own_path,
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
        job_free(job);
    }
}

/* The pipe of a child that ended is closed at once, although a sibling that started later still runs. */
TEST(a_pipe_closes_although_a_sibling_runs)
{
    struct job *job = new_job();
    struct channel *channels[2] = {channel_new(), channel_new()};
    struct child children[2];
    HANDLE ends[2];
    char line[LINE_BYTES];
    size_t length;
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(channels[i]);
        ends[i] = channel_child_end(channels[i]);
        assert_ptr_not_equal(ends[i], INVALID_HANDLE_VALUE);
    }
    /* Both ends are open and inheritable in this process when each child starts. */
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(
            child_start(&children[i],
                        &(struct process_spec){.image = own_path,
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
    job_free(job);
}

TEST(arguments_arrive_unchanged)
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
    struct job *job = new_job();
    HANDLE output = new_output();
    struct child child;
    struct buffer got = {0}, expected = {0};
    for (size_t i = 1; words[i]; i++) {
        for (const wchar_t *at = words[i]; *at; at++)
            buffer_format(&expected, "%04x", (unsigned)*at);
        buffer_add(&expected, "\n", 1);
    }
    assert_int_equal(child_start(&child,
                                 &(struct process_spec){
                                     .image = own_path, .arguments = words, .output = output, .job = job}),
                     0);
    expect_end(&child, 0);
    output_file_take(output, &got);
    assert_non_null(got.at);
    assert_string_equal(got.at, expected.at);
    buffer_free(&got);
    buffer_free(&expected);
    CloseHandle(output);
    job_free(job);
}

TEST(exit_codes_are_read)
{
    static const struct {
        const wchar_t *word;
        DWORD code;
    } table[] = {{L"0", 0}, {L"1", 1}, {L"259", 259}, {L"7238509", EXIT_KILLED}, {L"3221225477", 0xC0000005}};
    struct job *job = new_job();
    struct child child;
    DWORD code = 12345;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(start_child(&child, job, NULL, L"exit", table[i].word), 0);
        expect_end(&child, table[i].code);
    }
    assert_int_equal(start_child(&child, job, NULL, L"forever", NULL), 0);
    assert_false(child_wait(&child, 200, &code));
    assert_int_equal(code, 12345);
    assert_int_equal(job_active(job), 1);
    assert_true(child_kill(&child));
    assert_true(child_kill(&child)); /* it has ended already, which is fine */
    expect_end(&child, EXIT_KILLED);
    child_close(&child);
    assert_true(child_kill(&child));
    job_free(job);
}

static void expect_processes(struct job *job, size_t count)
{
    for (int i = 0; i < 200 && job_active(job) > count; i++)
        Sleep(20);
    assert_int_equal(job_active(job), count);
}

TEST(the_end_of_a_job_ends_its_processes)
{
    struct job *job = new_job();
    struct child children[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(start_child(&children[i], job, NULL, L"forever", NULL), 0);
    assert_int_equal(job_active(job), 3);
    job_kill(job);
    for (size_t i = 0; i < 3; i++)
        expect_end(&children[i], EXIT_KILLED);
    expect_processes(job, 0);
    job_free(job);
}

/* The ids that the family has printed, when there are this many. */
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

/* TerminateProcess ends the first of three generations, as a task manager would. Its handle of the job is the last one,
 * so the system ends all processes of the job. */
TEST(no_child_outlives_the_parent)
{
    struct job *job = new_job();
    HANDLE output = new_output(), processes[2];
    struct child first;
    DWORD ids[2];
    assert_int_equal(start_child(&first, job, output, L"family", L"1"), 0);
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
    job_free(job);
}

TEST(a_failed_start_leaves_nothing_behind)
{
    static wchar_t longest[4000];
    struct job *job = new_job();
    struct child child = {(HANDLE)1, 1};
    assert_int_equal(child_start(&child, &(struct process_spec){.image = L"C:\\no\\such\\program.exe",
                                                                .arguments = (const wchar_t *[]){NULL},
                                                                .job = job}),
                     ERROR_PATH_NOT_FOUND);
    assert_null(child.process);
    wmemset(longest, L'x', 3999);
    assert_int_equal(start_child(&child, job, NULL, L"exit", longest), ERROR_FILENAME_EXCED_RANGE);
    assert_null(child.process);
    for (int i = 0; i < 200 && job_object_active(family) > 1; i++)
        Sleep(20);
    assert_int_equal(job_object_active(family), 1);
    job_free(job);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_inherits_only_what_is_listed),
        cmocka_unit_test(a_pipe_closes_although_a_sibling_runs),
        cmocka_unit_test(arguments_arrive_unchanged),
        cmocka_unit_test(exit_codes_are_read),
        cmocka_unit_test(the_end_of_a_job_ends_its_processes),
        cmocka_unit_test(no_child_outlives_the_parent),
        cmocka_unit_test(a_failed_start_leaves_nothing_behind),
    };
    int code;
    if (ran_as_child(argc, argv, &code))
        return code;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
