/* The classical tests of memory order. */
#ifndef SHMCHECK_LOOPS_LITMUS_H
#define SHMCHECK_LOOPS_LITMUS_H

#include "loops.h"

/* The values of test= in verbs.def. */
#define LITMUS_TESTS "mp sb lb s r 2+2w corr coww iriw"
/* Litmus tests: rounds of a batch, and the memory behind the block that they need. */
#define LITMUS_BATCH 64u
#define LITMUS_MORE (LITMUS_BATCH * (2u * BURST_LINE + 4u * 2u))

loop_function loop_litmus;
/* For how many actors a test is made. `test` is the place of its name in LITMUS_TESTS. */
unsigned litmus_crowd(size_t test);

#endif
