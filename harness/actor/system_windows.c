#include "system_windows.h"

#include <string.h>

/* K32 functions are those of psapi before Windows 7, without the K32. */
static FARPROC look_up_psapi(const char *name)
{
    HMODULE psapi = strncmp(name, "K32", 3) == 0 ? LoadLibraryW(L"psapi.dll") : NULL;
    return psapi ? GetProcAddress(psapi, name + 3) : NULL;
}

/* A function of kernelbase or, where there is no kernelbase (before Windows 7) or it does not export it, of kernel32; else
 * of psapi. */
FARPROC system_windows_find(const char *name)
{
    static const WCHAR *const modules[] = {L"kernelbase.dll", L"kernel32.dll"};
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        HMODULE module = GetModuleHandleW(modules[i]);
        FARPROC found = module ? GetProcAddress(module, name) : NULL;
        if (found)
            return found;
    }
    return look_up_psapi(name);
}

/* FARPROC has no parameters; going over a type without any is the one cast between function pointers that
 * compilers do not warn about. */
#define LOOK_UP(result, name, parameters)                                                                    \
    calls->name = (result(WINAPI *) parameters)(void (*)(void))GetProcAddress(module, #name);

void system_windows_fill(struct system_calls *calls)
{
#define LINK(result, name, parameters) calls->name = name;
    SYSTEM_LINKED(LINK)
#undef LINK
#define FIND(result, name, parameters)                                                                       \
    calls->name = (result(WINAPI *) parameters)(void (*)(void))system_windows_find(#name);
    SYSTEM_KERNELBASE(FIND)
#undef FIND
    HMODULE module = GetModuleHandleW(L"ntdll.dll");
    SYSTEM_NTDLL(LOOK_UP)
}

void system_windows_fill_security(struct system_calls *calls)
{
    HMODULE module = LoadLibraryExW(L"advapi32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    /* Windows 7 without the update of page KB2533623 does not know the flag. */
    if (!module && GetLastError() == ERROR_INVALID_PARAMETER)
        module = LoadLibraryW(L"advapi32.dll");
    if (!module)
        return;
    SYSTEM_ADVAPI32(LOOK_UP)
}

void system_windows_drop_security(struct system_calls *calls)
{
    HMODULE module = GetModuleHandleW(L"advapi32.dll");
#define DROP(result, name, parameters) calls->name = NULL;
    SYSTEM_ADVAPI32(DROP)
#undef DROP
    if (module)
        FreeLibrary(module);
}
