/* What a fault is made of. A family of faults (families.def) breaks one rule; its parameters say when and where.
 *
 * The actor's verbs call `sys`. Its functions (layers.c) keep the books, ask the gate whether the rule is broken for
 * this call, and then call the function of the fault or that of Windows. Functions of faults call `real` alone. */
#ifndef SHMCHECK_FAULTS_FAULT_H
#define SHMCHECK_FAULTS_FAULT_H

#include <stdbool.h>

#include "../actor/touch.h"
#include "../common/line.h"
#include "real.h"

typedef void touch_function(void *touch);

struct hooks {
    bool notes;  /* its processes share a note about each name (note.h) */
    bool shadow; /* every view has a shadow (books.h) */
    bool
        tells; /* it calls fault_reached itself, when it changes something: not every call behind the gate does */
    /* What it replaces when the gate is open; the other members are NULL. MapViewOfFileEx stands for all functions
     * that map, UnmapViewOfFile for all that unmap, the W functions for all that create and open, unless the A
     * functions are replaced as well. */
    struct system_calls calls;
    /* What it always replaces: second halves, which look themselves whether there was a first. */
    struct system_calls follow;
    /* Called when memory is to be touched: performs `how`, usually by guard_run_plainly, and returns what that returned. */
    bool (*touches)(touch_function *how, struct touch *touch, struct raised_exception *fault);
    /* Called with each request before it is performed: may change what it asks for. */
    void (*asks)(struct line *request);
};

/* guard_run (guard.h) of the actor. */
bool guard_run_plainly(void (*touch)(void *), void *context, struct raised_exception *fault);
/* Whether the touch changes memory. */
bool touch_stores(touch_function *how);

#endif
