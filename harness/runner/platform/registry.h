/* Values under HKEY_LOCAL_MACHINE, as the system itself sees them: a 32-bit program on a 64-bit Windows reads the 64-bit
 * registry. Pages: winreg/nf-winreg-regopenkeyexa, windows/win32/winprog64/accessing-an-alternate-registry-view. */
#ifndef SHMCHECK_REGISTRY_H
#define SHMCHECK_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

/* A REG_DWORD. False, and *out unchanged, if there is no such key or value, or the value has another type. */
bool registry_number(const char *key, const char *name, unsigned long *out);
/* A REG_SZ, cut to `size` bytes with the zero at its end. False, and `out` is "", as above. */
bool registry_text(const char *key, const char *name, char *out, size_t size);

#endif
