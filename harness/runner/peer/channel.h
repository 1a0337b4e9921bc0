/* One end of the line protocol: a pipe whose every wait has a deadline. The runner's end is overlapped, the
 * child's end is plain. Pages: nf-namedpipeapi-createnamedpipew, synchronous-and-overlapped-input-and-output.
 */
#ifndef SHMCHECK_CHANNEL_H
#define SHMCHECK_CHANNEL_H

#include <windows.h>

#include <stdbool.h>

#include "../../common/line.h"

enum channel_result {
    CHANNEL_LINE,    /* a whole line */
    CHANNEL_TIMEOUT, /* none in time; one may still come */
    CHANNEL_CLOSED,  /* the other end is gone */
    CHANNEL_TOO_LONG /* what came is no line of this protocol; the channel is of no further use */
};

struct channel; /* on the heap: the system writes into it while a read is under way */

/* The server end of a new pipe that nobody else knows, one instance, no remote clients. NULL, with
 * GetLastError, on failure. */
struct channel *channel_new(void);
/* Ends what is under way and closes; NULL is fine. */
void channel_free(struct channel *channel);

/* What a client opens behind \\.\pipe\ ; a plain token. */
const char *channel_pipe_name(const struct channel *channel);

/* Opens the child's end: synchronous, inheritable, owned by the caller. INVALID_HANDLE_VALUE on failure. */
HANDLE channel_child_end(const struct channel *channel);
/* Waits until a client that was told the token has opened the pipe. */
bool channel_accept(struct channel *channel, DWORD milliseconds);

/* Sends bytes that end with a newline. False: the other end is gone, or did not take them in time. */
bool channel_send(struct channel *channel, const char *bytes, size_t length, DWORD milliseconds);

/* Waits for the next line and puts it, without newline, terminated, into `out` of LINE_BYTES bytes. */
enum channel_result channel_receive(struct channel *channel, char *out, size_t *length, DWORD milliseconds);

/* Waits until something comes from the other end, or that is gone; the next channel_receive finds out what. */
void channel_wait(struct channel *channel, DWORD milliseconds);

/* How many bytes of a line have come whose end has not; NULL: none. */
size_t channel_pending(const struct channel *channel);

/* Signalled when channel_receive has something to say without waiting, provided that the last call to it said
 * CHANNEL_TIMEOUT. For waiting on several channels. */
HANDLE channel_event(const struct channel *channel);

#endif
