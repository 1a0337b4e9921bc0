/* Percent-escapes: any bytes as one printable ASCII word, and back. */
#ifndef SHMCHECK_ESCAPE_H
#define SHMCHECK_ESCAPE_H

#include "text.h"

/* Adds `length` bytes to `out`. A byte outside 0x21..0x7E, and '%', becomes %XX with upper-case digits. */
void escape_add(struct text *out, const void *bytes, size_t length);

/* Decodes a terminated word in place (the result is never longer) and puts a byte 0 behind it.
 * *length counts the decoded bytes, which may contain a 0. False, and `word` unspecified, if an escape is cut
 * short or has a character that is no hexadecimal digit. */
bool escape_decode(char *word, size_t *length);

#endif
