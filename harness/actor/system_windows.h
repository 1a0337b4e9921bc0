/* The functions of this Windows, for a table of them. */
#ifndef SHMCHECK_SYSTEM_WINDOWS_H
#define SHMCHECK_SYSTEM_WINDOWS_H

#include "system.h"

/* Fills all but the advapi32 part with the functions of Windows; loads nothing. */
void system_windows_fill(struct system_calls *calls);
/* Where a function of SYSTEM_KERNELBASE is; NULL if this system has none. */
FARPROC system_windows_find(const char *name);
/* Loads advapi32 and fills its part. Members stay NULL if it, or the function, is missing. */
void system_windows_fill_security(struct system_calls *calls);
/* Undoes one system_windows_fill_security: the part is NULL, and advapi32 is unloaded unless another module needs it. */
void system_windows_drop_security(struct system_calls *calls);

#endif
