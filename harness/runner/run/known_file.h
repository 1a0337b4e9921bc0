/* Reading known.toml from disk. */
#ifndef SHMCHECK_KNOWN_FILE_H
#define SHMCHECK_KNOWN_FILE_H

#include <wchar.h>

#include "../../report/known.h"

/* False, and a sentence in `error` that names the file and the line, if it cannot be read, is malformed, or
 * has an entry that names no case. */
bool known_file_read(struct known *out, const wchar_t *path, struct text *error);

#endif
