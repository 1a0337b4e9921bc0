/* The replies of the verb race. */
#ifndef SHMCHECK_RACE_H
#define SHMCHECK_RACE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bit `round` of ~won or ~existed: two hexadecimal digits a byte, low bit first. */
static inline bool race_bit(const char *digits, unsigned round)
{
    const size_t at = round / 8 * 2;
    char byte[3] = "";
    if (at + 1 < strlen(digits))
        memcpy(byte, digits + at, 2);
    return strtoul(byte, NULL, 16) >> round % 8 & 1;
}

#endif
