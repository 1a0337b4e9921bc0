#include "objects.h"

#include "second_thread.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct object objects[OBJECTS_MOST];

static uintptr_t highest_handle;

static const char *const kind_words[] = {
    [OBJECT_NONE] = "nothing",
    [OBJECT_SECTION] = "a section",
    [OBJECT_EVENT] = "an event",
    [OBJECT_MUTEX] = "a mutex",
    [OBJECT_SEMAPHORE] = "a semaphore",
    [OBJECT_TIMER] = "a timer",
    [OBJECT_JOB] = "a job",
    [OBJECT_PROCESS] = "a process",
    [OBJECT_HANDLE] = "a handle",
    [OBJECT_VIEW] = "a view",
    [OBJECT_MEMORY] = "memory",
    [OBJECT_BURST] = "the handles of a race",
    [OBJECT_NAMESPACE] = "a private namespace",
};

static_assert(sizeof kind_words / sizeof kind_words[0] == OBJECT_NAMESPACE + 1, "a word for each kind");

bool object_is_handle(enum object_kind kind)
{
    return kind >= OBJECT_SECTION && kind <= OBJECT_HANDLE;
}

bool object_is_memory(enum object_kind kind)
{
    return kind == OBJECT_VIEW || kind == OBJECT_MEMORY;
}

static struct object *find(const char *label)
{
    for (size_t i = 0; i < OBJECTS_MOST; i++)
        if (objects[i].kind != OBJECT_NONE && strcmp(objects[i].label, label) == 0)
            return &objects[i];
    return NULL;
}

struct object *object_place(const char *label, struct reply *reply)
{
    size_t length = strlen(label);
    if (length >= LABEL_BYTES) {
        reply_bad(reply, "the label is longer than %d characters", LABEL_BYTES - 1);
        return NULL;
    }
    const struct object *there = find(label);
    if (there) {
        reply_bad(reply, "the label '%s' is in use: %s", label, kind_words[there->kind]);
        return NULL;
    }
    for (size_t i = 0; i < OBJECTS_MOST; i++) {
        /* From the other end, because a step on the second thread can be under way meanwhile. */
        struct object *place = &objects[second_thread_is_this() ? OBJECTS_MOST - 1 - i : i];
        if (place->kind == OBJECT_NONE) {
            memset(place, 0, sizeof *place);
            memcpy(place->label, label, length + 1);
            return place;
        }
    }
    reply_bad(reply, "more than %d labels", OBJECTS_MOST);
    return NULL;
}

static struct object *find_kind(const char *label, bool (*fits)(enum object_kind), const char *wanted,
                                struct reply *reply)
{
    struct object *object = find(label);
    if (!object)
        reply_bad(reply, "no label '%s'", label);
    else if (!fits(object->kind)) {
        reply_bad(reply, "'%s' is %s, not %s", label, kind_words[object->kind], wanted);
        object = NULL;
    }
    return object;
}

struct object *object_handle(const char *label, struct reply *reply)
{
    return find_kind(label, object_is_handle, "a handle", reply);
}

bool object_file(const char *word, HANDLE *out, struct reply *reply)
{
    *out = INVALID_HANDLE_VALUE;
    if (strcmp(word, "invalid") == 0)
        return true;
    const struct object *file = object_handle(word, reply);
    if (file)
        *out = file->handle;
    return file != NULL;
}

struct object *object_memory(const char *label, struct reply *reply)
{
    return find_kind(label, object_is_memory, "a view or memory", reply);
}

static bool is_namespace(enum object_kind kind)
{
    return kind == OBJECT_NAMESPACE;
}

struct object *object_namespace(const char *label, struct reply *reply)
{
    return find_kind(label, is_namespace, "a private namespace", reply);
}

void object_keep_handle(struct object *object, enum object_kind kind, HANDLE handle, bool created,
                        struct call_result seen, struct reply *reply)
{
    if (!handle) {
        reply_fail(reply, seen);
        return;
    }
    object->kind = kind;
    object->handle = handle;
    reply_ok(reply);
    if (created)
        reply_add_error(reply, seen.error);
    reply_add_handle(reply, handle);
}

void object_keep_view(struct object *view, const void *base, uint64_t offset, struct call_result seen,
                      struct reply *reply)
{
    if (!base) {
        reply_fail(reply, seen);
        return;
    }
    view->kind = OBJECT_VIEW;
    view->base = (uintptr_t)base;
    view->offset = offset;
    reply_ok(reply);
    reply_add(reply, "~base=0x%llX", (unsigned long long)view->base);
}

struct object *object_next(struct object *after)
{
    for (size_t i = after ? (size_t)(after - objects) + 1 : 0; i < OBJECTS_MOST; i++)
        if (objects[i].kind != OBJECT_NONE)
            return &objects[i];
    return NULL;
}

void object_released(struct object *object, bool keep)
{
    object->stale = keep;
    if (!keep)
        object_forget(object);
}

static void note_handle(HANDLE handle)
{
    const uintptr_t value = (uintptr_t)handle;
    if (value > highest_handle && value <= HANDLE_NOTED_MOST)
        highest_handle = value;
}

static void note_handles(const struct object *object)
{
    if (object_is_handle(object->kind))
        note_handle(object->handle);
    for (size_t i = 0; i < object->handle_count; i++)
        note_handle(object->handles[i]);
}

void object_forget(struct object *object)
{
    note_handles(object);
    memset(object, 0, sizeof *object);
}

uintptr_t objects_take_highest_handle(void)
{
    const uintptr_t highest = highest_handle;
    highest_handle = 0;
    return highest;
}

void objects_reset(void)
{
    for (size_t i = 0; i < OBJECTS_MOST; i++) {
        note_handles(&objects[i]);
        free(objects[i].handles);
    }
    memset(objects, 0, sizeof objects);
}
