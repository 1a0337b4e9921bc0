/* What an actor has made or was given, by label. */
#ifndef SHMCHECK_OBJECTS_H
#define SHMCHECK_OBJECTS_H

#include "reply.h"

#define OBJECTS_MOST 256
#define LABEL_BYTES 64 /* the terminator included */

enum object_kind {
    OBJECT_NONE, /* a free place */
    OBJECT_SECTION,
    OBJECT_EVENT,
    OBJECT_MUTEX,
    OBJECT_SEMAPHORE,
    OBJECT_TIMER,
    OBJECT_JOB,
    OBJECT_PROCESS,
    OBJECT_HANDLE, /* a handle of unknown type */
    OBJECT_VIEW,
    OBJECT_MEMORY,   /* other memory: reserved by the actor, or an address from a request */
    OBJECT_BURST,    /* the handles of a race */
    OBJECT_NAMESPACE /* a private namespace: its handle is no handle for other calls */
};

struct object {
    char label[LABEL_BYTES];
    enum object_kind kind;
    HANDLE handle;   /* of handles and private namespaces */
    uintptr_t base;  /* of views and memory */
    uint64_t offset; /* of views: where in the section they begin */
    bool
        stale; /* what it stood for was released with keep=yes; the value may stand for something else by now */
    HANDLE *handles; /* of races: owned, `handle_count` of them, NULL where a creation failed */
    size_t handle_count;
};

/* Whether a kind is a handle, and whether it is an address. */
bool object_is_handle(enum object_kind kind);
bool object_is_memory(enum object_kind kind);

/* A place for a new label. It counts as free until its kind is set, so a caller whose call fails need not free it. NULL,
 * and the reply is `bad`, if the label is in use or too long or if there are too many. */
struct object *object_place(const char *label, struct reply *reply);
/* The object of a label: any handle, any memory. NULL, and the reply is `bad`, if it is unknown or of another
 * kind. */
struct object *object_handle(const char *label, struct reply *reply);
struct object *object_memory(const char *label, struct reply *reply);
struct object *object_namespace(const char *label, struct reply *reply);
/* The file that file= names: INVALID_HANDLE_VALUE for `invalid`, else the handle of a label. False, and the reply is `bad`, as
 * above. */
bool object_file(const char *word, HANDLE *out, struct reply *reply);
/* The end of a call that creates or opens an object, or of one that maps a view. If it failed the reply is `fail`. Else the
 * label stands for the result, and the reply is ok with ~handle= or ~base=; `created`: with the last error too. */
void object_keep_handle(struct object *object, enum object_kind kind, HANDLE handle, bool created,
                        struct call_result seen, struct reply *reply);
void object_keep_view(struct object *view, const void *base, uint64_t offset, struct call_result seen,
                      struct reply *reply);
/* The objects that have a label, one after the other: the first after NULL, NULL after the last. */
struct object *object_next(struct object *after);
/* Call after releasing the object: frees its label or, with `keep`, marks it as stale. */
void object_released(struct object *object, bool keep);
/* Frees the label. Releasing what it stood for is up to the caller. */
void object_forget(struct object *object);
/* Frees all labels and closes nothing. For tests, which act as many actors in one process. */
void objects_reset(void);

/* The highest value of the handles whose labels were freed since the last call; 0 if there was none. Values above
 * HANDLE_NOTED_MOST do not count: pseudo handles and numbers that a request made up. */
#define HANDLE_NOTED_MOST 0x10000
uintptr_t objects_take_highest_handle(void);

#endif
