#include "platform.h"

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <psapi.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../common/names.h"
#include "token.h"
#include "version.h"

const char *const platform_fact_names[] = {
    "harness_version",  "os_name",      "os_build",     "os_ubr",           "os_edition",
    "os_release",       "os_arch",      "process_arch", "wine_version",     "wine_host",
    "session",          "elevated",     "integrity",    "global_privilege", "lock_memory_privilege",
    "in_job",           "page_size",    "granularity",  "processors",       "memory_mib",
    "commit_limit_mib", "status_table", "x86_actor",
};
const size_t platform_fact_name_count = sizeof platform_fact_names / sizeof platform_fact_names[0];

void platform_add(struct platform *platform, const char *name, const char *value)
{
    if (platform->count == PLATFORM_FACTS)
        return;
    char *copy = platform->values[platform->count];
    snprintf(copy, FACT_BYTES, "%s", value);
    platform->facts[platform->count++] = (struct fact){name, copy};
}

const char *platform_fact(const struct platform *platform, const char *name)
{
    for (size_t i = 0; i < platform->count; i++)
        if (strcmp(platform->facts[i].name, name) == 0)
            return platform->facts[i].value;
    return NULL;
}

TEXT_PRINTF(3, 4) static void add(struct platform *platform, const char *name, const char *format, ...)
{
    char value[FACT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    platform_add(platform, name, value);
}

static void add_registry(struct platform *platform, const char *name, const char *value_name)
{
    static const char key[] = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
    union {
        char text[FACT_BYTES];
        DWORD number;
    } value;
    DWORD size = sizeof value.text, type = 0;
    if (RegGetValueA(HKEY_LOCAL_MACHINE, key, value_name, RRF_RT_REG_SZ | RRF_RT_REG_DWORD, &type, &value,
                     &size) != ERROR_SUCCESS)
        return;
    if (type == REG_DWORD)
        add(platform, name, "%lu", (unsigned long)value.number);
    else if (value.text[0])
        platform_add(platform, name, value.text);
}

static FARPROC ntdll_function(const char *name)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

/* GetVersionEx tells programs without a manifest about an older Windows; this one does not. */
static void add_version(struct platform *platform)
{
    LONG(WINAPI * get_version)(RTL_OSVERSIONINFOW *);
    *(FARPROC *)(void *)&get_version = ntdll_function("RtlGetVersion");
    RTL_OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
    if (get_version && get_version(&version) == 0)
        add(platform, "os_build", "%lu.%lu.%lu", (unsigned long)version.dwMajorVersion,
            (unsigned long)version.dwMinorVersion, (unsigned long)version.dwBuildNumber);
    add_registry(platform, "os_name", "ProductName");
    add_registry(platform, "os_edition", "EditionID");
    add_registry(platform, "os_release", "DisplayVersion");
    add_registry(platform, "os_ubr", "UBR");
}

static void add_wine(struct platform *platform)
{
    const char *(*get_version)(void);
    void (*get_host)(const char **, const char **);
    *(FARPROC *)(void *)&get_version = ntdll_function("wine_get_version");
    *(FARPROC *)(void *)&get_host = ntdll_function("wine_get_host_version");
    if (get_version)
        platform_add(platform, "wine_version", get_version());
    if (get_host) {
        const char *system = "", *release = "";
        get_host(&system, &release);
        add(platform, "wine_host", "%s", system);
    }
}

static const char *machine_name(USHORT machine)
{
    switch (machine) {
    case 0x014C:
        return "x86";
    case 0x8664:
        return "x64";
    case 0xAA64:
        return "arm64";
    default:
        return "other";
    }
}

static void add_architecture(struct platform *platform)
{
#if defined(_M_ARM64) || defined(__aarch64__)
    const char *process = "arm64";
#elif defined(_M_X64) || defined(__x86_64__)
    const char *process = "x64";
#else
    const char *process = "x86";
#endif
    BOOL(WINAPI * is_wow64)(HANDLE, USHORT *, USHORT *);
    *(FARPROC *)(void *)&is_wow64 = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "IsWow64Process2");
    USHORT guest = 0, native = 0;
    if (is_wow64 && is_wow64(GetCurrentProcess(), &guest, &native)) {
        platform_add(platform, "os_arch", machine_name(native));
    } else {
        SYSTEM_INFO system;
        GetNativeSystemInfo(&system);
        platform_add(platform, "os_arch",
                     system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64   ? "x64"
                     : system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_INTEL ? "x86"
                                                                                     : "other");
    }
    platform_add(platform, "process_arch", process);
}

static void add_identity(struct platform *platform)
{
    DWORD session;
    BOOL inside = FALSE;
    char integrity[40];
    if (ProcessIdToSessionId(GetCurrentProcessId(), &session))
        add(platform, "session", "%lu", (unsigned long)session);
    platform_add(platform, "elevated", token_elevated() ? "yes" : "no");
    token_integrity(integrity, sizeof integrity);
    platform_add(platform, "integrity", integrity);
    platform_add(platform, "global_privilege", token_privilege(L"SeCreateGlobalPrivilege"));
    platform_add(platform, "lock_memory_privilege", token_privilege(L"SeLockMemoryPrivilege"));
    if (IsProcessInJob(GetCurrentProcess(), NULL, &inside))
        platform_add(platform, "in_job", inside ? "yes" : "no");
}

static void add_memory(struct platform *platform)
{
    SYSTEM_INFO system;
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    GetSystemInfo(&system);
    add(platform, "page_size", "%lu", (unsigned long)system.dwPageSize);
    add(platform, "granularity", "%lu", (unsigned long)system.dwAllocationGranularity);
    add(platform, "processors", "%lu", (unsigned long)system.dwNumberOfProcessors);
    if (GlobalMemoryStatusEx(&memory)) {
        add(platform, "memory_mib", "%llu", (unsigned long long)(memory.ullTotalPhys >> 20));
        add(platform, "commit_limit_mib", "%llu", (unsigned long long)(memory.ullTotalPageFile >> 20));
    }
}

/* The table of NTSTATUS and error pairs is this project's word against the system's: say which pairs differ.
 */
static void add_status_table(struct platform *platform)
{
    char differing[FACT_BYTES];
    struct text text = text_over(differing, sizeof differing);
    ULONG(WINAPI * to_error)(LONG);
    *(FARPROC *)(void *)&to_error = ntdll_function("RtlNtStatusToDosError");
    if (!to_error)
        return;
    for (size_t i = 0; i < status_pair_count; i++) {
        ULONG error = to_error((LONG)status_pairs[i].status);
        if (error != status_pairs[i].error)
            text_format(&text, "%s0x%08lX is %lu", text.length ? ", " : "",
                        (unsigned long)status_pairs[i].status, (unsigned long)error);
    }
    platform_add(platform, "status_table", text.length ? differing : "as expected");
}

void platform_read(struct platform *out)
{
    *out = (struct platform){0};
    platform_add(out, "harness_version", SHMCHECK_VERSION);
    add_version(out);
    add_wine(out);
    add_architecture(out);
    add_identity(out);
    add_memory(out);
    add_status_table(out);
}
