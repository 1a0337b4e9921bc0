/* The two ways to drive an actor. Both return the exit code of the process. */
#ifndef SHMCHECK_SERVE_H
#define SHMCHECK_SERVE_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <stdint.h>

#define EXIT_USAGE 3             /* bad arguments, no pipe, a line that is too long */
#define EXIT_LEFT_ALONE 0x6E736D /* the other end of the pipe is gone */

/* Greets and then answers requests on a duplex pipe, opened for synchronous reads and writes. */
uint32_t serve(HANDLE pipe);

/* Lines from standard input, readable replies on standard output; 0 at the end of the input. */
uint32_t prompt(void);

#endif
