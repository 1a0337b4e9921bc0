#include "footprint.h"

#include <windows.h>

#include <stdio.h>

#include "../platform/system_calls.h"

#include "../peer/process.h"

void footprint_case(struct footprints *prints, uint64_t worker_handles)
{
    PROCESS_MEMORY_COUNTERS memory;
    prints->last = (struct footprint){.handles = own_handle_count(), .worker_handles = worker_handles};
    if (system_memory(&memory))
        prints->last.private_kib = memory.PagefileUsage >> 10;
    if (++prints->cases == FOOTPRINT_WARM)
        prints->first = prints->last;
}

static void add(struct junit *report, const char *name, const char *when, uint64_t value)
{
    char property[60], number[32];
    snprintf(property, sizeof property, "%s_%s", name, when);
    snprintf(number, sizeof number, "%llu", (unsigned long long)value);
    junit_property(report, property, number);
}

static void add_all(struct junit *report, const char *when, const struct footprint *print)
{
    add(report, "runner_handles", when, print->handles);
    add(report, "runner_private_kib", when, print->private_kib);
    add(report, "worker_handles", when, print->worker_handles);
}

void footprint_report(const struct footprints *prints, struct junit *report)
{
    if (prints->cases <= FOOTPRINT_WARM)
        return;
    add_all(report, "first", &prints->first);
    add_all(report, "last", &prints->last);
}
