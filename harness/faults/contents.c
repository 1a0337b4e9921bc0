/* Faults of contents: pages that lose what was stored, or show something else. */
#include <string.h>

#include "books.h"
#include "families.h"
#include "note.h"
#include "parameters.h"
#include "places.h"

static uint64_t known_size(const struct section *section)
{
    return section->size ? section->size : section_size(section->handle);
}

static struct place place_of(const struct view *view)
{
    uint64_t seen = view->offset + view->size;
    return place_in(view->section.size > seen ? view->section.size : seen);
}

/* ---- stores and loads ---- */

static bool touches_place(const struct view *view, const struct touch *touch, struct place place)
{
    uint64_t at = view->offset + (touch->address - view->base);
    return at < place.at + place.length && place.at < at + touch->length;
}

static bool lose_stores(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    static unsigned char kept[PAGE_BYTES];
    const struct view *view = view_at(touch->address);
    struct place place = place_of(view);
    size_t length;
    unsigned char *at = place_in_shadow(view, place, &length);
    if (!at || !touch_stores(how) || !touches_place(view, touch, place))
        return guard_run_plainly(how, touch, fault);
    fault_reached();
    memcpy(kept, at, length);
    bool done = guard_run_plainly(how, touch, fault);
    memcpy(at, kept, length);
    return done;
}

static bool load_zeros(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    static unsigned char kept[PAGE_BYTES];
    const struct view *view = view_at(touch->address);
    struct place place = place_of(view);
    size_t length;
    unsigned char *at = place_in_shadow(view, place, &length);
    if (!at || touch_stores(how) || !touches_place(view, touch, place))
        return guard_run_plainly(how, touch, fault);
    fault_reached();
    memcpy(kept, at, length);
    memset(at, 0, length);
    bool done = guard_run_plainly(how, touch, fault);
    memcpy(at, kept, length);
    return done;
}

/* What is stored at an offset appears at every offset of the view that differs by a multiple of wrap=. */
static bool store_repeatedly(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    const struct view *view = view_at(touch->address);
    uint64_t wrap = parameter_number("wrap"), at = touch->address - view->base;
    bool done = guard_run_plainly(how, touch, fault);
    if (!done || !touch_stores(how) || view->size <= wrap || touch->length > PAGE_BYTES)
        return done;
    struct place place = {view->offset + at % wrap, (size_t)touch->length};
    size_t length;
    unsigned char *to = place_in_shadow(view, place, &length);
    if (to && at >= wrap) {
        fault_reached();
        memcpy(to, (const void *)touch->address, length);
    }
    place.at = view->offset + at + wrap;
    to = place_in_shadow(view, place, &length);
    if (to && at < wrap) {
        fault_reached();
        memcpy(to, (const void *)touch->address, length);
    }
    return done;
}

/* ---- pages that are cleared by something else than a store ---- */

static void clear_view(const struct view *view)
{
    size_t length;
    unsigned char *at = place_in_shadow(view, place_of(view), &length);
    if (at)
        memset(at, 0, length);
}

static void clear_section(HANDLE handle)
{
    const struct section *known = section_of(handle);
    uint64_t size = known ? known_size(known) : section_size(handle);
    if (size)
        place_fill(handle, place_in(size), 0);
}

static BOOL WINAPI unmap_and_clear(LPCVOID address)
{
    const struct view *view = view_at((uintptr_t)address);
    if (view)
        clear_view(view);
    return real.UnmapViewOfFile(address);
}

static BOOL WINAPI close_and_clear(HANDLE handle)
{
    if (section_of(handle))
        clear_section(handle);
    return real.CloseHandle(handle);
}

static LPVOID WINAPI map_and_clear(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                   LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    if (at)
        clear_section(section);
    return at;
}

static LPVOID WINAPI fail_and_clear(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                    LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    if (!at && section_of(section)) {
        fault_reached();
        clear_section(section);
    }
    return at;
}

static HANDLE WINAPI open_and_clear(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    DWORD error = GetLastError();
    if (section)
        clear_section(section);
    SetLastError(error);
    return section;
}

static BOOL WINAPI protect_and_clear(LPVOID address, SIZE_T size, DWORD to, DWORD *old)
{
    const struct view *view = view_at((uintptr_t)address);
    if (view)
        clear_view(view);
    return real.VirtualProtect(address, size, to, old);
}

static BOOL WINAPI flush_and_clear(LPCVOID address, SIZE_T size)
{
    const struct view *view = view_at((uintptr_t)address);
    BOOL done = real.FlushViewOfFile(address, size);
    if (view)
        clear_view(view);
    return done;
}

static BOOL WINAPI duplicate_and_clear(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                       BOOL inherit, DWORD options)
{
    if (section_of(source))
        clear_section(source);
    return real.DuplicateHandle(from, source, to, out, access, inherit, options);
}

static bool clear_first(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    const struct view *view = view_at(touch->address);
    if (books_first_touch(view))
        clear_view(view);
    return guard_run_plainly(how, touch, fault);
}

/* ---- views that change by themselves ---- */

static bool unmap_first(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    real.UnmapViewOfFile((const void *)view_at(touch->address)->base);
    return guard_run_plainly(how, touch, fault);
}

static bool protect_first(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    MEMORY_BASIC_INFORMATION region;
    DWORD old;
    if (real.VirtualQuery((const void *)touch->address, &region, sizeof region) != 0 &&
        region.Protect == PAGE_READWRITE)
        real.VirtualProtect((void *)touch->address, 1, PAGE_READONLY, &old);
    return guard_run_plainly(how, touch, fault);
}

/* ---- new sections ---- */

static HANDLE WINAPI create_scribbled(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                      DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (section && error == ERROR_SUCCESS && file == INVALID_HANDLE_VALUE && !(protect & SEC_RESERVE))
        place_fill(section, place_in(((uint64_t)high << 32) | low), 0xCD);
    SetLastError(error);
    return section;
}

static HANDLE WINAPI create_with_bad_tail(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                          DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    uint64_t size = ((uint64_t)high << 32) | low;
    if (section && error == ERROR_SUCCESS && size % PAGE_BYTES != 0 && !(protect & SEC_RESERVE)) {
        fault_reached();
        place_fill(section, (struct place){size, PAGE_BYTES - (size_t)(size % PAGE_BYTES)}, 0xCD);
    }
    SetLastError(error);
    return section;
}

/* The last close saves the bytes; the next creation of the name restores them. */
static BOOL WINAPI close_keeping(HANDLE handle)
{
    const struct section *known = section_of(handle);
    struct note *note = known ? note_of(known->key) : NULL;
    if (note && handles_of(known->object) == 1)
        note->kept_length =
            (LONG)place_copy(handle, place_in(known_size(known)), note->kept, NOTE_KEPT, false);
    return real.CloseHandle(handle);
}

static HANDLE WINAPI create_with_kept(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                      DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    struct note *note = section && error == ERROR_SUCCESS ? note_of(note_key(name)) : NULL;
    if (note && note->kept_length > 0) {
        fault_reached();
        place_copy(section, place_in(((uint64_t)high << 32) | low), note->kept, (size_t)note->kept_length,
                   true);
    }
    SetLastError(error);
    return section;
}

const struct hooks hooks_stores_lost = {.tells = true, .shadow = true, .touches = lose_stores};
const struct hooks hooks_loads_zeros = {.tells = true, .shadow = true, .touches = load_zeros};
const struct hooks hooks_contents_repeat = {.tells = true, .shadow = true, .touches = store_repeatedly};
const struct hooks hooks_cleared_by_unmap = {.shadow = true, .calls = {.UnmapViewOfFile = unmap_and_clear}};
const struct hooks hooks_cleared_by_close = {.calls = {.CloseHandle = close_and_clear}};
const struct hooks hooks_cleared_by_map = {.calls = {.MapViewOfFileEx = map_and_clear}};
const struct hooks hooks_cleared_by_failed_map = {.tells = true,
                                                  .calls = {.MapViewOfFileEx = fail_and_clear}};
const struct hooks hooks_cleared_by_open = {.calls = {.OpenFileMappingW = open_and_clear}};
const struct hooks hooks_cleared_by_protect = {.shadow = true,
                                               .calls = {.VirtualProtect = protect_and_clear}};
const struct hooks hooks_cleared_by_flush = {.shadow = true, .calls = {.FlushViewOfFile = flush_and_clear}};
const struct hooks hooks_cleared_by_duplicate = {.calls = {.DuplicateHandle = duplicate_and_clear}};
const struct hooks hooks_contents_fade = {.shadow = true, .touches = clear_first};
const struct hooks hooks_view_vanishes = {.touches = unmap_first};
const struct hooks hooks_view_turns_readonly = {.touches = protect_first};
const struct hooks hooks_memory_not_zeroed = {.calls = {.CreateFileMappingW = create_scribbled}};
const struct hooks hooks_tail_not_zeroed = {.tells = true,
                                            .calls = {.CreateFileMappingW = create_with_bad_tail}};
const struct hooks hooks_contents_return = {.tells = true,
                                            .notes = true,
                                            .calls = {.CloseHandle = close_keeping},
                                            .follow = {.CreateFileMappingW = create_with_kept}};
