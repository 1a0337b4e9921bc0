/* The one place that knows cmocka: it calls a case's function and returns early from it.
 *
 * A case is left by a longjmp of this file to a setjmp of this file, not by cmocka's: under Control Flow Guard Windows
 * ends a process that jumps to a setjmp in an object without guard metadata, which an installed cmocka may well be.
 * Page: cpp/build/reference/guard-enable-guard-checks. */
#ifndef SHMCHECK_CMOCKA_BRIDGE_H
#define SHMCHECK_CMOCKA_BRIDGE_H

#include <stdbool.h>

struct stage;

/* Calls run(stage) as a cmocka test. False if it ended in any other way than by returning: leave_case, or a
 * crash that cmocka caught. */
bool call_case(const char *name, void (*run)(struct stage *), struct stage *stage);

/* Leaves the case function that is being called; call_case returns false then. Ends the process if none is. */
_Noreturn void leave_case(void);

#endif
