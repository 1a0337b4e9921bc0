#include "escape.h"

void escape_add(struct text *out, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    const unsigned char *from = bytes;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = from[i];
        if (c > 0x20 && c < 0x7F && c != '%') {
            text_add_bytes(out, (const char *)&c, 1);
        } else {
            char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
            text_add_bytes(out, escape, sizeof escape);
        }
    }
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool escape_decode(char *word, size_t *length)
{
    char *to = word;
    for (const char *from = word; *from; from++) {
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        int high = digit(from[1]);
        int low = high < 0 ? -1 : digit(from[2]);
        if (low < 0)
            return false;
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *to = '\0';
    *length = (size_t)(to - word);
    return true;
}
