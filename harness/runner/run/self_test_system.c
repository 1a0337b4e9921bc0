#include "self_test_system.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "../platform/access_token.h"
#include "../platform/registry.h"
#include "../platform/system_calls.h"

#define RENAMES 50

/* The layout of the load configuration, whose newer fields some headers lack: windows/win32/debug/pe-format. */
#ifdef _WIN64
#define GUARD_FLAGS_AT 144
#define LONGJUMP_COUNT_AT 184
#else
#define GUARD_FLAGS_AT 88
#define LONGJUMP_COUNT_AT 116
#endif

static void look_at_header(struct self_test_seen *out)
{
    const BYTE *base = (const BYTE *)GetModuleHandleW(NULL);
    const IMAGE_DOS_HEADER *start = (const void *)base;
    const IMAGE_NT_HEADERS *headers = (const void *)(base + start->e_lfanew);
    const IMAGE_DATA_DIRECTORY *directory =
        &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG];
    const BYTE *config = base + directory->VirtualAddress;
    DWORD size, flags;
    SIZE_T jumps;
    out->characteristics = headers->OptionalHeader.DllCharacteristics;
    if (!directory->VirtualAddress)
        return;
    memcpy(&size, config, sizeof size);
    if (size < LONGJUMP_COUNT_AT + sizeof jumps)
        return;
    memcpy(&flags, config + GUARD_FLAGS_AT, sizeof flags);
    memcpy(&jumps, config + LONGJUMP_COUNT_AT, sizeof jumps);
    out->guard_flags = flags;
    out->jumps = (unsigned long)jumps;
}

void self_test_program(struct self_test_seen *out)
{
    typedef BOOL(WINAPI * get_policy)(HANDLE, int, void *, SIZE_T);
    /* Page nf-processthreadsapi-getprocessmitigationpolicy: the structures of most policies are one DWORD of flags. */
    enum {
        DEP = 0, /* a DWORD and a BOOLEAN */
        MASK = 5 /* not a policy of the process */
    };
    get_policy get = (get_policy)system_function("GetProcessMitigationPolicy");
    look_at_header(out);
    for (int i = 0; get && i < SELF_TEST_POLICIES; i++) {
        DWORD flags[2] = {0};
        if (i != MASK && get(GetCurrentProcess(), i, flags, i == DEP ? sizeof flags : sizeof flags[0]))
            out->policies[i] = flags[0];
    }
}

void self_test_job(struct self_test_job *out, const struct programs *programs, bool child_in_its_job)
{
    BOOL inside = FALSE;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    JOBOBJECT_BASIC_UI_RESTRICTIONS restrictions;
    out->inside = IsProcessInJob(GetCurrentProcess(), NULL, &inside) && inside;
    out->refusal = programs->job_refusal;
    out->holds = child_in_its_job;
    /* NULL: the job of this process. */
    if (out->inside &&
        QueryInformationJobObject(NULL, JobObjectExtendedLimitInformation, &limits, sizeof limits, NULL))
        out->limits = limits.BasicLimitInformation.LimitFlags;
    if (out->inside && QueryInformationJobObject(NULL, JobObjectBasicUIRestrictions, &restrictions,
                                                 sizeof restrictions, NULL))
        out->ui_limits = restrictions.UIRestrictionsClass;
}

static int number_or_none(const char *key, const char *name)
{
    unsigned long number;
    return registry_number(key, name, &number) ? (int)number : -1;
}

/* Pages: windows/win32/wer/wer-settings; windows/apps/develop/smart-app-control/test-your-app-with-smart-app-control; the
 * policy "Turn off real-time protection". */
void self_test_system(struct self_test_system *out)
{
    DWORD session = 0;
    if (ProcessIdToSessionId(GetCurrentProcessId(), &session))
        out->session = session;
    out->elevated = access_token_elevated();
    out->logon_admits = access_token_default_admits_logon();
    out->lua = number_or_none("SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System", "EnableLUA");
    out->smart_app =
        number_or_none("SYSTEM\\CurrentControlSet\\Control\\CI\\Policy", "VerifiedAndReputablePolicyState");
    out->no_realtime = number_or_none("SOFTWARE\\Policies\\Microsoft\\Windows Defender\\Real-Time Protection",
                                      "DisableRealtimeMonitoring");
    if (out->no_realtime < 0)
        out->no_realtime = number_or_none("SOFTWARE\\Microsoft\\Windows Defender\\Real-Time Protection",
                                          "DisableRealtimeMonitoring");
    out->no_reporting = number_or_none("SOFTWARE\\Microsoft\\Windows\\Windows Error Reporting", "Disabled");
}

static bool make_and_rename(const wchar_t *folder, const char *run, unsigned number)
{
    wchar_t first[MAX_PATH], second[MAX_PATH];
    if (swprintf(first, MAX_PATH, L"%lsshmcheck-%hs-new-%u.tmp", folder, run, number) < 0 ||
        swprintf(second, MAX_PATH, L"%lsshmcheck-%hs-old-%u.tmp", folder, run, number) < 0)
        return false;
    HANDLE file = CreateFileW(first, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    CloseHandle(file);
    bool moved = MoveFileExW(first, second, MOVEFILE_REPLACE_EXISTING) != 0;
    return DeleteFileW(moved ? second : first) && moved;
}

void self_test_files(struct self_test_seen *out, const struct self_test_setup *setup)
{
    for (unsigned i = 0; i < RENAMES; i++) {
        uint64_t before = system_milliseconds();
        out->failed_renames += !make_and_rename(setup->folder, setup->run, i);
        uint64_t took = system_milliseconds() - before;
        if (took > out->worst_rename)
            out->worst_rename = took;
    }
}
