#include "system_calls.h"

#include <string.h>
#include <wchar.h>

static const struct system_calls *replaced;

HMODULE system_library(const wchar_t *name)
{
    HMODULE module = system_calls()->LoadLibraryExW(name, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (module || GetLastError() != ERROR_INVALID_PARAMETER)
        return module;
    /* The flag came to Windows 7 with the update KB2533623; without it the flag is an invalid parameter. */
    wchar_t path[MAX_PATH + 32];
    UINT length = GetSystemDirectoryW(path, MAX_PATH);
    if (length == 0 || length >= MAX_PATH || wcslen(name) > 30)
        return NULL;
    path[length] = L'\\';
    wcscpy(path + length + 1, name);
    return system_calls()->LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

static any_function *find_export(HMODULE module, const char *name)
{
    return module ? (any_function *)system_calls()->GetProcAddress(module, name) : NULL;
}

any_function *system_function(const char *name)
{
    any_function *found = find_export(GetModuleHandleW(L"kernelbase.dll"), name);
    if (!found)
        found = find_export(GetModuleHandleW(L"kernel32.dll"), name);
    if (!found && strncmp(name, "K32", 3) == 0)
        found = find_export(system_library(L"psapi.dll"), name + 3);
    return found;
}

/* What every Windows exports. */
static const struct system_calls everywhere = {
    .AssignProcessToJobObject = AssignProcessToJobObject,
    .OpenProcess = OpenProcess,
    .GetExitCodeProcess = GetExitCodeProcess,
    .LoadLibraryExW = LoadLibraryExW,
    .GetProcAddress = GetProcAddress,
};

/* The others are looked up with the help of these. */
static void look_up(struct system_calls *out)
{
    out->CancelIoEx = (BOOL(WINAPI *)(HANDLE, OVERLAPPED *))system_function("CancelIoEx");
    out->GetTickCount64 = (ULONGLONG(WINAPI *)(void))system_function("GetTickCount64");
    out->InitializeProcThreadAttributeList =
        (BOOL(WINAPI *)(LPPROC_THREAD_ATTRIBUTE_LIST, DWORD, DWORD, SIZE_T *))system_function(
            "InitializeProcThreadAttributeList");
    out->UpdateProcThreadAttribute =
        (BOOL(WINAPI *)(LPPROC_THREAD_ATTRIBUTE_LIST, DWORD, DWORD_PTR, void *, SIZE_T, void *,
                        SIZE_T *))system_function("UpdateProcThreadAttribute");
    out->DeleteProcThreadAttributeList =
        (void(WINAPI *)(LPPROC_THREAD_ATTRIBUTE_LIST))system_function("DeleteProcThreadAttributeList");
    out->GetProcessMemoryInfo =
        (BOOL(WINAPI *)(HANDLE, PROCESS_MEMORY_COUNTERS *, DWORD))system_function("K32GetProcessMemoryInfo");
}

const struct system_calls *system_calls(void)
{
    static struct system_calls own;
    if (!own.OpenProcess) {
        own = everywhere;
        look_up(&own);
    }
    return replaced ? replaced : &own;
}

void system_calls_replace(const struct system_calls *calls)
{
    replaced = calls;
}

uint64_t system_milliseconds(void)
{
    static uint64_t last;
    if (system_calls()->GetTickCount64)
        return system_calls()->GetTickCount64();
    DWORD now = GetTickCount(), before = (DWORD)last;
    last += (DWORD)(now - before);
    return last;
}

BOOL system_memory(PROCESS_MEMORY_COUNTERS *out)
{
    *out = (PROCESS_MEMORY_COUNTERS){.cb = sizeof *out};
    return system_calls()->GetProcessMemoryInfo &&
           system_calls()->GetProcessMemoryInfo(GetCurrentProcess(), out, sizeof *out);
}

BOOL system_has_attribute_lists(void)
{
    const struct system_calls *calls = system_calls();
    return calls->InitializeProcThreadAttributeList && calls->UpdateProcThreadAttribute &&
           calls->DeleteProcThreadAttributeList;
}
