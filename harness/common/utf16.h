/* UTF-16 as Windows has it, lone surrogates included, and bytes. Lone surrogates become the three bytes that
 * UTF-8 would use for them (WTF-8), so that every object name survives the way there and back. */
#ifndef SHMCHECK_UTF16_H
#define SHMCHECK_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both return the number of units of the result, its terminator not counted, or SIZE_MAX if `size` units are
 * too few or the bytes are no WTF-8. The result is terminated; `count` may span units of value 0. */
size_t utf16_from_bytes(uint16_t *out, size_t size, const char *bytes, size_t count);
size_t utf16_to_bytes(char *out, size_t size, const uint16_t *units, size_t count);

/* Decodes the first code point of `left` > 0 bytes, surrogates included: the number of bytes that it takes, 1
 * to 4, or 0, with *point unspecified, if they do not start with WTF-8. */
size_t wtf8_decode(const char *bytes, size_t left, uint32_t *point);

/* The bytes of a code point of at most 0x10FFFF, 1 to 4 of them, without a terminator. */
size_t wtf8_encode(char out[4], uint32_t point);

#endif
