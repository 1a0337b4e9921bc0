/* Touching memory that may be inaccessible: an exception is returned as a value, and the process goes on. */
#ifndef SHMCHECK_GUARD_H
#define SHMCHECK_GUARD_H

#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

/* An exception that touching memory raised. */
struct raised_exception {
    DWORD code;         /* 0xC0000005, 0x80000001, 0xC0000006 or any other exception */
    const char *access; /* "read", "write", "execute", or "unknown" if the exception does not say */
    uintptr_t address;  /* what was touched; 0 with "unknown" */
};

/* Calls touch(context) and returns true. If it raises an exception, leaves it at once, fills *fault and returns false.
 * `touch` must own nothing and must not call the C library or the system; it keeps what must survive an exception in
 * volatile members behind `context`. Only exceptions of the calling thread are caught; calls must not nest, and only one
 * thread may be inside at a time. */
bool guard_run(void (*touch)(void *), void *context, struct raised_exception *fault);

#endif
