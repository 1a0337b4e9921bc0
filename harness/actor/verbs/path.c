/* Names of the object manager: an object's path, and objects by their whole path or name. */
#include <stdlib.h>
#include <string.h>

#include "../../common/utf16.h"
#include "../arguments.h"
#include "../objects.h"
#include "../own_token.h"
#include "../security.h"
#include "verbs.h"

#define PATH_BYTES 2048

/* ObjectNameInformation, class 1 of NtQueryObject: the path as NT has it. NULL, and the reply is made, on failure. */
static UNICODE_STRING *object_path(HANDLE handle, struct reply *reply)
{
    ULONG size = sizeof(UNICODE_STRING) + PATH_BYTES;
    UNICODE_STRING *path = calloc(1, size);
    if (!path) {
        reply_bad(reply, "no memory for the path");
        return NULL;
    }
    LONG status = sys.NtQueryObject(handle, 1, path, size, NULL);
    if (status >= 0)
        return path;
    free(path);
    reply_fail_status(reply, status);
    return NULL;
}

static size_t digits(const char *at)
{
    return strspn(at, "0123456789");
}

/* Copies a path with the number of the session and the SID of the container, which change from one logon and one run
 * to the next, replaced by words. */
static void add_directory(struct text *out, const char *path)
{
    static const char sessions[] = "\\Sessions\\", session[] = "\\Session\\", package[] = "\\S-1-15-2-";
    for (const char *at = path; *at;) {
        const char *word = NULL;
        size_t prefix = 0;
        if (strncmp(at, sessions, sizeof sessions - 1) == 0)
            prefix = sizeof sessions - 1;
        else if (strncmp(at, session, sizeof session - 1) == 0)
            prefix = sizeof session - 1;
        if (prefix > 0 && digits(at + prefix) > 0) {
            word = "{session}";
            text_add_bytes(out, at, prefix);
            at += prefix + digits(at + prefix);
        } else if (strncmp(at, package, sizeof package - 1) == 0) {
            word = "\\{container}";
            at += 1 + strspn(at + 1, "S-0123456789");
        }
        if (word)
            text_add(out, word);
        else
            text_add_bytes(out, at++, 1);
    }
}

/* Cuts the name off the path. */
static void reply_path(char *path, const char *name, struct reply *reply)
{
    char shown[PATH_BYTES];
    struct text text = text_over(shown, sizeof shown);
    size_t length = strlen(path), tail = strlen(name);
    bool ends = tail > 0 && length > tail && path[length - tail - 1] == '\\' &&
                strcmp(path + length - tail, name) == 0;
    if (ends)
        path[length - tail] = '\0'; /* the name itself may contain what looks like a word */
    add_directory(&text, path);
    if (ends)
        text_add(&text, "{name}");
    reply_ok(reply);
    reply_add_bytes(reply, "path", shown, text.length);
}

void verb_path(const struct line *request, struct reply *reply)
{
    const char *name = "";
    char bytes[PATH_BYTES];
    const struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    if (argument_has(request, "name"))
        name = argument_text(request, "name");
    if (!sys.NtQueryObject) {
        reply_not_exported(reply);
        return;
    }
    UNICODE_STRING *path = object_path(object->handle, reply);
    if (!path)
        return;
    size_t units = path->Length / sizeof(WCHAR);
    bytes[0] = '\0';
    if (units == 0 || utf16_to_bytes(bytes, sizeof bytes, path->Buffer, units) != SIZE_MAX)
        reply_path(bytes, name, reply);
    else
        reply_bad(reply, "the path is too long for a reply");
    free(path);
}

void verb_ntopen(const struct line *request, struct reply *reply)
{
    WCHAR path[VALUE_UNITS];
    HANDLE handle = NULL;
    struct object *object = object_place(request->label, reply);
    DWORD access = argument_constants(request, "access");
    if (!object || !take_wide(request, "path", path, reply))
        return;
    if (!sys.NtOpenSection) {
        reply_not_exported(reply);
        return;
    }
    USHORT bytes = (USHORT)(wcslen(path) * sizeof(WCHAR));
    UNICODE_STRING name = {bytes, (USHORT)(bytes + sizeof(WCHAR)), path};
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes, .ObjectName = &name};
    LONG status = sys.NtOpenSection(&handle, access, &attributes);
    if (status < 0) {
        reply_fail_status(reply, status);
        return;
    }
    object->kind = OBJECT_SECTION;
    object->handle = handle;
    reply_ok(reply);
    reply_add_handle(reply, handle);
}

/* Whether there is an object of this name: for a system whose GetNamedSecurityInfo succeeds without giving a descriptor, which
 * says nothing. False, and the reply is the failure of OpenFileMapping, if there is none. */
static bool names_a_section(const WCHAR *name, struct reply *reply)
{
    call_begins();
    HANDLE section = sys.OpenFileMappingW(READ_CONTROL, FALSE, name);
    struct call_result seen = call_ended();
    if (section)
        sys.CloseHandle(section);
    if (section || seen.error != ERROR_FILE_NOT_FOUND)
        return true;
    reply_fail(reply, seen);
    reply_add(reply, "call=OpenFileMapping");
    return false;
}

void verb_describe(const struct line *request, struct reply *reply)
{
    WCHAR name[VALUE_UNITS];
    SECURITY_INFORMATION part = security_part(request);
    if (!take_wide(request, "name", name, reply))
        return;
    security_load();
    if (!sys.GetNamedSecurityInfoW) {
        reply_not_exported(reply);
        return;
    }
    PSECURITY_DESCRIPTOR descriptor = NULL;
    call_begins();
    DWORD error =
        sys.GetNamedSecurityInfoW(name, SE_KERNEL_OBJECT, part, NULL, NULL, NULL, NULL, &descriptor);
    struct call_result seen = call_ended();
    if (error != ERROR_SUCCESS)
        reply_fail_code(reply, error, seen);
    else if (descriptor || names_a_section(name, reply))
        security_reply_sddl(descriptor, part, reply);
    security_free(descriptor);
}

void verb_containerpath(const struct line *request, struct reply *reply)
{
    WCHAR text[VALUE_UNITS], path[PATH_BYTES];
    char bytes[PATH_BYTES];
    PSID sid = NULL;
    ULONG length = 0;
    security_load();
    if (argument_has(request, "sid") && !take_wide(request, "sid", text, reply))
        return;
    if (!sys.GetAppContainerNamedObjectPath || !sys.ConvertStringSidToSidW) {
        reply_not_exported(reply);
        return;
    }
    if (argument_has(request, "sid") && !sys.ConvertStringSidToSidW(text, &sid)) {
        reply_bad(reply, "sid= is not a SID (error %lu)", GetLastError());
        return;
    }
    call_begins();
    BOOL done = sys.GetAppContainerNamedObjectPath(NULL, sid, PATH_BYTES, path, &length);
    struct call_result seen = call_ended();
    LocalFree(sid);
    if (!done) {
        reply_fail(reply, seen);
        return;
    }
    if (utf16_to_bytes(bytes, sizeof bytes, path, wcslen(path)) == SIZE_MAX) {
        reply_bad(reply, "the path is too long for a reply");
        return;
    }
    reply_ok(reply);
    reply_add_bytes(reply, "~path", bytes, strlen(bytes));
}
