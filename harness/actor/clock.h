/* The time of waits and bursts. */
#ifndef SHMCHECK_CLOCK_H
#define SHMCHECK_CLOCK_H

#include <stdint.h>

/* Milliseconds since an unspecified point; never less than before, in any thread. It is GetTickCount64, or on a system without
 * it (before Windows Vista) the performance counter. */
uint64_t clock_milliseconds(void);

#endif
