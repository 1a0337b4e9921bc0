/* What a process can do to the handles of another one. */
#include "arguments.h"
#include "objects.h"
#include "other_process.h"
#include "verbs.h"

/* from=, handle= and rights=; the process is opened. NULL, and the reply says why, if that fails. */
static HANDLE open_their_process(const struct line *request, uintptr_t *handle, struct reply *reply)
{
    uint64_t pid;
    DWORD rights = PROCESS_DUP_HANDLE;
    if (!need_number(request, "from", UINT32_MAX, &pid, reply) ||
        !need_size(request, "handle", handle, reply) || !take_names(request, "rights", &rights, reply))
        return NULL;
    return other_process_open(pid, rights, reply);
}

void verb_pull(const struct line *request, struct reply *reply)
{
    uintptr_t theirs;
    HANDLE ours = NULL;
    DWORD access = 0, options = argument_has(request, "access") ? 0 : DUPLICATE_SAME_ACCESS;
    bool move = false;
    struct object *object = object_place(request->label, reply);
    if (!object || !take_names(request, "access", &access, reply) ||
        !take_yes(request, "close-source", &move, reply))
        return;
    HANDLE process = open_their_process(request, &theirs, reply);
    if (!process)
        return;
    outcome_before();
    BOOL done = sys.DuplicateHandle(process, (HANDLE)theirs, GetCurrentProcess(), &ours, access, FALSE,
                                    options | (move ? DUPLICATE_CLOSE_SOURCE : 0));
    struct outcome seen = outcome_after();
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
    outcome_before();
    BOOL done = sys.DuplicateHandle(process, (HANDLE)theirs, NULL, NULL, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    struct outcome seen = outcome_after();
    CloseHandle(process);
    if (done)
        reply_ok(reply);
    else
        reply_fail(reply, seen);
}
