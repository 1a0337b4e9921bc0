#include "utf16.h"

#include <string.h>

size_t wtf8_decode(const char *bytes, size_t left, uint32_t *point)
{
    const unsigned char *at = (const unsigned char *)bytes;
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length;
    if (at[0] < 0x80)
        length = 1, *point = at[0];
    else if ((at[0] & 0xE0) == 0xC0)
        length = 2, *point = at[0] & 0x1Fu;
    else if ((at[0] & 0xF0) == 0xE0)
        length = 3, *point = at[0] & 0x0Fu;
    else if ((at[0] & 0xF8) == 0xF0)
        length = 4, *point = at[0] & 0x07u;
    else
        return 0;
    if (length > left)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | (at[i] & 0x3Fu);
    }
    return *point < least[length] || *point > 0x10FFFF ? 0 : length;
}

size_t utf16_from_bytes(uint16_t *out, size_t size, const char *bytes, size_t count)
{
    size_t units = 0;
    for (size_t i = 0; i < count;) {
        uint32_t point;
        size_t length = wtf8_decode(bytes + i, count - i, &point);
        size_t wanted = length > 0 && point >= 0x10000 ? 2 : 1;
        if (length == 0 || units + wanted >= size)
            return SIZE_MAX;
        if (wanted == 2) {
            out[units++] = (uint16_t)(0xD7C0 + (point >> 10));
            out[units++] = (uint16_t)(0xDC00 + (point & 0x3FF));
        } else {
            out[units++] = (uint16_t)point;
        }
        i += length;
    }
    if (size == 0)
        return SIZE_MAX;
    out[units] = 0;
    return units;
}

size_t wtf8_encode(char out[4], uint32_t point)
{
    size_t length = 0;
    if (point < 0x80) {
        out[length++] = (char)point;
        return length;
    }
    if (point >= 0x10000)
        out[length++] = (char)(0xF0 | point >> 18);
    if (point >= 0x800)
        out[length++] = (char)(point >= 0x10000 ? 0x80 | (point >> 12 & 0x3F) : 0xE0 | point >> 12);
    out[length++] = (char)(point >= 0x800 ? 0x80 | (point >> 6 & 0x3F) : 0xC0 | point >> 6);
    out[length++] = (char)(0x80 | (point & 0x3F));
    return length;
}

size_t utf16_to_bytes(char *out, size_t size, const uint16_t *units, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t point = units[i];
        if (point >= 0xD800 && point < 0xDC00 && i + 1 < count && units[i + 1] >= 0xDC00 &&
            units[i + 1] < 0xE000)
            point = 0x10000 + ((point - 0xD800) << 10) + (units[++i] - 0xDC00u);
        char bytes[4];
        size_t wanted = wtf8_encode(bytes, point);
        if (length + wanted >= size)
            return SIZE_MAX;
        memcpy(out + length, bytes, wanted);
        length += wanted;
    }
    if (size == 0)
        return SIZE_MAX;
    out[length] = '\0';
    return length;
}

#define MESSAGE_UNITS 1000

const char *utf8(const uint16_t *string)
{
    static char ring[4][3 * MESSAGE_UNITS + 1];
    static unsigned next;
    char *out = ring[next++ % 4];
    size_t units = 0;
    while (units < MESSAGE_UNITS && string[units])
        units++;
    utf16_to_bytes(out, sizeof ring[0], string, units);
    return out;
}
