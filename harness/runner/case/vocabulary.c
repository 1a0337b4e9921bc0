/* Directions: how actors come, go and hand things over. See checks.h. */
#include "../stage/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct role *existing(struct stage *stage, int line, const char *name)
{
    struct role *role = stage_find(stage, name);
    if (!role)
        stage_abort(stage, line, "there is no '%s' yet", name);
    return role;
}

static void gone(struct stage *stage, struct role *role, const char *how, DWORD code, bool with_code)
{
    char line[LINE_BYTES * 2];
    struct text text = text_over(line, sizeof line);
    text_format(&text, "%s> %s -> gone", role->name, how);
    if (with_code)
        text_format(&text, " code=0x%lX", (unsigned long)code);
    role->state = ROLE_GONE;
    stage_tell(stage, STAGE_TRANSCRIPT, 0, line);
}

void stage_leaves(struct stage *stage, int line, const char *name)
{
    struct role *role = existing(stage, line, name);
    DWORD code = EXIT_KILLED;
    stage_perform(stage, line, name, "exit");
    bool ended = peer_wait(stage, &role->peer, &code);
    role->state = ROLE_GONE;
    if (strcmp(role->reply.word, "bye") != 0 || !ended || code != 0)
        stage_abort(stage, line, "'%s' did not leave as it should: %s, exit code 0x%lX", name,
                    ended ? "it ended" : "it did not end", (unsigned long)code);
}

void stage_killed(struct stage *stage, int line, const char *name)
{
    struct role *role = existing(stage, line, name);
    if (role->state == ROLE_GONE)
        stage_abort(stage, line, "'%s' is to be killed and is gone already", name);
    if (!peer_kill(stage, &role->peer))
        stage_abort(stage, line, "'%s' cannot be killed: error %lu", name, (unsigned long)GetLastError());
    gone(stage, role, "(killed)", 0, false);
}

DWORD stage_see_end(struct stage *stage, int line, struct role *role, const char *request)
{
    DWORD code = 0;
    if (!peer_wait(stage, &role->peer, &code))
        stage_abort_as(stage, STAGE_TIMEOUT, line, "%s> %s: the pipe is closed but the process has not ended",
                       role->name, request);
    gone(stage, role, request, code, true);
    return code;
}

void stage_dies(struct stage *stage, int line, const char *name, const char *request, uint32_t exit_code)
{
    struct role *role = stage_role(stage, line, name);
    size_t length;
    stage_send(stage, line, role, request);
    enum channel_result result = peer_receive(stage, &role->peer, role->raw, &length);
    if (result != CHANNEL_CLOSED)
        stage_abort_as(stage, result == CHANNEL_TIMEOUT ? STAGE_TIMEOUT : STAGE_ERROR, line,
                       "%s> %s: %s instead of its end", name, request,
                       result == CHANNEL_LINE ? role->raw : "nothing");
    DWORD code = stage_see_end(stage, line, role, request);
    if (code != exit_code)
        stage_abort(stage, line, "%s> %s: exit code 0x%lX instead of 0x%lX", name, request,
                    (unsigned long)code, (unsigned long)exit_code);
}

void stage_begins(struct stage *stage, int line, const char *name, const char *request)
{
    struct role *role = stage_role(stage, line, name);
    stage_send(stage, line, role, request);
}

void stage_hands(struct stage *stage, int line, const char *from, const char *label, const char *to,
                 const char *arguments)
{
    stage_role(stage, line, to);
    check_must(stage, line, from, step("duplicate %s to=$%s.pid %s", label, to, arguments));
    check_must(stage, line, to, step("adopt %s handle=$%s.handle", label, from));
}

/* The volatile field of the role's last reply that a case reads, which the recording is to know of. */
static const char *look_at(struct stage *stage, const struct role *role, const char *field)
{
    static char volatile_field[64];
    snprintf(volatile_field, sizeof volatile_field, "~%s", field);
    if (line_field(&role->reply, volatile_field))
        recording_note_read(stage->recording, role->peer.recorded_at, field);
    return volatile_field;
}

uint64_t stage_number(struct stage *stage, int line, const char *name, const char *field)
{
    struct role *role = existing(stage, line, name);
    const char *volatile_field = look_at(stage, role, field);
    uint64_t number = 0;
    if (!line_number(&role->reply, volatile_field, &number) && !line_number(&role->reply, field, &number))
        stage_abort(stage, line, "%s> %s: the reply has no number called '%s': %s", name, role->request,
                    field, role->raw);
    return number;
}

const char *value(struct stage *stage, const char *name, const char *field)
{
    struct role *role = stage_find(stage, name);
    if (!role)
        return "";
    return line_value(&role->reply, look_at(stage, role, field), line_value(&role->reply, field, ""));
}

const char *step(const char *format, ...)
{
    static char ring[8][LINE_BYTES];
    static size_t next;
    char *at = ring[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(at, LINE_BYTES, format, arguments);
    va_end(arguments);
    return at;
}

void says(struct stage *stage, const char *format, ...)
{
    char line[LINE_BYTES] = "# ";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + 2, sizeof line - 2, format, arguments);
    va_end(arguments);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, line);
}
