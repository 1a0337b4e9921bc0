/* A peer: the process of one actor, with its pipe. Everything that a case learns comes through these functions: from the
 * process or, in a replay, from the recording. A peer knows nothing of roles and steps. */
#ifndef SHMCHECK_PEER_H
#define SHMCHECK_PEER_H

#include "channel.h"
#include "identity.h"
#include "process.h"
#include "recording.h"

/* What the peers of one case have in common. */
struct peer_group {
    char run[32];    /* the id of the run: names of temporary files contain it */
    DWORD timeout;   /* milliseconds; the deadline of each wait */
    struct job *job; /* the processes are in it */
    HANDLE output;   /* their standard output and error; see output_file_new */
    /* Called before a wait that may take long; output that was held back is sent then. NULL: not called. */
    void (*waits)(void *context);
    void *context;
    struct recording *recording; /* never NULL; its mode is RECORDING_OFF in an ordinary run */
    size_t received;             /* lines and other results of peer_receive so far */
    size_t starts;               /* processes of actors that were started so far; none in a replay */
};

struct peer {
    char pipe_name[80];      /* a client opens \\.\pipe\NAME */
    struct channel *channel; /* owned; NULL in a replay */
    struct child child;      /* process is NULL before the start, and in a replay */
    size_t recorded_at;      /* the recording's entry for the last line, while it records */
    char *hello;             /* owned; the first line that the actor sent; NULL: none yet */
    bool greets_again;       /* the next peer_receive returns `hello` */
    wchar_t *copy; /* owned; the peer's own copy of the program, deleted by peer_close; NULL: none */
};

/* Makes the pipe. Zero, or the error code. */
DWORD peer_open(struct peer_group *group, struct peer *peer);
/* Makes a copy of the program with IMAGE_FILE_LARGE_ADDRESS_AWARE set or cleared (image_copy.h), for the next peer_start.
 * Zero, or the error code with the name of the function that failed in *failed. */
DWORD peer_copy(struct peer_group *group, struct peer *peer, const wchar_t *program, bool large_address_aware,
                const char **failed);
/* Starts the actor program with the pipe's other end, under this identity (NULL: the runner's own). Zero, or the error code
 * with the name of the function that failed in *failed. */
DWORD peer_start(struct peer_group *group, struct peer *peer, const wchar_t *program,
                 const struct identity *identity, const char **failed);
/* Does what remains to be done for the identity after the actor's hello. Zero, or the error code. */
DWORD peer_settle(struct peer_group *group, struct peer *peer, const struct identity *identity);
/* Waits until an actor that another actor started has opened the pipe. */
bool peer_accept(struct peer_group *group, struct peer *peer);
/* Opens the process by the id from its hello, to see its end. Zero, or the error code. */
DWORD peer_open_process(struct peer_group *group, struct peer *peer, uint64_t pid);

/* An actor that waited begins to play another role: the next peer_receive returns its first line again, as if the process
 * had just started. */
void peer_greet_again(struct peer_group *group, struct peer *peer);

/* Sends `length` bytes, which are terminated by a byte 0 as well. False: the pipe is closed, or the bytes were not read
 * within the deadline. */
bool peer_send(struct peer_group *group, struct peer *peer, const char *bytes, size_t length);
/* As channel_receive, within the deadline; `out` has LINE_BYTES bytes. */
enum channel_result peer_receive(struct peer_group *group, struct peer *peer, char *out, size_t *length);
/* Waits for the end of the process within the deadline, as child_wait. */
enum child_state peer_wait(struct peer_group *group, struct peer *peer, DWORD *exit_code);
/* Ends the process and waits until it has ended. */
bool peer_kill(struct peer_group *group, struct peer *peer);
/* Ends the process if it still runs, deletes the copy of the program and frees everything. */
void peer_close(struct peer *peer);

#endif
