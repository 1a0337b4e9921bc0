/* Processes that are not this one. */
#ifndef SHMCHECK_OTHER_PROCESS_H
#define SHMCHECK_OTHER_PROCESS_H

#include "reply.h"

/* OpenProcess (page nf-processthreadsapi-openprocess). NULL, and the reply says that this failed, or a handle that is the
 * caller's to close. */
HANDLE other_process_open(uint64_t pid, DWORD rights, struct reply *reply);

#endif
