/* Faults of creating and opening that appear only for some names, numbers or times, and those of failed calls. */
#include <wchar.h>

#include "books.h"
#include "families.h"

#define STATUS_NAME_NOT_FOUND ((LONG)0xC0000034) /* STATUS_OBJECT_NAME_NOT_FOUND */
#define STATUS_NO_MEMORY_LEFT ((LONG)0xC0000017) /* STATUS_NO_MEMORY */
#define STATUS_DENIED ((LONG)0xC0000022)         /* STATUS_ACCESS_DENIED */

static HANDLE WINAPI open_nothing(DWORD access, BOOL inherit, LPCWSTR name)
{
    (void)access, (void)inherit, (void)name;
    leave_failure(ERROR_FILE_NOT_FOUND, STATUS_NAME_NOT_FOUND);
    return NULL;
}

static HANDLE WINAPI open_refused(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    if (!section)
        return NULL;
    fault_reached();
    real.CloseHandle(section);
    leave_failure(ERROR_ACCESS_DENIED, STATUS_DENIED);
    return NULL;
}

static HANDLE WINAPI create_refused(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                    DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (!section)
        return NULL;
    fault_reached();
    real.CloseHandle(section);
    leave_failure(ERROR_NOT_ENOUGH_MEMORY, STATUS_NO_MEMORY_LEFT);
    return NULL;
}

static HANDLE WINAPI open_leaking(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    DWORD error = GetLastError();
    if (section) {
        fault_reached();
        with_all_rights(section);
    }
    SetLastError(error);
    return section;
}

static HANDLE WINAPI create_again_leaking(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                          DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (section && error == ERROR_ALREADY_EXISTS) {
        fault_reached();
        with_all_rights(section);
    }
    SetLastError(error);
    return section;
}

/* ---- calls that fail ---- */

static HANDLE WINAPI fail_leaving_name(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                       DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (!section && name && *name) {
        fault_reached();
        real.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE_BYTES, name);
    }
    SetLastError(error);
    return section;
}

static HANDLE WINAPI fail_leaving_handle(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    DWORD error = GetLastError();
    if (!section) {
        fault_reached();
        real.CreateEventW(NULL, TRUE, FALSE, NULL);
    }
    SetLastError(error);
    return section;
}

static HANDLE WINAPI create_fail_leaving_handle(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                                DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (!section) {
        fault_reached();
        real.CreateEventW(NULL, TRUE, FALSE, NULL);
    }
    SetLastError(error);
    return section;
}

const struct hooks hooks_open_finds_nothing = {.calls = {.OpenFileMappingW = open_nothing}};
const struct hooks hooks_open_refused = {.tells = true, .calls = {.OpenFileMappingW = open_refused}};
const struct hooks hooks_create_refused = {.tells = true, .calls = {.CreateFileMappingW = create_refused}};
const struct hooks hooks_open_leaks_handle = {.tells = true, .calls = {.OpenFileMappingW = open_leaking}};
const struct hooks hooks_create_leaks_handle = {.tells = true,
                                                .calls = {.CreateFileMappingW = create_again_leaking}};
const struct hooks hooks_failed_create_leaves_name = {.tells = true,
                                                      .calls = {.CreateFileMappingW = fail_leaving_name}};
const struct hooks hooks_failed_open_leaves_handle = {.tells = true,
                                                      .calls = {.OpenFileMappingW = fail_leaving_handle}};
const struct hooks hooks_failed_create_leaves_handle = {
    .tells = true, .calls = {.CreateFileMappingW = create_fail_leaving_handle}};
