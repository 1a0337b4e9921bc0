/* A recording of everything that a case learnt from outside while it ran: the lines of its actors and the ends of their
 * processes, in the order in which the case saw them. Played back, the case runs again in microseconds and without one
 * process; with one reply changed on the way, it shows whether any of its expectations would notice. */
#ifndef SHMCHECK_TAPE_H
#define SHMCHECK_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../common/line.h"

#define RECORDED_READ_BYTES 48

enum recording_mode { RECORDING_OFF, RECORDING_ON, RECORDING_REPLAY };

enum recorded_kind {
    RECORDED_PIPE_NAME, /* the name of a pipe that was made: text */
    RECORDED_REQUEST,   /* what the case sent to an actor: text; playing, it must be the same again */
    RECORDED_LINE,      /* a line from an actor: text */
    RECORDED_NO_LINE,   /* something else than a line: number is an enum channel_result */
    RECORDED_END        /* the end of a process: number is its exit code, flag whether it ended in time */
};

struct recorded_entry {
    enum recorded_kind kind;
    bool flag;
    uint32_t number;
    char *text; /* owned; NULL for news and ends */
    /* Of a line, what the case made of it. */
    bool unjudged; /* the case expects nothing of this reply */
    char fields_read
        [RECORDED_READ_BYTES]; /* volatile fields that the case read, without '~', blank-separated */
};

struct recording {
    enum recording_mode mode;
    struct recorded_entry *entries; /* owned */
    size_t count, next;
    bool diverged;   /* playing: the case asked for something else than what came next */
    bool incomplete; /* recording: memory ran out */
    /* The switch for mutation: the line at this place is received as `mutated` instead. It works in every mode. */
    size_t mutated_at; /* SIZE_MAX: none */
    const char *mutated;
};

void recording_add(struct recording *recording, enum recorded_kind kind, bool flag, uint32_t number,
                   const char *text);
/* The next entry if it is of this kind; else the recording has diverged and the result is NULL. */
const struct recorded_entry *recording_next(struct recording *recording, enum recorded_kind kind);
/* Notes at the line that is entry `index` that nothing is expected of it, or that the case read this volatile field.
 * They do nothing unless the recording records; a list of fields that is full makes it incomplete. */
void recording_note_unjudged(struct recording *recording, size_t index);
void recording_note_read(struct recording *recording, size_t index, const char *field);
bool recording_was_read(const struct recorded_entry *entry, const char *field);
void recording_free(struct recording *recording);

#endif
