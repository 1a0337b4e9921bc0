/* Serving requests on a pipe, and the lines that the prompt reads and writes too. */
#ifndef SHMCHECK_SERVE_H
#define SHMCHECK_SERVE_H

#include "reply.h"

#define EXIT_USAGE 3             /* bad arguments, no pipe, a line that is too long */
#define EXIT_LEFT_ALONE 0x6E736D /* the other end of the pipe was closed */

/* Sends hello and then answers requests on a duplex pipe, opened for synchronous reads and writes. Returns the exit code of
 * the process. */
uint32_t serve(HANDLE pipe);

/* Lines from a handle and to a handle, without the C library, which would translate and buffer. */
enum lines_next { LINES_READY, LINES_TOO_LONG, LINES_END };

/* Waits for the next line of `from` and stores it without its newline in `out`, of LINE_BYTES bytes. The end
 * is the end of the file, or any error of reading. Start with a zeroed reader. */
enum lines_next lines_read(HANDLE from, struct line_reader *reader, char *out, size_t *length);

/* Writes all of it, in one call if the system takes it. False on an error. */
bool lines_write(HANDLE to, const char *bytes, size_t length);

#endif
