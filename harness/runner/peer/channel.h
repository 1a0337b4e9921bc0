/* One end of the line protocol: a pipe. Every wait has a deadline. The runner's end is overlapped, the child's end is
 * synchronous. Pages: nf-namedpipeapi-createnamedpipew, synchronous-and-overlapped-input-and-output. */
#ifndef SHMCHECK_CHANNEL_H
#define SHMCHECK_CHANNEL_H

#include <windows.h>

#include <stdbool.h>

#include "../../common/line.h"

enum channel_result {
    CHANNEL_LINE,    /* a whole line */
    CHANNEL_TIMEOUT, /* no line within the deadline; one may still come */
    CHANNEL_CLOSED,  /* the other end is closed */
    CHANNEL_TOO_LONG /* more bytes than a line has; the channel cannot be used any more */
};

struct channel; /* on the heap: the system writes into it while a read is under way */

/* The server end of a new pipe with a random name, one instance, no remote clients. NULL, with GetLastError, on
 * failure. */
struct channel *channel_new(void);
/* Cancels a pending read and closes the pipe. NULL is allowed. */
void channel_free(struct channel *channel);

/* The name that a client opens after \\.\pipe\ : letters, digits and hyphens. */
const char *channel_pipe_name(const struct channel *channel);

/* Opens the child's end: synchronous, inheritable, owned by the caller. INVALID_HANDLE_VALUE on failure. */
HANDLE channel_child_end(const struct channel *channel);
/* Waits until a client has opened the pipe. False: none did within the deadline. */
bool channel_accept(struct channel *channel, DWORD milliseconds);

/* Sends bytes that end with a newline. False: the other end is closed, or did not read them within the deadline. */
bool channel_send(struct channel *channel, const char *bytes, size_t length, DWORD milliseconds);

/* Waits for the next line and puts it, without newline, terminated, into `out` of LINE_BYTES bytes. */
enum channel_result channel_receive(struct channel *channel, char *out, size_t *length, DWORD milliseconds);

/* How many bytes of an unfinished line have arrived. 0 if `channel` is NULL. */
size_t channel_pending(const struct channel *channel);

/* An event that is signalled when channel_receive returns without waiting, if its last result was CHANNEL_TIMEOUT. For
 * waiting on several channels. */
HANDLE channel_event(const struct channel *channel);

#endif
