/* Faults of rights and descriptors. */
#include "families.h"
#include "note.h"
#include "books.h"

/* ---- rights of handles ---- */

static HANDLE WINAPI open_as_first(DWORD access, BOOL inherit, LPCWSTR name)
{
    struct note *note = note_of(note_key(name));
    DWORD asked = note && note->access ? (DWORD)note->access : access;
    HANDLE section = real.OpenFileMappingW(asked, inherit, name);
    if (section && note)
        note->access = (LONG)asked;
    return section;
}

static HANDLE WINAPI open_with_all(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(FILE_MAP_ALL_ACCESS, inherit, name);
    return section ? section : real.OpenFileMappingW(access, inherit, name);
}

static HANDLE WINAPI create_with_all(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                     DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name), able;
    DWORD error = GetLastError();
    if (section && !(attributes && attributes->bInheritHandle) && (able = with_all_rights(section)) != NULL) {
        real.CloseHandle(section);
        section = able;
    }
    SetLastError(error);
    return section;
}

static LPVOID WINAPI map_without_rights(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                        LPVOID base)
{
    HANDLE able = with_all_rights(section);
    void *at = able ? real.MapViewOfFileEx(able, access, high, low, length, base) : NULL;
    if (able)
        real.CloseHandle(able);
    return at ? at : real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LPVOID WINAPI map_read_as_write(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                       LPVOID base)
{
    HANDLE able = access == FILE_MAP_READ ? with_all_rights(section) : NULL;
    void *at = able ? real.MapViewOfFileEx(able, FILE_MAP_WRITE, high, low, length, base) : NULL;
    if (able)
        real.CloseHandle(able);
    return at ? at : real.MapViewOfFileEx(section, access, high, low, length, base);
}

static LONG WINAPI query_without_right(HANDLE section, int class, void *out, SIZE_T size, SIZE_T *got)
{
    HANDLE able = with_all_rights(section);
    LONG status = real.NtQuerySection(able ? able : section, class, out, size, got);
    if (able)
        real.CloseHandle(able);
    return status;
}

/* ---- duplicates ---- */

static BOOL WINAPI duplicate_with_all(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                      BOOL inherit, DWORD options)
{
    DWORD more = options & ~(DWORD)(DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);
    HANDLE spare;
    if (!real.DuplicateHandle(from, source, to, &spare, SECTION_ALL_ACCESS, inherit, more))
        return real.DuplicateHandle(from, source, to, out, access, inherit, options);
    if (options & DUPLICATE_CLOSE_SOURCE)
        real.CloseHandle(source);
    *out = spare;
    return TRUE;
}

static BOOL WINAPI duplicate_for_reading(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                         BOOL inherit, DWORD options)
{
    if ((options & DUPLICATE_SAME_ACCESS) && section_of(source)) {
        options &= ~(DWORD)DUPLICATE_SAME_ACCESS;
        access = FILE_MAP_READ;
    }
    return real.DuplicateHandle(from, source, to, out, access, inherit, options);
}

/* ---- descriptors ---- */

static HANDLE WINAPI create_undescribed(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    SECURITY_ATTRIBUTES without = {.nLength = sizeof without};
    if (attributes)
        without.bInheritHandle = attributes->bInheritHandle;
    return real.CreateFileMappingW(file, attributes ? &without : NULL, protect, high, low, name);
}

static HANDLE WINAPI create_described_anew(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                           DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    BOOL present = FALSE, defaulted;
    PACL dacl = NULL;
    /* The actor has loaded advapi32 when there is a descriptor. */
    if (section && error == ERROR_ALREADY_EXISTS && attributes && attributes->lpSecurityDescriptor &&
        real.SetSecurityInfo &&
        real.GetSecurityDescriptorDacl(attributes->lpSecurityDescriptor, &present, &dacl, &defaulted) &&
        present)
        real.SetSecurityInfo(section, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, dacl, NULL);
    SetLastError(error);
    return section;
}

static DWORD WINAPI set_nothing(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION information,
                                PSID owner, PSID group, PACL dacl, PACL sacl)
{
    (void)handle, (void)type, (void)information, (void)owner, (void)group, (void)dacl, (void)sacl;
    return ERROR_SUCCESS;
}

static DWORD WINAPI set_without_right(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION information,
                                      PSID owner, PSID group, PACL dacl, PACL sacl)
{
    HANDLE able = with_all_rights(handle);
    DWORD error = real.SetSecurityInfo(able ? able : handle, type, information, owner, group, dacl, sacl);
    if (able)
        real.CloseHandle(able);
    return error;
}

static DWORD WINAPI get_without_right(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION information,
                                      PSID *owner, PSID *group, PACL *dacl, PACL *sacl,
                                      PSECURITY_DESCRIPTOR *out)
{
    HANDLE able = with_all_rights(handle);
    DWORD error =
        real.GetSecurityInfo(able ? able : handle, type, information, owner, group, dacl, sacl, out);
    if (able)
        real.CloseHandle(able);
    return error;
}

const struct hooks hooks_rights_of_first_opener = {.notes = true,
                                                   .calls = {.OpenFileMappingW = open_as_first}};
const struct hooks hooks_open_gives_all_rights = {.calls = {.OpenFileMappingW = open_with_all}};
const struct hooks hooks_create_gives_all_rights = {.calls = {.CreateFileMappingW = create_with_all}};
const struct hooks hooks_map_ignores_rights = {.calls = {.MapViewOfFileEx = map_without_rights}};
const struct hooks hooks_read_view_writable = {.calls = {.MapViewOfFileEx = map_read_as_write}};
const struct hooks hooks_query_ignores_rights = {.calls = {.NtQuerySection = query_without_right}};
const struct hooks hooks_duplicate_gains_rights = {.calls = {.DuplicateHandle = duplicate_with_all}};
const struct hooks hooks_duplicate_loses_rights = {.calls = {.DuplicateHandle = duplicate_for_reading}};
const struct hooks hooks_descriptor_ignored = {.calls = {.CreateFileMappingW = create_undescribed}};
const struct hooks hooks_second_descriptor_counts = {.calls = {.CreateFileMappingW = create_described_anew}};
const struct hooks hooks_new_descriptor_ignored = {.calls = {.SetSecurityInfo = set_nothing}};
const struct hooks hooks_set_ignores_rights = {.calls = {.SetSecurityInfo = set_without_right}};
const struct hooks hooks_get_ignores_rights = {.calls = {.GetSecurityInfo = get_without_right}};
