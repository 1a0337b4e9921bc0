/* Paths and words of the command line in messages. */
#ifndef SHMCHECK_UTF8_H
#define SHMCHECK_UTF8_H

#include <wchar.h>

/* The string as UTF-8, cut behind 1,000 units. Valid until the fourth call from then on. Not printf's %ls, which
 * drops the rest of the message at the first character that the C locale does not know. */
const char *utf8(const wchar_t *string);

#endif
