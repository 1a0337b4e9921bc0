/* Faults of single pages of copy-on-write views. */
#include <string.h>

#include "books.h"
#include "families.h"
#include "parameters.h"
#include "places.h"

static bool is_copy(const struct view *view)
{
    return view->access == FILE_MAP_COPY;
}

/* What is stored in the page reaches the section too. */
static bool store_through(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    const struct view *view = view_at(touch->address);
    bool done = guard_run_plainly(how, touch, fault);
    size_t length;
    uint64_t at = view->offset + (touch->address - view->base);
    if (!done || !touch_stores(how) || !is_copy(view) || touch->length > PAGE_BYTES)
        return done;
    struct place page = place_in(view->offset + view->size);
    if (at < page.at || at >= page.at + page.length)
        return done;
    unsigned char *to = place_in_shadow(view, (struct place){at, (size_t)touch->length}, &length);
    if (to) {
        fault_reached();
        memcpy(to, (const void *)touch->address, length);
    }
    return done;
}

/* Copied pages of the views get the contents of the section again. */
static void revert(const struct section *of)
{
    const struct view *view;
    for (size_t i = 0; (view = view_number(i)) != NULL; i++) {
        size_t length;
        struct place page = place_in(view->offset + view->size);
        unsigned char *from =
            is_copy(view) && same_section(&view->section, of) ? place_in_shadow(view, page, &length) : NULL;
        if (!from)
            continue;
        fault_reached();
        memcpy((void *)(view->base + (uintptr_t)(from - (unsigned char *)view->shadow)), from, length);
    }
}

static BOOL WINAPI close_reverting(HANDLE handle)
{
    const struct section *known = section_of(handle);
    if (known)
        revert(known);
    return real.CloseHandle(handle);
}

static LPVOID WINAPI map_reverting(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                   LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    if (at && section_of(section))
        revert(section_of(section));
    SetLastError(error);
    return at;
}

/* The pages of copy-on-write views that a store has copied. VirtualQuery does not tell: Wine 8.0 shows PAGE_WRITECOPY for
 * them too. */
static struct {
    uintptr_t base; /* of the view */
    uintptr_t page;
} copied[256];
static size_t copied_count;

/* Whether the page was copied before; from now on it is. */
static bool was_copied(uintptr_t base, uintptr_t page)
{
    for (size_t i = 0; i < copied_count; i++)
        if (copied[i].base == base && copied[i].page == page)
            return true;
    if (copied_count < sizeof copied / sizeof copied[0]) {
        copied[copied_count].base = base;
        copied[copied_count++].page = page;
    }
    return false;
}

/* A new view at that address has no copied pages. */
static LPVOID WINAPI map_uncopied(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    void *at = real.MapViewOfFileEx(section, access, high, low, length, base);
    size_t kept = 0;
    for (size_t i = 0; i < copied_count; i++)
        if (copied[i].base != (uintptr_t)at)
            copied[kept++] = copied[i];
    copied_count = kept;
    return at;
}

/* A store into a page that was copied before is lost. */
static bool store_once(touch_function *how, struct touch *touch, struct raised_exception *fault)
{
    static unsigned char kept[PAGE_BYTES];
    const struct view *view = view_at(touch->address);
    uintptr_t page = touch->address / PAGE_BYTES;
    bool within = touch->length > 0 && (touch->address + touch->length - 1) / PAGE_BYTES == page;
    if (!is_copy(view) || !touch_stores(how) || !within || !was_copied(view->base, page))
        return guard_run_plainly(how, touch, fault);
    fault_reached();
    memcpy(kept, (const void *)touch->address, (size_t)touch->length);
    bool done = guard_run_plainly(how, touch, fault);
    if (done)
        memcpy((void *)touch->address, kept, (size_t)touch->length);
    return done;
}

const struct hooks hooks_copy_page_shared = {.tells = true, .shadow = true, .touches = store_through};
const struct hooks hooks_copy_reverts_on_close = {
    .tells = true, .shadow = true, .calls = {.CloseHandle = close_reverting}};
const struct hooks hooks_copy_reverts_on_map = {
    .tells = true, .shadow = true, .calls = {.MapViewOfFileEx = map_reverting}};
const struct hooks hooks_copy_stored_once = {
    .tells = true, .touches = store_once, .follow = {.MapViewOfFileEx = map_uncopied}};
