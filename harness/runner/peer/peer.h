/* What the stage knows of an actor's process, and all that it does to one: everything that comes from outside comes
 * through here, live or from the stage's recording. */
#ifndef SHMCHECK_LINK_H
#define SHMCHECK_LINK_H

#include "channel.h"
#include "identity.h"
#include "process.h"

struct role;
struct stage;

struct peer {
    char pipe_name[80]; /* of the pipe; what a client is told */
    struct channel *channel;
    struct child child; /* process is NULL while nobody has started it, and when a recording plays */
    size_t recorded_at; /* the recording's entry for its last line, while a recording records */
    wchar_t *copy;      /* a program file of its own, deleted with the peer; NULL: none. Owned */
};

/* Makes the pipe. Zero, or the error code. */
DWORD peer_open(struct stage *stage, struct peer *peer);
/* What the next peer_start starts is a copy of this program, linked otherwise (image_copy.h). Zero, or the error code,
 * with what failed in *failed. */
DWORD peer_copy(struct stage *stage, struct peer *peer, const wchar_t *program, bool large_address_aware,
                const char **failed);
/* Starts the program, an actor's, with the pipe's other end, as this identity (NULL: as the runner itself). Zero, or the
 * error code, with the name of the function that failed in *failed. */
DWORD peer_start(struct stage *stage, struct peer *peer, const wchar_t *program,
                 const struct identity *identity, const char **failed);
/* The rest of its identity, once it has said hello. Zero, or the error code. */
DWORD peer_settle(struct stage *stage, struct peer *peer, const struct identity *identity);
/* Waits until an actor that another one started has opened the pipe. */
bool peer_accept(struct stage *stage, struct peer *peer);
/* Takes hold of the process that said this id over the pipe, so that its end can be seen. Zero, or the error code. */
DWORD peer_open_process(struct stage *stage, struct peer *peer, uint64_t pid);

/* The bytes are terminated as well as counted. */
bool peer_send(struct stage *stage, struct peer *peer, const char *bytes, size_t length);
/* As channel_receive, within the deadline of a step; `out` has LINE_BYTES bytes. */
enum channel_result peer_receive(struct stage *stage, struct peer *peer, char *out, size_t *length);
/* Waits for the end of the process within the deadline of a step; false if it has not ended. */
bool peer_wait(struct stage *stage, struct peer *peer, DWORD *exit_code);
/* Ends the process and waits until it has ended. */
bool peer_kill(struct stage *stage, struct peer *peer);
/* Ends the process, if it still runs, and frees everything. */
void peer_close(struct peer *peer);

#endif
