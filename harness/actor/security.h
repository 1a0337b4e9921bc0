/* Security descriptors as SDDL (page security-descriptor-string-format), with words of our own that stand for
 * SIDs which differ from machine to machine: {user} is the user of this process, {logon} its logon session's
 * SID, {container} its AppContainer's. */
#ifndef SHMCHECK_SECURITY_H
#define SHMCHECK_SECURITY_H

#include "reply.h"

/* Loads advapi32 for `sys`, once; what that adds to the process counts as there at hello. Disturbs the last error. */
void security_load(void);
/* Unloads advapi32 if nothing else was loaded or started for the actor since hello. Disturbs the last error. */
void security_unload(void);
/* The text in UTF-16, with the words replaced by their SIDs. `units` holds three more than the text has, and the
 * terminator. False if it is too long or not UTF-8. The advapi32 part of the system is loaded. */
bool security_expand(const char *text, WCHAR *out, size_t units);
/* The descriptor of an SDDL string in UTF-8; NULL after answering `bad` for a wrong string, or `fail error=127` where
 * Windows lacks the function. The caller frees it with security_free, which takes NULL. */
PSECURITY_DESCRIPTOR security_from_sddl(const char *sddl, struct reply *reply);
void security_free(PSECURITY_DESCRIPTOR descriptor);

/* The attributes that sd= and inherit= of a request ask for. */
struct attributes {
    SECURITY_ATTRIBUTES value; /* its descriptor is owned */
    bool used;                 /* one of the keys is there */
};
/* False after answering as security_from_sddl does. attributes_free frees them in either case. */
bool attributes_take(const struct line *request, struct attributes *out, struct reply *reply);
/* What a call gets: NULL if the request has neither key. */
SECURITY_ATTRIBUTES *attributes_pointer(struct attributes *attributes);
void attributes_free(struct attributes *attributes);

/* What parts= asks for. */
SECURITY_INFORMATION security_part(const struct line *request);

/* Answers `ok sddl=...` with these parts of the descriptor; `ok descriptor=none` for NULL. */
void security_reply_sddl(PSECURITY_DESCRIPTOR descriptor, SECURITY_INFORMATION parts, struct reply *reply);

#endif
