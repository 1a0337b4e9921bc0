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

static void reply_truth(BOOL done, struct outcome seen, struct reply *reply)
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
    outcome_before();
    /* The protection means nothing here, but must be one. */
    const void *base = sys.VirtualAlloc(pages.address, pages.length, MEM_RESET, PAGE_READWRITE);
    struct outcome seen = outcome_after();
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
    outcome_before();
    DWORD code = sys.DiscardVirtualMemory(pages.address, pages.length);
    struct outcome seen = outcome_after();
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
    outcome_before();
    BOOL done = sys.PrefetchVirtualMemory(GetCurrentProcess(), 1, &entry, 0);
    reply_truth(done, outcome_after(), reply);
}

void verb_lock(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    outcome_before();
    BOOL done = sys.VirtualLock(pages.address, pages.length);
    reply_truth(done, outcome_after(), reply);
}

void verb_unlock(const struct line *request, struct reply *reply)
{
    struct pages pages;
    if (!take_pages(request, &pages, reply))
        return;
    outcome_before();
    BOOL done = sys.VirtualUnlock(pages.address, pages.length);
    reply_truth(done, outcome_after(), reply);
}
