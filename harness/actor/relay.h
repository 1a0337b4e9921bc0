/* A program that talks to an actor without standard streams, which another actor has started. */
#ifndef SHMCHECK_RELAY_H
#define SHMCHECK_RELAY_H

#include <stdint.h>

/* Serves actors that connect to the pipe \\.\pipe\NAME, one after the other: passes each line of standard input to the actor
 * as a request, and prints its reply as the prompt does. Prints the line RELAY_FREE whenever an actor may connect: at the start,
 * and after an actor has ended. Returns the exit code of the process: 0 at the end of the input, EXIT_USAGE if
 * there can be no pipe of this name. */
uint32_t relay(const char *name);

#define RELAY_FREE "free"

#endif
