/* The only file that uses cmocka: it calls a case's function and returns early from it.
 *
 * A case is left by a longjmp of this file to a setjmp of this file, not by cmocka's: under Control Flow Guard Windows
 * ends a process that jumps to a setjmp in an object without guard metadata, and an installed cmocka may have none. Page:
 * cpp/build/reference/guard-enable-guard-checks. */
#ifndef SHMCHECK_CMOCKA_BRIDGE_H
#define SHMCHECK_CMOCKA_BRIDGE_H

struct stage;

enum case_end {
    CASE_RETURNED,
    CASE_LEFT,   /* through leave_case */
    CASE_CRASHED /* cmocka caught an exception */
};

/* Calls run(stage) as a cmocka test and says how it ended. */
enum case_end call_case(const char *name, void (*run)(struct stage *), struct stage *stage);

/* Leaves the case function that is being called; call_case returns CASE_LEFT then. Ends the process if none is. */
_Noreturn void leave_case(void);

#endif
