#include "testing.h"

#include "actor_fake.h"

struct system_calls sys;

struct fake_system fake;

uintptr_t called(void)
{
    fake.calls++;
    fake.error_at_call = GetLastError();
    if (fake.error != SENTINEL_ERROR)
        SetLastError(fake.error);
    return fake.result;
}

static void note_attributes(const SECURITY_ATTRIBUTES *attributes)
{
    fake.has_attributes = attributes != NULL;
    fake.inherit = attributes && attributes->bInheritHandle;
    fake.has_descriptor = attributes && attributes->lpSecurityDescriptor;
}

static HANDLE WINAPI create_w(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                              DWORD low, LPCWSTR name)
{
    uintptr_t result = called();
    note_attributes(attributes);
    fake.file = file;
    fake.protect = protect;
    fake.high = high;
    fake.low = low;
    fake.wide = true;
    fake.named = name != NULL;
    fake.size = name ? wcslen(name) : 0;
    wcsncpy(fake.name, name ? name : L"", 63);
    return (HANDLE)result;
}

static HANDLE WINAPI create_a(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                              DWORD low, LPCSTR name)
{
    HANDLE result = create_w(file, attributes, protect, high, low, NULL);
    fake.wide = false;
    fake.named = name != NULL;
    strncpy(fake.bytes, name ? name : "", 63);
    return result;
}

static HANDLE WINAPI open_w(DWORD access, BOOL inherit, LPCWSTR name)
{
    uintptr_t result = called();
    fake.access = access;
    fake.inherit = inherit != FALSE;
    fake.named = name != NULL;
    return (HANDLE)result;
}

static LPVOID WINAPI map(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length)
{
    uintptr_t result = called();
    fake.handle = section;
    fake.access = access;
    fake.high = high;
    fake.low = low;
    fake.size = length;
    return (void *)result;
}

static LPVOID WINAPI map_ex(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length, LPVOID base)
{
    fake.ex = true;
    fake.base = (uintptr_t)base;
    return map(section, access, high, low, length);
}

static BOOL WINAPI unmap(LPCVOID base)
{
    fake.base = (uintptr_t)base;
    return (BOOL)called();
}

static BOOL WINAPI close_handle(HANDLE handle)
{
    fake.handle = handle;
    return (BOOL)called();
}

static BOOL WINAPI duplicate(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access, BOOL inherit,
                             DWORD options)
{
    uintptr_t result = called();
    (void)from;
    fake.handle = source;
    fake.other = to;
    fake.access = access;
    fake.inherit = inherit != FALSE;
    fake.options = options;
    *out = (HANDLE)(uintptr_t)0x88;
    return (BOOL)result;
}

static BOOL WINAPI compare(HANDLE first, HANDLE second)
{
    fake.handle = first;
    fake.other = second;
    return (BOOL)called();
}

static LONG WINAPI query_section(HANDLE section, int class, void *out, SIZE_T size, SIZE_T *got)
{
    (void)class, (void)out, (void)size, (void)got;
    fake.handle = section;
    return (LONG)fake.status;
}

static LONG WINAPI last_status(void)
{
    return (LONG)fake.status;
}

static ULONG WINAPI to_error(LONG status)
{
    return status == 0 ? 0 : 5;
}

void system_load_security(void)
{
}

void system_unload_security(void)
{
}

int fresh(void **state)
{
    (void)state;
    objects_reset();
    memset(&fake, 0, sizeof fake);
    fake.result = 0x44;
    sys = (struct system_calls){
        .CreateFileMappingW = create_w,
        .CreateFileMappingA = create_a,
        .OpenFileMappingW = open_w,
        .MapViewOfFile = map,
        .MapViewOfFileEx = map_ex,
        .UnmapViewOfFile = unmap,
        .CloseHandle = close_handle,
        .DuplicateHandle = duplicate,
        .CompareObjectHandles = compare,
        .NtQuerySection = query_section,
        .RtlGetLastNtStatus = last_status,
        .RtlNtStatusToDosError = to_error,
    };
    return 0;
}
