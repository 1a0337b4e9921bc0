/* The one place that knows cmocka: it calls a case's function, and a case is left through it. */
#ifndef SHMCHECK_CMOCKA_BRIDGE_H
#define SHMCHECK_CMOCKA_BRIDGE_H

#include <stdbool.h>

struct stage;

/* Calls run(stage) as a cmocka test. False if it ended in any other way than by returning: leave_case, or a
 * crash that cmocka caught. */
bool call_case(const char *name, void (*run)(struct stage *), struct stage *stage);

/* Leaves the case function that is being called. */
_Noreturn void leave_case(int line);

#endif
