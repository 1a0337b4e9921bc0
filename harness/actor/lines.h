/* Lines from a handle and to a handle, with nothing of the C library in between: it would translate and
 * buffer. */
#ifndef SHMCHECK_LINES_H
#define SHMCHECK_LINES_H

#include "reply.h"

enum lines_next { LINES_READY, LINES_TOO_LONG, LINES_END };

/* Waits for the next line of `from` and stores it without its newline in `out`, of LINE_BYTES bytes. The end
 * is the end of the file, or any error of reading. Start with a zeroed reader. */
enum lines_next lines_read(HANDLE from, struct line_reader *reader, char *out, size_t *length);

/* Writes all of it, in one call if the system takes it. False on an error. */
bool lines_write(HANDLE to, const char *bytes, size_t length);

#endif
