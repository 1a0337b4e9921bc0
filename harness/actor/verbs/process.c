/* Other actors, and the end of this one. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../../common/spawn_args.h"
#include "../../common/utf16.h"
#include "../arguments.h"
#include "../objects.h"
#include "../security.h"
#include "verbs.h"

#define LIST_MOST 32
#define COMMAND_UNITS (PATH_UNITS + LINE_BYTES)
/* A process that ends before its first instruction proves nothing about handles: peer/process.c of the runner. */
#define START_ATTEMPTS 3

/* A pipe's name becomes a part of a command line and of a path. */
static bool plain(const char *word)
{
    return *word &&
           word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")] == '\0';
}

/* list=L,L,... as handles. */
static bool take_list(const struct line *request, HANDLE *out, size_t *count, struct reply *reply)
{
    HANDLE named[LIST_MOST];
    size_t number = 0;
    const char *labels = argument_text(request, "list");
    for (;;) {
        char label[LABEL_BYTES];
        size_t length = strcspn(labels, ",");
        if (length >= sizeof label)
            return reply_bad(reply, "list=: a label is too long");
        memcpy(label, labels, length);
        label[length] = '\0';
        const struct object *object = object_handle(label, reply);
        if (!object)
            return false;
        if (number == LIST_MOST)
            return reply_bad(reply, "list= has more than %d labels", LIST_MOST);
        named[number++] = object->handle;
        if (!labels[length])
            break;
        labels += length + 1;
    }
    *count = handle_list_build(out, named, number);
    return *count > 0 || reply_bad(reply, "list= has no handle that can be inherited");
}

struct start {
    WCHAR *image;   /* owned; PATH_UNITS */
    WCHAR *command; /* owned; COMMAND_UNITS; CreateProcess may write to it */
    HANDLE list[LIST_MOST];
    size_t list_count;
    HANDLE parent;                           /* owned; NULL: this process */
    HANDLE token;                            /* owned; NULL: this process's */
    LPPROC_THREAD_ATTRIBUTE_LIST attributes; /* owned, and initialised if not NULL */
    bool inherit;
};

/* The program that is started: this one, or another actor's. */
static bool fill_image(struct start *start, const struct line *request, struct reply *reply)
{
    const struct field *program = line_field(request, "program");
    start->image = malloc(PATH_UNITS * sizeof(WCHAR));
    if (!start->image)
        return reply_bad(reply, "no memory for the program's path");
    if (program && program->length > 0)
        return utf16_from_bytes((uint16_t *)start->image, PATH_UNITS, program->value, program->length) !=
                   SIZE_MAX ||
               reply_bad(reply, "program= is too long or not UTF-8");
    DWORD path = GetModuleFileNameW(NULL, start->image, PATH_UNITS);
    return (path > 0 && path < PATH_UNITS) ||
           reply_bad(reply, "the path of this program cannot be read (error %lu)", GetLastError());
}

static bool fill_command(struct start *start, const char *pipe, struct reply *reply)
{
    WCHAR token[LINE_BYTES];
    size_t length = 0;
    start->command = calloc(COMMAND_UNITS, sizeof(WCHAR));
    if (!start->command)
        return reply_bad(reply, "no memory for the command line");
    for (; pipe[length]; length++)
        token[length] = (WCHAR)(unsigned char)pipe[length];
    token[length] = L'\0';
    return (command_line_add(start->command, COMMAND_UNITS, start->image) &&
            command_line_add(start->command, COMMAND_UNITS, L"connect") &&
            command_line_add(start->command, COMMAND_UNITS, token)) ||
           reply_bad(reply, "the command line is too long");
}

/* The handles to inherit and the parent to inherit from, where there are any. */
static bool fill_attributes(struct start *start, struct reply *reply)
{
    SIZE_T size = 0;
    const DWORD count = (DWORD)(start->list_count > 0) + (DWORD)(start->parent != NULL);
    if (count == 0)
        return true;
    if (!sys.InitializeProcThreadAttributeList || !sys.UpdateProcThreadAttribute ||
        !sys.DeleteProcThreadAttributeList) {
        reply_not_exported(reply); /* before Windows Vista */
        return false;
    }
    sys.InitializeProcThreadAttributeList(NULL, count, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = size ? malloc(size) : NULL;
    if (!list || !sys.InitializeProcThreadAttributeList(list, count, 0, &size)) {
        free(list);
        return reply_bad(reply, "no attribute list (error %lu)", GetLastError());
    }
    start->attributes = list;
    if (start->list_count > 0 &&
        !sys.UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, start->list,
                                       start->list_count * sizeof(HANDLE), NULL, NULL))
        return reply_bad(reply, "the handle list was refused (error %lu)", GetLastError());
    if (start->parent && !sys.UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_PARENT_PROCESS,
                                                        &start->parent, sizeof start->parent, NULL, NULL))
        return reply_bad(reply, "the parent was refused (error %lu)", GetLastError());
    return true;
}

static bool take_parent(const struct line *request, struct start *start, struct reply *reply)
{
    if (!argument_has(request, "parent"))
        return true;
    uint64_t pid = argument_number(request, "parent");
    start->parent = OpenProcess(PROCESS_CREATE_PROCESS, FALSE, (DWORD)pid);
    return start->parent || reply_bad(reply, "parent= cannot be opened (error %lu)", GetLastError());
}

/* A copy of this process's token for another session. Setting the session needs SeTcbPrivilege (page
 * ne-winnt-token_information_class). */
static bool take_session(const struct line *request, struct start *start, struct reply *reply)
{
    HANDLE own = NULL;
    if (!argument_has(request, "session"))
        return true;
    uint64_t number = argument_number(request, "session");
    DWORD session = (DWORD)number;
    security_load();
    bool done = sys.OpenProcessToken && sys.DuplicateTokenEx && sys.SetTokenInformation &&
                sys.OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &own) &&
                sys.DuplicateTokenEx(own, MAXIMUM_ALLOWED, NULL, SecurityImpersonation, TokenPrimary,
                                     &start->token) &&
                sys.SetTokenInformation(start->token, TokenSessionId, &session, sizeof session);
    DWORD error = GetLastError();
    if (own)
        CloseHandle(own);
    return done || reply_bad(reply, "session=: no token for this session (error %lu)", error);
}

static BOOL start_process(struct start *start, STARTUPINFOW *startup, PROCESS_INFORMATION *process)
{
    DWORD flags = DETACHED_PROCESS;
    if (start->attributes)
        flags |= EXTENDED_STARTUPINFO_PRESENT;
    if (start->token)
        return sys.CreateProcessAsUserW(start->token, start->image, start->command, NULL, NULL,
                                        start->inherit, flags, NULL, NULL, startup, process);
    return sys.CreateProcessW(start->image, start->command, NULL, NULL, start->inherit, flags, NULL, NULL,
                              startup, process);
}

static void create_process(struct start *start, struct object *object, struct reply *reply)
{
    STARTUPINFOEXW startup = {.StartupInfo.cb = sizeof startup.StartupInfo,
                              .lpAttributeList = start->attributes};
    PROCESS_INFORMATION process;
    if (start->attributes)
        startup.StartupInfo.cb = sizeof startup;
    BOOL done = FALSE;
    struct call_result seen = {.error = ERROR_INTERNAL_ERROR};
    for (int attempt = 0; attempt < START_ATTEMPTS && !done && seen.error == ERROR_INTERNAL_ERROR;
         attempt++) {
        call_begins();
        done = start_process(start, &startup.StartupInfo, &process);
        seen = call_ended();
    }
    if (!done) {
        reply_fail(reply, seen);
        return;
    }
    CloseHandle(process.hThread);
    object->kind = OBJECT_PROCESS;
    object->handle = process.hProcess;
    reply_ok(reply);
    reply_add(reply, "~pid=%lu", process.dwProcessId);
}

void verb_spawn(const struct line *request, struct reply *reply)
{
    struct start start = {0};
    struct object *object = object_place(request->label, reply);
    const char *pipe = argument_text(request, "pipe");
    if (!object)
        return;
    if (!plain(pipe)) {
        reply_bad(reply, "pipe= may have only letters, digits, '_', '.' and '-'");
        return;
    }
    start.inherit = argument_yes(request, "inherit");
    if (!fill_image(&start, request, reply) || !fill_command(&start, pipe, reply))
        goto out;
    if ((argument_has(request, "list") && !take_list(request, start.list, &start.list_count, reply)) ||
        !take_parent(request, &start, reply) || !take_session(request, &start, reply) ||
        !fill_attributes(&start, reply))
        goto out;
    create_process(&start, object, reply);
out:
    if (start.attributes) {
        sys.DeleteProcThreadAttributeList(start.attributes);
        free(start.attributes);
    }
    if (start.parent)
        CloseHandle(start.parent);
    if (start.token)
        CloseHandle(start.token);
    free(start.command);
    free(start.image);
}

void verb_crash(const struct line *request, struct reply *reply)
{
    const bool terminate = argument_is(request, "how", "terminate");
    uint64_t code = argument_number(request, "code");
    if (argument_has(request, "code") && !terminate) {
        reply_bad(reply, "code= goes with how=terminate");
        return;
    }
    /* What abort does; but the abort of the older C library prints, even where a handler is installed. */
    if (argument_is(request, "how", "abort"))
        raise(SIGABRT);
    if (terminate)
        TerminateProcess(GetCurrentProcess(), (UINT)code);
    /* The pointer itself is volatile: a compiler turns a store through a pointer that it knows to be NULL into a trap. */
    int *volatile nowhere = NULL;
    *(volatile int *)nowhere = 1;
}

void verb_exit(const struct line *request, struct reply *reply)
{
    uint64_t code = argument_number(request, "code");
    text_clear(&reply->text);
    text_add(&reply->text, "bye");
    reply->leaves = true;
    reply->exit_code = (uint32_t)code;
}
