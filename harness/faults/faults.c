/* The faulty system itself: which fault, and how its functions come into the table. */
#include "faults.h"

#include <string.h>

#include "../actor/system_windows.h"
#include "../actor/verbs.h"
#include "track.h"

struct system_calls sys, real, faulty;
const struct seeded *chosen_fault;

const struct fault_group *const fault_groups[] = {
    &create_faults, &name_faults,   &lifetime_faults, &view_faults,  &copy_faults,
    &access_faults, &handle_faults, &page_faults,     &burst_faults,
};
const size_t fault_group_count = sizeof fault_groups / sizeof fault_groups[0];

const struct seeded *fault_find(const char *name)
{
    for (size_t i = 0; i < fault_group_count; i++)
        for (size_t j = 0; j < fault_groups[i]->count; j++)
            if (strcmp(fault_groups[i]->faults[j].name, name) == 0)
                return &fault_groups[i]->faults[j];
    return NULL;
}

static void put_together(void)
{
    const struct system_calls *with = &chosen_fault->calls;
    faulty = real;
#define REPLACE(result, name, parameters)                                                                    \
    if (with->name)                                                                                          \
        faulty.name = with->name;
    SYSTEM_LINKED(REPLACE)
    SYSTEM_KERNELBASE(REPLACE)
    SYSTEM_NTDLL(REPLACE)
    SYSTEM_ADVAPI32(REPLACE)
#undef REPLACE
    sys = faulty;
    track_install(&sys);
}

void system_start(void)
{
    system_windows_fill(&real);
    put_together();
}

void system_load_security(void)
{
    static bool loaded;
    if (loaded)
        return;
    loaded = true;
    system_windows_fill_security(&real);
    put_together();
}

/* CMake gives the actor's own guard_run this name. */
bool guard_run_plainly(void (*touch)(void *), void *context, struct fault *fault);

bool guard_run(void (*touch)(void *), void *context, struct fault *fault)
{
    if (chosen_fault->touches)
        touch = chosen_fault->touches(touch, context);
    return guard_run_plainly(touch, context, fault);
}

/* And the actor's own verb_perform this one. */
void verb_perform_plainly(const struct line *request, struct reply *reply);

void verb_perform(const struct line *request, struct reply *reply)
{
    static struct line changed;
    if (!chosen_fault->asks) {
        verb_perform_plainly(request, reply);
        return;
    }
    changed = *request; /* its words still stand in the request, which outlives it */
    chosen_fault->asks(&changed);
    verb_perform_plainly(&changed, reply);
}

/* ---- what faults are made of ---- */

void leave_failure(DWORD error, LONG status)
{
    if (real.RtlNtStatusToDosError)
        real.RtlNtStatusToDosError(status); /* as outcome_before does, for its side effect */
    SetLastError(error);
}

HANDLE with_all_rights(HANDLE section)
{
    HANDLE out = NULL;
    if (!real.DuplicateHandle(GetCurrentProcess(), section, GetCurrentProcess(), &out, SECTION_ALL_ACCESS,
                              FALSE, 0))
        return NULL;
    return out;
}

/* Page ntqueryinformationprocess: ProcessBasicInformation, whose last member is the id of the parent. */
static DWORD parent_id(void)
{
    typedef LONG NTAPI query(HANDLE, int, void *, ULONG, ULONG *);
    struct {
        LONG status;
        void *peb;
        ULONG_PTR affinity;
        LONG priority;
        ULONG_PTR id, parent;
    } information;
    query *ask =
        (query *)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationProcess");
    if (!ask || ask(GetCurrentProcess(), 0, &information, sizeof information, NULL) < 0)
        return 0;
    return (DWORD)information.parent;
}

void leak_to_parent(HANDLE handle)
{
    static HANDLE parent;
    HANDLE there;
    if (!parent)
        parent = real.OpenProcess(PROCESS_DUP_HANDLE, FALSE, parent_id());
    if (parent)
        real.DuplicateHandle(GetCurrentProcess(), handle, parent, &there, 0, FALSE, DUPLICATE_SAME_ACCESS);
}

uint64_t section_size(HANDLE section)
{
    struct {
        void *base;
        ULONG attributes;
        LARGE_INTEGER size;
    } information = {0};
    HANDLE able = with_all_rights(section);
    LONG status = -1;
    if (real.NtQuerySection)
        status = real.NtQuerySection(able ? able : section, 0, &information, sizeof information, NULL);
    if (able)
        real.CloseHandle(able);
    return status < 0 ? 0 : (uint64_t)information.size.QuadPart;
}

size_t view_size(const void *base)
{
    MEMORY_BASIC_INFORMATION region;
    const char *at = base;
    size_t size = 0;
    DWORD state = 0;
    while (real.VirtualQuery(at + size, &region, sizeof region) != 0 && region.AllocationBase == base &&
           (size == 0 || region.State == state)) {
        state = region.State;
        size += region.RegionSize;
    }
    return size;
}

void make_private(void *base)
{
    MEMORY_BASIC_INFORMATION region;
    volatile char *at = base;
    while (real.VirtualQuery((const void *)at, &region, sizeof region) != 0 &&
           region.AllocationBase == base) {
        bool copies = region.Protect == PAGE_WRITECOPY || region.Protect == PAGE_EXECUTE_WRITECOPY;
        for (size_t i = 0; i < region.RegionSize && region.State == MEM_COMMIT && copies; i += 4096) {
            const char kept = at[i];
            at[i] = kept;
        }
        at += region.RegionSize;
    }
}

void *map_copy(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length, void *base)
{
    HANDLE able = with_all_rights(section);
    void *at = real.MapViewOfFileEx(able ? able : section, FILE_MAP_COPY, high, low, length, base);
    DWORD error = GetLastError(), old;
    if (able)
        real.CloseHandle(able);
    if (at) {
        make_private(at);
        if (!(access & FILE_MAP_WRITE))
            real.VirtualProtect(at, view_size(at), PAGE_READONLY, &old);
    }
    SetLastError(error);
    return at;
}
