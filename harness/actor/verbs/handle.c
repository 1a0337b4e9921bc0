/* Objects other than sections, and what can be done to handles of this process and of others. */
#include <string.h>

#include "../arguments.h"
#include "../objects.h"
#include "verbs.h"

#ifndef ERROR_NOT_SAME_OBJECT /* not in every SDK */
#define ERROR_NOT_SAME_OBJECT 1656L
#endif

static HANDLE make(enum object_kind kind, const WCHAR *name)
{
    switch (kind) {
    case OBJECT_EVENT:
        return sys.CreateEventW(NULL, TRUE, FALSE, name);
    case OBJECT_MUTEX:
        return sys.CreateMutexW(NULL, FALSE, name);
    case OBJECT_SEMAPHORE:
        return sys.CreateSemaphoreW(NULL, 0, 1000, name);
    case OBJECT_TIMER:
        return sys.CreateWaitableTimerW(NULL, TRUE, name);
    default:
        return sys.CreateJobObjectW(NULL, name);
    }
}

void verb_hold(const struct line *request, struct reply *reply)
{
    static const enum object_kind kinds[] = {OBJECT_EVENT, OBJECT_MUTEX, OBJECT_SEMAPHORE, OBJECT_TIMER,
                                             OBJECT_JOB};
    struct name name;
    struct object *object = object_place(request->label, reply);
    size_t kind = argument_choice(request, "kind", "event mutex semaphore timer job");
    if (!object || !take_name(request, &name, false, reply))
        return;
    call_begins();
    HANDLE handle = make(kinds[kind], name.wide);
    struct call_result seen = call_ended();
    object_keep_handle(object, kinds[kind], handle, true, seen, reply);
    name_free(&name);
}

/* The kind of an object whose handle came from elsewhere: PUBLIC_OBJECT_TYPE_INFORMATION begins with the
 * counted name of the type (page nf-winternl-ntqueryobject, class 2). */
static enum object_kind ask_kind(HANDLE handle)
{
    static const struct {
        const WCHAR *type;
        enum object_kind kind;
    } types[] = {{L"Event", OBJECT_EVENT}, {L"Mutant", OBJECT_MUTEX}, {L"Semaphore", OBJECT_SEMAPHORE}};
    union {
        struct {
            USHORT length, room; /* in bytes */
            const WCHAR *text;
        } name;
        char bytes[512];
    } information;
    if (!sys.NtQueryObject || sys.NtQueryObject(handle, 2, &information, sizeof information, NULL) < 0)
        return OBJECT_HANDLE;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (wcslen(types[i].type) * sizeof(WCHAR) == information.name.length &&
            memcmp(types[i].type, information.name.text, information.name.length) == 0)
            return types[i].kind;
    return OBJECT_HANDLE;
}

void verb_signal(const struct line *request, struct reply *reply)
{
    const struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    enum object_kind kind = object->kind == OBJECT_HANDLE ? ask_kind(object->handle) : object->kind;
    BOOL done;
    call_begins();
    if (kind == OBJECT_EVENT)
        done = sys.SetEvent(object->handle);
    else if (kind == OBJECT_MUTEX)
        done = sys.ReleaseMutex(object->handle);
    else if (kind == OBJECT_SEMAPHORE)
        done = sys.ReleaseSemaphore(object->handle, 1, NULL);
    else {
        reply_bad(reply, "'%s' is not an event, mutex or semaphore", object->label);
        return;
    }
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}

void verb_wait(const struct line *request, struct reply *reply)
{
    const struct object *object = object_handle(request->label, reply);
    uint64_t timeout = argument_number(request, "timeout");
    if (!object)
        return;
    call_begins();
    DWORD result = sys.WaitForSingleObject(object->handle, (DWORD)timeout);
    struct call_result seen = call_ended();
    if (result == WAIT_FAILED) {
        reply_fail(reply, seen);
        return;
    }
    reply_ok(reply);
    if (result == WAIT_OBJECT_0)
        reply_add(reply, "result=WAIT_OBJECT_0");
    else if (result == WAIT_TIMEOUT)
        reply_add(reply, "result=WAIT_TIMEOUT");
    else if (result == WAIT_ABANDONED)
        reply_add(reply, "result=WAIT_ABANDONED");
    else
        reply_add(reply, "result=0x%lX", result);
}

struct duplicate_arguments {
    uint64_t pid;
    DWORD access, options, rights; /* rights: to the other process */
    bool inherit, close_source, keep;
};

static bool take_duplicate(const struct line *request, struct duplicate_arguments *out, struct reply *reply)
{
    *out = (struct duplicate_arguments){.rights = PROCESS_DUP_HANDLE};
    out->pid = argument_number(request, "to");
    out->access = argument_constants(request, "access");
    bool same = argument_yes(request, "same");
    out->inherit = argument_yes(request, "inherit");
    out->close_source = argument_yes(request, "close-source");
    out->keep = argument_yes(request, "keep");
    out->rights = argument_constants(request, "rights");
    if (argument_has(request, "same") && !same && !argument_has(request, "access"))
        return reply_bad(reply, "same=no needs access=");
    if (same || !argument_has(request, "access"))
        out->options |= DUPLICATE_SAME_ACCESS;
    if (out->close_source)
        out->options |= DUPLICATE_CLOSE_SOURCE;
    return true;
}

void verb_duplicate(const struct line *request, struct reply *reply)
{
    struct duplicate_arguments with;
    struct object *object = object_handle(request->label, reply);
    if (!object || !take_duplicate(request, &with, reply))
        return;
    HANDLE target = GetCurrentProcess(), handle = NULL;
    if (with.pid != 0)
        target = other_process_open(with.pid, with.rights, reply);
    if (!target)
        return;
    call_begins();
    BOOL done = sys.DuplicateHandle(GetCurrentProcess(), object->handle, target, &handle, with.access,
                                    with.inherit, with.options);
    struct call_result seen = call_ended();
    if (with.pid != 0)
        CloseHandle(target);
    if (!done) {
        reply_fail(reply, seen);
        return;
    }
    if (with.close_source)
        object_released(object, with.keep);
    reply_ok(reply);
    reply_add_handle(reply, handle);
}

void verb_adopt(const struct line *request, struct reply *reply)
{
    struct object *object = object_place(request->label, reply);
    uintptr_t handle = argument_address(request, "handle");
    uintptr_t address = argument_address(request, "address");
    if (!object)
        return;
    bool is_handle = argument_has(request, "handle");
    if (is_handle == argument_has(request, "address")) {
        reply_bad(reply, "adopt needs one of handle= and address=");
        return;
    }
    object->kind = is_handle ? OBJECT_HANDLE : OBJECT_MEMORY;
    object->handle = (HANDLE)handle;
    object->base = address;
    reply_ok(reply);
}

void verb_compare(const struct line *request, struct reply *reply)
{
    const struct object *first = object_handle(request->label, reply);
    const char *with = argument_text(request, "with");
    if (!first)
        return;
    const struct object *second = object_handle(with, reply);
    if (!second)
        return;
    if (!sys.CompareObjectHandles) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    BOOL same = sys.CompareObjectHandles(first->handle, second->handle);
    struct call_result seen = call_ended();
    if (!same && seen.error != ERROR_NOT_SAME_OBJECT && seen.error != SENTINEL_ERROR) {
        reply_fail(reply, seen);
        return;
    }
    reply_ok(reply);
    reply_add(reply, "same=%s", same ? "yes" : "no");
    if (!same)
        reply_add_error(reply, seen.error);
}

/* from=, handle= and rights=; the process is opened. NULL, and the reply says why, if that fails. */
static HANDLE open_their_process(const struct line *request, uintptr_t *handle, struct reply *reply)
{
    uint64_t pid = argument_number(request, "from");
    *handle = argument_address(request, "handle");
    DWORD rights = argument_constants(request, "rights");
    return other_process_open(pid, rights, reply);
}

void verb_pull(const struct line *request, struct reply *reply)
{
    uintptr_t theirs;
    HANDLE ours = NULL;
    DWORD access = 0, options = argument_has(request, "access") ? 0 : DUPLICATE_SAME_ACCESS;
    struct object *object = object_place(request->label, reply);
    access = argument_constants(request, "access");
    bool move = argument_yes(request, "close-source");
    if (!object)
        return;
    HANDLE process = open_their_process(request, &theirs, reply);
    if (!process)
        return;
    call_begins();
    BOOL done = sys.DuplicateHandle(process, (HANDLE)theirs, GetCurrentProcess(), &ours, access, FALSE,
                                    options | (move ? DUPLICATE_CLOSE_SOURCE : 0));
    struct call_result seen = call_ended();
    CloseHandle(process);
    if (!done) {
        reply_fail(reply, seen);
        return;
    }
    object->kind = OBJECT_HANDLE;
    object->handle = ours;
    reply_ok(reply);
    reply_add_handle(reply, ours);
}

void verb_closeremote(const struct line *request, struct reply *reply)
{
    uintptr_t theirs;
    HANDLE process = open_their_process(request, &theirs, reply);
    if (!process)
        return;
    call_begins();
    BOOL done = sys.DuplicateHandle(process, (HANDLE)theirs, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    struct call_result seen = call_ended();
    CloseHandle(process);
    reply_done(reply, done, seen);
}
