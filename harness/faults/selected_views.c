/* Faults of mapping and unmapping that appear only for some views: sizes, numbers, times. */
#include "books.h"
#include "families.h"
#include "parameters.h"

#define STATUS_NO_MEMORY_LEFT ((LONG)0xC0000017) /* STATUS_NO_MEMORY */
#define STATUS_HANDLE_INVALID ((LONG)0xC0000008) /* STATUS_INVALID_HANDLE */

/* ---- offset and length ---- */

static LPVOID WINAPI map_wrapped(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                 LPVOID base)
{
    uint64_t asked = ((uint64_t)high << 32) | low, offset = asked % parameter_number("wrap");
    if (offset != asked)
        fault_reached();
    return real.MapViewOfFileEx(section, access, (DWORD)(offset >> 32), (DWORD)(offset & UINT32_MAX), length,
                                base);
}

static LPVOID WINAPI map_granule_before(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                        LPVOID base)
{
    uint64_t offset = ((uint64_t)high << 32) | low;
    if (offset >= GRANULE_BYTES && offset % GRANULE_BYTES == 0) {
        fault_reached();
        offset -= GRANULE_BYTES;
    }
    return real.MapViewOfFileEx(section, access, (DWORD)(offset >> 32), (DWORD)(offset & UINT32_MAX), length,
                                base);
}

static LPVOID WINAPI map_at_most(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                 LPVOID base)
{
    uint64_t offset = ((uint64_t)high << 32) | low, size = section_size(section),
             most = parameter_number("most");
    uint64_t wanted = length ? length : size > offset ? size - offset : 0;
    if (wanted > most)
        fault_reached();
    return real.MapViewOfFileEx(section, access, high, low, wanted > most ? (SIZE_T)most : length, base);
}

static LPVOID WINAPI map_page_more(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                   LPVOID base)
{
    void *at = length ? real.MapViewOfFileEx(section, access, high, low, length + PAGE_BYTES, base) : NULL;
    if (at)
        fault_reached();
    return at ? at : real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_low_base(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    uintptr_t half = (uintptr_t)base & UINT32_MAX;
    if (half != (uintptr_t)base)
        fault_reached();
    return real.MapViewOfFileEx(section, access, high, low, length, (void *)half);
}

/* ---- refusals and rights ---- */

static LPVOID WINAPI map_nothing(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                 LPVOID base)
{
    (void)section, (void)access, (void)high, (void)low, (void)length, (void)base;
    leave_failure(ERROR_NOT_ENOUGH_MEMORY, STATUS_NO_MEMORY_LEFT);
    return NULL;
}

static LPVOID WINAPI map_bad_handle(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                    LPVOID base)
{
    (void)section, (void)access, (void)high, (void)low, (void)length, (void)base;
    leave_failure(ERROR_INVALID_HANDLE, STATUS_HANDLE_INVALID);
    return NULL;
}

static LPVOID WINAPI map_for_reading(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                     LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError(), old;
    if (at && (access & FILE_MAP_WRITE)) {
        fault_reached();
        real.VirtualProtect(at, view_size(at), PAGE_READONLY, &old);
    }
    SetLastError(error);
    return at;
}

static LPVOID WINAPI map_leaking(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                 LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    if (at) {
        fault_reached();
        with_all_rights(section);
    }
    SetLastError(error);
    return at;
}

/* ---- calls that fail ---- */

static LPVOID WINAPI fail_leaving_view(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                       LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    if (!at) {
        fault_reached();
        real.MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    }
    SetLastError(error);
    return at;
}

static LPVOID WINAPI fail_unmapping_base(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                         LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    if (!at && base && view_at((uintptr_t)base)) {
        fault_reached();
        real.UnmapViewOfFile(base);
    }
    SetLastError(error);
    return at;
}

static LPVOID WINAPI fail_closing(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    if (!at && section_of(section)) {
        fault_reached();
        real.CloseHandle(section);
    }
    SetLastError(error);
    return at;
}

/* ---- unmap ---- */

/* Unmaps the first or the last view of another section too. */
static BOOL WINAPI unmap_neighbour(LPCVOID address)
{
    const struct view *view = view_at((uintptr_t)address), *other, *victim = NULL;
    for (size_t i = 0; view && (other = view_number(i)) != NULL; i++)
        if (!same_section(&other->section, &view->section) && (!victim || parameter_is("which", "last")))
            victim = other;
    if (victim) {
        fault_reached();
        real.UnmapViewOfFile((const void *)victim->base);
    }
    return real.UnmapViewOfFile(address);
}

static BOOL WINAPI unmap_keeping_addresses(LPCVOID address)
{
    const struct view *view = view_at((uintptr_t)address);
    void *base = view ? (void *)view->base : NULL;
    size_t size = view ? view->size : 0;
    BOOL done = real.UnmapViewOfFile(address);
    DWORD error = GetLastError();
    if (done && base) {
        fault_reached();
        real.VirtualAlloc(base, size, MEM_RESERVE, PAGE_NOACCESS);
    }
    SetLastError(error);
    return done;
}

const struct hooks hooks_offset_wraps = {.tells = true, .calls = {.MapViewOfFileEx = map_wrapped}};
const struct hooks hooks_offset_granule_early = {.tells = true,
                                                 .calls = {.MapViewOfFileEx = map_granule_before}};
const struct hooks hooks_view_cut = {.tells = true, .calls = {.MapViewOfFileEx = map_at_most}};
const struct hooks hooks_view_page_longer = {.tells = true, .calls = {.MapViewOfFileEx = map_page_more}};
const struct hooks hooks_base_low_half = {.tells = true, .calls = {.MapViewOfFileEx = map_low_base}};
const struct hooks hooks_map_refused = {.calls = {.MapViewOfFileEx = map_nothing}};
const struct hooks hooks_handle_goes_bad = {.calls = {.MapViewOfFileEx = map_bad_handle}};
const struct hooks hooks_write_view_readonly = {.tells = true, .calls = {.MapViewOfFileEx = map_for_reading}};
const struct hooks hooks_map_leaks_handle = {.tells = true, .calls = {.MapViewOfFileEx = map_leaking}};
const struct hooks hooks_failed_map_leaves_view = {.tells = true,
                                                   .calls = {.MapViewOfFileEx = fail_leaving_view}};
const struct hooks hooks_failed_map_unmaps = {.tells = true,
                                              .calls = {.MapViewOfFileEx = fail_unmapping_base}};
const struct hooks hooks_failed_map_closes = {.tells = true, .calls = {.MapViewOfFileEx = fail_closing}};
const struct hooks hooks_unmap_takes_other = {.tells = true, .calls = {.UnmapViewOfFile = unmap_neighbour}};
const struct hooks hooks_unmap_keeps_addresses = {.tells = true,
                                                  .calls = {.UnmapViewOfFile = unmap_keeping_addresses}};
