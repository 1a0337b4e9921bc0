/* Waiting on an address, and waking the threads that wait. */
#include "../arguments.h"
#include "../objects.h"
#include "verbs.h"
#include "../clock.h"

#define READY_MS 2000u /* the longest wait of wake for an await in another process */

/* The two words of the view: the one to wait on, and the one that says that the wait is about to begin. */
struct words {
    volatile LONG *word, *ready;
};

static bool take_words(const struct line *request, struct words *words, struct reply *reply)
{
    MEMORY_BASIC_INFORMATION region;
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    uintptr_t ready = argument_address(request, "ready");
    if (!memory)
        return false;
    words->word = (volatile LONG *)(memory->base + at);
    words->ready = (volatile LONG *)(memory->base + ready);
    if (at % sizeof(LONG) || ready % sizeof(LONG) ||
        !VirtualQuery((const void *)memory->base, &region, sizeof region) || region.State != MEM_COMMIT ||
        region.Protect != PAGE_READWRITE || at + sizeof(LONG) > region.RegionSize ||
        ready + sizeof(LONG) > region.RegionSize)
        return reply_bad(reply, "at= and ready= must be two aligned, writable words");
    if (!sys.WaitOnAddress || !sys.WakeByAddressAll) {
        reply_not_exported(reply);
        return false;
    }
    return true;
}

struct waker {
    volatile LONG *word;
    volatile LONG done;
};

static DWORD WINAPI wake_until_done(void *context)
{
    struct waker *waker = context;
    while (!waker->done) {
        sys.WakeByAddressAll((void *)(uintptr_t)waker->word);
        SwitchToThread();
    }
    return 0;
}

void verb_await(const struct line *request, struct reply *reply)
{
    struct words words;
    HANDLE thread = NULL;
    uint64_t timeout = argument_number(request, "timeout");
    bool helped = argument_yes(request, "helped");
    if (!take_words(request, &words, reply))
        return;
    struct waker waker = {words.word, 0};
    if (helped)
        thread = CreateThread(NULL, 0, wake_until_done, &waker, 0, NULL);
    if (helped && !thread) {
        reply_bad(reply, "no thread (error %lu)", GetLastError());
        return;
    }
    LONG value = *words.word;
    InterlockedExchange(words.ready, 1);
    call_begins();
    BOOL woken = sys.WaitOnAddress(words.word, &value, sizeof value, (DWORD)timeout);
    struct call_result seen = call_ended();
    waker.done = 1;
    if (thread) {
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    reply_ok(reply);
    reply_add(reply, "woken=%s", woken ? "yes" : "no");
    if (!woken)
        reply_add_error(reply, seen.error);
}

void verb_wake(const struct line *request, struct reply *reply)
{
    struct words words;
    uint64_t times = 0;
    uint64_t milliseconds = argument_number(request, "for");
    if (!take_words(request, &words, reply))
        return;
    uint64_t end = clock_milliseconds() + READY_MS;
    while (!*words.ready && clock_milliseconds() < end)
        SwitchToThread();
    if (!*words.ready) {
        reply_fail_code(reply, ERROR_TIMEOUT, (struct call_result){0});
        return;
    }
    for (end = clock_milliseconds() + milliseconds; clock_milliseconds() < end; times++) {
        sys.WakeByAddressAll((void *)(uintptr_t)words.word);
        SwitchToThread();
    }
    reply_ok(reply);
    reply_add(reply, "~times=%llu", (unsigned long long)times);
}
