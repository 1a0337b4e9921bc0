/* Questions about this process's own token. Page: nf-securitybaseapi-gettokeninformation. */
#ifndef SHMCHECK_TOKEN_H
#define SHMCHECK_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

bool access_token_elevated(void);
/* "low", "medium", "high", "system", ... or the number of a level between them; "unknown". */
void access_token_integrity(char *out, size_t size);
/* "enabled", "disabled", "absent" or "unknown". */
const char *access_token_privilege(const wchar_t *name);
/* Whether a new process takes the lower one of this process's integrity level and that of its program's file
 * (TOKEN_MANDATORY_POLICY_NEW_PROCESS_MIN; page ns-winnt-token_mandatory_policy). False if the system does not say. */
bool access_token_new_process_minimum(void);
/* Whether the default DACL admits the SID of the logon session: 1, 0, or -1 if the token has no such SID or no default DACL.
 * Where it does, any process of the session can open objects that have no descriptor of their own. */
int access_token_default_admits_logon(void);

#endif
