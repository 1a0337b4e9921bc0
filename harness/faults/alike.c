/* Names that a faulty system treats as equal: the parameter kind= says which differences it ignores. */
#include <string.h>
#include <wchar.h>

#include "families.h"
#include "name_kinds.h"
#include "parameters.h"

#define NAME_UNITS (32768 + 8)
#define KEPT_AT_ENDS 40 /* units of either end that middle keeps */

static void cut_at_end(WCHAR *proper, WCHAR unit)
{
    size_t length = wcslen(proper);
    while (length > 1 && proper[length - 1] == unit)
        proper[--length] = L'\0';
}

static void cut_at_start(WCHAR *proper, WCHAR unit)
{
    size_t skip = 0;
    while (proper[skip] == unit && proper[skip + 1])
        skip++;
    wmemmove(proper, proper + skip, wcslen(proper + skip) + 1);
}

static void replace_units(WCHAR *proper, const WCHAR *units, WCHAR with)
{
    for (; *proper; proper++)
        if (wcschr(units, *proper))
            *proper = with;
}

static void replace_range(WCHAR *proper, WCHAR first, WCHAR last, WCHAR with)
{
    for (; *proper; proper++)
        if (*proper >= first && *proper <= last)
            *proper = with;
}

static void cut_behind(WCHAR *proper, WCHAR unit)
{
    WCHAR *found = wcschr(proper, unit);
    if (found && found != proper)
        *found = L'\0';
}

static void drop_middle(WCHAR *proper)
{
    size_t length = wcslen(proper);
    if (length > 2 * KEPT_AT_ENDS)
        wmemmove(proper + KEPT_AT_ENDS, proper + length - KEPT_AT_ENDS, KEPT_AT_ENDS + 1);
}

/* Letters beyond ASCII without case; those of ASCII as they are. */
static void lower_foreign(WCHAR *proper)
{
    for (; *proper; proper++)
        if (*proper > 0x7F)
            LCMapStringW(LOCALE_INVARIANT, LCMAP_LOWERCASE, proper, 1, proper, 1);
}

/* Letters without the accents that have a code of their own. */
static void drop_accents(WCHAR *proper)
{
    WCHAR parts[8];
    for (; *proper; proper++)
        if (*proper >= 0xC0 && *proper < 0x250 && FoldStringW(MAP_COMPOSITE, proper, 1, parts, 8) > 1)
            *proper = parts[0];
}

static void fold_width(WCHAR *proper)
{
    for (; *proper; proper++)
        if (*proper >= 0xFF01 && *proper <= 0xFF5E)
            *proper = (WCHAR)(*proper - 0xFEE0);
}

static void make_alike(WCHAR *proper)
{
    const char *kind = parameter("kind");
    if (strcmp(kind, "blank-at-end") == 0)
        cut_at_end(proper, L' ');
    else if (strcmp(kind, "blank-at-start") == 0)
        cut_at_start(proper, L' ');
    else if (strcmp(kind, "dot-at-end") == 0)
        cut_at_end(proper, L'.');
    else if (strcmp(kind, "dot-at-start") == 0)
        cut_at_start(proper, L'.');
    else if (strcmp(kind, "beyond-ascii") == 0)
        replace_range(proper, 0x80, 0xFFFF, L'?');
    else if (strcmp(kind, "case-beyond-ascii") == 0)
        lower_foreign(proper);
    else if (strcmp(kind, "low-surrogate") == 0)
        replace_range(proper, 0xDC00, 0xDFFF, 0xDC00);
    else if (strcmp(kind, "high-surrogate") == 0)
        replace_range(proper, 0xD800, 0xDBFF, 0xD800);
    else if (strcmp(kind, "accents") == 0)
        drop_accents(proper);
    else if (strcmp(kind, "width") == 0)
        fold_width(proper);
    else if (strcmp(kind, "separators") == 0)
        replace_units(proper, L"/:|", L'_');
    else if (strcmp(kind, "behind-colon") == 0)
        cut_behind(proper, L':');
    else if (strcmp(kind, "wildcards") == 0)
        replace_units(proper, L"*?", L'_');
    else
        drop_middle(proper);
}

static const WCHAR *alike(const WCHAR *name)
{
    static WCHAR out[NAME_UNITS];
    if (!name || wcslen(name) >= NAME_UNITS)
        return name;
    wcscpy(out, name);
    make_alike(out + name_prefix_length(out));
    if (wcscmp(out, name) != 0)
        fault_reached();
    return out;
}

static HANDLE WINAPI create_alike(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                  DWORD low, LPCWSTR name)
{
    return real.CreateFileMappingW(file, attributes, protect, high, low, alike(name));
}

static HANDLE WINAPI open_alike(DWORD access, BOOL inherit, LPCWSTR name)
{
    return real.OpenFileMappingW(access, inherit, alike(name));
}

/* ---- prefixes ---- */

const struct hooks hooks_names_alike = {
    .tells = true, .calls = {.CreateFileMappingW = create_alike, .OpenFileMappingW = open_alike}};
