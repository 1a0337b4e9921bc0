/* The access token of this process: page access-tokens. All of it needs system_load_security first, and the functions
 * OpenProcessToken, GetTokenInformation and ConvertSidToStringSid, which every Windows has. */
#ifndef SHMCHECK_OWN_TOKEN_H
#define SHMCHECK_OWN_TOKEN_H

#include "system.h"

#define SID_BYTES 192 /* a SID in text has at most 15 parts of 10 digits */

/* The token, for questions about it. A process may have no access to its own token; this is then the pseudo-handle that
 * Windows 8 and later have for it. The caller closes it with token_close. */
HANDLE token_open(void);
void token_close(HANDLE token);

/* A class of information about the token, on the heap, for the caller to free; NULL if the system does not give it. */
void *token_information(HANDLE token, TOKEN_INFORMATION_CLASS class);
/* The state of a privilege in a list of them: "enabled", "disabled" or "absent". */
const char *privilege_state(const TOKEN_PRIVILEGES *privileges, LUID privilege);
/* "S-1-...", at most SID_BYTES; "" for a SID that has no text. */
void sid_text(PSID sid, char *out);

#endif
