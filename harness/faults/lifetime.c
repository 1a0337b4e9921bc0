/* Faults of lifetimes: names, handles, views. */
#include <string.h>

#include "families.h"
#include "note.h"
#include "books.h"

#define STATUS_HANDLE_INVALID ((LONG)0xC0000008)  /* STATUS_INVALID_HANDLE */
#define STATUS_VIEW_NOT_MAPPED ((LONG)0xC0000019) /* STATUS_NOT_MAPPED_VIEW */

/* ---- names ---- */

static HANDLE WINAPI create_leaked(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                   DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (section && name && error == ERROR_SUCCESS)
        leak_to_parent(section);
    SetLastError(error);
    return section;
}

static HANDLE WINAPI create_generation(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                       DWORD high, DWORD low, LPCWSTR name)
{
    return real.CreateFileMappingW(file, attributes, protect, high, low, note_name(name));
}

static HANDLE WINAPI open_generation(DWORD access, BOOL inherit, LPCWSTR name)
{
    return real.OpenFileMappingW(access, inherit, note_name(name));
}

static BOOL WINAPI close_ending_name(HANDLE handle)
{
    const struct section *known = section_of(handle);
    struct note *note = known && known->origin == ORIGIN_CREATED ? note_of(known->key) : NULL;
    BOOL done = real.CloseHandle(handle);
    if (done && note)
        InterlockedIncrement(&note->generation);
    return done;
}

/* ---- one close for all ---- */

static BOOL WINAPI close_for_all(HANDLE handle)
{
    const struct section *known = section_of(handle);
    struct note *note = known ? note_of(known->key) : NULL;
    BOOL done = real.CloseHandle(handle);
    if (done && note && note->generation == known->generation)
        InterlockedIncrement(&note->generation);
    return done;
}

/* Whether another process has closed the section. */
static bool closed_elsewhere(HANDLE handle)
{
    const struct section *known = section_of(handle);
    const struct note *note = known ? note_of(known->key) : NULL;
    return note && note->generation != known->generation;
}

static LPVOID WINAPI map_unless_closed(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                       LPVOID base)
{
    if (!closed_elsewhere(section))
        return real.MapViewOfFileEx(section, access, high, low, length, base);
    leave_failure(ERROR_INVALID_HANDLE, STATUS_HANDLE_INVALID);
    return NULL;
}

static LONG WINAPI query_unless_closed(HANDLE section, int class, void *out, SIZE_T size, SIZE_T *got)
{
    return closed_elsewhere(section) ? STATUS_HANDLE_INVALID
                                     : real.NtQuerySection(section, class, out, size, got);
}

/* ---- handles and views ---- */

static BOOL WINAPI close_with_views(HANDLE handle)
{
    const struct view *view;
    BOOL done = real.CloseHandle(handle);
    for (size_t i = 0; done && (view = view_number(i)) != NULL; i++)
        if (view->section.handle == handle)
            real.UnmapViewOfFile((const void *)view->base);
    return done;
}

static BOOL WINAPI close_nothing(HANDLE handle)
{
    return section_of(handle) ? TRUE : real.CloseHandle(handle);
}

static BOOL WINAPI close_always(HANDLE handle)
{
    BOOL done = real.CloseHandle(handle);
    return done || GetLastError() == ERROR_INVALID_HANDLE;
}

/* Handles that views hold, by base. */
static struct {
    uintptr_t base;
    HANDLE handle;
} held[64];
#define HELD_MOST (sizeof held / sizeof held[0])

static LPVOID WINAPI map_holding(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                 LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    for (size_t i = 0; at && i < HELD_MOST; i++) {
        if (held[i].base)
            continue;
        if (real.DuplicateHandle(GetCurrentProcess(), section, GetCurrentProcess(), &held[i].handle, 0, FALSE,
                                 DUPLICATE_SAME_ACCESS))
            held[i].base = (uintptr_t)at;
        break;
    }
    SetLastError(error);
    return at;
}

static BOOL WINAPI unmap_letting_go(LPCVOID address)
{
    BOOL done = real.UnmapViewOfFile(address);
    for (size_t i = 0; done && i < HELD_MOST; i++) {
        if (held[i].base != (uintptr_t)address)
            continue;
        real.CloseHandle(held[i].handle);
        held[i].base = 0;
    }
    return done;
}

static bool only_view_here(const struct view *view)
{
    const struct view *other;
    for (size_t i = 0; (other = view_number(i)) != NULL; i++)
        if (other != view && same_section(&other->section, &view->section))
            return false;
    return true;
}

static BOOL WINAPI unmap_clearing(LPCVOID address)
{
    MEMORY_BASIC_INFORMATION region;
    const struct view *view = view_at((uintptr_t)address);
    if (view && only_view_here(view) && real.VirtualQuery(address, &region, sizeof region) != 0 &&
        region.State == MEM_COMMIT && region.Protect == PAGE_READWRITE &&
        region.AllocationProtect == PAGE_READWRITE)
        memset(region.BaseAddress, 0, region.RegionSize);
    return real.UnmapViewOfFile(address);
}

static BOOL WINAPI unmap_all(LPCVOID address)
{
    const struct view *view = view_at((uintptr_t)address), *other;
    for (size_t i = 0; view && (other = view_number(i)) != NULL; i++)
        if (other != view && same_section(&other->section, &view->section))
            real.UnmapViewOfFile((const void *)other->base);
    return real.UnmapViewOfFile(address);
}

static BOOL WINAPI unmap_nothing(LPCVOID address)
{
    return view_at((uintptr_t)address) ? TRUE : real.UnmapViewOfFile(address);
}

static BOOL WINAPI unmap_base_only(LPCVOID address)
{
    const struct view *view = view_at((uintptr_t)address);
    if (!view || view->base == (uintptr_t)address)
        return real.UnmapViewOfFile(address);
    leave_failure(ERROR_INVALID_ADDRESS, STATUS_VIEW_NOT_MAPPED);
    return FALSE;
}

static BOOL WINAPI unmap_anything(LPCVOID address)
{
    return real.UnmapViewOfFile(address) || TRUE;
}

static BOOL WINAPI free_view(LPVOID address, SIZE_T size, DWORD kind)
{
    if ((kind & MEM_RELEASE) && view_at((uintptr_t)address))
        return real.UnmapViewOfFile(address);
    return real.VirtualFree(address, size, kind);
}

const struct hooks hooks_name_outlives_last_handle = {.calls = {.CreateFileMappingW = create_leaked}};
const struct hooks hooks_name_dies_with_first = {
    .notes = true,
    .calls = {.CloseHandle = close_ending_name},
    .follow = {.CreateFileMappingW = create_generation, .OpenFileMappingW = open_generation}};
const struct hooks hooks_one_close_for_all = {.notes = true,
                                              .calls = {.CloseHandle = close_for_all},
                                              .follow = {.CreateFileMappingW = create_generation,
                                                         .OpenFileMappingW = open_generation,
                                                         .MapViewOfFileEx = map_unless_closed,
                                                         .NtQuerySection = query_unless_closed}};
const struct hooks hooks_view_dies_with_handle = {.calls = {.CloseHandle = close_with_views}};
const struct hooks hooks_view_keeps_name = {.calls = {.MapViewOfFileEx = map_holding},
                                            .follow = {.UnmapViewOfFile = unmap_letting_go}};
const struct hooks hooks_close_does_nothing = {.calls = {.CloseHandle = close_nothing}};
const struct hooks hooks_second_close_accepted = {.calls = {.CloseHandle = close_always}};
const struct hooks hooks_bytes_go_with_last_view = {.calls = {.UnmapViewOfFile = unmap_clearing}};
const struct hooks hooks_unmap_takes_all_views = {.calls = {.UnmapViewOfFile = unmap_all}};
const struct hooks hooks_unmap_does_nothing = {.calls = {.UnmapViewOfFile = unmap_nothing}};
const struct hooks hooks_unmap_at_base_only = {.calls = {.UnmapViewOfFile = unmap_base_only}};
const struct hooks hooks_unmap_accepts_anything = {.calls = {.UnmapViewOfFile = unmap_anything}};
const struct hooks hooks_free_unmaps = {.calls = {.VirtualFree = free_view}};
