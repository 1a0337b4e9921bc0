/* Private namespaces. Pages: object-namespaces, nf-namespaceapi-createprivatenamespacew,
 * nf-namespaceapi-openprivatenamespacew, nf-namespaceapi-createboundarydescriptorw,
 * nf-namespaceapi-addsidtoboundarydescriptor, nf-namespaceapi-closeprivatenamespace. */
#include <string.h>

#include "../arguments.h"
#include "../objects.h"
#include "../security.h"
#include "verbs.h"

#define BOUNDARY_ADD_CONTAINER_SID 0x1 /* CREATE_BOUNDARY_DESCRIPTOR_ADD_APPCONTAINER_SID */
#define NAMESPACE_DESTROY 0x1          /* PRIVATE_NAMESPACE_FLAG_DESTROY */

struct namespace_arguments {
    WCHAR alias[VALUE_UNITS], boundary[VALUE_UNITS];
    const char *sids; /* joined by commas, "" for none */
    bool container, existing;
    SECURITY_ATTRIBUTES attributes;
};

static bool namespace_functions(struct reply *reply)
{
    security_load();
    if (sys.CreatePrivateNamespaceW && sys.OpenPrivateNamespaceW && sys.ClosePrivateNamespace &&
        sys.CreateBoundaryDescriptorW && sys.AddSIDToBoundaryDescriptor && sys.DeleteBoundaryDescriptor &&
        sys.ConvertStringSidToSidW)
        return true;
    reply_not_exported(reply);
    return false;
}

static bool take_namespace(const struct line *request, struct namespace_arguments *out, struct reply *reply)
{
    const char *sd;
    *out = (struct namespace_arguments){.sids = "", .attributes = {.nLength = sizeof out->attributes}};
    out->container = argument_yes(request, "container");
    out->existing = argument_yes(request, "existing");
    if (argument_has(request, "sids"))
        out->sids = argument_text(request, "sids");
    if (!take_wide(request, "alias", out->alias, reply) ||
        !take_wide(request, "boundary", out->boundary, reply))
        return false;
    if (!argument_has(request, "sd"))
        return true;
    sd = argument_text(request, "sd");
    out->attributes.lpSecurityDescriptor = security_from_sddl(sd, reply);
    return out->attributes.lpSecurityDescriptor != NULL;
}

static void fail_in(struct reply *reply, const char *call, struct call_result seen)
{
    reply_fail(reply, seen);
    reply_add(reply, "call=%s", call);
}

static bool add_sid(HANDLE *boundary, const char *text, struct reply *reply)
{
    WCHAR wide[VALUE_UNITS];
    PSID sid;
    if (!security_expand(text, wide, VALUE_UNITS) || !sys.ConvertStringSidToSidW(wide, &sid))
        return reply_bad(reply, "sids=: '%s' is not a SID", text);
    call_begins();
    BOOL done = sys.AddSIDToBoundaryDescriptor(boundary, sid);
    struct call_result seen = call_ended();
    LocalFree(sid);
    if (!done)
        fail_in(reply, "AddSIDToBoundaryDescriptor", seen);
    return done;
}

/* The boundary's address may change with each SID. */
static bool add_sids(HANDLE *boundary, const char *sids, struct reply *reply)
{
    char one[LINE_BYTES];
    while (*sids) {
        size_t length = strcspn(sids, ",");
        memcpy(one, sids, length);
        one[length] = '\0';
        if (!add_sid(boundary, one, reply))
            return false;
        sids += length + (sids[length] == ',');
    }
    return true;
}

static void make_namespace(const struct namespace_arguments *with, HANDLE boundary, struct object *object,
                           struct reply *reply)
{
    SECURITY_ATTRIBUTES attributes = with->attributes;
    HANDLE handle;
    call_begins();
    if (with->existing)
        handle = sys.OpenPrivateNamespaceW(boundary, with->alias);
    else
        handle = sys.CreatePrivateNamespaceW(attributes.lpSecurityDescriptor ? &attributes : NULL, boundary,
                                             with->alias);
    struct call_result seen = call_ended();
    if (!handle) {
        reply_fail(reply, seen);
        return;
    }
    object->kind = OBJECT_NAMESPACE;
    object->handle = handle;
    reply_ok(reply);
}

static void with_boundary(const struct namespace_arguments *with, struct object *object, struct reply *reply)
{
    call_begins();
    HANDLE boundary =
        sys.CreateBoundaryDescriptorW(with->boundary, with->container ? BOUNDARY_ADD_CONTAINER_SID : 0);
    struct call_result seen = call_ended();
    if (!boundary) {
        fail_in(reply, "CreateBoundaryDescriptor", seen);
        return;
    }
    if (add_sids(&boundary, with->sids, reply))
        make_namespace(with, boundary, object, reply);
    sys.DeleteBoundaryDescriptor(boundary);
}

void verb_namespace(const struct line *request, struct reply *reply)
{
    static struct namespace_arguments with;
    struct object *object = object_place(request->label, reply);
    if (!object || !namespace_functions(reply))
        return;
    if (take_namespace(request, &with, reply))
        with_boundary(&with, object, reply);
    security_free(with.attributes.lpSecurityDescriptor);
}

void verb_leave(const struct line *request, struct reply *reply)
{
    struct object *object = object_namespace(request->label, reply);
    bool destroy = argument_yes(request, "destroy");
    bool keep = argument_yes(request, "keep");
    if (!object || !namespace_functions(reply))
        return;
    call_begins();
    BOOLEAN done = sys.ClosePrivateNamespace(object->handle, destroy ? NAMESPACE_DESTROY : 0);
    struct call_result seen = call_ended();
    if (reply_done(reply, done, seen))
        object_released(object, keep);
}
