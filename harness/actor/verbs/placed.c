/* The mapping calls of Windows 8 and later: into other processes, into placeholders, within bounds. All are looked up at
 * run time; a system that does not export one answers `fail error=127`. */
#include <string.h>

#include "../arguments.h"
#include "../objects.h"
#include "../parameters.h"
#include "verbs.h"

struct placed {
    HANDLE section, process;
    bool opened; /* `process` is to be closed */
    uint64_t offset;
    uintptr_t base, length;
    DWORD type, protect;
    struct address_requirements bounds;
    struct extended_parameter parameters[2];
    ULONG parameter_count;
};

/* process=self|null|PID, opened with rights=. */
static bool take_process(const struct line *request, HANDLE *process, bool *opened, struct reply *reply)
{
    const char *word = argument_text(request, "process");
    uint64_t pid;
    *opened = false;
    *process = word && strcmp(word, "null") == 0 ? NULL : GetCurrentProcess();
    if (!word || strcmp(word, "null") == 0 || strcmp(word, "self") == 0)
        return true;
    if (!line_number(request, "process", &pid) || pid > UINT32_MAX)
        return reply_bad(reply, "process=%s: not self, null or a process id", word);
    DWORD rights = argument_constants(request, "rights");
    *process = other_process_open(pid, rights, reply);
    *opened = *process != NULL;
    return *opened;
}

static void take_bounds(const struct line *request, struct placed *placed)
{
    uintptr_t lowest = argument_address(request, "lowest");
    uintptr_t highest = argument_address(request, "highest");
    uintptr_t alignment = argument_address(request, "alignment");
    bool twice = argument_yes(request, "twice");
    placed->bounds = (struct address_requirements){(void *)lowest, (void *)highest, alignment};
    for (size_t i = 0; i < 2; i++)
        placed->parameters[i] =
            (struct extended_parameter){PARAMETER_ADDRESS_REQUIREMENTS, {.pointer = &placed->bounds}};
    if (lowest || highest || alignment)
        placed->parameter_count = twice ? 2 : 1;
}

static bool take_placed(const struct line *request, struct placed *placed, struct reply *reply)
{
    const char *of = argument_text(request, "of");
    placed->protect = argument_constants(request, "protect");
    placed->offset = argument_number(request, "offset");
    placed->length = argument_address(request, "length");
    placed->base = argument_address(request, "base");
    placed->type = argument_constants(request, "type");
    const struct object *section = object_handle(of, reply);
    if (!section)
        return false;
    placed->section = section->handle;
    return take_process(request, &placed->process, &placed->opened, reply);
}

static void place(const struct line *request, struct reply *reply, bool third)
{
    struct placed placed = {0};
    struct object *view = object_place(request->label, reply);
    if (!view || !take_placed(request, &placed, reply))
        return;
    if (third)
        take_bounds(request, &placed);
    void *at = NULL;
    if (third ? !sys.MapViewOfFile3 : !sys.MapViewOfFileNuma2) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    if (third)
        at = sys.MapViewOfFile3(placed.section, placed.process, (void *)placed.base, placed.offset,
                                placed.length, placed.type, placed.protect,
                                placed.parameter_count ? placed.parameters : NULL, placed.parameter_count);
    else
        at = sys.MapViewOfFileNuma2(placed.section, placed.process, placed.offset, (void *)placed.base,
                                    placed.length, placed.type, placed.protect, NUMA_NO_PREFERRED_NODE);
    struct call_result seen = call_ended();
    if (placed.opened)
        CloseHandle(placed.process);
    if (!at) {
        reply_fail(reply, seen);
        return;
    }
    if (!placed.opened) { /* a view in another process gets its label there */
        view->kind = OBJECT_VIEW;
        view->base = (uintptr_t)at;
        view->offset = placed.offset;
    }
    reply_ok(reply);
    reply_add(reply, "~base=0x%llX", (unsigned long long)(uintptr_t)at);
}

void verb_map2(const struct line *request, struct reply *reply)
{
    place(request, reply, false);
}

void verb_map3(const struct line *request, struct reply *reply)
{
    place(request, reply, true);
}

/* UnmapViewOfFile2, or UnmapViewOfFileEx without process=. */
void verb_unmap2(const struct line *request, struct reply *reply)
{
    uintptr_t address = 0;
    HANDLE process;
    bool opened, keep = false, second = argument_has(request, "process");
    struct object *view = argument_has(request, "address") ? NULL : object_memory(request->label, reply);
    DWORD flags = argument_constants(request, "flags");
    address = argument_address(request, "address");
    keep = argument_yes(request, "keep");
    if ((!view && !argument_has(request, "address")) || !take_process(request, &process, &opened, reply))
        return;
    if (view)
        address = view->base;
    if (second ? !sys.UnmapViewOfFile2 : !sys.UnmapViewOfFileEx) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    BOOL done = second ? sys.UnmapViewOfFile2(process, (void *)address, flags)
                       : sys.UnmapViewOfFileEx((void *)address, flags);
    struct call_result seen = call_ended();
    if (opened)
        CloseHandle(process);
    if (reply_done(reply, done, seen) && view)
        object_released(view, keep);
}

/* The bytes of the allocation that starts at `base`, whatever is inside it. */
static uintptr_t allocation_size(uintptr_t base)
{
    MEMORY_BASIC_INFORMATION region;
    uintptr_t size = 0;
    while (sys.VirtualQuery((const void *)(base + size), &region, sizeof region) != 0 &&
           region.State != MEM_FREE && (uintptr_t)region.AllocationBase == base)
        size = (uintptr_t)region.BaseAddress + region.RegionSize - base;
    return size;
}

/* size=N, or like=V: the size of another view, if a case cannot know the size. */
static bool take_extent(const struct line *request, uintptr_t *size, struct reply *reply)
{
    if (argument_has(request, "size") == argument_has(request, "like"))
        return reply_bad(reply, "placeholder needs one of size= and like=");
    if (argument_has(request, "size")) {
        *size = argument_address(request, "size");
        return true;
    }
    const char *like = argument_text(request, "like");
    const struct object *other = object_memory(like, reply);
    if (!other)
        return false;
    *size = allocation_size(other->base);
    return *size > 0 || reply_bad(reply, "like=%s: no allocation begins there", like);
}

void verb_placeholder(const struct line *request, struct reply *reply)
{
    uintptr_t size = 0;
    struct object *memory = object_place(request->label, reply);
    if (!memory || !take_extent(request, &size, reply))
        return;
    if (!sys.VirtualAlloc2) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    void *at = sys.VirtualAlloc2(NULL, NULL, size, MEM_RESERVE | 0x00040000 /* MEM_RESERVE_PLACEHOLDER */,
                                 PAGE_NOACCESS, NULL, 0);
    struct call_result seen = call_ended();
    if (!at) {
        reply_fail(reply, seen);
        return;
    }
    memory->kind = OBJECT_MEMORY;
    memory->base = (uintptr_t)at;
    reply_ok(reply);
    reply_add(reply, "~base=0x%llX", (unsigned long long)memory->base);
    if (argument_has(request, "like"))
        reply_add(reply, "~size=%llu", (unsigned long long)size);
}

/* VirtualFree with the flags that split a placeholder in two. */
void verb_split(const struct line *request, struct reply *reply)
{
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    uintptr_t length = argument_address(request, "length");
    if (!memory)
        return;
    call_begins();
    BOOL done = sys.VirtualFree((void *)(memory->base + at), length,
                                MEM_RELEASE | 0x00000002 /* MEM_PRESERVE_PLACEHOLDER */);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}

/* Whether a system DLL exports a function, under its own name or forwarded. */
void verb_export(const struct line *request, struct reply *reply)
{
    const bool kernel32 = argument_is(request, "from", "kernel32");
    HMODULE dll = GetModuleHandleW(kernel32 ? L"kernel32.dll" : L"kernelbase.dll");
    reply_ok(reply);
    reply_add(reply, "present=%s", dll && GetProcAddress(dll, request->label) ? "yes" : "no");
}
