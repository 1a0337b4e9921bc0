/* A file for the standard output and error of a child process: in the folder for temporary files, deleted when its last
 * handle is closed. */
#ifndef SHMCHECK_OUTPUT_FILE_H
#define SHMCHECK_OUTPUT_FILE_H

#include <windows.h>

#include "../../common/text.h"

/* The inheritable handle of a new file. INVALID_HANDLE_VALUE, with GetLastError, on failure. */
HANDLE output_file_new(void);
/* The same with another handle, to read the file while it is written: the two do not share a file position. `*reader` is
 * INVALID_HANDLE_VALUE too on failure. The caller closes both. */
HANDLE output_file_new_with_reader(HANDLE *reader);
/* The bytes from `offset` on, at most `size` of them; the number of bytes read. */
size_t output_file_read(HANDLE file, uint64_t offset, char *out, size_t size);
/* Adds the file's bytes to `out` and empties the file. Of more than 64 KiB only the first and the last 32 KiB are added,
 * with a line between them that says how much is left out. */
void output_file_take(HANDLE file, struct buffer *out);
/* Empties the file unread. */
void output_file_clear(HANDLE file);

#endif
