/* The books: which sections and views this process has, as far as they came through the calls of the table. */
#ifndef SHMCHECK_FAULTS_BOOKS_H
#define SHMCHECK_FAULTS_BOOKS_H

#include <stdbool.h>

#include "real.h"

enum origin { ORIGIN_UNKNOWN, ORIGIN_CREATED, ORIGIN_EXISTED, ORIGIN_OPENED, ORIGIN_DUPLICATE };
enum backing { BACKING_PAGEFILE, BACKING_FILE, BACKING_RESERVE };

/* One open handle. */
struct section {
    HANDLE handle;
    uint64_t key;    /* of its name (note.h); 0: it has none */
    uint64_t object; /* the same number for all handles to one section, as far as this process can know */
    enum origin origin;
    enum backing backing;
    unsigned names;   /* kinds of its name (name_kinds.h) */
    unsigned ordinal; /* 1 for the first open handle to the section in this process, 2 for the next, ... */
    LONG generation;  /* of its note when it was opened; 0 for faults without notes */
    uint64_t size;    /* in bytes; 0 if it is unknown */
    uint64_t since;   /* GetTickCount64 when the handle was made */
};

struct view {
    uintptr_t base;
    struct section section; /* as it was when the view was mapped; the handle may be closed by now */
    DWORD access;           /* FILE_MAP_ values, as the caller asked for them */
    uint64_t offset;        /* in the section, in bytes */
    size_t size;            /* in bytes */
    void *shadow;           /* a writable view of the same bytes; NULL if the fault needs none */
    bool touched;           /* for books_first_touch */
};

/* What happened to a section in this process. */
struct history {
    uint64_t object;
    unsigned closed, unmapped;
};

/* NULL if the handle is unknown. Valid until the next call of the table. */
const struct section *section_of(HANDLE handle);
/* The view that contains the address, or NULL. Valid until the next call of the table. */
const struct view *view_at(uintptr_t address);
/* True at the first call for each view: a view that comes later at the same address is another one. */
bool books_first_touch(const struct view *view);
/* The views of this process, in the order in which they were mapped: from 0 on until it returns NULL. */
const struct view *view_number(size_t number);
/* The open handles of this process in the same way. */
const struct section *section_number(size_t number);
/* Whether two handles are of one section, as far as this process can know. */
bool same_section(const struct section *one, const struct section *other);
/* How many open handles and views the object has here; how many objects have their first handle open here. */
unsigned handles_of(uint64_t object);
unsigned views_of(uint64_t object);
unsigned objects_open(void);
/* Never NULL. */
struct history *history_of(uint64_t object);

/* For layers.c. `object` and `ordinal` are filled in; an object of 0 is a new one, or that of the name. A handle value
 * that is known already was closed without the table. */
void books_add_section(struct section section);
void books_remove_section(HANDLE handle);
void books_add_view(struct view view);
void books_remove_view(uintptr_t base);

#endif
