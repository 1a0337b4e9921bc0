/* What a process can ask of the system about bad handles, and objects that need no handle to live. */
#include "../arguments.h"
#include "../guard.h"
#include "../objects.h"
#include "verbs.h"

/* PROCESS_MITIGATION_POLICY and its structure: page ns-winnt-process_mitigation_strict_handle_check_policy. Both bits
 * have to be the same: the policy cannot be left again. */
#define STRICT_HANDLE_CHECK 3
#define RAISE_EXCEPTION 1u
#define PERMANENTLY 2u

void verb_strict(const struct line *request, struct reply *reply)
{
    DWORD policy = RAISE_EXCEPTION | PERMANENTLY;
    (void)request;
    if (!sys.SetProcessMitigationPolicy) {
        reply_not_exported(reply);
        return;
    }
    outcome_before();
    BOOL done = sys.SetProcessMitigationPolicy(STRICT_HANDLE_CHECK, &policy, sizeof policy);
    struct outcome seen = outcome_after();
    if (done)
        reply_ok(reply);
    else
        reply_fail(reply, seen);
}

struct closing {
    HANDLE handle;
    volatile BOOL done;
};

/* A bad handle raises on the way back from the system call, where nothing is owned. */
static void closes(void *context)
{
    struct closing *closing = context;
    closing->done = sys.CloseHandle(closing->handle);
}

void verb_tryclose(const struct line *request, struct reply *reply)
{
    struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    struct closing closing = {object->handle, FALSE};
    struct fault fault;
    outcome_before();
    bool returned = guard_run(closes, &closing, &fault);
    struct outcome seen = outcome_after();
    if (returned && !closing.done) {
        reply_fail(reply, seen);
        return;
    }
    object_forget(object);
    reply_ok(reply);
    reply_add(reply, "raised=%s", returned ? "no" : "yes");
    if (!returned)
        reply_add(reply, "~code=0x%lX", (unsigned long)fault.code);
}

static void set_permanence(const struct line *request, LONG(WINAPI *call)(HANDLE), struct reply *reply)
{
    const struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    if (!call) {
        reply_not_exported(reply);
        return;
    }
    LONG status = call(object->handle);
    if (status < 0)
        reply_fail_status(reply, status);
    else
        reply_ok(reply);
}

void verb_permanent(const struct line *request, struct reply *reply)
{
    set_permanence(request, sys.NtMakePermanentObject, reply);
}

void verb_temporary(const struct line *request, struct reply *reply)
{
    set_permanence(request, sys.NtMakeTemporaryObject, reply);
}
