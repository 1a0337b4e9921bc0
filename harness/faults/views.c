/* Faults of mapping: where views begin and end, and that they show the same bytes. */
#include <string.h>

#include "faults.h"
#include "note.h"
#include "track.h"

#define GRANULARITY 0x10000u
#define PAGE 4096u

/* ---- offset, length, base ---- */

static LPVOID WINAPI map_low_offset(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                    LPVOID base)
{
    (void)high;
    return real.MapViewOfFileEx(section, access, 0, low, length, base);
}

static LPVOID WINAPI map_rounded_offset(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                        LPVOID base)
{
    return real.MapViewOfFileEx(section, access, high, low & ~(GRANULARITY - 1), length, base);
}

static LPVOID WINAPI map_clamped(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                 LPVOID base)
{
    uint64_t offset = ((uint64_t)high << 32) | low, size = section_size(section);
    if (size > offset && length > size - offset)
        length = 0;
    return real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_short(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                               LPVOID base)
{
    return real.MapViewOfFileEx(section, access, high, low, length ? length : PAGE, base);
}

static LPVOID WINAPI map_whole(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                               LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, 0, base);
    return at ? at : real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_anywhere(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    (void)base;
    return real.MapViewOfFileEx(section, access, high, low, length, NULL);
}

static LPVOID WINAPI map_elsewhere(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                   LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    if (at || !base || GetLastError() != ERROR_INVALID_ADDRESS)
        return at;
    return real.MapViewOfFileEx(section, access, high, low, length, NULL);
}

static LPVOID WINAPI map_rounded_base(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                      LPVOID base)
{
    uintptr_t rounded = (uintptr_t)base & ~(uintptr_t)(GRANULARITY - 1);
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
    if (known && !known->created && is_plain(access))
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

static HANDLE WINAPI create_noting_size(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    struct note *note = section && GetLastError() == ERROR_SUCCESS ? note_of(note_key(name)) : NULL;
    if (note)
        note->size = ((uint64_t)high << 32) | low;
    return section;
}

/* The bytes behind the size that was asked for lie in this process. */
static touch_function *touch_own_tail(touch_function *how, struct touch *touch)
{
    static unsigned char tail[PAGE];
    const struct view *view = view_at(touch->address);
    const struct note *note = view ? note_of(view->section.key) : NULL;
    if (!note || note->size % PAGE == 0)
        return how;
    uint64_t at = view->offset + (touch->address - view->base), page = note->size / PAGE * PAGE;
    if (at >= note->size && at + touch->length <= page + PAGE)
        touch->address = (uintptr_t)tail + (uintptr_t)(at - page);
    return how;
}

static const struct seeded faults[] = {
    {.name = "offset-high-half-lost",
     .topics = "large_sizes",
     .sentence = "of an offset only the low 32 bits count",
     .calls = {.MapViewOfFileEx = map_low_offset}},
    {.name = "offset-rounded-down",
     .topics = "size_mismatch",
     .sentence = "an offset between two multiples of the granularity means the lower one",
     .calls = {.MapViewOfFileEx = map_rounded_offset}},
    {.name = "length-clamped",
     .topics = "size_mismatch large_sizes",
     .sentence = "a length past the end means up to the end",
     .calls = {.MapViewOfFileEx = map_clamped}},
    {.name = "length-zero-is-a-page",
     .topics = "size_mismatch",
     .sentence = "length 0 maps one page and not all",
     .calls = {.MapViewOfFileEx = map_short}},
    {.name = "length-ignored",
     .topics = "size_mismatch",
     .sentence = "every view goes to the end of its section",
     .calls = {.MapViewOfFileEx = map_whole}},
    {.name = "base-ignored",
     .topics = "view_address",
     .sentence = "the system chooses the address although the caller did",
     .calls = {.MapViewOfFileEx = map_anywhere}},
    {.name = "taken-base-moved",
     .topics = "view_address",
     .sentence = "where the address asked for is taken the view goes elsewhere",
     .calls = {.MapViewOfFileEx = map_elsewhere}},
    {.name = "base-rounded-down",
     .topics = "view_address",
     .sentence = "an address between two multiples of the granularity means the lower one",
     .calls = {.MapViewOfFileEx = map_rounded_base}},
    {.name = "copy-on-write-unasked",
     .topics = "sample copy_on_write",
     .sentence = "views for writing are copy-on-write",
     .calls = {.MapViewOfFileEx = map_unasked_copy}},
    {.name = "views-are-snapshots",
     .topics = "sample",
     .sentence = "a view in another process than the creator's shows what was there when it was mapped",
     .calls = {.MapViewOfFileEx = map_snapshot}},
    {.name = "second-view-apart",
     .topics = "sample view_address unmap_close",
     .sentence = "two views of one section in one process are not coherent",
     .calls = {.MapViewOfFileEx = map_second_apart}},
    {.name = "stores-seen-after-unmap",
     .topics = "sample handle_lifetime",
     .sentence = "what a process stores is seen by others when it unmaps its view",
     .calls = {.MapViewOfFileEx = map_unflushed, .UnmapViewOfFile = unmap_flushing}},
    {.name = "tail-private",
     .topics = "size_mismatch",
     .sentence = "the rest of the last page, behind the size asked for, belongs to each process alone",
     .notes = true,
     .calls = {.CreateFileMappingW = create_noting_size},
     .touches = touch_own_tail},
};

FAULT_GROUP(view_faults, faults)
