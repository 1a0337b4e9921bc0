#include "same.h"

#include <string.h>

#include "guard.h"
#include "objects.h"
#include "touch.h"

#define PAGE_BYTES 4096
#define ATTEMPTS 3

/* One of the two sides: memory that is a view of the section. */
struct side {
    uintptr_t address; /* where the view has byte `offset` of the section */
    uint64_t offset;
    bool writable;
    void *mapped; /* a view that was mapped for this; NULL if the user's own is used */
};

/* The label's object; NULL after saying that there is none. */
static struct object *find(struct text *out, const char *label)
{
    for (struct object *at = object_next(NULL); at; at = object_next(at))
        if (strcmp(at->label, label) == 0 && (object_is_handle(at->kind) || object_is_memory(at->kind)))
            return at;
    text_format(out, "no label '%s' of a handle or a view\n", label);
    return NULL;
}

static bool may_write(uintptr_t address)
{
    MEMORY_BASIC_INFORMATION page;
    return sys.VirtualQuery((const void *)address, &page, sizeof page) == sizeof page &&
           (page.Protect == PAGE_READWRITE || page.Protect == PAGE_EXECUTE_READWRITE);
}

/* A view of one page of the handle's section, for reading and writing if the handle permits it. */
static bool map_side(struct text *out, const struct object *handle, uint64_t offset, struct side *side)
{
    const DWORD high = (DWORD)(offset >> 32), low = (DWORD)(offset & 0xFFFFFFFF);
    side->offset = offset;
    side->mapped = sys.MapViewOfFile(handle->handle, FILE_MAP_WRITE, high, low, PAGE_BYTES);
    if (!side->mapped)
        side->mapped = sys.MapViewOfFile(handle->handle, FILE_MAP_READ, high, low, PAGE_BYTES);
    if (!side->mapped) {
        text_format(out,
                    "cannot tell: '%s' cannot be mapped at offset %llu, where the view begins: error %lu\n",
                    handle->label, (unsigned long long)offset, (unsigned long)GetLastError());
        return false;
    }
    side->address = (uintptr_t)side->mapped;
    side->writable = may_write(side->address);
    return true;
}

static struct side side_of_view(const struct object *view)
{
    return (struct side){.address = view->base, .offset = view->offset, .writable = may_write(view->base)};
}

/* ---- the probe ---- */

/* For guard_run: changes a byte of `to`, reads that of `from`, and restores the first. */
struct probe {
    volatile LONG *to;
    volatile LONG *from;
    volatile bool seen, tried;
};

static void run_probe(void *context)
{
    struct probe *probe = context;
    LONG old = *probe->to, other = *probe->from;
    LONG changed = old ^ 1;
    if (InterlockedCompareExchange(probe->to, changed, old) != old)
        return; /* it is being written: another attempt */
    LONG after = *probe->from;
    InterlockedCompareExchange(probe->to, old, changed);
    if (after != other && after != changed)
        return;
    probe->seen = other == old && after == changed;
    probe->tried = true;
}

static void run_comparison(void *context)
{
    struct probe *probe = context;
    const volatile unsigned char *one = (const volatile unsigned char *)probe->to,
                                 *other = (const volatile unsigned char *)probe->from;
    probe->seen = true;
    for (size_t i = 0; i < PAGE_BYTES; i++)
        probe->seen = probe->seen && one[i] == other[i];
    probe->tried = true;
}

static void add_answer(struct text *out, const struct side *one, const struct side *other)
{
    const bool writable = one->writable || other->writable;
    struct raised_exception fault;
    /* The first address that both sides have; the offsets of views are multiples of the granularity. */
    const uint64_t at = one->offset > other->offset ? one->offset : other->offset;
    const uintptr_t first = one->address + (uintptr_t)(at - one->offset),
                    second = other->address + (uintptr_t)(at - other->offset);
    struct probe probe = {.to = (volatile LONG *)(one->writable ? first : second),
                          .from = (volatile LONG *)(one->writable ? second : first)};
    for (int i = 0; i < ATTEMPTS && !probe.tried; i++) {
        if (!guard_run(writable ? run_probe : run_comparison, &probe, &fault)) {
            text_format(out, "cannot tell: byte %llu of the section is not in both: exception 0x%08lX\n",
                        (unsigned long long)at, (unsigned long)fault.code);
            return;
        }
    }
    if (!probe.tried)
        text_add(out, "cannot tell: the memory is being written all the time; ask again\n");
    else if (!probe.seen)
        text_add(out, writable ? "no: a byte that was changed in one does not change in the other\n"
                               : "no: their contents differ\n");
    else if (writable)
        text_add(out, "yes: a byte that was changed in one changed in the other; it was put back\n");
    else
        text_add(out, "cannot tell: their contents are equal, and neither may be written\n");
}

static void compare_handles(struct text *out, const struct object *one, const struct object *other)
{
    if (!sys.CompareObjectHandles) {
        text_add(out,
                 "cannot tell: this Windows has no CompareObjectHandles; map both, and ask for the views\n");
        return;
    }
    text_add(out, sys.CompareObjectHandles(one->handle, other->handle)
                      ? "yes: both handles are of one object\n"
                      : "no: the handles are of two objects\n");
}

void same_add(struct text *out, const char *first, const char *second)
{
    const struct object *one = find(out, first), *other = one ? find(out, second) : NULL;
    if (!other)
        return;
    const bool one_is_handle = object_is_handle(one->kind), other_is_handle = object_is_handle(other->kind);
    if (one_is_handle && other_is_handle) {
        compare_handles(out, one, other);
        return;
    }
    struct side sides[2] = {{0}};
    bool good = true;
    if (one_is_handle)
        good = map_side(out, one, other->offset, &sides[0]);
    else
        sides[0] = side_of_view(one);
    if (other_is_handle)
        good = good && map_side(out, other, one->offset, &sides[1]);
    else
        sides[1] = side_of_view(other);
    if (good)
        add_answer(out, &sides[0], &sides[1]);
    for (int i = 0; i < 2; i++)
        if (sides[i].mapped)
            sys.UnmapViewOfFile(sides[i].mapped);
}
