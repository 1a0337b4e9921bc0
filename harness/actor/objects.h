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
    OBJECT_MEMORY,   /* other memory: reserved by the actor, or an address that it was told */
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

/* A place for a new label. It counts as free until its kind is set, so a caller whose call then fails just
 * leaves it. NULL, and the reply is `bad`, if the label is in use or too long or if there are too many. */
struct object *object_place(const char *label, struct reply *reply);
/* The object of a label: any handle, any memory. NULL, and the reply is `bad`, if it is unknown or of another
 * kind. */
struct object *object_handle(const char *label, struct reply *reply);
struct object *object_memory(const char *label, struct reply *reply);
struct object *object_namespace(const char *label, struct reply *reply);
/* The objects that have a label, one after the other: the first after NULL, NULL after the last. */
struct object *object_next(struct object *after);
/* What a call that released the object means for its label: it is freed, or with `keep` it stays and is stale. */
void object_released(struct object *object, bool keep);
/* Frees the label; what it stood for is the caller's business. */
void object_forget(struct object *object);
/* Forgets all labels and closes nothing. For tests, which run many actors' lives in one process. */
void objects_reset(void);

#endif
