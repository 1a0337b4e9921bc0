/* A second thread of the actor, for steps with on=2. It starts with the first of them and stays. */
#ifndef SHMCHECK_SECOND_THREAD_H
#define SHMCHECK_SECOND_THREAD_H

#include <stdbool.h>

/* Calls task(context) on the second thread and returns when it has returned. False if the thread cannot be started. */
bool second_thread_run(void (*task)(void *), void *context);
/* Whether it has been started. */
bool second_thread_lives(void);

#endif
