/* Faults of the range of pages that a call changes, and of what queries reply about pages. */
#include <string.h>

#include "books.h"
#include "families.h"
#include "parameters.h"

#ifndef MEM_PRESERVE_PLACEHOLDER /* not in every SDK */
#define MEM_PRESERVE_PLACEHOLDER 0x2
#endif

/* ---- VirtualProtect ---- */

static BOOL WINAPI protect_spilling(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    const struct view *view = view_at((uintptr_t)address);
    uintptr_t first = (uintptr_t)address & ~(uintptr_t)(PAGE_BYTES - 1);
    uintptr_t end = ((uintptr_t)address + size + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1);
    DWORD ignored;
    BOOL done = real.VirtualProtect(address, size, to, old);
    DWORD error = GetLastError();
    bool before = parameter_is("where", "before");
    uintptr_t neighbour = before ? first - PAGE_BYTES : end;
    if (done && view && neighbour >= view->base && neighbour < view->base + view->size) {
        fault_reached();
        real.VirtualProtect((void *)neighbour, PAGE_BYTES, to, &ignored);
    }
    SetLastError(error);
    return done;
}

static BOOL WINAPI protect_never_back(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    DWORD ignored;
    BOOL done = real.VirtualProtect(address, size, to, old);
    DWORD wanted = parameter_is("to", "readonly")   ? PAGE_READONLY
                   : parameter_is("to", "noaccess") ? PAGE_NOACCESS
                                                    : PAGE_READWRITE;
    if (done && to == wanted && *old != to && view_at((uintptr_t)address)) {
        fault_reached();
        real.VirtualProtect(address, size, *old, &ignored);
        *old = to;
    }
    return done;
}

/* A range that leaves the view fails, but the pages inside are changed. */
static BOOL WINAPI protect_half(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    const struct view *view = view_at((uintptr_t)address);
    BOOL done = real.VirtualProtect(address, size, to, old);
    DWORD error = GetLastError(), ignored;
    if (!done && view) {
        size_t left = view->size - ((uintptr_t)address - view->base);
        fault_reached();
        real.VirtualProtect(address, left < size ? left : size, to, &ignored);
    }
    SetLastError(error);
    return done;
}

/* ---- queries ---- */

static SIZE_T WINAPI query_wrongly(LPCVOID address, MEMORY_BASIC_INFORMATION *out, SIZE_T size)
{
    SIZE_T told = real.VirtualQuery(address, out, size);
    if (told == 0 || out->Type != MEM_MAPPED)
        return told;
    fault_reached();
    if (parameter_is("what", "type"))
        out->Type = MEM_PRIVATE;
    else if (parameter_is("what", "protection"))
        out->Protect = out->AllocationProtect;
    else if (parameter_is("what", "first-protection"))
        out->AllocationProtect = out->Protect;
    else if (parameter_is("what", "allocation"))
        out->AllocationBase = out->BaseAddress;
    else
        out->RegionSize = PAGE_BYTES;
    return told;
}

static LONG WINAPI query_size_wrongly(HANDLE section, int class, void *out, SIZE_T size, SIZE_T *got)
{
    struct {
        void *base;
        ULONG attributes;
        LARGE_INTEGER size;
    } *information = out;
    LONG status = real.NtQuerySection(section, class, out, size, got);
    if (status < 0 || class != 0)
        return status;
    uint64_t told = (uint64_t)information->size.QuadPart, wrong = told;
    if (parameter_is("as", "granules"))
        wrong = (told + GRANULE_BYTES - 1) / GRANULE_BYTES * GRANULE_BYTES;
    else if (parameter_is("as", "32-bits"))
        wrong = told & UINT32_MAX;
    else
        wrong = told + PAGE_BYTES;
    if (wrong != told)
        fault_reached();
    information->size.QuadPart = (LONGLONG)wrong;
    return status;
}

/* ---- reserved pages ---- */

static LPVOID WINAPI commit_spilling(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    const struct view *view = view_at((uintptr_t)address);
    void *at = real.VirtualAlloc(address, size, kind, protect);
    DWORD error = GetLastError();
    uintptr_t first = (uintptr_t)address & ~(uintptr_t)(PAGE_BYTES - 1);
    uintptr_t end = ((uintptr_t)address + size + PAGE_BYTES - 1) & ~(uintptr_t)(PAGE_BYTES - 1);
    uintptr_t neighbour = parameter_is("where", "before") ? first - PAGE_BYTES : end;
    if (at && view && (kind & MEM_COMMIT) && neighbour >= view->base && neighbour < view->base + view->size) {
        fault_reached();
        real.VirtualAlloc((void *)neighbour, PAGE_BYTES, MEM_COMMIT, protect);
    }
    SetLastError(error);
    return at;
}

static LPVOID WINAPI commit_one_less(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    const struct view *view = view_at((uintptr_t)address);
    if (!view || !(kind & MEM_COMMIT) || size <= PAGE_BYTES)
        return real.VirtualAlloc(address, size, kind, protect);
    fault_reached();
    if (parameter_is("which", "first"))
        return real.VirtualAlloc((char *)address + PAGE_BYTES, size - PAGE_BYTES, kind, protect) ? address
                                                                                                 : NULL;
    return real.VirtualAlloc(address, size - PAGE_BYTES, kind, protect);
}

/* ---- flush ---- */

static BOOL WINAPI flush_refused(LPCVOID address, SIZE_T size)
{
    if (!real.FlushViewOfFile(address, size))
        return FALSE;
    fault_reached();
    leave_failure(ERROR_INVALID_ADDRESS, (LONG)0xC0000019); /* STATUS_NOT_MAPPED_VIEW */
    return FALSE;
}

/* ---- placeholders and MapViewOfFile3 ---- */

static BOOL WINAPI unmap2_preserving_nothing(HANDLE process, PVOID address, ULONG flags)
{
    if (flags & MEM_PRESERVE_PLACEHOLDER)
        fault_reached();
    return real.UnmapViewOfFile2(process, address, flags & ~(ULONG)MEM_PRESERVE_PLACEHOLDER);
}

static BOOL WINAPI unmap_ex_preserving_nothing(PVOID address, ULONG flags)
{
    if (flags & MEM_PRESERVE_PLACEHOLDER)
        fault_reached();
    return real.UnmapViewOfFileEx(address, flags & ~(ULONG)MEM_PRESERVE_PLACEHOLDER);
}

static PVOID WINAPI map3_without_requirements(HANDLE section, HANDLE process, PVOID base, ULONG64 offset,
                                              SIZE_T length, ULONG kind, ULONG protect, void *extra,
                                              ULONG extra_count)
{
    (void)extra;
    if (extra_count)
        fault_reached();
    return real.MapViewOfFile3(section, process, base, offset, length, kind, protect, NULL, 0);
}

static BOOL WINAPI free_splitting_nothing(LPVOID address, SIZE_T size, DWORD kind)
{
    if (!(kind & MEM_PRESERVE_PLACEHOLDER))
        return real.VirtualFree(address, size, kind);
    fault_reached();
    return TRUE;
}

const struct hooks hooks_protect_spills = {.tells = true, .calls = {.VirtualProtect = protect_spilling}};
const struct hooks hooks_protect_not_back = {.tells = true, .calls = {.VirtualProtect = protect_never_back}};
const struct hooks hooks_failed_protect_changes = {.tells = true, .calls = {.VirtualProtect = protect_half}};
const struct hooks hooks_query_lies = {.tells = true, .calls = {.VirtualQuery = query_wrongly}};
const struct hooks hooks_size_told_wrong = {.tells = true, .calls = {.NtQuerySection = query_size_wrongly}};
const struct hooks hooks_commit_spills = {.tells = true, .calls = {.VirtualAlloc = commit_spilling}};
const struct hooks hooks_commit_misses_page = {.tells = true, .calls = {.VirtualAlloc = commit_one_less}};
const struct hooks hooks_flush_refused = {.tells = true, .calls = {.FlushViewOfFile = flush_refused}};
const struct hooks hooks_preserve_ignored = {.tells = true,
                                             .calls = {.UnmapViewOfFile2 = unmap2_preserving_nothing,
                                                       .UnmapViewOfFileEx = unmap_ex_preserving_nothing}};
const struct hooks hooks_requirements_ignored = {.tells = true,
                                                 .calls = {.MapViewOfFile3 = map3_without_requirements}};
const struct hooks hooks_split_ignored = {.tells = true, .calls = {.VirtualFree = free_splitting_nothing}};
