/* Faults of lifetimes: names, handles, views. */
#include <string.h>

#include "faults.h"
#include "note.h"
#include "track.h"

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
    struct note *note = known && known->created ? note_of(known->key) : NULL;
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

/* Whether somebody else has closed the section. */
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

static const struct seeded faults[] = {
    {.name = "name-outlives-last-handle",
     .topics = "handle_lifetime missing_name handle_duplicates",
     .sentence = "a name, and what is behind it, stays when the last handle was closed",
     .calls = {.CreateFileMappingW = create_leaked}},
    {.name = "name-dies-with-first",
     .topics = "handle_lifetime missing_name sample",
     .sentence = "a name goes when its creator closes its handle, whoever else has one",
     .notes = true,
     .calls = {.CreateFileMappingW = create_generation,
               .OpenFileMappingW = open_generation,
               .CloseHandle = close_ending_name}},
    {.name = "one-close-for-all",
     .topics = "handle_lifetime missing_name",
     .sentence = "closing a section in one process closes the handles of all",
     .notes = true,
     .calls = {.CreateFileMappingW = create_generation,
               .OpenFileMappingW = open_generation,
               .CloseHandle = close_for_all,
               .MapViewOfFileEx = map_unless_closed,
               .NtQuerySection = query_unless_closed}},
    {.name = "view-dies-with-handle",
     .topics = "handle_lifetime",
     .sentence = "closing a handle unmaps the views that were mapped with it",
     .calls = {.CloseHandle = close_with_views}},
    {.name = "view-keeps-name",
     .topics = "handle_lifetime missing_name sample",
     .sentence = "a view keeps the name that its section had",
     .calls = {.MapViewOfFileEx = map_holding, .UnmapViewOfFile = unmap_letting_go}},
    {.name = "close-does-nothing",
     .topics = "handle_lifetime unmap_close missing_name",
     .sentence = "a handle stays open until its process ends",
     .calls = {.CloseHandle = close_nothing}},
    {.name = "second-close-accepted",
     .topics = "unmap_close handle_duplicates",
     .sentence = "closing a handle that is closed succeeds",
     .calls = {.CloseHandle = close_always}},
    {.name = "bytes-go-with-last-view",
     .topics = "handle_lifetime unmap_close sample",
     .sentence = "the bytes go with the last view of a process, although there is a handle",
     .calls = {.UnmapViewOfFile = unmap_clearing}},
    {.name = "unmap-takes-all-views",
     .topics = "unmap_close",
     .sentence = "unmapping one view unmaps all views of the section in this process",
     .calls = {.UnmapViewOfFile = unmap_all}},
    {.name = "unmap-does-nothing",
     .topics = "unmap_close",
     .sentence = "an unmapped view stays where it is",
     .calls = {.UnmapViewOfFile = unmap_nothing}},
    {.name = "unmap-at-base-only",
     .topics = "unmap_close",
     .sentence = "an address inside a view does not unmap it",
     .calls = {.UnmapViewOfFile = unmap_base_only}},
    {.name = "unmap-accepts-anything",
     .topics = "unmap_close",
     .sentence = "unmapping what is no view succeeds",
     .calls = {.UnmapViewOfFile = unmap_anything}},
    {.name = "free-unmaps",
     .topics = "unmap_close",
     .sentence = "VirtualFree releases a view",
     .calls = {.VirtualFree = free_view}},
};

FAULT_GROUP(lifetime_faults, faults)
