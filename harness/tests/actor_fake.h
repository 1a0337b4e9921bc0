/* The verbs of the actor on a fake system. A test program that uses it names actor_fake.c, actor_request.c, shmactor_core
 * and shmactor_dispatch in sources.cmake, and includes testing.h before this. */
#ifndef SHMCHECK_ACTOR_FAKE_H
#define SHMCHECK_ACTOR_FAKE_H

#include <stdio.h>
#include <wchar.h>

#include "../actor/objects.h"
#include "../actor/verbs.h"
#include "actor_request.h"

/* What the system does at the next call, and what it was asked. */
extern struct fake_system {
    DWORD error, status; /* which the next call sets; SENTINEL_ERROR: none */
    uintptr_t result;    /* of functions that return a handle, an address or a truth */
    DWORD high, low, protect, access, options, code;
    uintptr_t size, base;
    HANDLE file, handle, other;
    bool has_attributes, inherit, has_descriptor, ex, wide, named;
    WCHAR name[64];
    char bytes[64];
    DWORD error_at_call; /* the last error that the call found */
    unsigned calls;
} fake;

/* For a function of a fake system: counts the call, leaves `fake.error` behind and returns `fake.result`. */
uintptr_t called(void);
/* Puts the fake functions into `sys`, whose other members are NULL, and resets `fake`. For cmocka. */
int fresh(void **state);
#define FRESH(test) cmocka_unit_test_setup(test, fresh)

#endif
