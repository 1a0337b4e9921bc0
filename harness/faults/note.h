/* What the processes of a faulty system know together about one name: a page of shared memory of its own, under a name
 * that no case uses, which lives as long as the process that started them. */
#ifndef SHMCHECK_NOTE_H
#define SHMCHECK_NOTE_H

#include "faults.h"

struct note {
    volatile LONG generation;         /* how often a fault has declared the name's object gone */
    volatile LONG access;             /* of the first open; 0: nobody has opened it */
    volatile unsigned long long size; /* in bytes, as the creator asked for it */
};

/* A number for a name; Local\n and n are one name. 0 for NULL and "". */
uint64_t note_key(const WCHAR *name);
/* The note about a name, all zero at first. NULL for key 0, or if there is no memory for it. Keeps the last error. */
struct note *note_of(uint64_t key);
/* The name under which the present generation's object goes: the name itself at first. Valid until the next call. */
const WCHAR *note_name(const WCHAR *name);

#endif
