/* Systems that break one rule each. shmactor-faulty.exe is the actor on top of one of them, which proves that the
 * cases notice: a fault that leaves every case passing is a missing case. It is built for tests only and lies in
 * bin/tests/, so that nobody takes it for the actor.
 *
 * Three layers: the actor's verbs call `sys`, which keeps the books (track.h) and calls `faulty`, which is `real` but
 * for the functions that the chosen fault replaces. A fault's functions call `real` alone. */
#ifndef SHMCHECK_FAULTS_H
#define SHMCHECK_FAULTS_H

#include "../actor/system.h"
#include "../actor/touch.h"
#include "../common/line.h"

typedef void touch_function(void *touch);

/* A seeded fault; a `struct fault` is an exception (guard.h). */
struct seeded {
    const char *name;     /* kebab-case */
    const char *topics;   /* of cases/, blank-separated: where cases are that should notice */
    const char *sentence; /* what this system does wrong; no tab in it */
    bool notes;           /* its processes need to know of each other: note.h */
    /* What it replaces; the other members are NULL. Of the two functions that map, MapViewOfFileEx stands for both; the
     * W functions stand for the A functions too, unless these are replaced as well. */
    struct system_calls calls;
    /* Called before memory is touched: may change *touch, and returns what is called instead of `how`. NULL: nothing is
     * changed. */
    touch_function *(*touches)(touch_function *how, struct touch *touch);
    /* Called with each request before it is performed: may ask for something else. NULL: nothing is changed. */
    void (*asks)(struct line *request);
};

struct fault_group {
    const struct seeded *faults;
    size_t count;
};
#define FAULT_GROUP(group, table) const struct fault_group group = {table, sizeof(table) / sizeof(table)[0]};

extern const struct fault_group create_faults, name_faults, lifetime_faults, view_faults, copy_faults,
    access_faults, handle_faults, page_faults, burst_faults;
extern const struct fault_group *const fault_groups[];
extern const size_t fault_group_count;

/* NULL if there is none of that name. */
const struct seeded *fault_find(const char *name);
/* The fault of this process; set once, before system_start. */
extern const struct seeded *chosen_fault;

/* The system as it is. Its advapi32 part is NULL until system_load_security was called. */
extern struct system_calls real;
/* The same with the chosen fault. */
extern struct system_calls faulty;

/* ---- what faults are made of ---- */

/* What a call leaves behind that fails: the last error, and the status behind it. */
void leave_failure(DWORD error, LONG status);
/* The handle again, with every right of a section: for faults that do not ask for rights. The caller closes it. NULL
 * if the system does not let it be. */
HANDLE with_all_rights(HANDLE section);
/* A copy of the handle in the process that started this one, which keeps it to its own end. */
void leak_to_parent(HANDLE handle);
/* The size of a section in bytes, 0 if it is not known. */
uint64_t section_size(HANDLE section);
/* The bytes of the allocation around an address, from its base on, that are in the state of its first page. */
size_t view_size(const void *base);
/* A view of the process's own: a copy-on-write view whose committed pages have been copied, protected as `access`
 * says. */
void *map_copy(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length, void *base);
/* Makes every committed page of a copy-on-write view private, as a store of what is there would. */
void make_private(void *base);

#endif
