#include "utf8.h"

#include "../../common/utf16.h"

#define MOST_UNITS 1000

const char *utf8(const wchar_t *string)
{
    static char ring[4][3 * MOST_UNITS + 1];
    static unsigned next;
    char *out = ring[next++ % 4];
    size_t units = wcslen(string);
    utf16_to_bytes(out, sizeof ring[0], (const uint16_t *)string, units < MOST_UNITS ? units : MOST_UNITS);
    return out;
}
