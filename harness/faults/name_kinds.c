#include "name_kinds.h"

#include <string.h>
#include <wchar.h>

size_t name_prefix_length(const WCHAR *name)
{
    if (wcsncmp(name, L"Local\\", 6) == 0)
        return 6;
    return wcsncmp(name, L"Global\\", 7) == 0 ? 7 : 0;
}

static unsigned kinds_of_units(const WCHAR *name)
{
    unsigned kinds = 0;
    for (; *name; name++) {
        if (*name > 0x7F)
            kinds |= NAME_BEYOND_ASCII;
        if (*name >= 0xD800 && *name <= 0xDFFF)
            kinds |= NAME_BEYOND_BMP;
        if (wcschr(L"/:*?|<>", *name))
            kinds |= NAME_SEPARATOR;
    }
    return kinds;
}

unsigned name_kinds(const WCHAR *name)
{
    if (!name || !*name)
        return NAME_NONE;
    size_t prefix = name_prefix_length(name);
    const WCHAR *proper = name + prefix;
    size_t length = wcslen(proper);
    unsigned kinds = kinds_of_units(proper);
    WCHAR first = *proper, last = length > 0 ? proper[length - 1] : L'\0';
    if (first == L' ' || last == L' ')
        kinds |= NAME_BLANK;
    if (first == L'.' || last == L'.')
        kinds |= NAME_DOT;
    if (prefix + length >= NAME_LONG_UNITS)
        kinds |= NAME_LONG;
    if (prefix > 0)
        kinds |= prefix == 6 ? NAME_LOCAL : NAME_GLOBAL;
    else if (!wcschr(name, L'\\'))
        kinds |= NAME_PLAIN;
    return kinds;
}

unsigned name_kind_of_word(const char *word)
{
    static const struct {
        const char *word;
        unsigned kind;
    } kinds[] = {
        {"none", NAME_NONE},
        {"blank", NAME_BLANK},
        {"dot", NAME_DOT},
        {"long", NAME_LONG},
        {"beyond-ascii", NAME_BEYOND_ASCII},
        {"beyond-bmp", NAME_BEYOND_BMP},
        {"local", NAME_LOCAL},
        {"separator", NAME_SEPARATOR},
        {"global", NAME_GLOBAL},
        {"plain", NAME_PLAIN},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].word, word) == 0)
            return kinds[i].kind;
    return 0;
}
