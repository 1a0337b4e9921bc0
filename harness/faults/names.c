/* Faults of names. */
#include <wchar.h>

#include "families.h"
#include "name_kinds.h"
#include "note.h"
#include "parameters.h"

#define NAME_UNITS (32768 + 8)

/* The name that a system uses in place of `name`. May use `out`; NULL stays NULL. */
typedef const WCHAR *rename_function(const WCHAR *name, WCHAR *out);

static const WCHAR *copied(const WCHAR *name, WCHAR *out)
{
    if (!name || wcslen(name) >= NAME_UNITS - 8)
        return NULL;
    return wcscpy(out, name);
}

static const WCHAR *without_case(const WCHAR *name, WCHAR *out)
{
    if (!copied(name, out))
        return name;
    WCHAR *proper = out + name_prefix_length(out);
    LCMapStringW(LOCALE_INVARIANT, LCMAP_LOWERCASE, proper, -1, proper, (int)wcslen(proper) + 1);
    return out;
}

static const WCHAR *normalised(const WCHAR *name, WCHAR *out)
{
    if (!name || FoldStringW(MAP_PRECOMPOSED, name, -1, out, NAME_UNITS) == 0)
        return name;
    return out;
}

static const WCHAR *never_global(const WCHAR *name, WCHAR *out)
{
    if (!name || wcsncmp(name, L"Global\\", 7) != 0 || !copied(name + 1, out))
        return name;
    wmemcpy(out, L"Local\\", 6);
    return out;
}

static const WCHAR *plain_apart(const WCHAR *name, WCHAR *out)
{
    if (!name || !*name || wcschr(name, L'\\') || !copied(name, out))
        return name;
    return wcscat(out, L".plain");
}

static const WCHAR *cut(const WCHAR *name, WCHAR *out)
{
    size_t units = (size_t)parameter_number("units");
    if (!copied(name, out) || wcslen(out) <= units)
        return name;
    out[units] = L'\0';
    return out;
}

static const WCHAR *slashes_turned(const WCHAR *name, WCHAR *out)
{
    if (!copied(name, out))
        return name;
    for (WCHAR *proper = out + name_prefix_length(out); *proper; proper++)
        if (*proper == L'\\')
            *proper = L'/';
    return out;
}

static const WCHAR *unnamed_named(const WCHAR *name, WCHAR *out)
{
    return name ? name : wcscpy(out, L"Local\\shmcheck-fault-unnamed");
}

static WCHAR renamed[NAME_UNITS];

/* Reports that the fault changes a name. */
static const WCHAR *telling(const WCHAR *name, const WCHAR *taken)
{
    if (name != taken && (!name || !taken || wcscmp(name, taken) != 0))
        fault_reached();
    return taken;
}

#define RENAMING(rename)                                                                                     \
    static HANDLE WINAPI create_##rename(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,        \
                                         DWORD high, DWORD low, LPCWSTR name)                                \
    {                                                                                                        \
        return real.CreateFileMappingW(file, attributes, protect, high, low,                                 \
                                       telling(name, rename(name, renamed)));                                \
    }                                                                                                        \
    static HANDLE WINAPI open_##rename(DWORD access, BOOL inherit, LPCWSTR name)                             \
    {                                                                                                        \
        return real.OpenFileMappingW(access, inherit, name ? telling(name, rename(name, renamed)) : NULL);   \
    }
#define RENAMED(rename) .CreateFileMappingW = create_##rename, .OpenFileMappingW = open_##rename

RENAMING(without_case)
RENAMING(normalised)
RENAMING(never_global)
RENAMING(plain_apart)
RENAMING(cut)
RENAMING(slashes_turned)
RENAMING(unnamed_named)

/* ---- the A functions apart ---- */

static const WCHAR *ansi_name(const char *name, WCHAR *out)
{
    if (!name || MultiByteToWideChar(CP_ACP, 0, name, -1, out, MAX_PATH) == 0)
        return NULL;
    return wcscat(out, L".ansi");
}

static HANDLE WINAPI create_ansi(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                 DWORD low, LPCSTR name)
{
    const WCHAR *wide = ansi_name(name, renamed);
    if (!wide)
        return real.CreateFileMappingA(file, attributes, protect, high, low, name);
    return real.CreateFileMappingW(file, attributes, protect, high, low, wide);
}

static HANDLE WINAPI open_ansi(DWORD access, BOOL inherit, LPCSTR name)
{
    const WCHAR *wide = ansi_name(name, renamed);
    if (!wide)
        return real.OpenFileMappingA(access, inherit, name);
    return real.OpenFileMappingW(access, inherit, wide);
}

/* ---- names of other objects, and of none ---- */

static HANDLE WINAPI create_beside(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                   DWORD low, LPCWSTR name)
{
    HANDLE section = real.CreateFileMappingW(file, attributes, protect, high, low, name);
    if (section || GetLastError() != ERROR_INVALID_HANDLE || !name || !copied(name, renamed))
        return section;
    fault_reached();
    return real.CreateFileMappingW(file, attributes, protect, high, low, wcscat(renamed, L".own"));
}

static HANDLE WINAPI open_beside(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    if (!section && GetLastError() == ERROR_INVALID_HANDLE) {
        fault_reached();
        leave_failure(ERROR_FILE_NOT_FOUND, (LONG)0xC0000034); /* STATUS_OBJECT_NAME_NOT_FOUND */
    }
    return section;
}

static HANDLE WINAPI hold_beside(SECURITY_ATTRIBUTES *attributes, BOOL owned, LPCWSTR name)
{
    HANDLE mutex = real.CreateMutexW(attributes, owned, name);
    if (mutex || GetLastError() != ERROR_INVALID_HANDLE || !name || !copied(name, renamed))
        return mutex;
    fault_reached();
    return real.CreateMutexW(attributes, owned, wcscat(renamed, L".own"));
}

static HANDLE WINAPI open_or_make(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    if (section || GetLastError() != ERROR_FILE_NOT_FOUND)
        return section;
    fault_reached();
    return real.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, PAGE_BYTES, name);
}

static HANDLE WINAPI open_denied(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    if (!section && GetLastError() == ERROR_FILE_NOT_FOUND) {
        fault_reached();
        leave_failure(ERROR_ACCESS_DENIED, (LONG)0xC0000022); /* STATUS_ACCESS_DENIED */
    }
    return section;
}

const struct hooks hooks_names_without_case = {.tells = true, .calls = {RENAMED(without_case)}};
const struct hooks hooks_names_normalised = {.tells = true, .calls = {RENAMED(normalised)}};
const struct hooks hooks_local_is_global = {.tells = true, .calls = {RENAMED(never_global)}};
const struct hooks hooks_plain_is_not_local = {.tells = true, .calls = {RENAMED(plain_apart)}};
const struct hooks hooks_names_cut = {.tells = true, .calls = {RENAMED(cut)}};
const struct hooks hooks_backslash_accepted = {.tells = true, .calls = {RENAMED(slashes_turned)}};
const struct hooks hooks_unnamed_is_one_name = {.tells = true, .calls = {RENAMED(unnamed_named)}};
const struct hooks hooks_ansi_names_apart = {
    .calls = {.CreateFileMappingA = create_ansi, .OpenFileMappingA = open_ansi}};
const struct hooks hooks_other_types_name_accepted = {.tells = true,
                                                      .calls = {.CreateFileMappingW = create_beside}};
const struct hooks hooks_other_types_not_found = {.tells = true, .calls = {.OpenFileMappingW = open_beside}};
const struct hooks hooks_mutex_takes_sections_name = {.tells = true, .calls = {.CreateMutexW = hold_beside}};
const struct hooks hooks_open_creates = {.tells = true, .calls = {.OpenFileMappingW = open_or_make}};
const struct hooks hooks_missing_is_denied = {.tells = true, .calls = {.OpenFileMappingW = open_denied}};
