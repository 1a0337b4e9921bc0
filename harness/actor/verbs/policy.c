/* Policies and limits that a process can set for itself, and objects that need no handle to exist. */
#include "../arguments.h"
#include "../footprint.h"
#include "../guard.h"
#include "../objects.h"
#include "verbs.h"

/* PROCESS_MITIGATION_POLICY and its structure: page ns-winnt-process_mitigation_strict_handle_check_policy. Both bits
 * must be equal: a process cannot leave the policy. */
#define STRICT_HANDLE_CHECK 3
#define RAISE_EXCEPTION 1u
#define PERMANENTLY 2u

/* Page ns-winnt-process_mitigation_dynamic_code_policy. */
#define DYNAMIC_CODE 2
#define PROHIBIT_DYNAMIC_CODE 1u

/* SetProcessMitigationPolicy (page nf-processthreadsapi-setprocessmitigationpolicy), for the rest of the process. */
static void set_policy(int kind, DWORD policy, struct reply *reply)
{
    if (!sys.SetProcessMitigationPolicy) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    BOOL done = sys.SetProcessMitigationPolicy(kind, &policy, sizeof policy);
    struct call_result seen = call_ended();
    if (done) {
        footprint_cannot_return();
        reply_ok(reply);
    } else {
        reply_fail(reply, seen);
    }
}

void verb_strict(const struct line *request, struct reply *reply)
{
    (void)request;
    set_policy(STRICT_HANDLE_CHECK, RAISE_EXCEPTION | PERMANENTLY, reply);
}

void verb_nocode(const struct line *request, struct reply *reply)
{
    (void)request;
    set_policy(DYNAMIC_CODE, PROHIBIT_DYNAMIC_CODE, reply);
}

/* Page ns-winnt-jobobject_extended_limit_information. */
void verb_memorylimit(const struct line *request, struct reply *reply)
{
    const struct object *job = object_handle(request->label, reply);
    const SIZE_T bytes = argument_address(request, "bytes");
    const bool each = argument_is(request, "of", "process");
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation.LimitFlags =
            each ? JOB_OBJECT_LIMIT_PROCESS_MEMORY : JOB_OBJECT_LIMIT_JOB_MEMORY,
        .ProcessMemoryLimit = bytes,
        .JobMemoryLimit = bytes,
    };
    if (!job)
        return;
    footprint_cannot_return();
    call_begins();
    BOOL done =
        SetInformationJobObject(job->handle, JobObjectExtendedLimitInformation, &limits, sizeof limits) &&
        AssignProcessToJobObject(job->handle, GetCurrentProcess());
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}

struct closing {
    HANDLE handle;
    volatile BOOL done;
};

/* With strict checks a bad handle raises an exception at the return from the system call. */
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
    struct raised_exception fault;
    call_begins();
    bool returned = guard_run(closes, &closing, &fault);
    struct call_result seen = call_ended();
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
