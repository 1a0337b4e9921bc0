/* Faults of rights and descriptors. */
#include "faults.h"
#include "note.h"
#include "track.h"

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
    /* Whoever made the descriptor has loaded what takes it apart. */
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

static const struct seeded faults[] = {
    {.name = "rights-of-first-opener",
     .topics = "access_denied access_lists view_access",
     .sentence = "who opens a section gets the rights that the first opener asked for",
     .notes = true,
     .calls = {.OpenFileMappingW = open_as_first}},
    {.name = "open-gives-all-rights",
     .topics = "access_denied size_mismatch",
     .sentence = "opening gives every right, whatever is asked for",
     .calls = {.OpenFileMappingW = open_with_all}},
    {.name = "create-gives-all-rights",
     .topics = "access_denied handle_duplicates",
     .sentence = "the creator's handle has every right, whatever the protection",
     .calls = {.CreateFileMappingW = create_with_all}},
    {.name = "map-ignores-rights",
     .topics = "access_denied view_access",
     .sentence = "a handle maps what its section allows, without the right to",
     .calls = {.MapViewOfFileEx = map_without_rights}},
    {.name = "read-view-writable",
     .topics = "view_access",
     .sentence = "a view for reading can be written",
     .calls = {.MapViewOfFileEx = map_read_as_write}},
    {.name = "query-ignores-rights",
     .topics = "size_mismatch",
     .sentence = "the size of a section is told without SECTION_QUERY",
     .calls = {.NtQuerySection = query_without_right}},
    {.name = "duplicate-gains-rights",
     .topics = "handle_duplicates access_denied",
     .sentence = "a duplicate has every right, whatever is asked for",
     .calls = {.DuplicateHandle = duplicate_with_all}},
    {.name = "duplicate-loses-rights",
     .topics = "handle_duplicates",
     .sentence = "DUPLICATE_SAME_ACCESS gives the right to read alone",
     .calls = {.DuplicateHandle = duplicate_for_reading}},
    {.name = "descriptor-ignored",
     .topics = "access_lists",
     .sentence = "the descriptor given at creation does not count",
     .calls = {.CreateFileMappingW = create_undescribed}},
    {.name = "second-descriptor-counts",
     .topics = "access_lists",
     .sentence = "who creates a name that is in use gives it another DACL",
     .calls = {.CreateFileMappingW = create_described_anew}},
    {.name = "new-descriptor-ignored",
     .topics = "access_lists",
     .sentence = "setting a DACL succeeds and changes nothing",
     .calls = {.SetSecurityInfo = set_nothing}},
    {.name = "set-ignores-rights",
     .topics = "access_lists",
     .sentence = "a DACL is set without WRITE_DAC",
     .calls = {.SetSecurityInfo = set_without_right}},
    {.name = "get-ignores-rights",
     .topics = "access_lists",
     .sentence = "a descriptor is read without READ_CONTROL",
     .calls = {.GetSecurityInfo = get_without_right}},
};

FAULT_GROUP(access_faults, faults)
