/* Faults of handles: inheritance, flags, duplicates. */
#include "families.h"
#include "books.h"

/* ---- what children get ---- */

/* Without the attributes, of which the handle list is one. */
static BOOL start_process(LPCWSTR image, LPWSTR command, BOOL inherit, DWORD flags,
                          const STARTUPINFOW *startup, PROCESS_INFORMATION *process)
{
    STARTUPINFOW plain = *startup;
    plain.cb = sizeof plain;
    return real.CreateProcessW(image, command, NULL, NULL, inherit,
                               flags & ~(DWORD)EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &plain, process);
}

static BOOL WINAPI start_without_handles(LPCWSTR image, LPWSTR command,
                                         SECURITY_ATTRIBUTES *process_attributes,
                                         SECURITY_ATTRIBUTES *thread_attributes, BOOL inherit, DWORD flags,
                                         LPVOID environment, LPCWSTR folder, STARTUPINFOW *startup,
                                         PROCESS_INFORMATION *process)
{
    (void)process_attributes, (void)thread_attributes, (void)inherit, (void)environment, (void)folder;
    return start_process(image, command, FALSE, flags, startup, process);
}

static BOOL WINAPI start_without_list(LPCWSTR image, LPWSTR command, SECURITY_ATTRIBUTES *process_attributes,
                                      SECURITY_ATTRIBUTES *thread_attributes, BOOL inherit, DWORD flags,
                                      LPVOID environment, LPCWSTR folder, STARTUPINFOW *startup,
                                      PROCESS_INFORMATION *process)
{
    (void)process_attributes, (void)thread_attributes, (void)environment, (void)folder;
    return start_process(image, command, inherit, flags, startup, process);
}

static BOOL WINAPI start_with_handles(LPCWSTR image, LPWSTR command, SECURITY_ATTRIBUTES *process_attributes,
                                      SECURITY_ATTRIBUTES *thread_attributes, BOOL inherit, DWORD flags,
                                      LPVOID environment, LPCWSTR folder, STARTUPINFOW *startup,
                                      PROCESS_INFORMATION *process)
{
    (void)inherit;
    return real.CreateProcessW(image, command, process_attributes, thread_attributes, TRUE, flags,
                               environment, folder, startup, process);
}

static HANDLE WINAPI create_inheritable(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (section)
        real.SetHandleInformation(section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    SetLastError(error);
    return section;
}

static HANDLE WINAPI create_uninheritable_old(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                              DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (section && error == ERROR_ALREADY_EXISTS)
        real.SetHandleInformation(section, HANDLE_FLAG_INHERIT, 0);
    SetLastError(error);
    return section;
}

static HANDLE WINAPI open_uninheritable(DWORD access, BOOL inherit, LPCWSTR name)
{
    (void)inherit;
    return real.OpenFileMappingW(access, FALSE, name);
}

/* ---- flags ---- */

static BOOL WINAPI set_no_flags(HANDLE handle, DWORD mask, DWORD flags)
{
    DWORD now;
    (void)mask, (void)flags;
    return real.GetHandleInformation(handle, &now);
}

static BOOL WINAPI close_protected(HANDLE handle)
{
    if (section_of(handle))
        real.SetHandleInformation(handle, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    return real.CloseHandle(handle);
}

/* ---- duplicates ---- */

static BOOL WINAPI duplicate_keeping_source(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                            BOOL inherit, DWORD options)
{
    return real.DuplicateHandle(from, source, to, out, access, inherit,
                                options & ~(DWORD)DUPLICATE_CLOSE_SOURCE);
}

static BOOL WINAPI duplicate_uninheritable(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                           BOOL inherit, DWORD options)
{
    (void)inherit;
    return real.DuplicateHandle(from, source, to, out, access, FALSE, options);
}

static BOOL WINAPI compare_values(HANDLE one, HANDLE other)
{
    if (one == other)
        return TRUE;
    SetLastError(1656); /* ERROR_NOT_SAME_OBJECT, which is not in every SDK */
    return FALSE;
}

const struct hooks hooks_inherited_handles_closed = {.calls = {.CreateProcessW = start_without_handles}};
const struct hooks hooks_handle_list_ignored = {.calls = {.CreateProcessW = start_without_list}};
const struct hooks hooks_always_inherits = {.calls = {.CreateProcessW = start_with_handles}};
const struct hooks hooks_inheritable_by_default = {.calls = {.CreateFileMappingW = create_inheritable}};
const struct hooks hooks_existing_not_inheritable = {
    .calls = {.CreateFileMappingW = create_uninheritable_old}};
const struct hooks hooks_open_not_inheritable = {.calls = {.OpenFileMappingW = open_uninheritable}};
const struct hooks hooks_flags_not_set = {.calls = {.SetHandleInformation = set_no_flags}};
const struct hooks hooks_protected_handle_closed = {.calls = {.CloseHandle = close_protected}};
const struct hooks hooks_source_stays_open = {.calls = {.DuplicateHandle = duplicate_keeping_source}};
const struct hooks hooks_duplicate_not_inheritable = {.calls = {.DuplicateHandle = duplicate_uninheritable}};
const struct hooks hooks_handles_compared_by_number = {.calls = {.CompareObjectHandles = compare_values}};
