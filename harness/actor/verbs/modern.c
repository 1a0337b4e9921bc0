/* Making, opening and mapping sections by the calls of Windows 8 and later: the FromApp family and CreateFileMapping2.
 * All are looked up at run time; a system that does not export one answers `fail error=127`. */
#include "../arguments.h"
#include "../objects.h"
#include "../parameters.h"
#include "../security.h"
#include "verbs.h"

void verb_createapp(const struct line *request, struct reply *reply)
{
    struct name name;
    struct object *object = object_place(request->label, reply);
    uint64_t size = argument_number(request, "size");
    DWORD protect = argument_constants(request, "protect");
    HANDLE file;
    if (!object || !object_file(argument_text(request, "file"), &file, reply) ||
        !take_name(request, &name, false, reply))
        return;
    if (!sys.CreateFileMappingFromApp) {
        reply_not_exported(reply);
    } else {
        struct attributes attributes;
        if (attributes_take(request, &attributes, reply)) {
            call_begins();
            HANDLE handle =
                sys.CreateFileMappingFromApp(file, attributes_pointer(&attributes), protect, size, name.wide);
            object_keep_handle(object, OBJECT_SECTION, handle, true, call_ended(), reply);
        }
        attributes_free(&attributes);
    }
    name_free(&name);
}

void verb_create2(const struct line *request, struct reply *reply)
{
    struct extended_parameter node = {PARAMETER_NUMA_NODE, {.number = 0}};
    bool prefers = argument_has(request, "node");
    struct name name;
    struct object *object = object_place(request->label, reply);
    uint64_t size = argument_number(request, "size");
    DWORD protect = argument_constants(request, "protect");
    DWORD access = argument_constants(request, "access");
    DWORD attributes = argument_constants(request, "attributes");
    node.value.number = argument_number(request, "node");
    if (!object || !take_name(request, &name, false, reply))
        return;
    if (!sys.CreateFileMapping2) {
        reply_not_exported(reply);
    } else {
        call_begins();
        HANDLE handle = sys.CreateFileMapping2(INVALID_HANDLE_VALUE, NULL, access, protect, attributes, size,
                                               name.wide, prefers ? &node : NULL, prefers ? 1 : 0);
        object_keep_handle(object, OBJECT_SECTION, handle, true, call_ended(), reply);
    }
    name_free(&name);
}

void verb_openapp(const struct line *request, struct reply *reply)
{
    struct name name;
    struct object *object = object_place(request->label, reply);
    DWORD access = argument_constants(request, "access");
    if (!object || !take_name(request, &name, false, reply))
        return;
    if (!sys.OpenFileMappingFromApp) {
        reply_not_exported(reply);
    } else {
        call_begins();
        HANDLE handle = sys.OpenFileMappingFromApp(access, argument_yes(request, "inherit"), name.wide);
        object_keep_handle(object, OBJECT_SECTION, handle, false, call_ended(), reply);
    }
    name_free(&name);
}

void verb_mapapp(const struct line *request, struct reply *reply)
{
    struct object *view = object_place(request->label, reply);
    const char *of = argument_text(request, "of");
    DWORD access = argument_constants(request, "access");
    uint64_t offset = argument_number(request, "offset");
    uintptr_t length = argument_address(request, "length");
    if (!view)
        return;
    const struct object *section = object_handle(of, reply);
    if (!section)
        return;
    if (!sys.MapViewOfFileFromApp) {
        reply_not_exported(reply);
        return;
    }
    call_begins();
    void *at = sys.MapViewOfFileFromApp(section->handle, access, offset, length);
    object_keep_view(view, at, offset, call_ended(), reply);
}
