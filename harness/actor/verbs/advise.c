/* What a process may tell the system about the pages of a view. */
#include "../arguments.h"
#include "../objects.h"
#include "verbs.h"

struct pages {
    void *address;
    uintptr_t length;
};

static bool take_pages(const struct line *request, struct pages *pages, struct reply *reply)
{
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    pages->length = argument_address(request, "length");
    if (!memory)
        return false;
    pages->address = (void *)(memory->base + at);
    return true;
}

void verb_reset(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    call_begins();
    /* The protection has no effect here, but it must be a valid one. */
    const void *base = sys.VirtualAlloc(pages.address, pages.length, MEM_RESET, PAGE_READWRITE);
    struct call_result seen = call_ended();
    reply_done(reply, base != NULL, seen);
    if (base)
        reply_add_distance(reply, "base", (uintptr_t)base, (uintptr_t)pages.address);
}

void verb_discard(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    if (!sys.DiscardVirtualMemory) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    DWORD code = sys.DiscardVirtualMemory(pages.address, pages.length);
    struct call_result seen = call_ended();
    if (code == ERROR_SUCCESS)
        reply_ok(reply);
    else
        reply_fail_code(reply, code, seen);
}

void verb_prefetch(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    if (!sys.PrefetchVirtualMemory) {
        reply_not_exported(reply);
        return;
    }
    WIN32_MEMORY_RANGE_ENTRY entry = {pages.address, pages.length};
    call_begins();
    BOOL done = sys.PrefetchVirtualMemory(GetCurrentProcess(), 1, &entry, 0);
    reply_done(reply, done, call_ended());
}

void verb_lock(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    call_begins();
    BOOL done = sys.VirtualLock(pages.address, pages.length);
    reply_done(reply, done, call_ended());
}

void verb_unlock(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    call_begins();
    BOOL done = sys.VirtualUnlock(pages.address, pages.length);
    reply_done(reply, done, call_ended());
}
