/* The classical tests of memory order. */
#ifndef SHMCHECK_LOOPS_LITMUS_H
#define SHMCHECK_LOOPS_LITMUS_H

#include "loops.h"

/* Litmus tests: rounds of a batch, and the memory behind the block that they need. */
#define LITMUS_BATCH 64u
#define LITMUS_MORE (LITMUS_BATCH * (2u * BURST_LINE + 4u * 2u))

loop_function loop_litmus;
/* For how many actors a test is made. `test` is the place of its name among those of test= in verbs.def. */
unsigned litmus_crowd(size_t test);

#endif
