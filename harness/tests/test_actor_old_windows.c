/* The table of functions of the actor on an older Windows. The test simulates the look-ups: the file under test is
 * compiled here with other names for the functions that it looks up with. */
#include "testing.h"

#include "../actor/system.h"

static FARPROC played_address(HMODULE module, const char *name);
static HMODULE played_library(const WCHAR *name, HANDLE file, DWORD flags);
static HMODULE played_module(const WCHAR *name);

#define GetProcAddress played_address
#define GetModuleHandleW played_module
#define LoadLibraryW(name) played_library(name, NULL, 0)
#define LoadLibraryExW played_library
#include "../actor/system_windows.c"
#undef GetProcAddress
#undef GetModuleHandleW
#undef LoadLibraryW
#undef LoadLibraryExW

/* What the simulated Windows has. */
static struct {
    bool kernelbase, k32, vista, search_flag;
    unsigned refused; /* loads with the flag that it does not know */
} windows;

static bool is_of_vista(const char *name)
{
    return strstr(name, "ProcThreadAttribute") || strcmp(name, "GetTickCount64") == 0;
}

static FARPROC played_address(HMODULE module, const char *name)
{
    if ((!windows.k32 && strncmp(name, "K32", 3) == 0) || (!windows.vista && is_of_vista(name)))
        return NULL;
    return GetProcAddress(module, name);
}

static HMODULE played_library(const WCHAR *name, HANDLE file, DWORD flags)
{
    if (flags != 0 && !windows.search_flag) {
        windows.refused++;
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return LoadLibraryExW(name, file, flags);
}

static HMODULE played_module(const WCHAR *name)
{
    return windows.kernelbase || wcscmp(name, L"kernelbase.dll") != 0 ? GetModuleHandleW(name) : NULL;
}

TEST(functions_of_windows_server_2003_are_found)
{
    struct system_calls calls = {0};
    memset(&windows, 0, sizeof windows);
    system_windows_fill(&calls);
    assert_non_null(calls.CreateFileMappingW);
    assert_null(calls.InitializeProcThreadAttributeList);
    assert_null(calls.UpdateProcThreadAttribute);
    assert_null(calls.DeleteProcThreadAttributeList);
    assert_null(calls.GetTickCount64);
    /* From psapi.dll, without the prefix. */
    assert_true((void (*)(void))calls.K32GetProcessMemoryInfo ==
                (void (*)(void))GetProcAddress(GetModuleHandleW(L"psapi.dll"), "GetProcessMemoryInfo"));
    assert_true((void (*)(void))calls.K32GetMappedFileNameW ==
                (void (*)(void))GetProcAddress(GetModuleHandleW(L"psapi.dll"), "GetMappedFileNameW"));
}

TEST(functions_of_windows_vista_are_found)
{
    struct system_calls calls = {0};
    memset(&windows, 0, sizeof windows);
    windows.vista = true;
    system_windows_fill(&calls);
    assert_non_null(calls.InitializeProcThreadAttributeList);
    assert_non_null(calls.GetTickCount64);
    assert_non_null(calls.K32GetPerformanceInfo);
}

TEST(advapi32_is_loaded_without_the_flag)
{
    struct system_calls calls = {0};
    memset(&windows, 0, sizeof windows);
    windows.vista = windows.k32 = windows.kernelbase = true;
    system_windows_fill_security(&calls);
    assert_int_equal(windows.refused, 1);
    assert_non_null(calls.OpenProcessToken);
    windows.search_flag = true;
    calls.OpenProcessToken = NULL;
    system_windows_fill_security(&calls);
    assert_int_equal(windows.refused, 1);
    assert_non_null(calls.OpenProcessToken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_of_windows_server_2003_are_found),
        cmocka_unit_test(functions_of_windows_vista_are_found),
        cmocka_unit_test(advapi32_is_loaded_without_the_flag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
