#include "system_windows.h"

/* FARPROC has no parameters; going over a type without any is the one cast between function pointers that
 * compilers do not warn about. */
#define LOOK_UP(result, name, parameters)                                                                    \
    calls->name = (result(WINAPI *) parameters)(void (*)(void))GetProcAddress(module, #name);

void system_windows_fill(struct system_calls *calls)
{
#define LINK(result, name, parameters) calls->name = name;
    SYSTEM_LINKED(LINK)
#undef LINK
    /* Absent before Windows 8 only; GetProcAddress takes NULL for the program itself and finds nothing there.
     */
    HMODULE module = GetModuleHandleW(L"kernelbase.dll");
    SYSTEM_KERNELBASE(LOOK_UP)
    module = GetModuleHandleW(L"ntdll.dll");
    SYSTEM_NTDLL(LOOK_UP)
}

void system_windows_fill_security(struct system_calls *calls)
{
    HMODULE module = LoadLibraryExW(L"advapi32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (!module)
        return;
    SYSTEM_ADVAPI32(LOOK_UP)
}
