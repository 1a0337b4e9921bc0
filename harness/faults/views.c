/* Faults of mapping: where views begin and end, and that they show the same bytes. */
#include <string.h>

#include "families.h"
#include "note.h"
#include "books.h"

/* ---- offset, length, base ---- */

static LPVOID WINAPI map_low_offset(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                    LPVOID base)
{
    if (high)
        fault_reached();
    return real.MapViewOfFileEx(section, access, 0, low, length, base);
}

static LPVOID WINAPI map_rounded_offset(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                        LPVOID base)
{
    if (low % GRANULE_BYTES)
        fault_reached();
    return real.MapViewOfFileEx(section, access, high, low & ~(GRANULE_BYTES - 1), length, base);
}

static LPVOID WINAPI map_clamped(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                 LPVOID base)
{
    uint64_t offset = ((uint64_t)high << 32) | low, size = section_size(section);
    if (size > offset && length > size - offset) {
        fault_reached();
        length = 0;
    }
    return real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_short(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                               LPVOID base)
{
    if (length == 0)
        fault_reached();
    return real.MapViewOfFileEx(section, access, high, low, length ? length : PAGE_BYTES, base);
}

static LPVOID WINAPI map_whole(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                               LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, 0, base);
    if (at && length)
        fault_reached();
    return at ? at : real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_anywhere(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    if (base)
        fault_reached();
    return real.MapViewOfFileEx(section, access, high, low, length, NULL);
}

static LPVOID WINAPI map_elsewhere(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                   LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    if (at || !base || GetLastError() != ERROR_INVALID_ADDRESS)
        return at;
    fault_reached();
    return real.MapViewOfFileEx(section, access, high, low, length, NULL);
}

static LPVOID WINAPI map_rounded_base(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                      LPVOID base)
{
    uintptr_t rounded = (uintptr_t)base & ~(uintptr_t)(GRANULE_BYTES - 1);
    if (rounded != (uintptr_t)base)
        fault_reached();
    return real.MapViewOfFileEx(section, access, high, low, length, (void *)rounded);
}

/* ---- the same bytes for all ---- */

/* Access that a copy can stand for. */
static bool is_plain(DWORD access)
{
    return (access & (FILE_MAP_READ | FILE_MAP_WRITE)) &&
           !(access & (FILE_MAP_EXECUTE | SECTION_MAP_EXECUTE));
}

static LPVOID WINAPI map_unasked_copy(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                      LPVOID base)
{
    if ((access & ~(DWORD)FILE_MAP_READ) == FILE_MAP_WRITE)
        access = FILE_MAP_COPY;
    return real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_snapshot(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    const struct section *known = section_of(section);
    if (known && known->origin != ORIGIN_CREATED && is_plain(access))
        return map_copy(section, access, high, low, length, base);
    return real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_second_apart(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                      LPVOID base)
{
    const struct section *known = section_of(section);
    const struct view *view;
    for (size_t i = 0; known && is_plain(access) && (view = view_number(i)) != NULL; i++)
        if (same_section(&view->section, known))
            return map_copy(section, access, high, low, length, base);
    return real.MapViewOfFileEx(section, access, high, low, length, base);
}

/* Views whose bytes reach the section when they are unmapped. */
static struct {
    uintptr_t base;
    HANDLE section; /* with all rights */
    DWORD high, low;
} unflushed[16];
#define UNFLUSHED_MOST (sizeof unflushed / sizeof unflushed[0])

static LPVOID WINAPI map_unflushed(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                   LPVOID base)
{
    size_t place = 0;
    while (place < UNFLUSHED_MOST && unflushed[place].base)
        place++;
    if (!is_plain(access) || !(access & FILE_MAP_WRITE) || place == UNFLUSHED_MOST)
        return real.MapViewOfFileEx(section, access, high, low, length, base);
    HANDLE able = with_all_rights(section);
    void *at = map_copy(section, access, high, low, length, base);
    if (!at || !able) {
        if (able)
            real.CloseHandle(able);
        return at;
    }
    unflushed[place].base = (uintptr_t)at;
    unflushed[place].section = able;
    unflushed[place].high = high;
    unflushed[place].low = low;
    return at;
}

static void flush(size_t place)
{
    const void *from = (const void *)unflushed[place].base;
    size_t size = view_size(from);
    void *to = real.MapViewOfFile(unflushed[place].section, FILE_MAP_WRITE, unflushed[place].high,
                                  unflushed[place].low, size);
    if (to) {
        memcpy(to, from, size);
        real.UnmapViewOfFile(to);
    }
    real.CloseHandle(unflushed[place].section);
    unflushed[place].base = 0;
}

static BOOL WINAPI unmap_flushing(LPCVOID address)
{
    for (size_t i = 0; i < UNFLUSHED_MOST; i++)
        if (address && unflushed[i].base == (uintptr_t)address)
            flush(i);
    return real.UnmapViewOfFile(address);
}

/* ---- the last page ---- */

/* The bytes behind the size that was asked for lie in this process. */
static bool touch_own_tail(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    static unsigned char tail[PAGE_BYTES];
    const struct view *view = view_at(touch->address);
    const struct note *note = view ? note_of(view->section.key) : NULL;
    if (!note || note->size % PAGE_BYTES == 0)
        return guard_run_plainly(how, touch, fault);
    uint64_t at = view->offset + (touch->address - view->base), page = note->size / PAGE_BYTES * PAGE_BYTES;
    if (at >= note->size && at + touch->length <= page + PAGE_BYTES)
        touch->address = (uintptr_t)tail + (uintptr_t)(at - page);
    return guard_run_plainly(how, touch, fault);
}

const struct hooks hooks_offset_high_half_lost = {.tells = true,
                                                  .calls = {.MapViewOfFileEx = map_low_offset}};
const struct hooks hooks_offset_rounded_down = {.tells = true,
                                                .calls = {.MapViewOfFileEx = map_rounded_offset}};
const struct hooks hooks_length_clamped = {.tells = true, .calls = {.MapViewOfFileEx = map_clamped}};
const struct hooks hooks_length_zero_is_a_page = {.tells = true, .calls = {.MapViewOfFileEx = map_short}};
const struct hooks hooks_length_ignored = {.tells = true, .calls = {.MapViewOfFileEx = map_whole}};
const struct hooks hooks_base_ignored = {.tells = true, .calls = {.MapViewOfFileEx = map_anywhere}};
const struct hooks hooks_taken_base_moved = {.tells = true, .calls = {.MapViewOfFileEx = map_elsewhere}};
const struct hooks hooks_base_rounded_down = {.tells = true, .calls = {.MapViewOfFileEx = map_rounded_base}};
const struct hooks hooks_copy_on_write_unasked = {.calls = {.MapViewOfFileEx = map_unasked_copy}};
const struct hooks hooks_views_are_snapshots = {.calls = {.MapViewOfFileEx = map_snapshot}};
const struct hooks hooks_second_view_apart = {.calls = {.MapViewOfFileEx = map_second_apart}};
const struct hooks hooks_stores_seen_after_unmap = {.calls = {.MapViewOfFileEx = map_unflushed},
                                                    .follow = {.UnmapViewOfFile = unmap_flushing}};
const struct hooks hooks_tail_private = {.notes = true, .touches = touch_own_tail};
