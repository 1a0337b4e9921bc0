/* Questions about this process's own token. Page: nf-securitybaseapi-gettokeninformation. */
#ifndef SHMCHECK_TOKEN_H
#define SHMCHECK_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

bool token_elevated(void);
/* "low", "medium", "high", "system", ... or the number of a level between them; "unknown". */
void token_integrity(char *out, size_t size);
/* "enabled", "disabled", "absent" or "unknown". */
const char *token_privilege(const wchar_t *name);

#endif
