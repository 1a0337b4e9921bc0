/* Systems without a function, and systems on which one fails, simulated by a replaced table of system calls: the runner
 * must still start processes, end them, and say what it could not do. */
#include "testing.h"

#include "../runner/peer/channel.h"
#include "../runner/peer/child_end.h"
#include "../runner/platform/needs.h"
#include "../runner/platform/system_calls.h"
#include "self_child.h"

/* The error code with which a job object refuses the process: STATUS_NOT_IMPLEMENTED becomes ERROR_INVALID_FUNCTION. */
static BOOL WINAPI no_assignment(HANDLE job, HANDLE process)
{
    (void)job;
    (void)process;
    SetLastError(ERROR_INVALID_FUNCTION);
    return FALSE;
}

static DWORD opened_with;

static HANDLE WINAPI open_old(DWORD access, BOOL inherit, DWORD id)
{
    opened_with = access;
    return OpenProcess(access, inherit, id);
}

/* As before Windows Vista: the system grants the new right and does not return the exit code for it. */
static BOOL WINAPI exit_code_with_full_query_only(HANDLE process, DWORD *code)
{
    if (opened_with & PROCESS_QUERY_INFORMATION)
        return GetExitCodeProcess(process, code);
    SetLastError(ERROR_ACCESS_DENIED);
    return FALSE;
}

static BOOL WINAPI no_exit_code(HANDLE process, DWORD *code)
{
    (void)process;
    (void)code;
    SetLastError(ERROR_ACCESS_DENIED);
    return FALSE;
}

static struct system_calls fake;

/* Replaces the table by a copy that the test can change. */
static int replace_calls(void **state)
{
    (void)state;
    system_calls_replace(NULL);
    fake = *system_calls();
    system_calls_replace(&fake);
    return 0;
}

static int restore_calls(void **state)
{
    (void)state;
    system_calls_replace(NULL);
    return 0;
}

/* With an attribute list the job object would take the process without an assignment. */
static void without_job_objects(void)
{
    fake.AssignProcessToJobObject = no_assignment;
    fake.InitializeProcThreadAttributeList = NULL;
}

TEST(children_without_a_job_are_ended)
{
    struct job *job = new_job();
    struct child children[2];
    without_job_objects();
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(start_child(&children[i], job, NULL, L"forever", NULL), 0);
    assert_int_equal(job_active(job), 2);
    assert_true(job_refusal(job) == ERROR_INVALID_FUNCTION || job_refusal(job) == 0);
    assert_true(child_kill(&children[0]));
    assert_int_equal(job_active(job), 1);
    job_kill(job);
    expect_end(&children[0], EXIT_KILLED);
    expect_end(&children[1], EXIT_KILLED);
    assert_int_equal(job_active(job), 0);
    job_free(job);
}

TEST(the_refusal_of_a_job_is_recognised)
{
    struct job *job = new_job();
    struct child child;
    assert_int_equal(start_child(&child, NULL, NULL, L"forever", NULL), 0);
    assert_int_equal(job_refusal(job), 0);
    fake.AssignProcessToJobObject = no_assignment;
    assert_true(job_add(job, child.process));
    assert_int_equal(job_refusal(job), ERROR_INVALID_FUNCTION);
    assert_int_equal(job_active(job), 1);
    job_free(job);
    expect_end(&child, EXIT_KILLED);
}

TEST(freeing_a_job_ends_its_children)
{
    struct job *job = new_job();
    struct child child;
    without_job_objects();
    assert_int_equal(start_child(&child, job, NULL, L"forever", NULL), 0);
    job_free(job);
    expect_end(&child, EXIT_KILLED);
}

TEST(children_start_without_attribute_lists)
{
    struct job *job = new_job();
    struct child child;
    SECURITY_CAPABILITIES container = {0};
    fake.UpdateProcThreadAttribute = NULL;
    assert_false(system_has_attribute_lists());
    assert_int_equal(start_child(&child, job, NULL, L"exit", L"5"), 0);
    expect_end(&child, 5);
    assert_int_equal(child_start(&child, &(struct process_spec){.image = own_path,
                                                                .arguments = (const wchar_t *[]){NULL},
                                                                .job = job,
                                                                .container = &container}),
                     ERROR_PROC_NOT_FOUND);
    assert_string_equal(needs_unmet("attribute-lists", &(struct platform){0}),
                        "InitializeProcThreadAttributeList is not exported (Windows Vista and later)");
    job_free(job);
}

TEST(a_process_is_opened_with_the_older_right)
{
    struct job *job = new_job();
    struct child child, same;
    DWORD code = 0;
    fake.OpenProcess = open_old;
    fake.GetExitCodeProcess = exit_code_with_full_query_only;
    assert_int_equal(start_child(&child, job, NULL, L"forever", NULL), 0);
    assert_int_equal(child_open(&same, child.id), 0);
    assert_int_equal(opened_with & PROCESS_QUERY_INFORMATION, PROCESS_QUERY_INFORMATION);
    assert_true(child_kill(&same));
    assert_int_equal(child_wait(&same, SOON_MS, &code), CHILD_ENDED);
    assert_int_equal(code, EXIT_KILLED);
    fake.GetExitCodeProcess = no_exit_code;
    struct child none = {(HANDLE)1, 1};
    assert_int_equal(child_open(&none, child.id), ERROR_ACCESS_DENIED);
    assert_null(none.process);
    child_close(&child);
    child_close(&same);
    job_free(job);
}

TEST(a_process_that_ended_may_have_no_exit_code)
{
    struct job *job = new_job();
    struct child child;
    DWORD code = 0;
    assert_int_equal(start_child(&child, job, NULL, L"forever", NULL), 0);
    fake.GetExitCodeProcess = no_exit_code;
    assert_int_equal(child_wait(&child, 0, &code), CHILD_RUNS);
    assert_true(child_kill(&child));
    assert_int_equal(child_wait(&child, SOON_MS, &code), CHILD_CODE_UNKNOWN);
    assert_int_equal(code, ERROR_ACCESS_DENIED);
    child_close(&child);
    job_free(job);
}

/* A read is cancelled with the older function: closing the channel does not hang, and the deadline holds. */
TEST(a_read_is_cancelled_without_CancelIoEx)
{
    char line[LINE_BYTES];
    size_t length;
    fake.CancelIoEx = NULL;
    struct channel *channel = channel_new();
    assert_non_null(channel);
    assert_false(channel_accept(channel, 50));
    HANDLE end = channel_child_end(channel);
    assert_ptr_not_equal(end, INVALID_HANDLE_VALUE);
    assert_int_equal(channel_receive(channel, line, &length, 50), CHANNEL_TIMEOUT);
    channel_free(channel);
    CloseHandle(end);
}

static ULONGLONG WINAPI fixed_time(void)
{
    return 1234567890123u;
}

TEST(milliseconds_are_counted_without_GetTickCount64)
{
    fake.GetTickCount64 = fixed_time;
    assert_true(system_milliseconds() == 1234567890123u);
    fake.GetTickCount64 = NULL;
    uint64_t before = system_milliseconds();
    Sleep(60);
    uint64_t passed = system_milliseconds() - before;
    assert_in_range(passed, 30, 10000);
}

TEST(memory_is_unknown_without_GetProcessMemoryInfo)
{
    PROCESS_MEMORY_COUNTERS memory;
    assert_true(system_memory(&memory));
    assert_true(memory.PeakWorkingSetSize > 0);
    fake.GetProcessMemoryInfo = NULL;
    assert_false(system_memory(&memory));
    assert_int_equal(memory.PeakWorkingSetSize, 0);
}

TEST(functions_and_libraries_are_looked_up)
{
    assert_non_null(system_function("GetTickCount64"));
    assert_non_null(system_function("K32GetProcessMemoryInfo"));
    assert_non_null(system_function("K32EnumProcesses"));
    assert_null(system_function("NoSuchFunctionAnywhere"));
    assert_null(system_function("K32NoSuchFunctionAnywhere"));
    assert_null(system_library(L"no-such-library.dll"));
    HMODULE version = system_library(L"version.dll");
    assert_non_null(version);
    FreeLibrary(version);
}

TEST(the_end_of_a_child_is_described)
{
    static const struct {
        enum child_state state;
        DWORD code;
        const char *words;
    } table[] = {
        {CHILD_RUNS, 0, "it did not end"},
        {CHILD_CODE_UNKNOWN, 5, "it ended, and its exit code cannot be read: error 5"},
        {CHILD_ENDED, 0, "it ended, exit code 0x0"},
        {CHILD_ENDED, 0xC0000139,
         "it ended, exit code 0xC0000139 STATUS_ENTRYPOINT_NOT_FOUND (a function that the program imports is "
         "not on "
         "this system)"},
        {CHILD_ENDED, 0xC000000D, "it ended, exit code 0xC000000D STATUS_INVALID_PARAMETER"},
    };
    char bytes[300];
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct text text = text_over(bytes, sizeof bytes);
        child_end_add(&text, table[i].state, table[i].code);
        assert_string_equal(bytes, table[i].words);
    }
    assert_null(exit_code_meaning(1));
}

TEST(needs_are_judged_for_older_systems)
{
    static const struct {
        const char *need, *build, *integrity;
        bool met;
    } table[] = {
        {"integrity-levels", "5.2.3790", "unknown", false}, {"integrity-levels", "5.2.3790", "high", true},
        {"write-combine", "5.2.3790", "unknown", false},    {"write-combine", "6.0.6000", "unknown", true},
        {"execute-writecopy", "6.0.6000", "high", false},   {"execute-writecopy", "6.0.6001", "high", true},
        {"owner-rights", "5.2.3790", "unknown", false},     {"owner-rights", "6.0.6000", "high", true},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct platform platform = {0};
        platform_add(&platform, FACT_OS_BUILD, table[i].build);
        platform_add(&platform, FACT_INTEGRITY, table[i].integrity);
        assert_true(needs_known(table[i].need));
        assert_int_equal(needs_unmet(table[i].need, &platform) == NULL, table[i].met);
    }
}

/* As Windows 7 without the update that brought LOAD_LIBRARY_SEARCH_SYSTEM32. */
static WCHAR loaded[MAX_PATH];

static HMODULE WINAPI load_by_path_only(LPCWSTR name, HANDLE file, DWORD flags)
{
    if (flags & LOAD_LIBRARY_SEARCH_SYSTEM32) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    wcsncpy(loaded, name, MAX_PATH - 1);
    return LoadLibraryExW(name, file, flags);
}

TEST(libraries_are_loaded_by_path_without_the_flag)
{
    WCHAR folder[MAX_PATH];
    UINT length = GetSystemDirectoryW(folder, MAX_PATH);
    fake.LoadLibraryExW = load_by_path_only;
    assert_ptr_equal(system_library(L"advapi32.dll"), GetModuleHandleW(L"advapi32.dll"));
    assert_memory_equal(loaded, folder, length * sizeof *folder);
    assert_int_equal(wcscmp(loaded + length, L"\\advapi32.dll"), 0);
    loaded[0] = 0;
    assert_null(system_library(L"no-such-library.dll"));
    assert_int_not_equal(loaded[0], 0);
}

/* As before Windows 7: kernelbase.dll and kernel32.dll have no function with the prefix K32. */
static FARPROC WINAPI without_k32(HMODULE module, LPCSTR name)
{
    return strncmp(name, "K32", 3) == 0 ? NULL : GetProcAddress(module, name);
}

TEST(functions_of_psapi_are_found_there)
{
    fake.GetProcAddress = without_k32;
    any_function *found = system_function("K32GetProcessMemoryInfo");
    assert_non_null(found);
    assert_true(found ==
                (any_function *)GetProcAddress(GetModuleHandleW(L"psapi.dll"), "GetProcessMemoryInfo"));
    assert_null(system_function("K32NoSuchFunction"));
    assert_null(system_function("NoSuchFunction"));
}

#define WITH_REPLACED_CALLS(test) cmocka_unit_test_setup_teardown(test, replace_calls, restore_calls)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_REPLACED_CALLS(children_without_a_job_are_ended),
        WITH_REPLACED_CALLS(the_refusal_of_a_job_is_recognised),
        WITH_REPLACED_CALLS(freeing_a_job_ends_its_children),
        WITH_REPLACED_CALLS(children_start_without_attribute_lists),
        WITH_REPLACED_CALLS(a_process_is_opened_with_the_older_right),
        WITH_REPLACED_CALLS(a_process_that_ended_may_have_no_exit_code),
        WITH_REPLACED_CALLS(a_read_is_cancelled_without_CancelIoEx),
        WITH_REPLACED_CALLS(milliseconds_are_counted_without_GetTickCount64),
        WITH_REPLACED_CALLS(memory_is_unknown_without_GetProcessMemoryInfo),
        WITH_REPLACED_CALLS(libraries_are_loaded_by_path_without_the_flag),
        WITH_REPLACED_CALLS(functions_of_psapi_are_found_there),
        cmocka_unit_test(functions_and_libraries_are_looked_up),
        cmocka_unit_test(the_end_of_a_child_is_described),
        cmocka_unit_test(needs_are_judged_for_older_systems),
    };
    int code;
    if (ran_as_child(argc, argv, &code))
        return code;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
