/* A second thread of the actor, for steps with on=2. It starts with the first of them and stays. */
#ifndef SHMCHECK_SECOND_THREAD_H
#define SHMCHECK_SECOND_THREAD_H

#include <stdbool.h>

/* Starts it; second_thread_lives tells whether it could be started. It has performed a task when this returns, so what it
 * allocates at its start is there. */
void second_thread_start(void);
/* Whether it has been started. Everything below needs that. */
bool second_thread_lives(void);
/* Whether the caller is on it. */
bool second_thread_is_this(void);
/* Calls task(context) on the second thread and returns when it has returned. Not while what second_thread_begin started runs
 * there. */
void second_thread_run(void (*task)(void *), void *context);
/* The same without waiting: `context` must stay until second_thread_wait has returned. */
void second_thread_begin(void (*task)(void *), void *context);
/* Waits until what second_thread_begin started has returned. */
void second_thread_wait(void);

#endif
