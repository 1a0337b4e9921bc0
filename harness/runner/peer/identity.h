/* Who an actor is: the real tokens that the runner starts actors with, by name.
 *
 *   untrusted, low, medium   the runner's user at that integrity level
 *   low-file                 the runner's own token and a program file that is labelled low
 *   restricted               restricting SIDs: Everyone, Users, RESTRICTED and the logon session, not the user
 *   unauthenticated          Authenticated Users counts for denials only
 *   no-global-privilege      SeCreateGlobalPrivilege is deleted
 *   filtered                 what is left of an administrator who is not elevated: medium integrity, no
 *                            administrator's group, no administrator's privilege
 *   appcontainer             an AppContainer without capabilities, the same for all actors of a run
 *   other-user               LOCAL SERVICE, in the runner's session; takes LocalSystem
 *   other-session            the runner's user in another session; takes LocalSystem, and another session
 *
 * Pages: nf-securitybaseapi-createrestrictedtoken, nf-securitybaseapi-settokeninformation,
 * nf-processthreadsapi-createprocessasuserw, nf-winbase-logonuserw, mandatory-integrity-control. */
#ifndef SHMCHECK_IDENTITY_H
#define SHMCHECK_IDENTITY_H

#include <windows.h>

#include <stdbool.h>

#include "process.h"

struct identity;

/* NULL if there is none of that name. */
const struct identity *identity_find(const char *name);
/* What an actor of this identity says about itself: fields of the reply to `identity` (PROTOCOL.md), as checks.h takes
 * them. */
const char *identity_promise(const struct identity *identity);
/* What it has to be asked for that: the words of tell=. */
const char *identity_traits(const struct identity *identity);

/* All that a start needs to become this identity. */
struct identity_launch {
    HANDLE token;                    /* owned; NULL: the runner's own */
    SECURITY_CAPABILITIES container; /* without AppContainerSid outside one; the SID is appcontainer.c's */
    wchar_t image[MAX_PATH * 2];     /* the program, "" for the one that actors have otherwise */
    bool temporary;                  /* `image` is a copy, to be deleted when the actor has ended */
    bool apart;         /* neither handles nor the job can be had: it connects by the pipe's name */
    const char *failed; /* the function that failed, for messages */
};

/* Makes the launch of an identity for actors of the program `actor`; `run` is the run's id. Zero, or an error code with
 * out->failed set. identity_launch_free is called in either case. */
DWORD identity_launch_make(struct identity_launch *out, const struct identity *identity, const wchar_t *actor,
                           const char *run);
/* What can only be done to an actor that has started, because starting takes rights that it is not to keep. */
DWORD identity_launch_settle(const struct identity *identity, const struct child *child);
/* Frees what the launch owns, except a temporary image. */
void identity_launch_free(struct identity_launch *launch);

#endif
