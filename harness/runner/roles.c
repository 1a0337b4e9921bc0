/* How actors come and go. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_hello(struct stage *stage, int line, struct role *role)
{
    uint64_t protocol = 0;
    snprintf(role->request, sizeof role->request, "(start)");
    stage_read(stage, line, role);
    if (strcmp(role->reply.word, "hello") != 0)
        stage_give_up(stage, line, role, "the actor did not say hello");
    if (!line_number(&role->reply, "protocol", &protocol) || protocol != PROTOCOL_VERSION)
        stage_give_up(stage, line, role, "the actor speaks another version of the protocol");
    if (!line_number(&role->reply, "~pid", &role->pid))
        stage_give_up(stage, line, role, "the actor did not say its process id");
}

static struct role *add_role(struct stage *stage, int line, const char *name)
{
    if (stage->role_count == STAGE_ROLES || strlen(name) >= ROLE_NAME_BYTES)
        stage_abort(stage, line, "the case has more than %d roles, or '%s' is too long a name", STAGE_ROLES,
                    name);
    struct role *role = calloc(1, sizeof *role);
    if (!role)
        stage_abort(stage, line, "no memory for the role '%s'", name);
    stage->roles[stage->role_count++] = role;
    snprintf(role->name, sizeof role->name, "%s", name);
    role->channel = channel_new();
    if (!role->channel)
        stage_abort(stage, line, "no pipe for the role '%s': error %lu", name, (unsigned long)GetLastError());
    return role;
}

static DWORD start_actor(struct stage *stage, struct role *role)
{
    HANDLE end = channel_child_end(role->channel);
    if (end == INVALID_HANDLE_VALUE)
        return GetLastError();
    wchar_t handle[24];
    swprintf(handle, sizeof handle / sizeof handle[0], L"%llx", (unsigned long long)(uintptr_t)end);
    DWORD error = child_start(&role->child, &(struct start){
                                                .image = stage->settings->actor,
                                                .arguments = (const wchar_t *[]){L"serve", handle, NULL},
                                                .inherit = {end},
                                                .output = stage->settings->output,
                                                .job = stage->settings->job,
                                            });
    CloseHandle(end);
    return error;
}

struct role *stage_role(struct stage *stage, int line, const char *name)
{
    struct role *role = stage_find(stage, name);
    if (role)
        return role;
    role = add_role(stage, line, name);
    DWORD error = start_actor(stage, role);
    if (error) {
        role->state = ROLE_GONE;
        stage_abort(stage, line, "the actor for '%s' does not start: error %lu", name, (unsigned long)error);
    }
    read_hello(stage, line, role);
    return role;
}

void stage_spawns(struct stage *stage, int line, const char *parent, const char *name, const char *arguments)
{
    struct role *role = add_role(stage, line, name);
    check_must(stage, line, parent, step("spawn %s pipe=$%s.token %s", name, name, arguments));
    if (!channel_accept(role->channel, stage_timeout(stage)))
        stage_abort(stage, line, "'%s' was started by '%s' and does not connect", name, parent);
    read_hello(stage, line, role);
}

/* A step that was begun and not finished is a mistake of the case; an actor that is busy cannot be asked to
 * exit. */
static void ask_to_exit(struct stage *stage, struct role *role)
{
    char wire[40];
    if (role->state == ROLE_BUSY && !stage->broken)
        stage_tell(stage, STAGE_ERROR, stage->test->line, "the case ended before a step that it had begun");
    if (role->state != ROLE_IDLE)
        return;
    int length = snprintf(wire, sizeof wire, "%lu exit\n", (unsigned long)++role->sequence);
    snprintf(role->request, sizeof role->request, "exit");
    channel_send(role->channel, wire, (size_t)length, stage_timeout(stage));
}

static void see_it_end(struct stage *stage, struct role *role)
{
    size_t length;
    char message[LINE_BYTES * 2];
    DWORD code = 0;
    if (role->state != ROLE_IDLE)
        return;
    role->state = ROLE_GONE;
    bool bye = channel_receive(role->channel, role->raw, &length, stage_timeout(stage)) == CHANNEL_LINE &&
               !line_parse(&role->reply, role->raw, length) && role->reply.sequence == role->sequence &&
               strcmp(role->reply.word, "bye") == 0;
    bool ended = !role->child.process || child_wait(&role->child, stage_timeout(stage), &code);
    if ((bye && ended && code == 0) || stage->broken)
        return;
    snprintf(message, sizeof message, "%s> exit: %s; %s, exit code 0x%lX", role->name,
             bye ? "it said bye" : "it did not say bye", ended ? "it ended" : "it did not end",
             (unsigned long)code);
    stage_tell(stage, STAGE_ERROR, stage->test->line, message);
}

static bool all_gone(struct stage *stage)
{
    /* Actors that actors started are not waited for one by one: their end is a moment after their bye. */
    ULONGLONG end = GetTickCount64() + stage_timeout(stage);
    while (job_active(stage->settings->job) > 0) {
        if (GetTickCount64() > end)
            return false;
        SwitchToThread();
    }
    return true;
}

void stage_end(struct stage *stage)
{
    for (size_t i = 0; i < stage->role_count; i++)
        ask_to_exit(stage, stage->roles[i]);
    for (size_t i = 0; i < stage->role_count; i++)
        see_it_end(stage, stage->roles[i]);
    if (stage->broken)
        job_kill(stage->settings->job);
    if (!all_gone(stage)) {
        char message[100];
        snprintf(message, sizeof message, "the case left %lu processes behind",
                 (unsigned long)job_active(stage->settings->job));
        stage_tell(stage, STAGE_ERROR, stage->test->line, message);
        job_kill(stage->settings->job);
    }
    for (size_t i = 0; i < stage->role_count; i++) {
        child_kill(&stage->roles[i]->child);
        child_close(&stage->roles[i]->child);
        channel_free(stage->roles[i]->channel);
        free(stage->roles[i]);
    }
    stage->role_count = 0;
}
