/* Conversion between UTF-16 and UTF-8. A lone surrogate, which Windows allows in names, becomes the three bytes that
 * UTF-8 would use for it (WTF-8), so that every object name survives the conversion in both directions. */
#ifndef SHMCHECK_UTF16_H
#define SHMCHECK_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both return the number of units or bytes of the result without its terminator, or SIZE_MAX if `size` is too small or
 * the bytes are not valid WTF-8. `size` includes the terminator. The `count` units or bytes may include zeros. */
size_t utf16_from_bytes(uint16_t *out, size_t size, const char *bytes, size_t count);
size_t utf16_to_bytes(char *out, size_t size, const uint16_t *units, size_t count);

/* Decodes the first code point of `left` > 0 bytes, surrogates included. Returns its number of bytes, 1 to 4, or 0, with
 * *point unspecified, if the bytes do not start with valid WTF-8. */
size_t wtf8_decode(const char *bytes, size_t left, uint32_t *point);

/* The bytes of a code point of at most 0x10FFFF, 1 to 4 of them, without a terminator. */
size_t wtf8_encode(char out[4], uint32_t point);

/* UTF-16 as UTF-8 for a message, cut after 1,000 units. The string is static and valid until the fourth call after this
 * one. Not printf's %ls: that drops the rest of the message at the first character that the C locale does not have. */
const char *utf8(const uint16_t *string);

#endif
