/* How long a name outlives its last holder. */
#include "arguments.h"
#include "verbs.h"

#define TIMEOUT_MOST 4000u /* ms; a step of the runner takes 5 s at most */

static uint64_t microseconds_since(const LARGE_INTEGER *start)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (uint64_t)(now.QuadPart - start->QuadPart) * 1000000 / (uint64_t)frequency.QuadPart;
}

/* A handle to the name keeps it, so none is held between two looks, nor are views. */
static void poll(const WCHAR *name, uint64_t timeout, struct reply *reply)
{
    LARGE_INTEGER start;
    uint64_t polls = 0, elapsed;
    struct outcome seen;
    HANDLE section;
    QueryPerformanceCounter(&start);
    do {
        outcome_before();
        section = sys.OpenFileMappingW(FILE_MAP_READ, FALSE, name);
        seen = outcome_after();
        elapsed = microseconds_since(&start);
        polls++;
        if (section) {
            sys.CloseHandle(section);
            SwitchToThread();
        }
    } while (section && elapsed < timeout * 1000);
    reply_ok(reply);
    reply_add(reply, "gone=%s", section ? "no" : "yes");
    if (!section)
        reply_add_error(reply, seen.error);
    reply_add(reply, "~polls=%llu", (unsigned long long)polls);
    reply_add(reply, "~us=%llu", (unsigned long long)elapsed);
}

void verb_gone(const struct line *request, struct reply *reply)
{
    struct name name;
    uint64_t timeout;
    if (!need_number(request, "timeout", TIMEOUT_MOST, &timeout, reply) ||
        !take_name(request, &name, false, reply))
        return;
    poll(name.wide, timeout, reply);
    name_free(&name);
}
