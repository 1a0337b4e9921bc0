/* Faults of creating: results, contents, sizes, protections. */
#include <string.h>

#include "families.h"
#include "note.h"
#include "books.h"

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
    if (name_in_use(name)) {
        fault_reached();
        name = NULL;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
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
        fault_reached();
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
    if (section && GetLastError() == ERROR_SUCCESS) {
        fault_reached();
        SetLastError(before);
    }
    return section;
}

static HANDLE WINAPI create_without_183(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section && GetLastError() == ERROR_ALREADY_EXISTS) {
        fault_reached();
        SetLastError(ERROR_SUCCESS);
    }
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
            fault_reached();
            copy_contents(section, larger);
            real.CloseHandle(section);
            section = larger;
        }
    }
    SetLastError(error);
    return section;
}

/* Checks whether the name exists and then creates it: a creation in between goes unnoticed. */
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

/* ---- sizes ---- */

static HANDLE WINAPI create_zero_size(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                      DWORD low, LPCWSTR name)
{
    if (high == 0 && low == 0) {
        fault_reached();
        low = PAGE_BYTES;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_low_half(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                     DWORD low, LPCWSTR name)
{
    if (high)
        fault_reached();
    return real.CreateFileMappingW(file, attributes, protect, 0, low, name);
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
    if (status >= 0 && note && note->size) {
        if ((LONGLONG)note->size != information->size.QuadPart)
            fault_reached();
        information->size.QuadPart = (LONGLONG)note->size;
    }
    return status;
}

/* ---- protections and flags ---- */

static HANDLE WINAPI create_any_protection(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                           DWORD high, DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section || GetLastError() != ERROR_INVALID_PARAMETER || (high == 0 && low == 0))
        return section;
    fault_reached();
    return real.CreateFileMappingW(file, attributes, PAGE_READWRITE, high, low, name);
}

static HANDLE WINAPI create_commit_wins(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                        DWORD high, DWORD low, LPCWSTR name)
{
    if ((protect & SEC_COMMIT) && (protect & SEC_RESERVE)) {
        fault_reached();
        protect &= ~(DWORD)SEC_RESERVE;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

static HANDLE WINAPI create_writable(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                     DWORD low, LPCWSTR name)
{
    if ((protect & PROTECTIONS) == PAGE_READONLY || (protect & PROTECTIONS) == PAGE_WRITECOPY) {
        fault_reached();
        protect = (protect & ~PROTECTIONS) | PAGE_READWRITE;
    }
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
    if (high == 0 && (protect & SEC_RESERVE)) { /* memory for more than that may not be there */
        fault_reached();
        protect &= ~(DWORD)SEC_RESERVE;
    }
    return real.CreateFileMappingW(file, attributes, protect, high, low, name);
}

const struct hooks hooks_second_create_afresh = {.tells = true,
                                                 .calls = {.CreateFileMappingW = create_fresh}};
const struct hooks hooks_second_create_clears = {.tells = true,
                                                 .calls = {.CreateFileMappingW = create_cleared}};
const struct hooks hooks_last_error_kept = {.tells = true,
                                            .calls = {.CreateFileMappingW = create_keeping_error}};
const struct hooks hooks_no_183 = {.tells = true, .calls = {.CreateFileMappingW = create_without_183}};
const struct hooks hooks_second_size_wins = {.tells = true, .calls = {.CreateFileMappingW = create_resized}};
const struct hooks hooks_create_in_two_steps = {.calls = {.CreateFileMappingW = create_in_two_steps}};
const struct hooks hooks_zero_size_accepted = {.tells = true,
                                               .calls = {.CreateFileMappingW = create_zero_size}};
const struct hooks hooks_size_high_half_lost = {.tells = true,
                                                .calls = {.CreateFileMappingW = create_low_half}};
const struct hooks hooks_size_not_rounded = {
    .tells = true, .notes = true, .calls = {.NtQuerySection = query_asked_size}};
const struct hooks hooks_any_protection_accepted = {.tells = true,
                                                    .calls = {.CreateFileMappingW = create_any_protection}};
const struct hooks hooks_commit_with_reserve = {.tells = true,
                                                .calls = {.CreateFileMappingW = create_commit_wins}};
const struct hooks hooks_readonly_sections_writable = {.tells = true,
                                                       .calls = {.CreateFileMappingW = create_writable}};
const struct hooks hooks_all_sections_executable = {.calls = {.CreateFileMappingW = create_executable}};
const struct hooks hooks_reserve_means_commit = {.tells = true,
                                                 .calls = {.CreateFileMappingW = create_committed}};
