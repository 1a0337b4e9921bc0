/* Faults of handles: inheritance, flags, duplicates. */
#include "faults.h"
#include "track.h"

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

static const struct seeded faults[] = {
    {.name = "inherited-handles-closed",
     .topics = "handle_sharing handle_duplicates",
     .sentence = "a child inherits no handle",
     .calls = {.CreateProcessW = start_without_handles}},
    {.name = "handle-list-ignored",
     .topics = "handle_sharing",
     .sentence = "a child inherits every inheritable handle, also those that its handle list does not name",
     .calls = {.CreateProcessW = start_without_list}},
    {.name = "always-inherits",
     .topics = "handle_sharing",
     .sentence = "a child inherits handles although it was started without bInheritHandles",
     .calls = {.CreateProcessW = start_with_handles}},
    {.name = "inheritable-by-default",
     .topics = "handle_sharing create_arguments",
     .sentence = "handles are inheritable without being asked for",
     .calls = {.CreateFileMappingW = create_inheritable}},
    {.name = "existing-not-inheritable",
     .topics = "handle_sharing create_arguments",
     .sentence = "the attributes do not count for a section that existed already",
     .calls = {.CreateFileMappingW = create_uninheritable_old}},
    {.name = "open-not-inheritable",
     .topics = "handle_sharing",
     .sentence = "OpenFileMapping gives no inheritable handle",
     .calls = {.OpenFileMappingW = open_uninheritable}},
    {.name = "flags-not-set",
     .topics = "handle_sharing unmap_close",
     .sentence = "SetHandleInformation succeeds and changes nothing",
     .calls = {.SetHandleInformation = set_no_flags}},
    {.name = "protected-handle-closed",
     .topics = "unmap_close",
     .sentence = "a handle that is protected from closing is closed",
     .calls = {.CloseHandle = close_protected}},
    {.name = "source-stays-open",
     .topics = "handle_duplicates",
     .sentence = "DUPLICATE_CLOSE_SOURCE leaves the source open",
     .calls = {.DuplicateHandle = duplicate_keeping_source}},
    {.name = "duplicate-not-inheritable",
     .topics = "handle_duplicates",
     .sentence = "a duplicate is not inheritable",
     .calls = {.DuplicateHandle = duplicate_uninheritable}},
    {.name = "handles-compared-by-number",
     .topics = "handle_duplicates view_address",
     .sentence = "two handles to one object are not the same to CompareObjectHandles",
     .calls = {.CompareObjectHandles = compare_values}},
};

FAULT_GROUP(handle_faults, faults)
