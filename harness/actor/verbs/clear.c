/* Releasing all that the actor holds, so that another case can use it. The calls go through `sys`: if a system does not
 * release something, the footprint shows it. */
#include <assert.h>
#include <stdlib.h>

#include "../arguments.h"
#include "../footprint.h"
#include "../held.h"
#include "../objects.h"
#include "../second_thread.h"
#include "../security.h"
#include "verbs.h"

#define MUTEX_TURNS_MOST 64 /* how often one thread has waited for a mutex that it still owns */

static const char *const part_words[] = {
    [PART_HANDLES] = "handles",
    [PART_MEMORY] = "memory",
    [PART_LABELS] = "labels",
    [PART_LOCKS] = "locks",
    [PART_DIRECTORY] = "directory",
    [PART_TOKEN] = "token",
    [PART_IMPERSONATION] = "impersonation",
    [PART_ERROR_MODE] = "error-mode",
    [PART_LAST_ERROR] = "last-error",
    [PART_POLICY] = "policy",
};
static_assert(sizeof part_words / sizeof part_words[0] == PART_COUNT, "every part has its word");

/* What belongs to a thread: impersonation, mutexes that it owns, and its last error. */
static void release_of_thread(void *unused)
{
    (void)unused;
    if (sys.RevertToSelf)
        sys.RevertToSelf();
    for (struct object *object = object_next(NULL); object; object = object_next(object))
        if (!object->stale && (object->kind == OBJECT_MUTEX || object->kind == OBJECT_HANDLE))
            for (int turn = 0; turn < MUTEX_TURNS_MOST && sys.ReleaseMutex(object->handle); turn++)
                ;
    SetLastError(ERROR_SUCCESS);
}

/* Also for addresses that were adopted: those of images, heaps and stacks are left alone. */
static void release_memory(const struct object *object)
{
    MEMORY_BASIC_INFORMATION region;
    if (!VirtualQuery((const void *)object->base, &region, sizeof region) || region.State == MEM_FREE ||
        footprint_has_memory((const void *)object->base))
        return;
    if (region.Type == MEM_PRIVATE)
        sys.VirtualFree(region.AllocationBase, 0, MEM_RELEASE);
    else
        sys.UnmapViewOfFile(region.AllocationBase);
}

static void close_handle(HANDLE handle)
{
    if (sys.CloseHandle(handle))
        return;
    sys.SetHandleInformation(handle, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    sys.CloseHandle(handle);
}

static void release_object(const struct object *object)
{
    if (object_is_memory(object->kind))
        release_memory(object);
    else if (object_is_handle(object->kind))
        close_handle(object->handle);
    else if (object->kind == OBJECT_NAMESPACE && sys.ClosePrivateNamespace)
        sys.ClosePrivateNamespace(object->handle, 0);
    else if (object->kind == OBJECT_BURST)
        for (size_t i = 0; i < object->handle_count; i++)
            if (object->handles[i])
                close_handle(object->handles[i]);
}

static void release_all(void)
{
    if (second_thread_lives())
        second_thread_run(release_of_thread, NULL);
    release_of_thread(NULL);
    held_locks_release();
    held_turn_release();
    for (struct object *object = object_next(NULL); object; object = object_next(object))
        if (!object->stale)
            release_object(object);
    objects_reset();
    footprint_restore_token();
    security_unload();
    footprint_restore_directory();
    footprint_restore_modes();
}

static uint64_t ticks(void)
{
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    return (uint64_t)now.QuadPart;
}

void verb_clear(const struct line *request, struct reply *reply)
{
    LARGE_INTEGER frequency;
    const char *separator = " differs=";
    const uint64_t start = ticks();
    (void)request;
    release_all();
    struct footprint_difference found = footprint_compare();
    QueryPerformanceFrequency(&frequency);
    reply_ok(reply);
    reply_add(reply, "same=%s", found.parts ? "no" : "yes");
    for (int i = 0; i < PART_COUNT; i++) {
        if (!(found.parts & 1u << i))
            continue;
        text_format(&reply->text, "%s%s", separator, part_words[i]);
        separator = ",";
    }
    reply_add(reply, "~handles=%u", found.handles);
    reply_add(reply, "~allocations=%u", found.regions);
    reply_add(reply, "~bytes=%llu", (unsigned long long)found.bytes);
    reply_add(reply, "~loads=%u", found.loads);
    reply_add(reply, "~us=%llu",
              (unsigned long long)((ticks() - start) * 1000000 / (uint64_t)frequency.QuadPart));
}
