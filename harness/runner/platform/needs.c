#include "needs.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "../../common/arch.h"
#include "appcontainer.h"
#include "../../common/text.h"
#include "session.h"
#include "access_token.h"
#include "system_calls.h"

static bool fact_is(const struct platform *platform, const char *name, const char *value)
{
    const char *fact = platform_fact(platform, name);
    return fact && strcmp(fact, value) == 0;
}

static bool arch_is(const struct platform *platform, const char *name, enum arch arch)
{
    return fact_is(platform, name, arch_name(arch));
}

static bool client_session(const struct platform *platform)
{
    return platform_fact(platform, FACT_SESSION) && !fact_is(platform, FACT_SESSION, "0");
}

static bool session_0(const struct platform *platform)
{
    return fact_is(platform, FACT_SESSION, "0");
}

static bool global_privilege(const struct platform *platform)
{
    return fact_is(platform, FACT_GLOBAL_PRIVILEGE, "enabled");
}

/* The writer's and the reader's programs: an address or a size of one has to fit into the other too. */
static bool is_64_bit(const struct platform *platform)
{
    return !arch_is(platform, FACT_WRITER_ARCH, ARCH_X86) && !arch_is(platform, FACT_READER_ARCH, ARCH_X86);
}

static bool is_32_bit(const struct platform *platform)
{
    return arch_is(platform, FACT_WRITER_ARCH, ARCH_X86) && arch_is(platform, FACT_READER_ARCH, ARCH_X86);
}

static bool same_bits(const struct platform *platform)
{
    return is_64_bit(platform) || is_32_bit(platform);
}

/* Actors of this architecture run here. */
static bool has_actor(const struct platform *platform, enum arch arch)
{
    const char *actors = platform_fact(platform, FACT_ACTORS);
    char word[WORD_BYTES];
    while (actors && word_next(&actors, word))
        if (strcmp(word, arch_name(arch)) == 0)
            return true;
    return false;
}

static bool x64_actor(const struct platform *platform)
{
    return has_actor(platform, ARCH_X64);
}

static bool arm64_actor(const struct platform *platform)
{
    return has_actor(platform, ARCH_ARM64);
}

static bool wide_actor(const struct platform *platform)
{
    return x64_actor(platform) || arm64_actor(platform);
}

static bool x64_system(const struct platform *platform)
{
    return x64_actor(platform) && arch_is(platform, FACT_OS_ARCH, ARCH_X64);
}

static bool both_bitnesses(const struct platform *platform)
{
    return has_actor(platform, ARCH_X86) && wide_actor(platform);
}

static bool admin(const struct platform *platform)
{
    return fact_is(platform, FACT_ELEVATED, "yes");
}

static unsigned long build_number(const struct platform *platform)
{
    const char *build = platform_fact(platform, FACT_OS_BUILD), *point = build ? strrchr(build, '.') : NULL;
    return point ? strtoul(point + 1, NULL, 10) : 0;
}

#define BUILD_NEED(function, least)                                                                          \
    static bool function(const struct platform *platform)                                                    \
    {                                                                                                        \
        return build_number(platform) >= (least);                                                            \
    }
/* Pages: nf-memoryapi-createfilemappingw (SEC_WRITECOMBINE: Windows Vista; PAGE_EXECUTE_WRITECOPY: Windows Vista with
 * Service Pack 1), windows/win32/secauthz/sid-strings (OW). */
BUILD_NEED(write_combine, 6000)
BUILD_NEED(owner_rights, 6000)
BUILD_NEED(execute_writecopy, 6001)
BUILD_NEED(windows_8, 9200)
BUILD_NEED(windows_8_1, 9600)
BUILD_NEED(windows_10, 10240)
BUILD_NEED(windows_10_1607, 14393)
BUILD_NEED(windows_10_1703, 15063)
BUILD_NEED(windows_10_1803, 17134)
BUILD_NEED(build_20348, 20348)

#define EXPORT_NEED(function, name)                                                                          \
    static bool function(const struct platform *platform)                                                    \
    {                                                                                                        \
        (void)platform;                                                                                      \
        return system_function(name) != NULL;                                                                \
    }
EXPORT_NEED(private_namespaces, "CreatePrivateNamespaceW")
EXPORT_NEED(compare_object_handles, "CompareObjectHandles")
EXPORT_NEED(numa, "CreateFileMappingNumaW")
EXPORT_NEED(has_waitonaddress, "WaitOnAddress")
EXPORT_NEED(has_prefetch, "PrefetchVirtualMemory")
EXPORT_NEED(has_discard, "DiscardVirtualMemory")
EXPORT_NEED(has_region_info, "QueryVirtualMemoryInformation")
EXPORT_NEED(has_map2, "MapViewOfFileNuma2")
EXPORT_NEED(has_map3, "MapViewOfFile3")
EXPORT_NEED(has_unmap2, "UnmapViewOfFile2")
EXPORT_NEED(has_unmapex, "UnmapViewOfFileEx")
EXPORT_NEED(has_alloc2, "VirtualAlloc2")
EXPORT_NEED(has_create2, "CreateFileMapping2")
EXPORT_NEED(has_createapp, "CreateFileMappingFromApp")
EXPORT_NEED(has_openapp, "OpenFileMappingFromApp")
EXPORT_NEED(has_mapapp, "MapViewOfFileFromApp")

static bool container(const struct platform *platform)
{
    (void)platform;
    return appcontainer_works();
}

static bool integrity_levels(const struct platform *platform)
{
    return platform_fact(platform, FACT_INTEGRITY) && !fact_is(platform, FACT_INTEGRITY, "unknown");
}

static bool attribute_lists(const struct platform *platform)
{
    (void)platform;
    return system_has_attribute_lists();
}

/* Only LocalSystem has both privileges. */
static bool local_system(const struct platform *platform)
{
    (void)platform;
    const char *assign = access_token_privilege(L"SeAssignPrimaryTokenPrivilege");
    return strcmp(access_token_privilege(L"SeTcbPrivilege"), "enabled") == 0 &&
           (strcmp(assign, "enabled") == 0 || strcmp(assign, "disabled") == 0);
}

static bool has_privilege(const wchar_t *name)
{
    const char *state = access_token_privilege(name);
    return strcmp(state, "enabled") == 0 || strcmp(state, "disabled") == 0;
}

static bool permanent_privilege(const struct platform *platform)
{
    (void)platform;
    return has_privilege(L"SeCreatePermanentPrivilege");
}

static bool large_pages(const struct platform *platform)
{
    (void)platform;
    return has_privilege(L"SeLockMemoryPrivilege") && GetLargePageMinimum() > 0;
}

static bool large(const struct platform *platform)
{
    return fact_is(platform, FACT_ALLOW_LARGE, "yes");
}

/* Whether a section of 512 GiB is more than this system can commit. */
static bool commit_below_512_gib(const struct platform *platform)
{
    const char *limit = platform_fact(platform, "commit_limit_mib");
    return limit && strtoull(limit, NULL, 10) < 512 * 1024;
}

static bool before_8_1(const struct platform *platform)
{
    return build_number(platform) < 9600;
}

static bool before_1703(const struct platform *platform)
{
    return build_number(platform) < 15063;
}

static bool make_permanent(const struct platform *platform)
{
    (void)platform;
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtMakePermanentObject") != NULL;
}

static bool two_sessions(const struct platform *platform)
{
    DWORD session;
    return local_system(platform) && session_other(&session);
}

/* The runner and its actors are built with the same options. */
static bool control_flow_guard(const struct platform *platform)
{
    typedef BOOL(WINAPI * get_policy)(HANDLE, int, void *, SIZE_T);
    enum {
        CONTROL_FLOW_GUARD_POLICY = 7
    }; /* PROCESS_MITIGATION_POLICY, page ne-winnt-process_mitigation_policy */
    DWORD flags = 0;
    (void)platform;
    get_policy get = (get_policy)(void (*)(void))GetProcAddress(GetModuleHandleW(L"kernel32.dll"),
                                                                "GetProcessMitigationPolicy");
    return get && get(GetCurrentProcess(), CONTROL_FLOW_GUARD_POLICY, &flags, sizeof flags) && (flags & 1);
}

static bool new_process_minimum(const struct platform *platform)
{
    (void)platform;
    return access_token_new_process_minimum();
}

/* The self-test looks at the system for these before the first case, and gives the reason. */
static bool looked_at(const struct platform *platform)
{
    (void)platform;
    return true;
}

static const struct {
    const char *name;
    bool (*met)(const struct platform *);
    const char *reason; /* when it is not met */
} needs[] = {
    {"client-session", client_session, "needs a session other than 0 (this process runs in session 0)"},
    {"session-0", session_0, "needs to run in session 0, as a service does"},
    {"global-privilege", global_privilege,
     "needs SeCreateGlobalPrivilege, enabled (run elevated or as a service)"},
    {"32-bit", is_32_bit, "needs 32-bit actors (--pair x86-x86, or the x86 build of this program)"},
    {"large-pages", large_pages,
     "needs SeLockMemoryPrivilege (the policy \"Lock pages in memory\") and a processor with large pages"},
    {"before-8-1", before_8_1, "needs a Windows older than Windows 8.1 (build 9600)"},
    {"before-1703", before_1703, "needs a Windows older than Windows 10 1703 (build 15063)"},
    {"large", large, "takes over 1 GiB of memory or disk, or very many objects: runs with --allow-large"},
    {"commit-below-512-gib", commit_below_512_gib,
     "needs a commit limit (memory and paging files) below 512 GiB"},
    {"64-bit", is_64_bit, "needs 64-bit actors"},
    {"same-bits", same_bits, "needs a writer and a reader of the same bitness"},
    {"both-bitnesses", both_bitnesses,
     "needs 32-bit and 64-bit actors that start (shmactor-x86.exe beside shmcheck.exe, and a system that "
     "runs it)"},
    {"x64-actor", x64_actor, "needs an x64 actor that starts"},
    {"64-bit-actor", wide_actor, "needs a 64-bit actor that starts"},
    {"x64-system", x64_system, "needs an x64 system, and an x64 actor"},
    {"arm64-actor", arm64_actor, "needs an arm64 actor that starts (Windows on ARM64)"},
    {"admin", admin, "needs an elevated administrator"},
    {"appcontainer", container,
     "userenv.dll does not export CreateAppContainerProfile (Windows 8 and later), or exports it without an "
     "implementation"},
    {"private-namespaces", private_namespaces,
     "CreatePrivateNamespaceW is not exported (Windows Vista and later)"},
    {"local-system", local_system,
     "needs to run as LocalSystem (SeTcbPrivilege and SeAssignPrimaryTokenPrivilege), for another user's "
     "token"},
    {"two-sessions", two_sessions,
     "needs to run as LocalSystem (SeTcbPrivilege and SeAssignPrimaryTokenPrivilege), and a second session"},
    {"permanent-privilege", permanent_privilege, "needs SeCreatePermanentPrivilege (run as LocalSystem)"},
    {"make-permanent", make_permanent,
     "ntdll.dll does not export NtMakePermanentObject (Windows XP and later)"},
    {"new-process-min", new_process_minimum,
     "needs a token with the policy TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN (a user who is not elevated)"},
    {"attribute-lists", attribute_lists,
     "InitializeProcThreadAttributeList is not exported (Windows Vista and later)"},
    {"integrity-levels", integrity_levels, "this system has no integrity levels (Windows Vista and later)"},
    {"numa", numa, "CreateFileMappingNuma is not exported (Windows Vista and later)"},
    {"owner-rights", owner_rights, "needs the SID OWNER RIGHTS (Windows Vista, build 6000, or later)"},
    {"write-combine", write_combine, "needs SEC_WRITECOMBINE (Windows Vista, build 6000, or later)"},
    {"execute-writecopy", execute_writecopy,
     "needs sections with PAGE_EXECUTE_WRITECOPY (Windows Vista with Service Pack 1, build 6001, or later)"},
    {"identity-untrusted", looked_at, "an actor with this identity does not start"},
    {"identity-low", looked_at, "an actor with this identity does not start"},
    {"identity-medium", looked_at, "an actor with this identity does not start"},
    {"identity-low-file", looked_at, "an actor with this identity does not start"},
    {"identity-restricted", looked_at, "an actor with this identity does not start"},
    {"identity-unauthenticated", looked_at, "an actor with this identity does not start"},
    {"identity-no-global-privilege", looked_at, "an actor with this identity does not start"},
    {"identity-filtered", looked_at, "an actor with this identity does not start"},
    {"identity-appcontainer", looked_at, "an actor with this identity does not start"},
    {"identity-other-user", looked_at, "an actor with this identity does not start"},
    {"identity-other-session", looked_at, "an actor with this identity does not start"},
    {"program-copy", looked_at, "a copy of the actor does not start"},
    {"commit-1-gib", looked_at, "needs 1 GiB of memory that can be committed"},
    {"commit-6-gib", looked_at, "needs 6 GiB of memory that can be committed"},
    {"windows-8", windows_8, "needs Windows 8 (build 9200) or later"},
    {"windows-8-1", windows_8_1, "needs Windows 8.1 (build 9600) or later"},
    {"windows-10", windows_10, "needs Windows 10 (build 10240) or later"},
    {"windows-10-1607", windows_10_1607, "needs Windows 10 1607 (build 14393) or later"},
    {"windows-10-1703", windows_10_1703, "needs Windows 10 1703 (build 15063) or later"},
    {"windows-10-1803", windows_10_1803, "needs Windows 10 1803 (build 17134) or later"},
    {"build-20348", build_20348, "needs Windows build 20348 or later"},
    {"has-waitonaddress", has_waitonaddress, "WaitOnAddress is not exported (Windows 8 and later)"},
    {"has-prefetch", has_prefetch, "PrefetchVirtualMemory is not exported (Windows 8 and later)"},
    {"has-discard", has_discard, "DiscardVirtualMemory is not exported (Windows 8.1 Update and later)"},
    {"has-region-info", has_region_info,
     "QueryVirtualMemoryInformation is not exported (Windows 10 1607 and later)"},
    {"control-flow-guard", control_flow_guard,
     "needs programs built with Control Flow Guard (MSVC's /guard:cf), and a system that enforces it"},
    {"has-map2", has_map2, "MapViewOfFileNuma2 is not exported (Windows 10 1703 and later)"},
    {"has-map3", has_map3, "MapViewOfFile3 is not exported (Windows 10 1803 and later)"},
    {"has-unmap2", has_unmap2, "UnmapViewOfFile2 is not exported (Windows 10 1703 and later)"},
    {"has-unmapex", has_unmapex, "UnmapViewOfFileEx is not exported (Windows 8 and later)"},
    {"has-alloc2", has_alloc2, "VirtualAlloc2 is not exported (Windows 10 1803 and later)"},
    {"has-create2", has_create2, "CreateFileMapping2 is not exported (Windows build 20348 and later)"},
    {"has-createapp", has_createapp, "CreateFileMappingFromApp is not exported (Windows 8 and later)"},
    {"has-openapp", has_openapp, "OpenFileMappingFromApp is not exported (Windows 10 and later)"},
    {"has-mapapp", has_mapapp, "MapViewOfFileFromApp is not exported (Windows 8 and later)"},
    {"compare-object-handles", compare_object_handles,
     "CompareObjectHandles is not exported (Windows 10 and later)"},
};

static size_t find(const char *name)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (strcmp(needs[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

const char *needs_unmet(const char *list, const struct platform *platform)
{
    char word[WORD_BYTES];
    bool known = needs_known(list);
    while (known && list && word_next(&list, word)) {
        size_t index = find(word);
        if (!needs[index].met(platform))
            return needs[index].reason;
    }
    return NULL;
}

bool needs_known(const char *list)
{
    char word[WORD_BYTES];
    while (list && word_next(&list, word))
        if (find(word) == SIZE_MAX)
            return false;
    return true;
}
