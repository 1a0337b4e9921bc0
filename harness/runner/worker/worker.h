/* A worker: the same program again, which runs cases that the parent feeds it one at a time.
 *
 * Parent to worker, once:     1 settings run=R actor=PATH [x86=yes] ... scale-thousandths=N volatile=yes|no
 *                                        [prestarted=yes] [mutate=PERCENT seed=N]
 * then for every case:        N case id=ID instance=I pair=P
 * Worker to parent, unasked:  0 hello protocol=1
 * while a case runs, several in one go where nothing is waited for between them:
 *                                     N transcript|fail|deviates|error|crash|timeout line=L text=T
 *                             N part line=L text=T      (more of the text follows)
 * at its end:                 N done checks=N steps=N starts=N */
#ifndef SHMCHECK_WORKER_H
#define SHMCHECK_WORKER_H

#include "../stage/stage.h"

/* The argument that makes the program a worker; the handles of its pipe end and of the file that takes what
 * its actors print follow, in hexadecimal. */
#define WORKER_ARGUMENT "--worker"

/* Runs until the parent closes the pipe or the worker is asked for nonsense. Returns the process's exit code.
 */
int worker_main(HANDLE pipe, HANDLE output);

#endif
