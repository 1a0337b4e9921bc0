/* The commit charge of the whole system, the working set of this process, and large pages. */
#include "../arguments.h"
#include "../held.h"
#include "verbs.h"
#include "../clock.h"

#define TURN_MS 4000u /* the longest wait for another measurement; a step of the runner takes 5 s at most */

static uint64_t marked_bytes;

static bool commit_total(uint64_t *total, uint64_t *limit, struct reply *reply)
{
    PERFORMANCE_INFORMATION now = {.cb = sizeof now};
    if (!sys.K32GetPerformanceInfo) {
        reply_not_exported(reply);
        return false;
    }
    call_begins();
    BOOL done = sys.K32GetPerformanceInfo(&now, sizeof now);
    struct call_result seen = call_ended();
    if (!done) {
        reply_fail(reply, seen);
        return false;
    }
    *total = (uint64_t)now.CommitTotal * now.PageSize;
    *limit = (uint64_t)now.CommitLimit * now.PageSize;
    return true;
}

/* The charge is one number for all processes, so cases that measure it at the same time would disturb each other. */
static bool take_turn(struct reply *reply)
{
    if (held_turn())
        return true;
    call_begins();
    HANDLE turn = CreateMutexW(NULL, FALSE, L"Local\\shmcheck-commitment");
    DWORD result = turn ? WaitForSingleObject(turn, TURN_MS) : WAIT_FAILED;
    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED) {
        held_turn_set(turn);
        return true;
    }
    if (result == WAIT_TIMEOUT)
        SetLastError(ERROR_TIMEOUT);
    reply_fail(reply, call_ended());
    reply_add(reply, "call=WaitForSingleObject");
    if (turn)
        CloseHandle(turn);
    return false;
}

/* Rounded to the nearest: what others commit meanwhile does not count as long as it is less than half a unit. */
static int64_t units_since(uint64_t before, uint64_t total, uint64_t unit)
{
    int64_t rise = (int64_t)(total - before), half = (int64_t)(unit / 2);
    return (rise + (rise < 0 ? -half : half)) / (int64_t)unit;
}

void verb_commitment(const struct line *request, struct reply *reply)
{
    uint64_t total, limit;
    uint64_t unit = argument_number(request, "unit");
    uint64_t timeout = argument_number(request, "settle");
    if (argument_has(request, "unit") && (unit == 0 || !held_turn())) {
        reply_bad(reply, "unit= must be at least 1, and a commitment without unit= must come before it");
        return;
    }
    if (!take_turn(reply) || !commit_total(&total, &limit, reply))
        return;
    for (uint64_t start = clock_milliseconds();
         unit > 0 && units_since(marked_bytes, total, unit) > 0 && clock_milliseconds() - start < timeout;) {
        SwitchToThread();
        if (!commit_total(&total, &limit, reply))
            return;
    }
    reply_ok(reply);
    if (unit > 0)
        reply_add(reply, "units=%lld", (long long)units_since(marked_bytes, total, unit));
    else
        marked_bytes = total;
    reply_add(reply, "~total=%llu", (unsigned long long)total);
    reply_add(reply, "~beyond=%llu", (unsigned long long)(2 * limit));
}

void verb_largepages(const struct line *request, struct reply *reply)
{
    (void)request;
    uint64_t minimum = sys.GetLargePageMinimum();
    reply_ok(reply);
    reply_add(reply, "power-of-two=%s", (minimum & (minimum - 1)) == 0 ? "yes" : "no");
    reply_add(reply, "small=%s", minimum > 0 && minimum <= 4096 ? "yes" : "no");
    reply_add(reply, "~minimum=%llu", (unsigned long long)minimum);
}

void verb_workingset(const struct line *request, struct reply *reply)
{
    static uint64_t before;
    static bool marked;
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof counters};
    uint64_t unit = argument_number(request, "unit");
    if (argument_has(request, "unit") && (unit == 0 || !marked)) {
        reply_bad(reply, "unit= must be at least 1, and a workingset without unit= must come before it");
        return;
    }
    if (!sys.K32GetProcessMemoryInfo) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    BOOL done = sys.K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    struct call_result seen = call_ended();
    if (!reply_done(reply, done, seen))
        return;
    if (unit > 0) {
        reply_add(reply, "units=%lld", (long long)units_since(before, counters.WorkingSetSize, unit));
    } else {
        before = counters.WorkingSetSize;
        marked = true;
    }
    reply_add(reply, "~bytes=%llu", (unsigned long long)counters.WorkingSetSize);
}
