/* Terminal sessions. Page: nf-wtsapi32-wtsenumeratesessionsw. */
#ifndef SHMCHECK_SESSION_H
#define SHMCHECK_SESSION_H

#include <windows.h>

#include <stdbool.h>

/* A session other than this process's in which processes can be started. False if there is none. */
bool session_other(DWORD *session);

#endif
