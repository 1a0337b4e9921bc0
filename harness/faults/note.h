/* Notes: what the processes of a faulty system know together about one name. They are in one section of their own under
 * a name that no case uses. It lives until the process that started the actors ends. */
#ifndef SHMCHECK_FAULTS_NOTE_H
#define SHMCHECK_FAULTS_NOTE_H

#include <stdbool.h>

#include "real.h"

#define NOTE_USERS 32
#define NOTE_KEPT 1024 /* bytes */

/* All zero at first, but for the key. */
struct note {
    volatile LONG64 key;              /* note_key of the name; 0: the note is free */
    volatile LONG generation;         /* how many times a fault declared the object of this name gone */
    volatile LONG access;             /* of the first open; 0: nothing has opened it */
    volatile unsigned long long size; /* in bytes, as the creator asked for it */
    volatile LONG creations, opens;   /* successful ones, of all processes */
    volatile unsigned long long born; /* GetTickCount64 of the first creation */
    volatile LONG user_count;
    volatile DWORD users[NOTE_USERS]; /* ids of the processes that created or opened the name */
    unsigned char kept[NOTE_KEPT];    /* contents that a fault restores */
    volatile LONG kept_length;        /* in bytes */
};

enum end_of_user { USER_NONE, USER_EXITED = 1, USER_KILLED = 2 };

/* A number for a name: Local\n and n have the same. 0 for NULL and "". */
uint64_t note_key(const WCHAR *name);
/* Makes or opens the notes; once, before anything is measured: it opens handles and maps memory. */
void notes_start(void);
/* The note about a name, valid to the end of this process. NULL for key 0, without notes_start, or if there is no room
 * or memory. */
struct note *note_of(uint64_t key);
/* The name of the object of the present generation: `name` itself at first. Valid until the next call. */
const WCHAR *note_name(const WCHAR *name);
/* Adds this process to the users. */
void note_add_user(struct note *note);
/* How other users of the name have ended: the bits of USER_EXITED (exit code 0) and USER_KILLED (any other). */
int note_ends(struct note *note);

#endif
