/* Changing pages and handle flags; reserved memory. */
#include "../../common/win32_constants.h"
#include "../arguments.h"
#include "../objects.h"
#include "verbs.h"

struct range {
    const struct object *memory;
    void *address;
    uintptr_t length;
};

static bool take_range(const struct line *request, struct range *out, struct reply *reply)
{
    out->memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    out->length = argument_address(request, "length");
    if (!out->memory)
        return false;
    out->address = (void *)(out->memory->base + at);
    return true;
}

void verb_protect(const struct line *request, struct reply *reply)
{
    struct range range;
    DWORD old = 0;
    DWORD to = argument_constants(request, "to");
    if (!take_range(request, &range, reply))
        return;
    call_begins();
    BOOL done = sys.VirtualProtect(range.address, range.length, to, &old);
    struct call_result seen = call_ended();
    if (!reply_done(reply, done, seen))
        return;
    text_add(&reply->text, " old=");
    constants_add(&reply->text, CONSTANT_PROTECT, old);
}

void verb_protectother(const struct line *request, struct reply *reply)
{
    DWORD old = 0;
    DWORD to = argument_constants(request, "to");
    LPVOID address = (LPVOID)argument_address(request, "address");
    HANDLE process = other_process_open(argument_number(request, "process"), PROCESS_VM_OPERATION, reply);
    if (!process)
        return;
    call_begins();
    BOOL done = sys.VirtualProtectEx(process, address, argument_address(request, "length"), to, &old);
    struct call_result seen = call_ended();
    CloseHandle(process);
    if (!reply_done(reply, done, seen))
        return;
    text_add(&reply->text, " old=");
    constants_add(&reply->text, CONSTANT_PROTECT, old);
}

void verb_commit(const struct line *request, struct reply *reply)
{
    struct range range;
    DWORD protect = argument_constants(request, "protect");
    if (!take_range(request, &range, reply))
        return;
    call_begins();
    void *base = sys.VirtualAlloc(range.address, range.length, MEM_COMMIT, protect);
    struct call_result seen = call_ended();
    if (!base) {
        reply_fail(reply, seen);
        return;
    }
    reply_ok(reply);
    reply_add_distance(reply, "base", (uintptr_t)base, range.memory->base);
}

void verb_decommit(const struct line *request, struct reply *reply)
{
    struct range range;
    if (!take_range(request, &range, reply))
        return;
    call_begins();
    BOOL done = sys.VirtualFree(range.address, range.length, MEM_DECOMMIT);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}

void verb_reserve(const struct line *request, struct reply *reply)
{
    struct object *memory = object_place(request->label, reply);
    uintptr_t size = argument_address(request, "size");
    uintptr_t at = argument_address(request, "base");
    if (!memory)
        return;
    call_begins();
    void *base = sys.VirtualAlloc((void *)at, size, MEM_RESERVE, PAGE_NOACCESS);
    struct call_result seen = call_ended();
    if (!base) {
        reply_fail(reply, seen);
        return;
    }
    memory->kind = OBJECT_MEMORY;
    memory->base = (uintptr_t)base;
    reply_ok(reply);
    reply_add(reply, "~base=0x%llX", (unsigned long long)memory->base);
}

void verb_release(const struct line *request, struct reply *reply)
{
    struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    bool keep = argument_yes(request, "keep");
    if (!memory)
        return;
    call_begins();
    BOOL done = sys.VirtualFree((void *)(memory->base + at), 0, MEM_RELEASE);
    struct call_result seen = call_ended();
    if (reply_done(reply, done, seen))
        object_released(memory, keep);
}

void verb_setflags(const struct line *request, struct reply *reply)
{
    const struct object *object = object_handle(request->label, reply);
    bool inherit = argument_yes(request, "inherit");
    bool protect = argument_yes(request, "protect-from-close");
    if (!object)
        return;
    DWORD mask = 0, flags = 0;
    if (argument_has(request, "inherit"))
        mask |= HANDLE_FLAG_INHERIT;
    if (argument_has(request, "protect-from-close"))
        mask |= HANDLE_FLAG_PROTECT_FROM_CLOSE;
    if (inherit)
        flags |= HANDLE_FLAG_INHERIT;
    if (protect)
        flags |= HANDLE_FLAG_PROTECT_FROM_CLOSE;
    call_begins();
    BOOL done = sys.SetHandleInformation(object->handle, mask, flags);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}
