/* Touching memory that may not be there. An exception becomes a value; the process lives on. */
#ifndef SHMCHECK_GUARD_H
#define SHMCHECK_GUARD_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

struct fault {
    DWORD code;         /* 0xC0000005, 0x80000001, 0xC0000006 or any other exception */
    const char *access; /* "read", "write", "execute", or "unknown" if the exception does not say */
    uintptr_t address;  /* what was touched; 0 with "unknown" */
};

/* Calls touch(context) and returns true; or, when it raises an exception, leaves it there and then, fills
 * *fault and returns false. `touch` must own nothing, must not call into the C library or the system, and
 * keeps what is to survive a fault behind `context`, in volatile members. Only exceptions of the calling
 * thread count; calls do not nest, and one thread at a time may be inside. */
bool guard_run(void (*touch)(void *), void *context, struct fault *fault);

#endif
