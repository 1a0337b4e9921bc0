/* The pages of a view: which are shared, what is charged for them, and what kind of memory they are. */
#include <assert.h>

#include "../arguments.h"
#include "../objects.h"
#include "verbs.h"

static const char *yes(bool truth)
{
    return truth ? "yes" : "no";
}

void verb_resident(const struct line *request, struct reply *reply)
{
    /* PSAPI_WORKING_SET_EX_BLOCK: valid in bit 0, ShareCount in bits 1 to 3, Shared in bit 15, Node in bits 16 to 21,
     * LargePage in bit 23 (page ns-psapi-psapi_working_set_ex_block). If a page is not valid the reply says only that. */
    struct {
        void *address;
        ULONG_PTR flags;
    } page = {0};
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    const bool tell_node = argument_is(request, "tell", "node");
    uint64_t node = argument_number(request, "node");
    if (!memory)
        return;
    if (tell_node != argument_has(request, "node")) {
        reply_bad(reply, "tell=node and node= go together");
        return;
    }
    page.address = (void *)(memory->base + at);
    if (!sys.K32QueryWorkingSetEx) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    BOOL done = sys.K32QueryWorkingSetEx(GetCurrentProcess(), &page, sizeof page);
    struct call_result seen = call_ended();
    if (!reply_done(reply, done, seen))
        return;
    reply_add(reply, "valid=%s", yes(page.flags & 1));
    if (!(page.flags & 1))
        return;
    if (argument_is(request, "tell", "large")) {
        reply_add(reply, "large=%s", yes(page.flags >> 23 & 1));
        return;
    }
    if (tell_node) {
        reply_add(reply, "node=%s", (page.flags >> 16 & NUMA_NODE_MOST) == node ? "as-asked" : "other");
        return;
    }
    reply_add(reply, "shared=%s", yes(page.flags >> 15 & 1));
    reply_add(reply, "~shares=%u", (unsigned)(page.flags >> 1 & 7));
}

void verb_charge(const struct line *request, struct reply *reply)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};
    DWORD handles = 0;
    (void)request;
    if (!sys.K32GetProcessMemoryInfo) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    BOOL done = sys.K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters) &&
                sys.GetProcessHandleCount(GetCurrentProcess(), &handles);
    struct call_result seen = call_ended();
    if (!reply_done(reply, done, seen))
        return;
    reply_add(reply, "~handles=%lu", handles);
    reply_add(reply, "~pagefile=%llu", (unsigned long long)counters.PagefileUsage);
}

void verb_filename(const struct line *request, struct reply *reply)
{
    static WCHAR name[PATH_UNITS];
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    if (!memory)
        return;
    if (!sys.K32GetMappedFileNameW) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    DWORD length =
        sys.K32GetMappedFileNameW(GetCurrentProcess(), (void *)(memory->base + at), name, PATH_UNITS);
    struct call_result seen = call_ended();
    if (length == 0) {
        reply_fail(reply, seen);
        return;
    }
    reply_ok(reply);
    reply_add(reply, "~units=%lu", length);
}

/* The fields of a region, in the order of the reply and of the words of show=. Its flags stand in the middle, from bit 0 on. */
enum { KIND_BASE, KIND_FLAGS, KIND_SIZE = KIND_FLAGS + 6, KIND_COMMIT, KIND_COUNT };
static const char *const kind_names[] = {
    [KIND_BASE] = "base",
    [KIND_FLAGS] = "private",
    [KIND_FLAGS + 1] = "mapped-data-file",
    [KIND_FLAGS + 2] = "mapped-image",
    [KIND_FLAGS + 3] = "mapped-pagefile",
    [KIND_FLAGS + 4] = "mapped-physical",
    [KIND_FLAGS + 5] = "direct-mapped",
    [KIND_SIZE] = "size",
    [KIND_COMMIT] = "commit",
};
static_assert(sizeof kind_names / sizeof kind_names[0] == KIND_COUNT, "every field of a region has its name");

void verb_kind(const struct line *request, struct reply *reply)
{
    /* WIN32_MEMORY_REGION_INFORMATION: the low bits of Flags are Private, MappedDataFile, MappedImage, MappedPageFile,
     * MappedPhysical, DirectMapped (page ns-memoryapi-win32_memory_region_information). */
    struct {
        void *base;
        ULONG protect, flags;
        SIZE_T size, commit;
    } region = {0};
    SIZE_T returned = 0;
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    unsigned shown = argument_words(request, "show");
    if (!memory)
        return;
    if (!sys.QueryVirtualMemoryInformation) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    BOOL done = sys.QueryVirtualMemoryInformation(GetCurrentProcess(), (const void *)(memory->base + at), 0,
                                                  &region, sizeof region, &returned);
    struct call_result seen = call_ended();
    if (!reply_done(reply, done, seen))
        return;
    if (shown & 1u << KIND_BASE)
        reply_add_distance(reply, "base", (uintptr_t)region.base, memory->base);
    for (unsigned i = KIND_FLAGS; i < KIND_SIZE; i++)
        if (shown & 1u << i)
            reply_add(reply, "%s=%s", kind_names[i], yes(region.flags >> (i - KIND_FLAGS) & 1));
    if (shown & 1u << KIND_SIZE)
        reply_add(reply, "size=%llu", (unsigned long long)region.size);
    if (shown & 1u << KIND_COMMIT)
        reply_add(reply, "commit=%llu", (unsigned long long)region.commit);
}
