/* Making, opening, mapping and closing sections. */
#include <string.h>

#include "../arguments.h"
#include "../objects.h"
#include "../security.h"
#include "verbs.h"

/* The values of api= of create, in their order. */
enum api { API_WIDE, API_ANSI, API_NUMA };

struct create_arguments {
    struct name name;
    uint64_t size;
    DWORD protect;
    size_t api;
    HANDLE file;
    bool stale; /* `file` is to be the value of a file handle that has just been closed */
    struct attributes attributes;
};

/* The value of a file handle that has just been closed. No handle may be created between this and the call. */
static HANDLE stale_file_handle(void)
{
    static WCHAR path[PATH_UNITS];
    DWORD length = GetModuleFileNameW(NULL, path, PATH_UNITS);
    if (length == 0 || length == PATH_UNITS)
        return NULL;
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    CloseHandle(file);
    return file;
}

/* file= is a word for no file, or the label of one. */
static bool take_file(const struct line *request, struct create_arguments *out, struct reply *reply)
{
    const char *word = argument_text(request, "file");
    out->file = NULL;
    out->stale = strcmp(word, "stale") == 0;
    return out->stale || strcmp(word, "null") == 0 || object_file(word, &out->file, reply);
}

static void create(struct create_arguments *with, struct object *object, struct reply *reply)
{
    SECURITY_ATTRIBUTES *pointer = attributes_pointer(&with->attributes);
    DWORD high = (DWORD)(with->size >> 32), low = (DWORD)(with->size & UINT32_MAX);
    HANDLE file = with->file;
    if (with->stale && (file = stale_file_handle()) == NULL) {
        reply_bad(reply, "file=stale: this program's own file cannot be opened");
        return;
    }

    HANDLE handle;
    if (with->api == API_NUMA && !sys.CreateFileMappingNumaW) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    if (with->api == API_NUMA)
        handle = sys.CreateFileMappingNumaW(file, pointer, with->protect, high, low, with->name.wide,
                                            NUMA_NO_PREFERRED_NODE);
    else if (with->api == API_ANSI)
        handle = sys.CreateFileMappingA(file, pointer, with->protect, high, low, with->name.bytes);
    else
        handle = sys.CreateFileMappingW(file, pointer, with->protect, high, low, with->name.wide);
    struct call_result seen = call_ended();
    object_keep_handle(object, OBJECT_SECTION, handle, true, seen, reply);
}

void verb_create(const struct line *request, struct reply *reply)
{
    struct create_arguments with = {0};
    struct object *object = object_place(request->label, reply);
    with.size = argument_number(request, "size");
    with.protect = argument_constants(request, "protect");
    with.api = argument_choice(request, "api", "W A numa");
    if (!object || !take_file(request, &with, reply) ||
        !take_name(request, &with.name, with.api == API_ANSI, reply))
        return;
    if (attributes_take(request, &with.attributes, reply))
        create(&with, object, reply);
    attributes_free(&with.attributes);
    name_free(&with.name);
}

void verb_open(const struct line *request, struct reply *reply)
{
    struct name name;
    struct object *object = object_place(request->label, reply);
    DWORD access = argument_constants(request, "access");
    const bool ansi = argument_is(request, "api", "A");
    bool inherit = argument_yes(request, "inherit");
    if (!object || !take_name(request, &name, ansi, reply))
        return;

    HANDLE handle;
    call_begins();
    if (ansi)
        handle = sys.OpenFileMappingA(access, inherit, name.bytes);
    else
        handle = sys.OpenFileMappingW(access, inherit, name.wide);
    struct call_result seen = call_ended();
    object_keep_handle(object, OBJECT_SECTION, handle, false, seen, reply);
    name_free(&name);
}

void verb_map(const struct line *request, struct reply *reply)
{
    struct object *view = object_place(request->label, reply);
    const char *of = argument_text(request, "of");
    DWORD access = argument_constants(request, "access");
    uint64_t offset = argument_number(request, "offset");
    uintptr_t length = argument_address(request, "length");
    uintptr_t base = argument_address(request, "base");
    if (!view)
        return;
    const struct object *section = object_handle(of, reply);
    if (!section)
        return;
    bool placed = argument_has(request, "base");
    DWORD high = (DWORD)(offset >> 32), low = (DWORD)(offset & UINT32_MAX);

    void *at;
    call_begins();
    if (placed)
        at = sys.MapViewOfFileEx(section->handle, access, high, low, length, (void *)base);
    else
        at = sys.MapViewOfFile(section->handle, access, high, low, length);
    struct call_result seen = call_ended();
    object_keep_view(view, at, offset, seen, reply);
}

void verb_unmap(const struct line *request, struct reply *reply)
{
    struct object *view = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    bool keep = argument_yes(request, "keep");
    if (!view)
        return;
    call_begins();
    BOOL done = sys.UnmapViewOfFile((const void *)(view->base + at));
    struct call_result seen = call_ended();
    if (reply_done(reply, done, seen))
        object_released(view, keep);
}

void verb_close(const struct line *request, struct reply *reply)
{
    struct object *object = object_handle(request->label, reply);
    bool keep = argument_yes(request, "keep");
    if (!object)
        return;
    call_begins();
    BOOL done = sys.CloseHandle(object->handle);
    struct call_result seen = call_ended();
    if (reply_done(reply, done, seen))
        object_released(object, keep);
}
