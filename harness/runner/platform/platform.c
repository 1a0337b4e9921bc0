#include "platform.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../common/arch.h"
#include "../../common/win32_constants.h"
#include "access_token.h"
#include "registry.h"
#include "system_calls.h"
#include "version.h"

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

#define VERSION_KEY "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"

static void add_registry_text(struct platform *platform, const char *name, const char *value_name)
{
    char value[FACT_BYTES];
    if (registry_text(VERSION_KEY, value_name, value, sizeof value))
        platform_add(platform, name, value);
}

void platform_correct_product(char *product, unsigned long build)
{
    static const char wrong[] = "Windows 10";
    if (build >= 22000 && strncmp(product, wrong, sizeof wrong - 1) == 0)
        product[sizeof wrong - 2] = '1';
}

static void add_product(struct platform *platform, unsigned long build)
{
    char product[FACT_BYTES];
    if (!registry_text(VERSION_KEY, "ProductName", product, sizeof product))
        return;
    platform_correct_product(product, build);
    platform_add(platform, FACT_OS_NAME, product);
}

typedef LONG WINAPI rtl_get_version(RTL_OSVERSIONINFOW *);
typedef const char *CDECL wine_get_version(void);
typedef void CDECL wine_get_host_version(const char **, const char **);
typedef BOOL WINAPI is_wow64_process2(HANDLE, USHORT *, USHORT *);
typedef ULONG WINAPI rtl_nt_status_to_dos_error(LONG);

/* NULL if the module does not export it; the caller casts it to the function's type. */
static any_function *function(const wchar_t *module, const char *name)
{
    return (any_function *)GetProcAddress(GetModuleHandleW(module), name);
}

/* GetVersionEx reports an older Windows to programs without a manifest; RtlGetVersion does not. */
static void add_version(struct platform *platform)
{
    rtl_get_version *get_version = (rtl_get_version *)function(L"ntdll.dll", "RtlGetVersion");
    RTL_OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
    unsigned long revision;
    if (get_version && get_version(&version) == 0)
        add(platform, FACT_OS_BUILD, "%lu.%lu.%lu", (unsigned long)version.dwMajorVersion,
            (unsigned long)version.dwMinorVersion, (unsigned long)version.dwBuildNumber);
    add_product(platform, version.dwBuildNumber);
    add_registry_text(platform, FACT_OS_EDITION, "EditionID");
    add_registry_text(platform, FACT_OS_RELEASE, "DisplayVersion");
    if (registry_number(VERSION_KEY, "UBR", &revision))
        add(platform, FACT_OS_UBR, "%lu", revision);
}

static void add_wine(struct platform *platform)
{
    wine_get_version *get_version = (wine_get_version *)function(L"ntdll.dll", "wine_get_version");
    wine_get_host_version *get_host =
        (wine_get_host_version *)function(L"ntdll.dll", "wine_get_host_version");
    if (get_version)
        platform_add(platform, FACT_WINE_VERSION, get_version());
    if (get_host) {
        const char *system = "", *release = "";
        get_host(&system, &release);
        add(platform, FACT_WINE_HOST, "%s", system);
    }
}

static void add_architecture(struct platform *platform)
{
    is_wow64_process2 *is_wow64 = (is_wow64_process2 *)function(L"kernel32.dll", "IsWow64Process2");
    USHORT guest = 0, native = 0;
    enum arch arch;
    if (is_wow64 && is_wow64(GetCurrentProcess(), &guest, &native)) {
        platform_add(platform, FACT_OS_ARCH, arch_of_machine(native, &arch) ? arch_name(arch) : "other");
    } else {
        SYSTEM_INFO system;
        GetNativeSystemInfo(&system);
        platform_add(platform, FACT_OS_ARCH,
                     system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64   ? arch_name(ARCH_X64)
                     : system.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_INTEL ? arch_name(ARCH_X86)
                                                                                     : "other");
    }
    platform_add(platform, FACT_PROCESS_ARCH, arch_name(ARCH_OWN));
}

static void add_identity(struct platform *platform)
{
    DWORD session;
    BOOL inside = FALSE;
    char integrity[40];
    if (ProcessIdToSessionId(GetCurrentProcessId(), &session))
        add(platform, FACT_SESSION, "%lu", (unsigned long)session);
    platform_add(platform, FACT_ELEVATED, access_token_elevated() ? "yes" : "no");
    access_token_integrity(integrity, sizeof integrity);
    platform_add(platform, FACT_INTEGRITY, integrity);
    platform_add(platform, FACT_GLOBAL_PRIVILEGE, access_token_privilege(L"SeCreateGlobalPrivilege"));
    platform_add(platform, FACT_LOCK_MEMORY_PRIVILEGE, access_token_privilege(L"SeLockMemoryPrivilege"));
    if (IsProcessInJob(GetCurrentProcess(), NULL, &inside))
        platform_add(platform, FACT_IN_JOB, inside ? "yes" : "no");
}

static void add_memory(struct platform *platform)
{
    SYSTEM_INFO system;
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    GetSystemInfo(&system);
    add(platform, FACT_PAGE_SIZE, "%lu", (unsigned long)system.dwPageSize);
    add(platform, FACT_GRANULARITY, "%lu", (unsigned long)system.dwAllocationGranularity);
    add(platform, FACT_PROCESSORS, "%lu", (unsigned long)system.dwNumberOfProcessors);
    if (GlobalMemoryStatusEx(&memory)) {
        add(platform, FACT_MEMORY_MIB, "%llu", (unsigned long long)(memory.ullTotalPhys >> 20));
        add(platform, FACT_COMMIT_LIMIT_MIB, "%llu", (unsigned long long)(memory.ullTotalPageFile >> 20));
    }
}

/* Which NTSTATUS values this system turns into another Win32 error than statuses.def says. */
static void add_status_table(struct platform *platform)
{
    char differing[FACT_BYTES];
    struct text text = text_over(differing, sizeof differing);
    rtl_nt_status_to_dos_error *to_error =
        (rtl_nt_status_to_dos_error *)function(L"ntdll.dll", "RtlNtStatusToDosError");
    if (!to_error)
        return;
    for (size_t i = 0; i < status_count; i++) {
        uint32_t expected = status_error(status_codes[i]);
        ULONG error = to_error((LONG)status_codes[i]);
        if (expected != 0 && error != expected)
            text_format(&text, "%s0x%08lX is %lu", text.length ? ", " : "", (unsigned long)status_codes[i],
                        (unsigned long)error);
    }
    platform_add(platform, FACT_STATUS_TABLE, text.length ? differing : "as expected");
}

void platform_read(struct platform *out)
{
    *out = (struct platform){0};
    platform_add(out, FACT_HARNESS_VERSION, SHMCHECK_VERSION);
    add_version(out);
    add_wine(out);
    add_architecture(out);
    add_identity(out);
    add_memory(out);
    add_status_table(out);
}
