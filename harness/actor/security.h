/* Security descriptors as SDDL (page security-descriptor-string-format), with two words of our own that stand
 * for SIDs which differ from machine to machine: {user} is the user of this process, {logon} its logon
 * session's SID. */
#ifndef SHMCHECK_SECURITY_H
#define SHMCHECK_SECURITY_H

#include "reply.h"

/* The descriptor of an SDDL string in UTF-8; NULL after answering `bad` for a string that is none, or `fail
 * error=127` where Windows lacks the function. The caller frees it with security_free, which takes NULL. */
PSECURITY_DESCRIPTOR security_from_sddl(const char *sddl, struct reply *reply);
void security_free(PSECURITY_DESCRIPTOR descriptor);

/* Answers `ok sddl=...` with these parts of the descriptor. */
void security_reply_sddl(PSECURITY_DESCRIPTOR descriptor, SECURITY_INFORMATION parts, struct reply *reply);

#endif
