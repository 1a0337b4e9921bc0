#include "places.h"

#include <string.h>

#include "parameters.h"

struct place place_in(uint64_t size)
{
    uint64_t last = size ? (size - 1) / PAGE_BYTES * PAGE_BYTES : 0;
    if (parameter_is("page", "first"))
        return (struct place){0, PAGE_BYTES};
    if (parameter_is("page", "middle"))
        return (struct place){size / 2 / PAGE_BYTES * PAGE_BYTES, PAGE_BYTES};
    if (parameter_is("page", "last"))
        return (struct place){last, PAGE_BYTES};
    return (struct place){0, size < PLACE_MOST ? (size_t)(last + PAGE_BYTES) : PLACE_MOST};
}

/* How many bytes are committed from there on, up to `most`. */
static size_t committed(const void *at, size_t most)
{
    MEMORY_BASIC_INFORMATION region;
    if (real.VirtualQuery(at, &region, sizeof region) == 0 || region.State != MEM_COMMIT)
        return 0;
    size_t left = region.RegionSize - (size_t)((const char *)at - (const char *)region.BaseAddress);
    return left < most ? left : most;
}

unsigned char *place_in_shadow(const struct view *view, struct place place, size_t *length)
{
    uint64_t begin = place.at > view->offset ? place.at : view->offset;
    uint64_t end = place.at + place.length, view_end = view->offset + view->size;
    if (view_end < end)
        end = view_end;
    *length = 0;
    if (!view->shadow || begin >= end)
        return NULL;
    unsigned char *at = (unsigned char *)view->shadow + (size_t)(begin - view->offset);
    *length = committed(at, (size_t)(end - begin));
    return *length ? at : NULL;
}

/* The granule that holds the place, mapped for writing; NULL if it cannot be. The caller unmaps *base. */
static unsigned char *map_place(HANDLE section, struct place place, void **base)
{
    HANDLE able = with_all_rights(section);
    uint64_t from = place.at / GRANULE_BYTES * GRANULE_BYTES;
    size_t length = (size_t)(place.at - from) + place.length;
    *base = real.MapViewOfFile(able ? able : section, FILE_MAP_WRITE, (DWORD)(from >> 32),
                               (DWORD)(from & UINT32_MAX), length);
    if (able)
        real.CloseHandle(able);
    return *base ? (unsigned char *)*base + (size_t)(place.at - from) : NULL;
}

void place_fill(HANDLE section, struct place place, unsigned char byte)
{
    DWORD before = GetLastError();
    void *base;
    unsigned char *at = map_place(section, place, &base);
    if (at) {
        memset(at, byte, committed(at, place.length));
        real.UnmapViewOfFile(base);
    }
    SetLastError(before);
}

size_t place_copy(HANDLE section, struct place place, unsigned char *bytes, size_t most, bool into)
{
    DWORD before = GetLastError();
    void *base;
    size_t length = 0;
    unsigned char *at = map_place(section, place, &base);
    if (at) {
        length = committed(at, place.length < most ? place.length : most);
        memcpy(into ? at : bytes, into ? bytes : at, length);
        real.UnmapViewOfFile(base);
    }
    SetLastError(before);
    return length;
}
