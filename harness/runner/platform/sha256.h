/* The SHA-256 of a file, which tells two programs of the same version apart. */
#ifndef SHMCHECK_SHA256_H
#define SHMCHECK_SHA256_H

#include <stdbool.h>
#include <wchar.h>

#define SHA256_TEXT_BYTES 65 /* 64 hexadecimal digits in lower case, and the end */

/* The SHA-256 of a file. False, and out is "", if it cannot be read or this system does not compute one. */
bool sha256_of_file(const wchar_t *path, char out[SHA256_TEXT_BYTES]);

#endif
