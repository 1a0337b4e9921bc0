/* Text: buffers of fixed size and growing ones, percent-escapes, patterns, numbers, checksums and words. Plain C. */
#ifndef SHMCHECK_TEXT_H
#define SHMCHECK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__MINGW32__) && !defined(__clang__)
#define TEXT_PRINTF(index, first) __attribute__((format(gnu_printf, index, first)))
#elif defined(__GNUC__)
#define TEXT_PRINTF(index, first) __attribute__((format(printf, index, first)))
#else
#define TEXT_PRINTF(index, first)
#endif

/* Text in a caller's buffer, always terminated. What does not fit is dropped and `cut` is set. */
struct text {
    char *at;
    size_t size; /* bytes of the buffer, the terminator included; at least 1 */
    size_t length;
    bool cut;
};

struct text text_over(char *buffer, size_t size);
void text_clear(struct text *text);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_format(struct text *text, const char *format, ...) TEXT_PRINTF(2, 3);

/* Bytes on the heap. When memory runs out `failed` is set, and stays set; what was there before is kept. */
struct buffer {
    char *at; /* owned; NULL while empty, else terminated by a byte 0 that `length` does not count */
    size_t length;
    size_t capacity;
    bool failed;
};

void buffer_add(struct buffer *buffer, const char *bytes, size_t length);
void buffer_add_string(struct buffer *buffer, const char *string);
/* One call formats at most 2,000 bytes; longer text goes through buffer_add. */
void buffer_format(struct buffer *buffer, const char *format, ...) TEXT_PRINTF(2, 3);
void buffer_free(struct buffer *buffer);

/* ---- percent-escapes: any bytes as one printable ASCII word, and back ---- */

/* Adds `length` bytes to `out`. A byte outside 0x21..0x7E, and '%', becomes %XX with upper-case digits. */
void escape_add(struct text *out, const void *bytes, size_t length);

/* Decodes a terminated word in place (the result is never longer) and puts a byte 0 after it. *length counts the
 * decoded bytes, which may contain a 0. False if an escape is incomplete or has a character that is not a hexadecimal
 * digit; `word` is then unspecified. */
bool escape_decode(char *word, size_t *length);

/* ---- patterns, numbers and checksums ---- */

/* Whether the whole word matches: '*' matches any bytes, '?' one byte, every other byte itself (case-sensitive). The
 * time is proportional to the product of the two lengths. */
bool glob_matches(const char *pattern, const char *word);

/* Reads a whole word as an unsigned number of at most 64 bits, decimal or hexadecimal after 0x. False, and *out
 * unchanged, if the word is anything else. */
bool number_parse(const char *word, uint64_t *out);

/* FNV-1a, 64 bits. Start with CHECKSUM_START; sums of pieces chain. */
#define CHECKSUM_START UINT64_C(0xCBF29CE484222325)
uint64_t checksum_add(uint64_t sum, const volatile void *bytes, size_t length);

/* ---- words ---- */

#define WORD_BYTES 96

/* The next word of a blank-separated list: copied to `out`, cut to WORD_BYTES - 1 bytes, and *rest moved
 * behind it. False at the end. */
bool word_next(const char **rest, char out[WORD_BYTES]);

#endif
