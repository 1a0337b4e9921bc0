/* Faults of what few programs use: labels, private namespaces, guard pages, other processes, waiting on an
 * address, names of mapped files, policies. */
#include <string.h>

#include "books.h"
#include "families.h"

/* ---- descriptors ---- */

/* The actor's descriptors are self-relative and made for one call, so their header may be changed. */
static HANDLE WINAPI create_without_label(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                          DWORD high, DWORD low, LPCWSTR name)
{
    SECURITY_DESCRIPTOR *descriptor = attributes ? attributes->lpSecurityDescriptor : NULL;
    if (descriptor && (descriptor->Control & SE_SACL_PRESENT)) {
        fault_reached();
        descriptor->Control &= (SECURITY_DESCRIPTOR_CONTROL)~SE_SACL_PRESENT;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

/* A NULL DACL, which gives everyone all access, in place of the default one of the token. */
static HANDLE WINAPI create_for_everyone(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                         DWORD high, DWORD low, LPCWSTR name)
{
    SECURITY_DESCRIPTOR open = {.Revision = SECURITY_DESCRIPTOR_REVISION, .Control = SE_DACL_PRESENT};
    SECURITY_ATTRIBUTES changed = {.nLength = sizeof changed, .lpSecurityDescriptor = &open};
    if (attributes && attributes->lpSecurityDescriptor)
        return real.CreateFileMappingW(file, attributes, protect, high, low, name);
    fault_reached();
    changed.bInheritHandle = attributes && attributes->bInheritHandle;
    return real.CreateFileMappingW(file, &changed, protect, high, low, name);
}

/* ---- private namespaces ---- */

/* "alias\name" becomes "Local\name". Other names stay as they are. */
static LPCWSTR made_public(LPCWSTR name, WCHAR *out, size_t size)
{
    static const WCHAR *const prefixes[] = {L"Local\\", L"Global\\", L"Session\\",
                                            L"AppContainerNamedObjects\\"};
    const WCHAR *end = name ? wcschr(name, L'\\') : NULL;
    if (!end || end == name || wcslen(end) + 6 > size)
        return name;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (wcsncmp(name, prefixes[i], wcslen(prefixes[i])) == 0)
            return name;
    fault_reached();
    wcscpy(out, L"Local");
    wcscat(out, end);
    return out;
}

static HANDLE WINAPI create_publicly(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                     DWORD low, LPCWSTR name)
{
    WCHAR changed[MAX_PATH];
    return real.CreateFileMappingW(file, attributes, protect, high, low,
                                   made_public(name, changed, MAX_PATH));
}

static HANDLE WINAPI open_publicly(DWORD access, BOOL inherit, LPCWSTR name)
{
    WCHAR changed[MAX_PATH];
    return real.OpenFileMappingW(access, inherit, made_public(name, changed, MAX_PATH));
}

/* ---- pages ---- */

static BOOL WINAPI protect_unguarded(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    if (to & PAGE_GUARD)
        fault_reached();
    return real.VirtualProtect(address, size, to & ~(DWORD)PAGE_GUARD, old);
}

static BOOL WINAPI protect_other_not_at_all(HANDLE process, LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    MEMORY_BASIC_INFORMATION region;
    (void)size;
    (void)to;
    if (!real.VirtualQueryEx(process, address, &region, sizeof region))
        return FALSE;
    *old = region.Protect;
    return TRUE;
}

static DWORD WINAPI mapped_name_of_base(HANDLE process, LPVOID address, LPWSTR out, DWORD size)
{
    const struct view *view = view_at((uintptr_t)address);
    if (!view || view->base == (uintptr_t)address)
        return real.K32GetMappedFileNameW(process, address, out, size);
    fault_reached();
    SetLastError(ERROR_UNEXP_NET_ERR);
    return 0;
}

static BOOL WINAPI prefetch_refused(HANDLE process, ULONG_PTR count, WIN32_MEMORY_RANGE_ENTRY *ranges,
                                    ULONG flags)
{
    (void)process;
    (void)count;
    (void)ranges;
    (void)flags;
    SetLastError(ERROR_NOT_SUPPORTED);
    return FALSE;
}

static void WINAPI wake_none(void *address)
{
    (void)address;
}

/* ---- other processes ---- */

static PVOID WINAPI map_here(HANDLE section, HANDLE process, ULONG64 offset, PVOID base, SIZE_T length,
                             ULONG kind, ULONG protect, ULONG node)
{
    (void)process;
    return real.MapViewOfFileNuma2(section, GetCurrentProcess(), offset, base, length, kind, protect, node);
}

static BOOL WINAPI unmap_here(HANDLE process, PVOID address, ULONG flags)
{
    (void)process;
    return real.UnmapViewOfFile2(GetCurrentProcess(), address, flags);
}

/* ---- what is asked of the system once ---- */

static LONG WINAPI not_made_permanent(HANDLE handle)
{
    (void)handle;
    return 0;
}

static BOOL WINAPI policy_not_set(int policy, void *value, SIZE_T size)
{
    (void)policy;
    (void)value;
    (void)size;
    return TRUE;
}

const struct hooks hooks_label_dropped = {.tells = true,
                                          .calls = {.CreateFileMappingW = create_without_label}};
const struct hooks hooks_default_admits_everyone = {.tells = true,
                                                    .calls = {.CreateFileMappingW = create_for_everyone}};
const struct hooks hooks_private_names_public = {
    .tells = true, .calls = {.CreateFileMappingW = create_publicly, .OpenFileMappingW = open_publicly}};
const struct hooks hooks_guard_forgotten = {.tells = true, .calls = {.VirtualProtect = protect_unguarded}};
const struct hooks hooks_other_protected_nowhere = {.calls = {.VirtualProtectEx = protect_other_not_at_all}};
const struct hooks hooks_mapped_name_of_base_only = {.tells = true,
                                                     .calls = {.K32GetMappedFileNameW = mapped_name_of_base}};
const struct hooks hooks_prefetch_refused = {.calls = {.PrefetchVirtualMemory = prefetch_refused}};
const struct hooks hooks_wake_lost = {.calls = {.WakeByAddressAll = wake_none}};
const struct hooks hooks_other_mapped_here = {.calls = {.MapViewOfFileNuma2 = map_here}};
const struct hooks hooks_other_unmapped_here = {.calls = {.UnmapViewOfFile2 = unmap_here}};
const struct hooks hooks_permanent_ignored = {.calls = {.NtMakePermanentObject = not_made_permanent}};
const struct hooks hooks_policy_ignored = {.calls = {.SetProcessMitigationPolicy = policy_not_set}};
