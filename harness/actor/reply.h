/* Building the reply to a request, and reading what a call left behind. */
#ifndef SHMCHECK_REPLY_H
#define SHMCHECK_REPLY_H

#include "../common/line.h"
#include "system.h"

/* A reply without its sequence number, and whether it is the last one of this process. */
struct reply {
    struct text text;
    bool leaves;        /* the process ends after this reply */
    uint32_t exit_code; /* with this code */
};

/* The answers. Each one starts the reply afresh. */
void reply_ok(struct reply *reply);
/* `bad reason=...`, the reason percent-escaped; always false, so that a check can end with `return
 * reply_bad(...)`. */
bool reply_bad(struct reply *reply, const char *format, ...) TEXT_PRINTF(2, 3);

/* Adds " key=value" to the reply. The first takes words that need no escape, the others any bytes and units.
 */
void reply_add(struct reply *reply, const char *format, ...) TEXT_PRINTF(2, 3);
void reply_add_bytes(struct reply *reply, const char *key, const void *bytes, size_t length);
/* " key=+N" or " key=-N": an address as its distance from `base`. */
void reply_add_distance(struct reply *reply, const char *key, uintptr_t address, uintptr_t base);
void reply_add_handle(struct reply *reply, HANDLE handle);

/* What a call left behind. */
#define SENTINEL_ERROR 0x5EAFBEEFu
struct call_result {
    DWORD error;  /* GetLastError; SENTINEL_ERROR if the call did not touch it */
    DWORD status; /* RtlGetLastNtStatus; 0 if the call did not touch it, or where there is no such function */
};

/* Stands right before the call under test: sets the sentinel and clears the status. */
void call_begins(void);
/* Stands right after it. */
struct call_result call_ended(void);

/* `fail error=N|untouched [status=0xX]`. */
void reply_fail(struct reply *reply, struct call_result seen);
/* `ok` if the call succeeded, else the same `fail`. Returns `done`. */
bool reply_done(struct reply *reply, BOOL done, struct call_result seen);
/* The same for functions that return an error code, and for those that return an NTSTATUS. */
void reply_fail_code(struct reply *reply, DWORD error, struct call_result seen);
void reply_fail_status(struct reply *reply, LONG status);
/* `fail error=127`: this version of Windows does not export the function. */
void reply_not_exported(struct reply *reply);
/* Adds " error=N" or " error=untouched". */
void reply_add_error(struct reply *reply, DWORD error);

#endif
