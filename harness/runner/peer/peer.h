/* What the stage knows of an actor's process, and all that it does to one: everything that comes from outside comes
 * through here, live or from the stage's tape. */
#ifndef SHMCHECK_LINK_H
#define SHMCHECK_LINK_H

#include "channel.h"
#include "identity.h"
#include "process.h"

struct role;
struct stage;

struct link {
    char token[80]; /* of the pipe; what a client is told */
    struct channel *channel;
    struct child child; /* process is NULL while nobody has started it, and when a tape plays */
    size_t taped;       /* the tape's entry for its last line, while a tape records */
    wchar_t *copy;      /* a program file of its own, deleted with the link; NULL: none. Owned */
};

/* Makes the pipe. Zero, or the error code. */
DWORD link_open(struct stage *stage, struct link *link);
/* What the next link_start starts is a copy of this program, linked otherwise (image_copy.h). Zero, or the error code,
 * with what failed in *failed. */
DWORD link_copy(struct stage *stage, struct link *link, const wchar_t *program, bool large_address_aware,
                const char **failed);
/* Starts the program, an actor's, with the pipe's other end, as this identity (NULL: as the runner itself). Zero, or the
 * error code, with the name of the function that failed in *failed. */
DWORD link_start(struct stage *stage, struct link *link, const wchar_t *program,
                 const struct identity *identity, const char **failed);
/* The rest of its identity, once it has said hello. Zero, or the error code. */
DWORD link_settle(struct stage *stage, struct link *link, const struct identity *identity);
/* Waits until an actor that another one started has opened the pipe. */
bool link_accept(struct stage *stage, struct link *link);
/* Takes hold of the process that said this id over the pipe, so that its end can be seen. Zero, or the error code. */
DWORD link_take_process(struct stage *stage, struct link *link, uint64_t pid);

/* The bytes are terminated as well as counted. */
bool link_send(struct stage *stage, struct link *link, const char *bytes, size_t length);
/* As channel_receive, within the deadline of a step; `out` has LINE_BYTES bytes. */
enum channel_result link_receive(struct stage *stage, struct link *link, char *out, size_t *length);
/* Waits for the end of the process within the deadline of a step; false if it has not ended. */
bool link_wait(struct stage *stage, struct link *link, DWORD *exit_code);
/* Ends the process and waits until it has ended. */
bool link_kill(struct stage *stage, struct link *link);
/* Ends the process, if it still runs, and frees everything. */
void link_close(struct link *link);

#endif
