/* Faults of names. */
#include <wchar.h>

#include "faults.h"
#include "note.h"

#define NAME_UNITS (32768 + 8)
#define NAME_SHORT 255 /* units that names-cut keeps */

/* What a system takes a name for. May use `out`; NULL stays NULL. */
typedef const WCHAR *rename_function(const WCHAR *name, WCHAR *out);

/* Where the name proper begins, behind Local\ or Global\. */
static size_t prefix_length(const WCHAR *name)
{
    const WCHAR *slash = wcschr(name, L'\\');
    size_t length = slash ? (size_t)(slash - name) + 1 : 0;
    return length == 6 || length == 7 ? length : 0;
}

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
    WCHAR *proper = out + prefix_length(out);
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
    if (!copied(name, out) || wcslen(out) <= NAME_SHORT)
        return name;
    out[NAME_SHORT] = L'\0';
    return out;
}

static const WCHAR *slashes_turned(const WCHAR *name, WCHAR *out)
{
    if (!copied(name, out))
        return name;
    for (WCHAR *proper = out + prefix_length(out); *proper; proper++)
        if (*proper == L'\\')
            *proper = L'/';
    return out;
}

/* Nobody else's name: the parent's lifetime is one run's. */
static const WCHAR *unnamed_named(const WCHAR *name, WCHAR *out)
{
    return name ? name : wcscpy(out, L"Local\\shmcheck-fault-unnamed");
}

static WCHAR renamed[NAME_UNITS];

#define RENAMING(rename)                                                                                     \
    static HANDLE WINAPI create_##rename(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,        \
                                         DWORD high, DWORD low, LPCWSTR name)                                \
    {                                                                                                        \
        return real.CreateFileMappingW(file, attributes, protect, high, low, rename(name, renamed));         \
    }                                                                                                        \
    static HANDLE WINAPI open_##rename(DWORD access, BOOL inherit, LPCWSTR name)                             \
    {                                                                                                        \
        return real.OpenFileMappingW(access, inherit, name ? rename(name, renamed) : NULL);                  \
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
    return real.CreateFileMappingW(file, attributes, protect, high, low, wcscat(renamed, L".own"));
}

static HANDLE WINAPI open_beside(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    if (!section && GetLastError() == ERROR_INVALID_HANDLE)
        leave_failure(ERROR_FILE_NOT_FOUND, (LONG)0xC0000034); /* STATUS_OBJECT_NAME_NOT_FOUND */
    return section;
}

static HANDLE WINAPI hold_beside(SECURITY_ATTRIBUTES *attributes, BOOL owned, LPCWSTR name)
{
    HANDLE mutex = real.CreateMutexW(attributes, owned, name);
    if (mutex || GetLastError() != ERROR_INVALID_HANDLE || !name || !copied(name, renamed))
        return mutex;
    return real.CreateMutexW(attributes, owned, wcscat(renamed, L".own"));
}

static HANDLE WINAPI open_or_make(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    if (section || GetLastError() != ERROR_FILE_NOT_FOUND)
        return section;
    return real.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
}

static HANDLE WINAPI open_denied(DWORD access, BOOL inherit, LPCWSTR name)
{
    HANDLE section = real.OpenFileMappingW(access, inherit, name);
    if (!section && GetLastError() == ERROR_FILE_NOT_FOUND)
        leave_failure(ERROR_ACCESS_DENIED, (LONG)0xC0000022); /* STATUS_ACCESS_DENIED */
    return section;
}

static const struct seeded faults[] = {
    {.name = "names-without-case",
     .topics = "missing_name",
     .sentence = "names that differ in the case of letters are one",
     .calls = {RENAMED(without_case)}},
    {.name = "names-normalised",
     .topics = "missing_name",
     .sentence = "a letter with its accent and the two apart make one name",
     .calls = {RENAMED(normalised)}},
    {.name = "local-is-global",
     .topics = "name_spaces",
     .sentence = "Local\\ and Global\\ are one namespace",
     .calls = {RENAMED(never_global)}},
    {.name = "plain-is-not-local",
     .topics = "name_spaces",
     .sentence = "a name without a prefix is another one than the same behind Local\\",
     .calls = {RENAMED(plain_apart)}},
    {.name = "names-cut",
     .topics = "missing_name",
     .sentence = "of a name the first 255 characters count",
     .calls = {RENAMED(cut)}},
    {.name = "backslash-accepted",
     .topics = "missing_name create_arguments",
     .sentence = "a backslash may stand in a name",
     .calls = {RENAMED(slashes_turned)}},
    {.name = "unnamed-is-one-name",
     .topics = "missing_name handle_sharing",
     .sentence = "all sections without a name are one",
     .calls = {RENAMED(unnamed_named)}},
    {.name = "ansi-names-apart",
     .topics = "sample",
     .sentence = "the A and the W functions have names of their own",
     .calls = {.CreateFileMappingA = create_ansi, .OpenFileMappingA = open_ansi}},
    {.name = "other-types-name-accepted",
     .topics = "missing_name name_spaces",
     .sentence = "a section can have the name of a mutex, an event and others",
     .calls = {.CreateFileMappingW = create_beside}},
    {.name = "other-types-not-found",
     .topics = "missing_name",
     .sentence = "opening the name of an event says that there is nothing",
     .calls = {.OpenFileMappingW = open_beside}},
    {.name = "mutex-takes-sections-name",
     .topics = "missing_name",
     .sentence = "a mutex can have the name of a section",
     .calls = {.CreateMutexW = hold_beside}},
    {.name = "open-creates",
     .topics = "missing_name sample",
     .sentence = "opening a name that nobody created makes a section",
     .calls = {.OpenFileMappingW = open_or_make}},
    {.name = "missing-is-denied",
     .topics = "missing_name",
     .sentence = "opening a name that nobody created says that access is denied",
     .calls = {.OpenFileMappingW = open_denied}},
};

FAULT_GROUP(name_faults, faults)
