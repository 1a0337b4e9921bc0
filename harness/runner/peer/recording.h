/* A tape of everything that a case learnt from outside while it ran: the lines of its actors and the ends of their
 * processes, in the order in which the case saw them. Played back, the case runs again in microseconds and without one
 * process; with one reply changed on the way, it shows whether any of its expectations would notice. */
#ifndef SHMCHECK_TAPE_H
#define SHMCHECK_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../common/line.h"

#define TAPE_LOOKED_BYTES 48

enum tape_mode { TAPE_OFF, TAPE_RECORD, TAPE_PLAY };

enum tape_kind {
    TAPE_TOKEN, /* the name of a pipe that was made: text */
    TAPE_SENT,  /* what the case sent to an actor: text; playing, it must be the same again */
    TAPE_LINE,  /* a line from an actor: text */
    TAPE_NEWS,  /* something else than a line: number is an enum channel_result */
    TAPE_END    /* the end of a process: number is its exit code, flag whether it ended in time */
};

struct tape_entry {
    enum tape_kind kind;
    bool flag;
    uint32_t number;
    char *text; /* owned; NULL for news and ends */
    /* Of a line, what the case made of it. */
    bool recorded;                     /* nothing is expected of this reply: it was only written down */
    char looked_at[TAPE_LOOKED_BYTES]; /* volatile fields that the case read, without '~', blank-separated */
};

struct tape {
    enum tape_mode mode;
    struct tape_entry *entries; /* owned */
    size_t count, next;
    bool strayed;    /* playing: the case asked for something else than what came next */
    bool incomplete; /* recording: memory ran out */
    /* The switch for mutation: the line at this place is received as `mutated` instead. It works in every mode. */
    size_t mutated_at; /* SIZE_MAX: none */
    const char *mutated;
};

void tape_record(struct tape *tape, enum tape_kind kind, bool flag, uint32_t number, const char *text);
/* The next entry if it is of this kind; else the tape has strayed and the result is NULL. */
const struct tape_entry *tape_play(struct tape *tape, enum tape_kind kind);
/* Notes at the line that is entry `index` that nothing is expected of it, or that the case read this volatile field.
 * They do nothing unless the tape records; a list of fields that is full makes it incomplete. */
void tape_note_recorded(struct tape *tape, size_t index);
void tape_note_looked_at(struct tape *tape, size_t index, const char *field);
bool tape_looked_at(const struct tape_entry *entry, const char *field);
void tape_free(struct tape *tape);

#endif
