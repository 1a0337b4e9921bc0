/* Reading a small file as a whole. */
#ifndef SHMCHECK_READ_FILE_H
#define SHMCHECK_READ_FILE_H

#include <stddef.h>
#include <wchar.h>

#include "../../common/text.h"

/* The bytes of the file on the heap, for the caller to free, and their number in *length. NULL, and a sentence in `error`,
 * if it cannot be read or has more than `most` bytes. */
char *read_file(const wchar_t *path, size_t most, size_t *length, struct text *error);

#endif
