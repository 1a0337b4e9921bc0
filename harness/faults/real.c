#include "real.h"

#include <stdbool.h>
#include <stdlib.h>

struct system_calls real;

void leave_failure(DWORD error, LONG status)
{
    if (real.RtlNtStatusToDosError)
        real.RtlNtStatusToDosError(status); /* it also stores the status, which RtlGetLastNtStatus returns */
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
    if (!parent) /* a process that no other Windows program has started keeps the handle itself */
        parent = GetCurrentProcess();
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
        for (size_t i = 0; i < region.RegionSize && region.State == MEM_COMMIT && copies; i += PAGE_BYTES) {
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

size_t allocation_size(const void *base)
{
    MEMORY_BASIC_INFORMATION region;
    const char *at = base;
    size_t size = 0;
    while (real.VirtualQuery(at + size, &region, sizeof region) != 0 && region.AllocationBase == base)
        size += region.RegionSize;
    return size;
}

void fault_reached(void)
{
    static bool done;
    DWORD before = GetLastError();
    const char *path = done ? NULL : getenv("SHMCHECK_FAULT_REACHED");
    done = true;
    HANDLE file = path ? CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                     OPEN_ALWAYS, 0, NULL)
                       : INVALID_HANDLE_VALUE;
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    SetLastError(before);
}
