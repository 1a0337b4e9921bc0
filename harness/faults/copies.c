/* Faults of copy-on-write views. */
#include <string.h>

#include "families.h"
#include "books.h"

static bool is_copy(DWORD access)
{
    return access == FILE_MAP_COPY;
}

static LPVOID WINAPI map_shared(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                LPVOID base)
{
    HANDLE able = is_copy(access) ? with_all_rights(section) : NULL;
    void *at = able ? real.MapViewOfFileEx(able, FILE_MAP_WRITE, high, low, length, base) : NULL;
    if (able)
        real.CloseHandle(able);
    return at ? at : real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_copied_at_once(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                        LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    if (at && is_copy(access))
        make_private(at);
    SetLastError(error);
    return at;
}

static LPVOID WINAPI map_copy_if_writable(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                          LPVOID base)
{
    if (is_copy(access)) {
        void *probe = real.MapViewOfFile(section, FILE_MAP_WRITE, high, low, length);
        if (!probe)
            return NULL;
        real.UnmapViewOfFile(probe);
    }
    return real.MapViewOfFileEx(section, access, high, low, length, base);
}

static bool copy_whole_view(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    const struct view *view = view_at(touch->address);
    if (view && touch_stores(how) && is_copy(view->access))
        make_private((void *)view->base);
    return guard_run_plainly(how, touch, fault);
}

/* Copies, and the sections that they are written back to. */
static struct {
    uintptr_t base;
    HANDLE section;
} copies[16];
#define COPIES_MOST (sizeof copies / sizeof copies[0])

static LPVOID WINAPI map_remembered(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                    LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    for (size_t i = 0; at && is_copy(access) && high == 0 && low == 0 && i < COPIES_MOST; i++) {
        if (copies[i].base)
            continue;
        copies[i].section = with_all_rights(section);
        copies[i].base = copies[i].section ? (uintptr_t)at : 0;
        break;
    }
    SetLastError(error);
    return at;
}

static BOOL WINAPI unmap_written_back(LPCVOID address)
{
    for (size_t i = 0; address && i < COPIES_MOST; i++) {
        if (copies[i].base != (uintptr_t)address)
            continue;
        size_t size = view_size(address);
        void *to = real.MapViewOfFile(copies[i].section, FILE_MAP_WRITE, 0, 0, size);
        if (to) {
            memcpy(to, address, size);
            real.UnmapViewOfFile(to);
        }
        real.CloseHandle(copies[i].section);
        copies[i].base = 0;
    }
    return real.UnmapViewOfFile(address);
}

const struct hooks hooks_copy_is_shared = {.calls = {.MapViewOfFileEx = map_shared}};
const struct hooks hooks_copied_at_once = {.calls = {.MapViewOfFileEx = map_copied_at_once}};
const struct hooks hooks_copied_whole = {.touches = copy_whole_view};
const struct hooks hooks_copy_needs_write_right = {.calls = {.MapViewOfFileEx = map_copy_if_writable}};
const struct hooks hooks_copy_written_back = {.calls = {.MapViewOfFileEx = map_remembered},
                                              .follow = {.UnmapViewOfFile = unmap_written_back}};
