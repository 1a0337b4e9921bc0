/* The verb clear with the functions of this system: it releases everything that verbs hold, and if a system does not
 * release something, the footprint shows it. Also what belongs to one thread, with on=2. */
#include "testing.h"

#include "../actor/footprint.h"
#include "../actor/objects.h"
#include "../actor/security.h"
#include "../actor/system_windows.h"
#include "../actor/verbs.h"
#include "actor_request.h"

static struct system_calls windows;

/* Warm-up: what the C library and the system allocate at the first use of a function is not a leftover. */
static int start(void **state)
{
    (void)state;
    system_start();
    footprint_begin();
    expect_start("privilege SeChangeNotifyPrivilege", "ok state=");
    windows = sys;
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    sys = windows;
    objects_reset();
    footprint_begin();
    return 0;
}

static void hold_one_of_each(void)
{
    char request[200];
    expect_start("create s size=65536 protect=PAGE_READWRITE", "ok error=0 ");
    expect_start("map v of=s access=FILE_MAP_WRITE", "ok ~base=");
    expect_start("fill v length=65536 seed=3", "ok");
    expect_start("reserve r size=1048576", "ok ~base=");
    expect_start("commit r length=65536 protect=PAGE_READWRITE", "ok base=+0");
    expect_start("hold e kind=event", "ok error=0 ");
    expect_start("hold m kind=mutex", "ok error=0 ");
    expect_start("wait m timeout=0", "ok result=WAIT_OBJECT_0");
    expect_start("setflags e protect-from-close=yes", "ok");
    snprintf(request, sizeof request, "file f name=shmcheck-test-clear-%lu size=4096", GetCurrentProcessId());
    expect_start(request, "ok ~handle=");
    expect_start("filelock f length=16", "ok");
    expect_start("privilege SeChangeNotifyPrivilege to=disabled", "ok state=disabled");
    expect_start("signal e", "ok");
    expect_start("race x rounds=5 gate=e", "ok rounds=5 failed=0 ");
    expect_start("workingset", "ok ");
}

static void remove_file(void)
{
    char request[200];
    snprintf(request, sizeof request, "fileremove name=shmcheck-test-clear-%lu", GetCurrentProcessId());
    expect_start(request, "ok");
}

TEST(clear_releases_everything)
{
    for (int turn = 0; turn < 3; turn++) {
        hold_one_of_each();
        expect_start("clear", "ok same=yes ~handles=");
        remove_file();
        expect_start("privilege SeChangeNotifyPrivilege", "ok state=enabled");
        expect_start("size s", "bad reason=no%20label%20's'");
    }
}

static void load_nothing(void)
{
}

TEST(libraries_that_the_actor_loads_are_counted)
{
    footprint_allow(load_nothing);
    footprint_allow(load_nothing);
    const char *reply = reply_to("clear");
    assert_non_null(strstr(reply, "ok same=yes "));
    assert_non_null(strstr(reply, " ~loads=2 "));
}

TEST(the_footprint_is_the_same_if_nothing_is_held)
{
    unsigned long handles, regions;
    unsigned long long bytes, us;
    const char *reply = reply_to("clear");
    assert_int_equal(sscanf(reply, "ok same=yes ~handles=%lu ~allocations=%lu ~bytes=%llu ~loads=0 ~us=%llu",
                            &handles, &regions, &bytes, &us),
                     4);
    assert_true(handles > 0 && regions > 10 && bytes > 1 << 20);
    print_message("# clear: %lu handles, %lu allocations, %llu us\n", handles, regions, us);
}

/* ---- systems that do not release something ---- */

static BOOL WINAPI keeps_view(LPCVOID base)
{
    (void)base;
    return TRUE;
}

static BOOL WINAPI keeps_memory(LPVOID base, SIZE_T size, DWORD type)
{
    return type == MEM_RELEASE ? TRUE : windows.VirtualFree(base, size, type);
}

static BOOL WINAPI keeps_commitment(LPVOID base, SIZE_T size, DWORD type)
{
    (void)size, (void)type;
    return windows.VirtualFree(base, 4096, MEM_DECOMMIT);
}

static BOOL WINAPI keeps_handle(HANDLE handle)
{
    (void)handle;
    return TRUE;
}

static BOOL WINAPI keeps_privileges(HANDLE token, BOOL all, TOKEN_PRIVILEGES *new, DWORD size,
                                    TOKEN_PRIVILEGES *old, DWORD *needed)
{
    (void)token, (void)all, (void)new, (void)size, (void)old, (void)needed;
    return TRUE;
}

static BOOL WINAPI keeps_impersonating(void)
{
    return TRUE;
}

/* The test releases what that system keeps, so that the next test does not start with it. */
static void expect_difference(const char *differs)
{
    char expected[100];
    snprintf(expected, sizeof expected, "ok same=no differs=%s ", differs);
    expect_start("clear", expected);
}

TEST(a_view_that_stays_is_noticed)
{
    expect_start("create s size=65536 protect=PAGE_READWRITE", "ok error=0 ");
    expect_start("map v of=s access=FILE_MAP_READ", "ok ~base=");
    sys.UnmapViewOfFile = keeps_view;
    expect_difference("memory");
}

TEST(a_handle_that_stays_is_noticed)
{
    expect_start("hold e kind=event", "ok error=0 ");
    sys.CloseHandle = keeps_handle;
    expect_difference("handles");
}

static HANDLE kept;

static BOOL WINAPI keeps_one_handle(HANDLE handle)
{
    return handle == kept || windows.CloseHandle(handle);
}

/* Its value is far above those of all other handles that stay. */
TEST(the_last_of_many_handles_that_stays_is_noticed)
{
    char request[80];
    const char *reply = "";
    for (int i = 0; i < 100; i++) {
        snprintf(request, sizeof request, "hold e%d kind=event", i);
        reply = reply_to(request);
    }
    const char *handle = strstr(reply, "~handle=");
    assert_non_null(handle);
    kept = (HANDLE)(uintptr_t)strtoull(handle + strlen("~handle="), NULL, 0);
    sys.CloseHandle = keeps_one_handle;
    expect_difference("handles");
    assert_true(CloseHandle(kept));
    expect_start("clear", "ok same=yes ");
}

TEST(a_handle_of_hello_that_is_gone_is_noticed)
{
    HANDLE low = CreateEventW(NULL, FALSE, FALSE, NULL), high = CreateEventW(NULL, FALSE, FALSE, NULL);
    assert_non_null(low);
    assert_non_null(high);
    footprint_begin();
    expect_start("clear", "ok same=yes ");
    assert_true(CloseHandle(low));
    expect_difference("handles");
    assert_true(CloseHandle(high));
    expect_difference("handles");
}

TEST(a_reservation_that_stays_is_noticed)
{
    expect_start("reserve r size=65536", "ok ~base=");
    sys.VirtualFree = keeps_memory;
    expect_difference("memory");
}

TEST(a_commitment_that_stays_is_noticed)
{
    expect_start("reserve r size=65536", "ok ~base=");
    expect_start("commit r length=65536 protect=PAGE_READWRITE", "ok base=+0");
    sys.VirtualFree = keeps_commitment;
    expect_difference("memory");
}

TEST(a_privilege_that_stays_is_noticed)
{
    expect_start("privilege SeChangeNotifyPrivilege to=disabled", "ok state=disabled");
    sys.AdjustTokenPrivileges = keeps_privileges;
    expect_difference("token");
    sys = windows;
    expect_start("clear", "ok same=yes ");
}

TEST(a_token_that_stays_on_the_thread_is_noticed)
{
    expect_start("impersonate sd=D:(A;;GA;;;WD)", "ok");
    sys.RevertToSelf = keeps_impersonating;
    expect_difference("impersonation");
    assert_true(windows.RevertToSelf());
}

TEST(a_removed_privilege_is_not_restored)
{
    if (strstr(reply_to("privilege SeShutdownPrivilege"), "absent"))
        skip();
    expect_start("privilege SeShutdownPrivilege to=removed", "ok state=absent");
    expect_difference("token");
}

/* No system can keep these: labels and the list of locks are the actor's own, and a lock ends with the handle of its file, of
 * which a_handle_that_stays_is_noticed is the test. So footprint_compare, the part of clear that must notice what the part
 * before it did not release, is called without that part. */
TEST(a_label_and_a_lock_that_stay_are_noticed)
{
    char request[200];
    expect_start("adopt l address=0", "ok");
    SetLastError(ERROR_SUCCESS);
    assert_int_equal(footprint_compare().parts, 1u << PART_LABELS);
    objects_reset();
    snprintf(request, sizeof request, "file f name=shmcheck-test-clear-%lu size=4096", GetCurrentProcessId());
    expect_start(request, "ok ~handle=");
    expect_start("filelock f length=16", "ok");
    SetLastError(ERROR_SUCCESS);
    assert_int_equal(footprint_compare().parts, 1u << PART_HANDLES | 1u << PART_LABELS | 1u << PART_LOCKS);
    expect_start("clear", "ok same=yes ");
    remove_file();
}

TEST(directory_and_error_mode_are_restored)
{
    WCHAR before[MAX_PATH];
    GetCurrentDirectoryW(MAX_PATH, before);
    UINT mode = SetErrorMode(SEM_NOOPENFILEERRORBOX);
    assert_true(SetCurrentDirectoryW(L"\\"));
    assert_int_equal(footprint_compare().parts & (1u << PART_DIRECTORY | 1u << PART_ERROR_MODE),
                     1u << PART_DIRECTORY | 1u << PART_ERROR_MODE);
    expect_start("clear", "ok same=");
    assert_int_equal(footprint_compare().parts & (1u << PART_DIRECTORY | 1u << PART_ERROR_MODE), 0);
    SetErrorMode(mode);
    SetCurrentDirectoryW(before);
}

/* ---- threads ---- */

TEST(impersonation_belongs_to_one_thread)
{
    expect_start("impersonate sd=D:(A;;GA;;;WD) on=2", "ok");
    const char *reply = reply_to("defaultdacl on=2");
    assert_non_null(strstr(reply, ";;;WD)"));
    reply = reply_to("defaultdacl");
    assert_null(strstr(reply, ";;;WD)"));
    expect_start("clear", "ok same=yes ");
    assert_null(strstr(reply_to("defaultdacl on=2"), ";;;WD)"));
}

TEST(a_mutex_belongs_to_one_thread)
{
    expect_start("hold m kind=mutex", "ok error=0 ");
    expect_start("wait m timeout=0 on=2", "ok result=WAIT_OBJECT_0");
    expect_start("wait m timeout=0", "ok result=WAIT_TIMEOUT");
    expect_start("signal m", "fail error=288"); /* ERROR_NOT_OWNER */
    expect_start("signal m on=2", "ok");
    expect_start("wait m timeout=0", "ok result=WAIT_OBJECT_0");
    expect_start("clear", "ok same=yes ");
}

TEST(faults_on_the_second_thread_are_replied)
{
    expect_start("reserve r size=65536", "ok ~base=");
    expect_start("read r length=1 on=2", "fault code=0xC0000005 access=read at=+0");
    expect_start("read r length=1", "fault code=0xC0000005 access=read at=+0");
    expect_start("system on=3", "bad reason=on=");
    expect_start("clear", "ok same=yes ");
}

TEST(a_step_goes_on_on_the_second_thread)
{
    expect_start("hold e kind=event", "ok error=0 ");
    expect_start("finish", "bad reason=no%20step");
    expect_start("wait e timeout=60000 on=2 later=yes", "ok");
    expect_start("hold more kind=event on=2", "bad reason=the%20step");
    expect_start("clear", "bad reason=the%20step");
    expect_start("wait e timeout=0", "ok result=WAIT_TIMEOUT");
    expect_start("signal e", "ok");
    expect_start("finish", "ok result=WAIT_OBJECT_0");
    expect_start("finish", "bad reason=no%20step");
    expect_start("wait e timeout=0 on=2", "ok result=WAIT_OBJECT_0");
    expect_start("wait e timeout=0 later=yes", "bad reason=later=");
    expect_start("hold more kind=event on=2 later=yes", "bad reason=later=");
    expect_start("finish on=2", "bad reason=finish");
    expect_start("clear", "ok same=yes ");
}

TEST(two_threads_race)
{
    char name[80], request[200];
    snprintf(name, sizeof name, "Local\\shmcheck-test-%lu", GetCurrentProcessId());
    expect_start("hold e kind=event", "ok error=0 ");
    snprintf(request, sizeof request, "race one name=%s rounds=16 gate=e on=2 later=yes", name);
    expect_start(request, "ok");
    expect_start("signal e", "ok");
    snprintf(request, sizeof request, "race two name=%s rounds=16 gate=e", name);
    expect_start(request, "ok rounds=16 failed=0 other=0 ");
    expect_start("finish", "ok rounds=16 failed=0 other=0 ");
    expect_start("clear", "ok same=yes ");
}

/* ---- older systems ---- */

static BOOL WINAPI knows_no_elevation(HANDLE token, TOKEN_INFORMATION_CLASS class, LPVOID out, DWORD size,
                                      DWORD *needed)
{
    if (class != TokenElevation)
        return windows.GetTokenInformation(token, class, out, size, needed);
    SetLastError(ERROR_INVALID_PARAMETER);
    return FALSE;
}

TEST(without_elevation_administrators_are_elevated)
{
    sys.GetTokenInformation = knows_no_elevation;
    bool administrator = strcmp(reply_to("identity tell=administrator"), "ok administrator=yes") == 0;
    expect_start("identity tell=elevated", administrator ? "ok elevated=yes" : "ok elevated=no");
}

TEST(functions_are_found_outside_of_kernelbase)
{
    assert_non_null(system_windows_find("CreateToolhelp32Snapshot")); /* kernel32 alone has it */
    assert_non_null(system_windows_find("K32GetProcessMemoryInfo"));
    assert_null(system_windows_find("K32NoSuchFunction"));
    assert_null(system_windows_find("NoSuchFunction"));
}

/* ---- what is loaded for the actor and unloaded again ---- */

static void *loaded_block;

static void load_block(void)
{
    loaded_block = VirtualAlloc(NULL, 65536, MEM_RESERVE, PAGE_NOACCESS);
}

static void unload_block(void)
{
    VirtualFree(loaded_block, 0, MEM_RELEASE);
}

TEST(what_was_unloaded_must_leave_nothing)
{
    assert_false(footprint_withdraw(load_block, unload_block)); /* nothing was loaded */
    footprint_allow(load_block);
    SetLastError(ERROR_SUCCESS);
    assert_int_equal(footprint_compare().parts, 0);
    assert_true(footprint_withdraw(load_block, unload_block));
    SetLastError(ERROR_SUCCESS);
    assert_int_equal(footprint_compare().parts, 0);
    assert_int_equal(footprint_compare().loads, 0);
    footprint_allow(load_block);
    assert_false(footprint_withdraw(load_nothing, unload_block));
    assert_true(footprint_withdraw(load_block, load_nothing));
    SetLastError(ERROR_SUCCESS);
    assert_int_equal(footprint_compare().parts, 1u << PART_MEMORY);
    unload_block();
}

TEST(two_loads_are_not_undone)
{
    footprint_allow(load_block);
    footprint_allow(load_nothing);
    assert_false(footprint_withdraw(load_block, unload_block));
    SetLastError(ERROR_SUCCESS);
    assert_int_equal(footprint_compare().parts, 0);
    unload_block();
}

/* Nearly last: `windows` has no advapi32 part to go back to afterwards. */
TEST(advapi32_is_unloaded)
{
    footprint_allow(system_load_security);
    security_unload();
    footprint_begin();
    for (int turn = 0; turn < 3; turn++) {
        assert_null(sys.OpenProcessToken);
        expect_start("privilege SeChangeNotifyPrivilege to=disabled", "ok state=disabled");
        assert_non_null(sys.OpenProcessToken);
        const char *reply = reply_to("clear");
        assert_non_null(strstr(reply, "ok same=yes "));
        assert_non_null(strstr(reply, " ~loads=0 "));
    }
    expect_start("privilege SeChangeNotifyPrivilege", "ok state=enabled");
}

#define FRESH(test) cmocka_unit_test_setup(test, fresh)

/* Last: the process stays in the job. */
TEST(a_limit_of_memory_stays)
{
    expect_start("memorylimit j of=process bytes=0x40000000", "bad reason=no%20label");
    expect_start("hold j kind=job", "ok error=0 ");
    expect_start("memorylimit j of=process", "bad reason=bytes=%20is%20missing");
    expect_start("memorylimit j of=process bytes=0x40000000", "ok");
    expect_start("clear", "ok same=no differs=policy ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(libraries_that_the_actor_loads_are_counted),
        FRESH(the_footprint_is_the_same_if_nothing_is_held),
        FRESH(clear_releases_everything),
        FRESH(a_view_that_stays_is_noticed),
        FRESH(a_handle_that_stays_is_noticed),
        FRESH(the_last_of_many_handles_that_stays_is_noticed),
        FRESH(a_handle_of_hello_that_is_gone_is_noticed),
        FRESH(a_reservation_that_stays_is_noticed),
        FRESH(a_commitment_that_stays_is_noticed),
        FRESH(a_privilege_that_stays_is_noticed),
        FRESH(a_token_that_stays_on_the_thread_is_noticed),
        FRESH(a_label_and_a_lock_that_stay_are_noticed),
        FRESH(directory_and_error_mode_are_restored),
        FRESH(impersonation_belongs_to_one_thread),
        FRESH(a_mutex_belongs_to_one_thread),
        FRESH(faults_on_the_second_thread_are_replied),
        FRESH(a_step_goes_on_on_the_second_thread),
        FRESH(two_threads_race),
        FRESH(without_elevation_administrators_are_elevated),
        FRESH(functions_are_found_outside_of_kernelbase),
        FRESH(a_removed_privilege_is_not_restored),
        FRESH(what_was_unloaded_must_leave_nothing),
        FRESH(two_loads_are_not_undone),
        FRESH(advapi32_is_unloaded),
        FRESH(a_limit_of_memory_stays),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
