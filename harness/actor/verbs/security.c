/* Descriptors of objects, privileges of this process. */
#include <string.h>

#include "../arguments.h"
#include "../objects.h"
#include "../own_token.h"
#include "../security.h"
#include "verbs.h"
#include "../../common/utf16.h"

void verb_descriptor(const struct line *request, struct reply *reply)
{
    SECURITY_INFORMATION part = security_part(request);
    const struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    security_load();
    if (!sys.GetSecurityInfo) {
        reply_not_exported(reply);
        return;
    }
    PSECURITY_DESCRIPTOR descriptor = NULL;
    call_begins();
    DWORD error =
        sys.GetSecurityInfo(object->handle, SE_KERNEL_OBJECT, part, NULL, NULL, NULL, NULL, &descriptor);
    struct call_result seen = call_ended();
    if (error != ERROR_SUCCESS)
        reply_fail_code(reply, error, seen);
    else
        security_reply_sddl(descriptor, part, reply);
    security_free(descriptor);
}

static void set_dacl(HANDLE handle, PSECURITY_DESCRIPTOR descriptor, struct reply *reply)
{
    BOOL present = FALSE, defaulted;
    PACL dacl = NULL;
    if (!sys.GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted) || !present) {
        reply_bad(reply, "sd= has no DACL (no D: part)");
        return;
    }
    call_begins();
    DWORD error =
        sys.SetSecurityInfo(handle, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, dacl, NULL);
    struct call_result seen = call_ended();
    if (error != ERROR_SUCCESS)
        reply_fail_code(reply, error, seen);
    else
        reply_ok(reply);
}

void verb_setdescriptor(const struct line *request, struct reply *reply)
{
    const struct object *object = object_handle(request->label, reply);
    const char *sddl = argument_text(request, "sd");
    if (!object)
        return;
    PSECURITY_DESCRIPTOR descriptor = security_from_sddl(sddl, reply);
    if (!descriptor)
        return;
    if (sys.SetSecurityInfo && sys.GetSecurityDescriptorDacl)
        set_dacl(object->handle, descriptor, reply);
    else
        reply_not_exported(reply);
    security_free(descriptor);
}

/* In the order of to=. */
enum change { CHANGE_ENABLED, CHANGE_DISABLED, CHANGE_REMOVED };

static bool change_privilege(HANDLE token, LUID luid, size_t change, struct reply *reply)
{
    static const DWORD attributes[] = {SE_PRIVILEGE_ENABLED, 0, SE_PRIVILEGE_REMOVED};
    TOKEN_PRIVILEGES privileges = {1, {{luid, attributes[change]}}};
    call_begins();
    BOOL done = sys.AdjustTokenPrivileges(token, FALSE, &privileges, 0, NULL, NULL);
    struct call_result seen = call_ended();
    if (!done)
        reply_fail(reply, seen);
    return done;
}

/* The call succeeds even if it did not change everything, so the state is read from the token. */
static void reply_privilege(HANDLE token, LUID luid, struct reply *reply)
{
    /* There are some 36 privileges, of three DWORDs each. */
    DWORD held[512], size;
    call_begins();
    BOOL done = sys.GetTokenInformation(token, TokenPrivileges, held, sizeof held, &size);
    struct call_result seen = call_ended();
    if (!done) {
        reply_fail(reply, seen);
        reply_add(reply, "call=GetTokenInformation");
        return;
    }
    const char *state = privilege_state((const TOKEN_PRIVILEGES *)held, luid);
    reply_ok(reply);
    reply_add(reply, "state=%s", state);
}

void verb_privilege(const struct line *request, struct reply *reply)
{
    WCHAR name[LINE_BYTES + 4];
    LUID luid;
    size_t change = argument_choice(request, "to", "enabled disabled removed");
    security_load();
    if (!sys.LookupPrivilegeValueW || !sys.OpenProcessToken || !sys.AdjustTokenPrivileges ||
        !sys.GetTokenInformation) {
        reply_not_exported(reply);
        return;
    }
    if (utf16_from_bytes(name, LINE_BYTES + 4, request->label, strlen(request->label)) == SIZE_MAX ||
        !sys.LookupPrivilegeValueW(NULL, name, &luid)) {
        reply_bad(reply, "there is no privilege '%s'", request->label);
        return;
    }
    HANDLE token;
    call_begins();
    DWORD access = change == CHOICE_MISSING ? TOKEN_QUERY : TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES;
    BOOL opened = sys.OpenProcessToken(GetCurrentProcess(), access, &token);
    struct call_result seen = call_ended();
    if (!opened) {
        reply_fail(reply, seen);
        reply_add(reply, "call=OpenProcessToken");
        return;
    }
    if (change == CHOICE_MISSING || change_privilege(token, luid, change, reply))
        reply_privilege(token, luid, reply);
    CloseHandle(token);
}
