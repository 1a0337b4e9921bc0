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

static void reply_truth(BOOL done, struct call_result seen, struct reply *reply)
{
    if (done)
        reply_ok(reply);
    else
        reply_fail(reply, seen);
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
    reply_truth(base != NULL, seen, reply);
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
    reply_truth(done, call_ended(), reply);
}

void verb_lock(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    call_begins();
    BOOL done = sys.VirtualLock(pages.address, pages.length);
    reply_truth(done, call_ended(), reply);
}

void verb_unlock(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    call_begins();
    BOOL done = sys.VirtualUnlock(pages.address, pages.length);
    reply_truth(done, call_ended(), reply);
}
