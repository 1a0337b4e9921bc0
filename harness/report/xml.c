#include "xml.h"

#include <stdio.h>
#include <string.h>

#include "../common/utf16.h"

static bool is_legible(uint32_t point)
{
    if (point < 0x20 || (point >= 0x7F && point < 0xA0))
        return point == '\n' || point == '\t';
    if (point == 0x2028 || point == 0x2029)
        return false; /* allowed, but some readers break lines there */
    return (point < 0xD800 || point > 0xDFFF) && point != 0xFFFE && point != 0xFFFF;
}

size_t xml_unit(const char *bytes, size_t left, char unit[XML_UNIT_BYTES], size_t *length)
{
    *length = 0;
    if (bytes[0] == '\r' && left > 1 && bytes[1] == '\n')
        return 1;
    uint32_t point;
    size_t taken = wtf8_decode(bytes, left, &point);
    if (taken > 0 && is_legible(point)) {
        memcpy(unit, bytes, taken);
        *length = taken;
        return taken;
    }
    struct text text = text_over(unit, XML_UNIT_BYTES);
    if (taken > 1) {
        text_format(&text, "\\u{%04X}", (unsigned)point);
    } else {
        text_format(&text, "\\x%02X", (unsigned)(unsigned char)bytes[0]);
        taken = 1;
    }
    *length = text.length;
    return taken;
}

/* Escapes what would be markup. Newlines and tabs in attributes are references, or readers see blanks. */
static void add_escaped(struct buffer *out, const char *text, size_t length, bool attribute)
{
    size_t from = 0;
    for (size_t i = 0; i < length; i++) {
        const char *reference = text[i] == '&'    ? "&amp;"
                                : text[i] == '<'  ? "&lt;"
                                : text[i] == '>'  ? "&gt;"
                                : !attribute      ? NULL
                                : text[i] == '"'  ? "&quot;"
                                : text[i] == '\n' ? "&#10;"
                                : text[i] == '\t' ? "&#9;"
                                                  : NULL;
        if (!reference)
            continue;
        buffer_add(out, text + from, i - from);
        buffer_add_string(out, reference);
        from = i + 1;
    }
    buffer_add(out, text + from, length - from);
}

static void add(struct buffer *out, const char *bytes, size_t length, bool attribute)
{
    /* Escaped in pieces, so that the common case, long plain text, is not copied byte by byte. */
    char piece[512];
    size_t filled = 0;
    while (length > 0) {
        size_t unit_length;
        size_t taken = xml_unit(bytes, length, piece + filled, &unit_length);
        bytes += taken;
        length -= taken;
        filled += unit_length;
        if (filled > sizeof piece - XML_UNIT_BYTES || length == 0) {
            add_escaped(out, piece, filled, attribute);
            filled = 0;
        }
    }
}

void xml_add_text(struct buffer *out, const char *bytes, size_t length)
{
    add(out, bytes, length, false);
}

void xml_add_value(struct buffer *out, const char *value)
{
    add(out, value, strlen(value), true);
}

void xml_add_attribute(struct buffer *out, const char *name, const char *value)
{
    buffer_format(out, " %s=\"", name);
    xml_add_value(out, value);
    buffer_add_string(out, "\"");
}

/* How many of the bytes are a head of at most `most` readable bytes. */
static size_t head_length(const char *bytes, size_t length, size_t most)
{
    size_t at = 0, readable = 0, line_end = 0;
    while (at < length) {
        char unit[XML_UNIT_BYTES];
        size_t unit_length;
        size_t taken = xml_unit(bytes + at, length - at, unit, &unit_length);
        if (readable + unit_length > most)
            return line_end > 0 ? line_end : at;
        at += taken;
        readable += unit_length;
        if (bytes[at - 1] == '\n' && readable >= most / 2)
            line_end = at;
    }
    return length;
}

/* Where a tail of at most `most` readable bytes begins. */
static size_t tail_start(const char *bytes, size_t length, size_t most)
{
    char unit[XML_UNIT_BYTES];
    size_t unit_length;
    size_t start = length > most ? length - most : 0;
    for (size_t i = 0; i < 3 && start < length && ((unsigned char)bytes[start] & 0xC0) == 0x80; i++)
        start++; /* not within a character */
    size_t readable = 0;
    for (size_t at = start; at < length; readable += unit_length)
        at += xml_unit(bytes + at, length - at, unit, &unit_length);
    while (readable > most) {
        start += xml_unit(bytes + start, length - start, unit, &unit_length);
        readable -= unit_length;
    }
    const char *newline = memchr(bytes + start, '\n', (length - start) / 2);
    return newline ? (size_t)(newline - bytes) + 1 : start;
}

void xml_add_long_text(struct buffer *out, const char *bytes, size_t length, size_t most)
{
    if (head_length(bytes, length, most) == length) {
        xml_add_text(out, bytes, length);
        return;
    }
    char between[80];
    size_t half = most / 2 - sizeof between / 2;
    size_t head = head_length(bytes, length, half);
    size_t tail = tail_start(bytes + head, length - head, half) + head;
    xml_add_text(out, bytes, head);
    snprintf(between, sizeof between, "%s[... %llu bytes left out ...]\n",
             head > 0 && bytes[head - 1] == '\n' ? "" : "\n", (unsigned long long)(tail - head));
    buffer_add_string(out, between);
    xml_add_text(out, bytes + tail, length - tail);
}

bool xml_first_line(struct text *out, const char *bytes, size_t length)
{
    static const char mark[] = "...";
    size_t most = out->size - 1, safe = out->length;
    while (length > 0 && bytes[0] != '\n') {
        char unit[XML_UNIT_BYTES];
        size_t unit_length;
        size_t taken = xml_unit(bytes, length, unit, &unit_length);
        if (out->length + unit_length > most) {
            out->length = safe;
            text_add(out, mark);
            return false;
        }
        text_add_bytes(out, unit, unit_length);
        if (out->length + sizeof mark - 1 <= most)
            safe = out->length;
        bytes += taken;
        length -= taken;
    }
    return length <= 1;
}
