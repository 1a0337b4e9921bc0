/* An actor that breaks the protocol in one of many ways, or follows it. */
#ifndef SHMCHECK_MISBEHAVING_ACTOR_H
#define SHMCHECK_MISBEHAVING_ACTOR_H

#include <windows.h>

/* How it misbehaves: the value of this environment variable, which the parent process sets. Unset or "honest": it says
 * hello, answers `ok size=4096 name=N ~base=0x20000` to every request with the name=N of that request, `ok same=yes` to
 * clear and `bye` to exit. */
#define MISBEHAVIOUR_VARIABLE "SHMCHECK_MISBEHAVIOUR"

/* How much "flood" prints. */
#define MISBEHAVIOUR_FLOOD_BYTES (20u << 20)

/* Serves on the pipe and returns the exit code of the process. */
int misbehaving_actor_main(HANDLE pipe);

#endif
