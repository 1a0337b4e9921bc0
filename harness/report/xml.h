/* Any bytes as readable text that XML 1.0 allows. What XML does not allow becomes a visible escape. Escapes are not meant to
 * be decoded, so a backslash stays one backslash.
 *
 *   \x01          C0 controls other than newline and tab, DEL, a CR that no LF follows, each byte that is not UTF-8
 *   \u{D800}      surrogates (as three bytes, WTF-8), U+FFFE, U+FFFF, C1 controls, U+2028 and U+2029
 *   (nothing)     a CR before LF
 *
 * Memory that runs out sets `failed` of the buffer. Page: https://www.w3.org/TR/xml/#charsets */
#ifndef SHMCHECK_XML_H
#define SHMCHECK_XML_H

#include "../common/text.h"

#define XML_UNIT_BYTES 12

/* Reads the first unit of `left` > 0 bytes, a character or what gets one escape, and returns how many bytes
 * that is. `unit` gets its *length bytes of readable text, 0 to 8 and no terminator; markup is not escaped
 * yet. */
size_t xml_unit(const char *bytes, size_t left, char unit[XML_UNIT_BYTES], size_t *length);

/* Adds `length` bytes as the text of an element. */
void xml_add_text(struct buffer *out, const char *bytes, size_t length);

/* The same, but of a text whose readable form is longer than `most` bytes (1,024 or more) only the head and
 * the tail, together no longer than that, and between them a line that says how many of the `length` bytes
 * were left out. Cuts fall between lines unless these are very long. */
void xml_add_long_text(struct buffer *out, const char *bytes, size_t length, size_t most);

/* Adds the value of an attribute, without its quotes. Newlines and tabs in it survive every reader. */
void xml_add_value(struct buffer *out, const char *value);
/* Adds ` name="value"`; `name` is a literal. */
void xml_add_attribute(struct buffer *out, const char *name, const char *value);

/* Adds the readable form of the first line of `bytes`, cut with "..." if `out` has no room for it (never
 * within an escape or a character; `out` must have room for three bytes). True if nothing is missing: no cut
 * and no more lines. */
bool xml_first_line(struct text *out, const char *bytes, size_t length);

#endif
