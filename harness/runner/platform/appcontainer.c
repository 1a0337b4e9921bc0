#include "appcontainer.h"

#include <sddl.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "system_calls.h"

/* Looked up at run time: Windows 7 and some versions of Wine do not have these functions, and the rest of the runner
 * works there. */
static struct {
    HRESULT(WINAPI *create)(PCWSTR, PCWSTR, PCWSTR, PSID_AND_ATTRIBUTES, DWORD, PSID *);
    HRESULT(WINAPI *derive)(PCWSTR, PSID *);
    HRESULT(WINAPI *delete)(PCWSTR);
    HRESULT(WINAPI *folder)(PCWSTR, PWSTR *);
    void(WINAPI *free_memory)(void *); /* of what `folder` returns */
} calls;

/* Casts through a type without parameters: the only cast between function pointers that no compiler warns about. */
static any_function *function(HMODULE module, const char *name)
{
    return module ? (any_function *)GetProcAddress(module, name) : NULL;
}

static bool exported(void)
{
    static bool looked;
    if (!looked) {
        HMODULE userenv = system_library(L"userenv.dll");
        HMODULE ole32 = system_library(L"ole32.dll");
        calls.create = (HRESULT(WINAPI *)(PCWSTR, PCWSTR, PCWSTR, PSID_AND_ATTRIBUTES, DWORD,
                                          PSID *))function(userenv, "CreateAppContainerProfile");
        calls.derive =
            (HRESULT(WINAPI *)(PCWSTR, PSID *))function(userenv, "DeriveAppContainerSidFromAppContainerName");
        calls.delete = (HRESULT(WINAPI *)(PCWSTR))function(userenv, "DeleteAppContainerProfile");
        calls.folder = (HRESULT(WINAPI *)(PCWSTR, PWSTR *))function(userenv, "GetAppContainerFolderPath");
        calls.free_memory = (void(WINAPI *)(void *))function(ole32, "CoTaskMemFree");
    }
    looked = true;
    return calls.create && calls.derive && calls.delete &&calls.folder && calls.free_memory;
}

bool appcontainer_works(void)
{
    PSID sid = NULL;
    bool works = exported() && SUCCEEDED(calls.derive(L"shmcheck", &sid)) && sid;
    if (works)
        FreeSid(sid);
    return works;
}

/* Names of profiles have at most 64 characters. The id of a run is much shorter and has letters and digits only. */
static void profile_name(wchar_t *out, size_t units, const char *run)
{
    swprintf(out, units, L"shmcheck.%hs", run);
}

/* Several workers may call this at the same time; one of them creates the profile. */
static HRESULT open_profile(const char *run, PSID *sid, const char **failed)
{
    wchar_t name[64];
    profile_name(name, 64, run);
    *failed = "CreateAppContainerProfile";
    HRESULT result =
        calls.create(name, L"shmcheck", L"Actors of shmcheck that run in a container", NULL, 0, sid);
    if (result == HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS)) {
        *failed = "DeriveAppContainerSidFromAppContainerName";
        result = calls.derive(name, sid);
    }
    return result;
}

static HRESULT profile_folder(PSID sid, wchar_t *out, size_t units, const char **failed)
{
    LPWSTR text;
    PWSTR path;
    *failed = "ConvertSidToStringSid";
    if (!ConvertSidToStringSidW(sid, &text))
        return HRESULT_FROM_WIN32(GetLastError());
    *failed = "GetAppContainerFolderPath";
    HRESULT result = calls.folder(text, &path);
    LocalFree(text);
    if (FAILED(result))
        return result;
    if (wcslen(path) < units)
        wcscpy(out, path);
    else
        result = HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    calls.free_memory(path);
    return result;
}

DWORD appcontainer_open(const char *run, const wchar_t *actor, PSID *sid, wchar_t *image, size_t image_units,
                        const char **failed)
{
    static PSID opened;
    static wchar_t copy[MAX_PATH * 2];
    if (!opened) {
        PSID fresh = NULL;
        wchar_t folder[MAX_PATH * 2];
        *failed = "CreateAppContainerProfile";
        HRESULT result =
            exported() ? open_profile(run, &fresh, failed) : HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND);
        if (SUCCEEDED(result))
            result = profile_folder(fresh, folder, MAX_PATH * 2, failed);
        if (FAILED(result))
            return (DWORD)result;
        /* A copy for each worker, so that none writes into a program that runs. */
        *failed = "CopyFile";
        if (swprintf(copy, MAX_PATH * 2, L"%ls\\shmactor-%lu.exe", folder, GetCurrentProcessId()) < 0)
            return ERROR_FILENAME_EXCED_RANGE;
        if (!CopyFileW(actor, copy, FALSE))
            return GetLastError();
        opened = fresh;
    }
    if (wcslen(copy) >= image_units)
        return ERROR_FILENAME_EXCED_RANGE;
    wcscpy(image, copy);
    *sid = opened;
    return ERROR_SUCCESS;
}

void appcontainer_delete(const char *run)
{
    wchar_t name[64];
    profile_name(name, 64, run);
    if (exported())
        calls.delete(name);
}
