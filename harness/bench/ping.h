/* A raw exchange over a pipe: the cost of the bytes of a step, without the engine. */
#ifndef SHMCHECK_PING_H
#define SHMCHECK_PING_H

#include <windows.h>

#define PING_ARGUMENT "--ping"

/* Microseconds of one exchange of `request` and `reply` bytes with a child process, the mean of `count`; 0 if it fails.
 * Both ends are plain blocking handles of one named pipe, the fastest that two processes have without sharing memory. */
double ping_pong(const wchar_t *self, unsigned long count, unsigned long request, unsigned long reply);
/* The child: answers until the pipe closes. */
int ping_child(HANDLE pipe, unsigned long request, unsigned long reply);

#endif
