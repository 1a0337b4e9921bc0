/* The identities of actors, by name: the access tokens that the runner starts them with.
 *
 *   untrusted, low, medium   the runner's user at that integrity level
 *   low-file                 the runner's own token and a program file that is labelled low
 *   restricted               restricting SIDs: Everyone, Users, RESTRICTED and the logon session, without the user
 *   unauthenticated          Authenticated Users counts for denials only
 *   no-global-privilege      SeCreateGlobalPrivilege is deleted
 *   filtered                 as an administrator who is not elevated: medium integrity, without the
 *                            group and the privileges of administrators
 *   appcontainer             an AppContainer without capabilities, the same for all actors of a run
 *   other-user               LOCAL SERVICE, in the runner's session; the runner must be LocalSystem
 *   other-session            the runner's user in another session; the runner must be LocalSystem, and another session
 *                            must exist
 *
 * Pages: nf-securitybaseapi-createrestrictedtoken, nf-securitybaseapi-settokeninformation,
 * nf-processthreadsapi-createprocessasuserw, nf-winbase-logonuserw, mandatory-integrity-control. */
#ifndef SHMCHECK_IDENTITY_H
#define SHMCHECK_IDENTITY_H

#include <windows.h>

#include <stdbool.h>

#include "process.h"

struct identity;

/* NULL if no identity has this name. */
const struct identity *identity_find(const char *name);
/* The identity at this index, from 0; NULL if there are fewer. */
const struct identity *identity_at(size_t index);
const char *identity_name(const struct identity *identity);
/* The fields of the reply to `identity` (PROTOCOL.md) that prove this identity, as checks.h takes them. */
const char *identity_promise(const struct identity *identity);
/* The words of tell= with which the step `identity` asks for these fields. */
const char *identity_traits(const struct identity *identity);

/* What child_start needs to start an actor with an identity. */
struct identity_launch {
    HANDLE token;                    /* owned; NULL: the runner's own */
    SECURITY_CAPABILITIES container; /* AppContainerSid is NULL: no container. appcontainer.c owns the SID */
    wchar_t image[MAX_PATH * 2];     /* the program; "": the ordinary actor */
    bool temporary;                  /* `image` is a copy, which is deleted after the actor's end */
    bool apart;         /* it inherits no handle and is in no job: it connects by the pipe's name */
    const char *failed; /* the function that failed, for messages */
};

/* Makes the launch of an identity for actors of the program `actor`; `run` is the run's id. Zero, or an error code with
 * out->failed set. identity_launch_free is called in either case. */
DWORD identity_launch_make(struct identity_launch *out, const struct identity *identity, const wchar_t *actor,
                           const char *run);
/* Takes back what the actor needed only to start. Called after its hello. Zero, or an error code. */
DWORD identity_launch_settle(const struct identity *identity, const struct child *child);
/* Frees what the launch owns, except a temporary image. */
void identity_launch_free(struct identity_launch *launch);

#endif
