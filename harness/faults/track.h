/* What this process has opened and mapped, as far as it came through the calls of the table. */
#ifndef SHMCHECK_TRACK_H
#define SHMCHECK_TRACK_H

#include "faults.h"

struct section {
    HANDLE handle;
    uint64_t key;    /* of its name, note.h; 0: it has none */
    bool created;    /* this handle made the object */
    LONG generation; /* of its note when it was opened; 0 for faults without notes */
};

struct view {
    uintptr_t base;
    struct section section; /* as it was when the view was mapped; the handle may be closed since */
    DWORD access;           /* as it was asked for */
    uint64_t offset;
};

/* NULL if it is none that is known. Valid until the next call of the table. */
const struct section *section_of(HANDLE handle);
/* The view that the address lies in. */
const struct view *view_at(uintptr_t address);
/* The views of this process, in no order: from 0 on until it returns NULL. */
const struct view *view_number(size_t number);
/* Whether two views, or handles, are of one section as far as that is known. */
bool same_section(const struct section *one, const struct section *other);

/* Replaces the functions that make and end handles and views by those that keep the books and call `faulty`. */
void track_install(struct system_calls *calls);

#endif
