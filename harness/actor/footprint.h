/* What this process holds, compared with what it held when it said hello. It decides whether another case can use the actor.
 * Pages: nf-memoryapi-virtualquery, nf-processthreadsapi-getprocesshandlecount, ns-winnt-token_privileges.
 *
 * The footprint is taken with the functions of Windows, never through `sys`: a faulty system must not hide what it keeps. */
#ifndef SHMCHECK_FOOTPRINT_H
#define SHMCHECK_FOOTPRINT_H

#include "system.h"

#include <stdint.h>

/* What can differ. The words are those of differs= in the reply of `clear`. */
enum footprint_part {
    PART_HANDLES,       /* their number or, where this system lists them, their values */
    PART_MEMORY,        /* allocations of the address space */
    PART_LABELS,        /* labels of this actor */
    PART_LOCKS,         /* byte ranges of files that it has locked */
    PART_DIRECTORY,     /* the working directory */
    PART_TOKEN,         /* privileges, default DACL and integrity level of the token of the process */
    PART_IMPERSONATION, /* a token of the thread */
    PART_ERROR_MODE,    /* SetErrorMode */
    PART_LAST_ERROR,    /* of the thread */
    PART_POLICY,        /* something that a process cannot take back */
    PART_COUNT
};

struct footprint_difference {
    unsigned parts;   /* bit i: enum footprint_part i */
    unsigned handles; /* how many there are */
    unsigned regions; /* allocations */
    unsigned loads;   /* how often footprint_allow has added something */
    uint64_t bytes;   /* all of them together */
};

/* Takes the footprint that later ones are compared with, and sets the last error to 0. Once, before the first verb. */
void footprint_begin(void);
/* Compares what the process holds now with that footprint. Before footprint_begin every part differs. */
struct footprint_difference footprint_compare(void);
/* Whether the allocation at this address existed at hello, or was added by footprint_allow. */
bool footprint_has_memory(const void *address);

/* Runs something that loads modules or starts threads for the actor itself: what it adds counts as there at hello. */
void footprint_allow(void (*load)(void));
/* Runs `unload`, which undoes `load`, if that is the only thing that footprint_allow has run since footprint_begin; otherwise
 * runs nothing and returns false. What `load` added counts as there at hello no longer, so a part of it that stays is a
 * difference. */
bool footprint_withdraw(void (*load)(void), void (*unload)(void));
/* Notes that the process did something that it cannot take back: it differs from now on. */
void footprint_cannot_return(void);

/* Restore what the process had at hello: privileges as far as possible, the working directory, the error mode, the last
 * error. */
void footprint_restore_token(void);
void footprint_restore_directory(void);
void footprint_restore_modes(void);

#endif
