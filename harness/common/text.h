/* Building text in a buffer of fixed size, and in one that grows. Neither ever writes past its end. */
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

#endif
