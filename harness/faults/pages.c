/* Faults of pages: their protection, and committing those that are reserved. */
#include <string.h>

#include "families.h"
#include "books.h"

/* ---- VirtualProtect ---- */

static BOOL WINAPI protect_all_views(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    const struct view *view = view_at((uintptr_t)address), *other;
    DWORD ignored;
    for (size_t i = 0; view && (other = view_number(i)) != NULL; i++)
        if (other != view && same_section(&other->section, &view->section))
            real.VirtualProtect((char *)other->base + ((uintptr_t)address - view->base), size, to, &ignored);
    return real.VirtualProtect(address, size, to, old);
}

static BOOL WINAPI protect_whole_view(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    const struct view *view = view_at((uintptr_t)address);
    if (!view)
        return real.VirtualProtect(address, size, to, old);
    return real.VirtualProtect((void *)view->base, view_size((void *)view->base), to, old);
}

static BOOL WINAPI protect_telling_new(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    BOOL done = real.VirtualProtect(address, size, to, old);
    if (done)
        *old = to;
    return done;
}

/* Maps the view again at the same address, with more rights. */
static BOOL WINAPI protect_upwards(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    const struct view *view = view_at((uintptr_t)address);
    if (real.VirtualProtect(address, size, to, old))
        return TRUE;
    DWORD error = GetLastError();
    HANDLE able = view && to == PAGE_READWRITE ? with_all_rights(view->section.handle) : NULL;
    if (!able) {
        leave_failure(error, (LONG)0xC000004E); /* STATUS_SECTION_PROTECTION */
        return FALSE;
    }
    size_t length = view_size((void *)view->base);
    real.UnmapViewOfFile((void *)view->base);
    void *at = real.MapViewOfFileEx(able, FILE_MAP_WRITE, (DWORD)(view->offset >> 32),
                                    (DWORD)(view->offset & UINT32_MAX), length, (void *)view->base);
    real.CloseHandle(able);
    *old = PAGE_READONLY;
    return at != NULL;
}

static BOOL WINAPI protect_nothing(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    BOOL done = real.VirtualProtect(address, size, to, old);
    DWORD ignored;
    if (done && view_at((uintptr_t)address))
        real.VirtualProtect(address, size, *old, &ignored);
    return done;
}

/* ---- reserved pages ---- */

static bool has_state(const void *address, DWORD state, MEMORY_BASIC_INFORMATION *region)
{
    return real.VirtualQuery(address, region, sizeof *region) != 0 && region->State == state &&
           region->Type == MEM_MAPPED;
}

static LPVOID WINAPI commit_scribbled(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    MEMORY_BASIC_INFORMATION region;
    bool fresh = has_state(address, MEM_RESERVE, &region);
    void *at = real.VirtualAlloc(address, size, kind, protect);
    if (at && fresh && protect == PAGE_READWRITE)
        memset(at, 0xCD, size);
    return at;
}

static LPVOID WINAPI commit_cleared(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    MEMORY_BASIC_INFORMATION region;
    bool again = has_state(address, MEM_COMMIT, &region) && region.Protect == PAGE_READWRITE;
    void *at = real.VirtualAlloc(address, size, kind, protect);
    if (at && again && protect == PAGE_READWRITE)
        memset(at, 0, size < region.RegionSize ? size : region.RegionSize);
    return at;
}

/* The view becomes private memory, so that others do not see what is committed in it. */
static LPVOID WINAPI commit_privately(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    MEMORY_BASIC_INFORMATION region;
    const struct view *view = view_at((uintptr_t)address);
    if (!view || kind != MEM_COMMIT || !has_state((void *)view->base, MEM_RESERVE, &region) ||
        (uintptr_t)address - view->base + size > region.RegionSize)
        return real.VirtualAlloc(address, size, kind, protect);
    void *base = (void *)view->base;
    real.UnmapViewOfFile(base);
    if (!real.VirtualAlloc(base, region.RegionSize, MEM_RESERVE, PAGE_READWRITE))
        return NULL;
    return real.VirtualAlloc(address, size, MEM_COMMIT, protect);
}

/* Everything reserved around the range is committed too. */
static LPVOID WINAPI commit_everything(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    MEMORY_BASIC_INFORMATION region;
    const struct view *view = view_at((uintptr_t)address);
    if (view && kind == MEM_COMMIT && has_state((void *)view->base, MEM_RESERVE, &region) &&
        (uintptr_t)address - view->base + size <= region.RegionSize)
        real.VirtualAlloc(region.BaseAddress, region.RegionSize, MEM_COMMIT, protect);
    return real.VirtualAlloc(address, size, kind, protect);
}

static LPVOID WINAPI commit_what_fits(LPVOID address, SIZE_T size, DWORD kind, DWORD protect)
{
    const struct view *view = view_at((uintptr_t)address);
    size_t whole = view ? view->size : 0, at = view ? (uintptr_t)address - view->base : 0;
    if (view && at < whole && size > whole - at)
        size = whole - at;
    return real.VirtualAlloc(address, size, kind, protect);
}

static BOOL WINAPI decommit_cleared(LPVOID address, SIZE_T size, DWORD kind)
{
    MEMORY_BASIC_INFORMATION region;
    if (kind != MEM_DECOMMIT || !view_at((uintptr_t)address) || !has_state(address, MEM_COMMIT, &region) ||
        region.Protect != PAGE_READWRITE)
        return real.VirtualFree(address, size, kind);
    memset(address, 0, size < region.RegionSize ? size : region.RegionSize);
    return TRUE;
}

static void WINAPI tell_small_granularity(SYSTEM_INFO *information)
{
    real.GetSystemInfo(information);
    information->dwAllocationGranularity = information->dwPageSize;
}

/* ---- queries of regions ---- */

/* WIN32_MEMORY_REGION_INFORMATION, page ns-memoryapi-win32_memory_region_information. */
struct region {
    void *base;
    ULONG protect, flags;
    SIZE_T size, commit;
};

static BOOL tell_region(HANDLE process, LPCVOID address, int class, void *out, SIZE_T size, SIZE_T *got)
{
    if (real.QueryVirtualMemoryInformation)
        return real.QueryVirtualMemoryInformation(process, address, class, out, size, got);
    leave_failure(ERROR_PROC_NOT_FOUND, 0);
    return FALSE;
}

static BOOL WINAPI tell_page_base(HANDLE process, LPCVOID address, int class, void *out, SIZE_T size,
                                  SIZE_T *got)
{
    struct region *region = out;
    BOOL done = tell_region(process, address, class, out, size, got);
    if (done)
        region->base = (void *)((uintptr_t)address & ~(uintptr_t)4095);
    return done;
}

static BOOL WINAPI tell_page_size(HANDLE process, LPCVOID address, int class, void *out, SIZE_T size,
                                  SIZE_T *got)
{
    struct region *region = out;
    BOOL done = tell_region(process, address, class, out, size, got);
    if (done)
        region->size = 4096;
    return done;
}

static BOOL WINAPI tell_free_copies(HANDLE process, LPCVOID address, int class, void *out, SIZE_T size,
                                    SIZE_T *got)
{
    struct region *region = out;
    BOOL done = tell_region(process, address, class, out, size, got);
    if (done && region->protect == PAGE_WRITECOPY)
        region->commit = 0;
    return done;
}

const struct hooks hooks_protects_all_views = {.calls = {.VirtualProtect = protect_all_views}};
const struct hooks hooks_protects_whole_view = {.calls = {.VirtualProtect = protect_whole_view}};
const struct hooks hooks_old_protection_is_new = {.calls = {.VirtualProtect = protect_telling_new}};
const struct hooks hooks_protects_upwards = {.calls = {.VirtualProtect = protect_upwards}};
const struct hooks hooks_protects_nothing = {.calls = {.VirtualProtect = protect_nothing}};
const struct hooks hooks_commit_not_zeroed = {.calls = {.VirtualAlloc = commit_scribbled}};
const struct hooks hooks_second_commit_clears = {.calls = {.VirtualAlloc = commit_cleared}};
const struct hooks hooks_commit_not_shared = {.calls = {.VirtualAlloc = commit_privately}};
const struct hooks hooks_commits_everything = {.calls = {.VirtualAlloc = commit_everything}};
const struct hooks hooks_commit_range_clamped = {.calls = {.VirtualAlloc = commit_what_fits}};
const struct hooks hooks_decommit_accepted = {.calls = {.VirtualFree = decommit_cleared}};
const struct hooks hooks_granularity_is_a_page = {.calls = {.GetSystemInfo = tell_small_granularity}};
const struct hooks hooks_region_begins_at_page = {.calls = {.QueryVirtualMemoryInformation = tell_page_base}};
const struct hooks hooks_region_is_a_page = {.calls = {.QueryVirtualMemoryInformation = tell_page_size}};
const struct hooks hooks_copies_not_counted = {.calls = {.QueryVirtualMemoryInformation = tell_free_copies}};
