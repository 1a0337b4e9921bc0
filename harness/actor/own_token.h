/* The access token of this process: page access-tokens. All of it needs system_load_security first, and the functions
 * OpenProcessToken, GetTokenInformation and ConvertSidToStringSid, which every Windows has. */
#ifndef SHMCHECK_OWN_TOKEN_H
#define SHMCHECK_OWN_TOKEN_H

#include "system.h"

#define SID_BYTES 192 /* a SID in text has at most 15 parts of 10 digits */

/* The token, for questions about it. A process is not always admitted to its own token: where it is not, this is the
 * pseudo-handle that Windows 8 and later have for it. Goes to token_close. */
HANDLE token_open(void);
void token_close(HANDLE token);

/* What the token says about a class of information, on the heap; NULL if it does not say. */
void *token_information(HANDLE token, TOKEN_INFORMATION_CLASS class);
/* The state of a privilege in a list of them: "enabled", "disabled" or "absent". */
const char *privilege_state(const TOKEN_PRIVILEGES *privileges, LUID privilege);
/* "S-1-...", at most SID_BYTES; "" for a SID that cannot be told. */
void sid_text(PSID sid, char *out);

#endif
