/* A recording of a case: the lines of its actors and the ends of their processes, in the order in which the case received
 * them. A replay runs the case again in microseconds, without processes. A replay with one changed reply shows whether an
 * expectation notices the change. */
#ifndef SHMCHECK_RECORDING_H
#define SHMCHECK_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../common/line.h"

#define RECORDED_READ_BYTES 48

enum recording_mode { RECORDING_OFF, RECORDING_ON, RECORDING_REPLAY };

enum recorded_kind {
    RECORDED_PIPE_NAME, /* the name of a pipe that was made: text */
    RECORDED_REQUEST,   /* what the case sent to an actor: text; in a replay it must be the same */
    RECORDED_LINE,      /* a line from an actor: text */
    RECORDED_NO_LINE,   /* no line: number is an enum channel_result */
    RECORDED_EXTERNAL,  /* what a user's program did: number */
    RECORDED_END        /* the end of a process: number is its exit code, flag whether it ended in time */
};

struct recorded_entry {
    enum recorded_kind kind;
    bool flag;
    uint32_t number;
    char *text; /* owned; NULL for RECORDED_NO_LINE and RECORDED_END */
    /* Of a line, how the case used it: */
    bool unjudged; /* the case has no expectation about this reply */
    char fields_read
        [RECORDED_READ_BYTES]; /* volatile fields that the case read, without '~', blank-separated */
};

struct recording {
    enum recording_mode mode;
    struct recorded_entry *entries; /* owned */
    size_t count, next;
    bool diverged;   /* in a replay: the case did something else than the next entry says */
    bool incomplete; /* while recording: memory ran out */
    /* For mutation, in every mode: the line at this place is received as `mutated`. */
    size_t mutated_at; /* SIZE_MAX: none */
    const char *mutated;
};

void recording_add(struct recording *recording, enum recorded_kind kind, bool flag, uint32_t number,
                   const char *text);
/* The next entry. If it is not of this kind, sets `diverged` and returns NULL. */
const struct recorded_entry *recording_next(struct recording *recording, enum recorded_kind kind);
/* Note about entry `index`, a line, that the case has no expectation about it, or that it read this volatile field. Only in
 * the mode RECORDING_ON. If the list of fields is full, the recording becomes incomplete. */
void recording_note_unjudged(struct recording *recording, size_t index);
void recording_note_read(struct recording *recording, size_t index, const char *field);
bool recording_was_read(const struct recorded_entry *entry, const char *field);
void recording_free(struct recording *recording);

#endif
