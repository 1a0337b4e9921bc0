/* Faults of creating: results, contents, sizes, protections. */
#include <string.h>

#include "faults.h"
#include "note.h"
#include "track.h"

#define SCRIBBLED_MOST 0x100000 /* bytes; more would only take time */
#define PROTECTIONS 0xFFu       /* PAGE_ values of a section, without its flags */

/* ---- what a second create gives ---- */

static bool name_in_use(const WCHAR *name)
{
    HANDLE there = name && *name ? real.OpenFileMappingW(FILE_MAP_READ, FALSE, name) : NULL;
    if (there)
        real.CloseHandle(there);
    return there != NULL;
}

static HANDLE WINAPI create_fresh(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                  DWORD low, LPCWSTR name)
{
    return real.CreateFileMappingW(file, attributes, protect, high, low, name_in_use(name) ? NULL : name);
}

static HANDLE WINAPI create_cleared(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                    DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    void *view = NULL;
    if (section && error == ERROR_ALREADY_EXISTS)
        view = real.MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    if (view) {
        memset(view, 0, view_size(view));
        real.UnmapViewOfFile(view);
    }
    SetLastError(error);
    return section;
}

static HANDLE WINAPI create_keeping_error(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                          DWORD high, DWORD low, LPCWSTR name)
{
    DWORD before = GetLastError();
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section && GetLastError() == ERROR_SUCCESS)
        SetLastError(before);
    return section;
}

static HANDLE WINAPI create_without_183(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section && GetLastError() == ERROR_ALREADY_EXISTS)
        SetLastError(ERROR_SUCCESS);
    return section;
}

static void copy_contents(HANDLE from, HANDLE to)
{
    void *source = real.MapViewOfFile(from, FILE_MAP_READ, 0, 0, 0);
    void *target = real.MapViewOfFile(to, FILE_MAP_WRITE, 0, 0, 0);
    if (source && target)
        memcpy(target, source, view_size(source));
    if (source)
        real.UnmapViewOfFile(source);
    if (target)
        real.UnmapViewOfFile(target);
}

/* A section cannot grow, so the second creator gets a larger one of its own. */
static HANDLE WINAPI create_resized(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                    DWORD low, LPCWSTR name)
{
    uint64_t asked = ((uint64_t)high << 32) | low;
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    if (section && error == ERROR_ALREADY_EXISTS && asked > section_size(section)) {
        HANDLE larger = real.CreateFileMappingW(file, attributes, PAGE_READWRITE, high, low, NULL);
        if (larger) {
            copy_contents(section, larger);
            real.CloseHandle(section);
            section = larger;
        }
    }
    SetLastError(error);
    return section;
}

/* Looks first and creates then; what happens in between is lost on it. */
static HANDLE WINAPI create_in_two_steps(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                         DWORD high, DWORD low, LPCWSTR name)
{
    bool used = name_in_use(name);
    SwitchToThread();
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section)
        SetLastError(used ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    return section;
}

/* ---- contents ---- */

static HANDLE WINAPI create_scribbled(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                      DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    DWORD error = GetLastError();
    HANDLE able =
        section && error == ERROR_SUCCESS && !(protect & SEC_RESERVE) ? with_all_rights(section) : NULL;
    void *view = able ? real.MapViewOfFile(able, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (view) {
        size_t size = view_size(view);
        memset(view, 0xCD, size < SCRIBBLED_MOST ? size : SCRIBBLED_MOST);
        real.UnmapViewOfFile(view);
    }
    if (able)
        real.CloseHandle(able);
    SetLastError(error);
    return section;
}

/* ---- sizes ---- */

static HANDLE WINAPI create_zero_size(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                      DWORD low, LPCWSTR name)
{
    return real.CreateFileMappingW(file, attributes, protect, high, high == 0 && low == 0 ? 4096 : low, name);
}

static HANDLE WINAPI create_low_half(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                     DWORD low, LPCWSTR name)
{
    (void)high;
    return real.CreateFileMappingW(file, attributes, protect, 0, low, name);
}

static HANDLE WINAPI create_noting_size(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    struct note *note = section && GetLastError() == ERROR_SUCCESS ? note_of(note_key(name)) : NULL;
    if (note)
        note->size = ((uint64_t)high << 32) | low;
    return section;
}

static LONG WINAPI query_asked_size(HANDLE section, int class, void *out, SIZE_T size, SIZE_T *got)
{
    struct {
        void *base;
        ULONG attributes;
        LARGE_INTEGER size;
    } *information = out;
    LONG status = real.NtQuerySection(section, class, out, size, got);
    const struct section *known = section_of(section);
    const struct note *note = known ? note_of(known->key) : NULL;
    if (status >= 0 && note && note->size)
        information->size.QuadPart = (LONGLONG)note->size;
    return status;
}

/* ---- protections and flags ---- */

static HANDLE WINAPI create_any_protection(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                           DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section || GetLastError() != ERROR_INVALID_PARAMETER || (high == 0 && low == 0))
        return section;
    return real.CreateFileMappingW(file, attributes, PAGE_READWRITE, high, low, name);
}

static HANDLE WINAPI create_commit_wins(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    if (protect & SEC_COMMIT)
        protect &= ~(DWORD)SEC_RESERVE;
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_writable(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                     DWORD low, LPCWSTR name)
{
    if ((protect & PROTECTIONS) == PAGE_READONLY || (protect & PROTECTIONS) == PAGE_WRITECOPY)
        protect = (protect & ~PROTECTIONS) | PAGE_READWRITE;
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_executable(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                       DWORD high, DWORD low, LPCWSTR name)
{
    if ((protect & PROTECTIONS) == PAGE_READONLY || (protect & PROTECTIONS) == PAGE_READWRITE)
        protect = (protect & ~PROTECTIONS) | ((protect & PROTECTIONS) << 4);
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_committed(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                      DWORD low, LPCWSTR name)
{
    if (high == 0) /* memory for more than that may not be there */
        protect &= ~(DWORD)SEC_RESERVE;
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static const struct seeded faults[] = {
    {.name = "second-create-afresh",
     .topics = "missing_name size_mismatch",
     .sentence = "creating a name that is in use makes a new section",
     .calls = {.CreateFileMappingW = create_fresh}},
    {.name = "second-create-clears",
     .topics = "sample missing_name",
     .sentence = "creating a name that is in use fills the old section with zeros",
     .calls = {.CreateFileMappingW = create_cleared}},
    {.name = "last-error-kept",
     .topics = "sample",
     .sentence = "creating a new section leaves the last error as it was",
     .calls = {.CreateFileMappingW = create_keeping_error}},
    {.name = "no-183",
     .topics = "missing_name size_mismatch",
     .sentence = "creating a name that is in use does not say ERROR_ALREADY_EXISTS",
     .calls = {.CreateFileMappingW = create_without_183}},
    {.name = "second-size-wins",
     .topics = "size_mismatch handle_lifetime",
     .sentence = "the second creator gets a section of the size that it asked for",
     .calls = {.CreateFileMappingW = create_resized}},
    {.name = "create-in-two-steps",
     .topics = "missing_name",
     .sentence = "several processes that create a name at once each believe to be the first",
     .calls = {.CreateFileMappingW = create_in_two_steps}},
    {.name = "memory-not-zeroed",
     .topics = "sample handle_lifetime",
     .sentence = "a new section holds what was in the memory before",
     .calls = {.CreateFileMappingW = create_scribbled}},
    {.name = "zero-size-accepted",
     .topics = "size_mismatch create_arguments",
     .sentence = "a section of size 0 gets one page",
     .calls = {.CreateFileMappingW = create_zero_size}},
    {.name = "size-high-half-lost",
     .topics = "large_sizes",
     .sentence = "of a size only the low 32 bits count",
     .calls = {.CreateFileMappingW = create_low_half}},
    {.name = "size-not-rounded",
     .topics = "size_mismatch",
     .sentence = "a section says the size that was asked for, not that in whole pages",
     .notes = true,
     .calls = {.CreateFileMappingW = create_noting_size, .NtQuerySection = query_asked_size}},
    {.name = "any-protection-accepted",
     .topics = "create_arguments size_mismatch",
     .sentence = "a protection that no section can have means PAGE_READWRITE",
     .calls = {.CreateFileMappingW = create_any_protection}},
    {.name = "commit-with-reserve",
     .topics = "create_arguments",
     .sentence = "SEC_COMMIT and SEC_RESERVE together are taken for SEC_COMMIT",
     .calls = {.CreateFileMappingW = create_commit_wins}},
    {.name = "readonly-sections-writable",
     .topics = "create_arguments access_denied view_access",
     .sentence = "a PAGE_READONLY section has writable views",
     .calls = {.CreateFileMappingW = create_writable}},
    {.name = "all-sections-executable",
     .topics = "create_arguments access_denied view_access",
     .sentence = "every section has executable views",
     .calls = {.CreateFileMappingW = create_executable}},
    {.name = "reserve-means-commit",
     .topics = "reserved_pages",
     .sentence = "the pages of a SEC_RESERVE section are committed from the start",
     .calls = {.CreateFileMappingW = create_committed}},
};

FAULT_GROUP(create_faults, faults)
