/* Names of the mandatory integrity levels; integrity_levels.def lists them. Plain C. */
#ifndef SHMCHECK_INTEGRITY_H
#define SHMCHECK_INTEGRITY_H

#include <stdint.h>

/* "low" for 0x1000: the name of the level whose SID is S-1-16-rid. NULL if that level has no name. The string is
 * static. Page: windows/win32/secauthz/well-known-sids. */
const char *integrity_name(uint64_t rid);

#endif
