#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text text_over(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct text){.at = buffer, .size = size};
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->at[0] = '\0';
    text->cut = false;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
    size_t room = text->size - 1 - text->length;
    if (length > room) {
        length = room;
        text->cut = true;
    }
    if (length > 0)
        memcpy(text->at + text->length, bytes, length);
    text->length += length;
    text->at[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_format(struct text *text, const char *format, ...)
{
    size_t room = text->size - text->length;
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(text->at + text->length, room, format, arguments);
    va_end(arguments);
    if (wanted < 0)
        text->cut = true;
    else if ((size_t)wanted >= room) {
        text->cut = true;
        text->length = text->size - 1;
    } else
        text->length += (size_t)wanted;
    text->at[text->length] = '\0';
}

static bool reserve(struct buffer *buffer, size_t more)
{
    if (buffer->failed || more > SIZE_MAX / 2 - buffer->length) {
        buffer->failed = true;
        return false;
    }
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
    if (capacity < needed)
        capacity = needed;
    char *at = realloc(buffer->at, capacity);
    if (!at) {
        buffer->failed = true;
        return false;
    }
    buffer->at = at;
    buffer->capacity = capacity;
    return true;
}

void buffer_add(struct buffer *buffer, const char *bytes, size_t length)
{
    if (!reserve(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->at + buffer->length, bytes, length);
    buffer->length += length;
    buffer->at[buffer->length] = '\0';
}

void buffer_add_string(struct buffer *buffer, const char *string)
{
    buffer_add(buffer, string, strlen(string));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    char piece[2001];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (wanted < 0 || (size_t)wanted >= sizeof piece)
        buffer->failed = true;
    else
        buffer_add(buffer, piece, (size_t)wanted);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){0};
}

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

static int hexadecimal_digit(char c)
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
        int high = hexadecimal_digit(from[1]);
        int low = high < 0 ? -1 : hexadecimal_digit(from[2]);
        if (low < 0)
            return false;
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *to = '\0';
    *length = (size_t)(to - word);
    return true;
}

bool glob_matches(const char *pattern, const char *word)
{
    const char *star = NULL, *resume = NULL;
    while (*word) {
        if (*pattern == '*') {
            star = pattern++;
            resume = word;
        } else if (*pattern == '?' || *pattern == *word) {
            pattern++;
            word++;
        } else if (star) {
            pattern = star + 1;
            word = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

bool number_parse(const char *word, uint64_t *out)
{
    uint64_t base = 10, value = 0;
    if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
        base = 16;
        word += 2;
    }
    if (!*word)
        return false;
    for (; *word; word++) {
        uint64_t digit;
        if (*word >= '0' && *word <= '9')
            digit = (uint64_t)(*word - '0');
        else if (base == 16 && *word >= 'a' && *word <= 'f')
            digit = (uint64_t)(*word - 'a') + 10;
        else if (base == 16 && *word >= 'A' && *word <= 'F')
            digit = (uint64_t)(*word - 'A') + 10;
        else
            return false;
        if (value > (UINT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *out = value;
    return true;
}

uint64_t checksum_add(uint64_t sum, const volatile void *bytes, size_t length)
{
    const volatile uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ at[i]) * UINT64_C(0x100000001B3);
    return sum;
}

bool word_next(const char **rest, char out[WORD_BYTES])
{
    const char *word = *rest + strspn(*rest, " ");
    size_t length = strcspn(word, " ");
    *rest = word + length;
    if (length == 0)
        return false;
    if (length >= WORD_BYTES)
        length = WORD_BYTES - 1;
    memcpy(out, word, length);
    out[length] = '\0';
    return true;
}
