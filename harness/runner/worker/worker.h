/* A worker: a second process of this program, which runs the cases that the parent sends it, one after the other. wire.h
 * describes what the two say to each other. */
#ifndef SHMCHECK_WORKER_H
#define SHMCHECK_WORKER_H

#include "../stage/stage.h"

/* The argument that makes the program a worker. Two handles follow, in hexadecimal: its end of the pipe, and the file that
 * takes its actors' output. */
#define WORKER_ARGUMENT "--worker"

/* Runs cases until the parent closes the pipe (returns 0) or sends a line that wire.h does not describe (EXIT_KILLED). The
 * result is the process's exit code. */
int worker_main(HANDLE pipe, HANDLE output);

#endif
