#include "stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../common/text.h"
#include "cmocka_bridge.h"

void stage_init(struct stage *stage, const struct stage_settings *settings, const struct test_case *test,
                struct recording *recording)
{
    char first[CASE_ID_BYTES];
    *stage = (struct stage){.settings = settings, .test = test, .recording = recording};
    case_id(test, stage->id);
    const char *rows = test->rows ? test->rows : stage->id;
    if (next_word(&rows, first))
        stage->row = contract_find(first);
}

DWORD stage_timeout(const struct stage *stage)
{
    return (DWORD)(STEP_TIMEOUT_MS * stage->settings->timeout_scale);
}

void stage_waits(const struct stage *stage)
{
    if (stage->settings->waits)
        stage->settings->waits(stage->settings->context);
}

void stage_tell(struct stage *stage, enum stage_event event, int line, const char *text)
{
    if (event >= STAGE_ERROR)
        stage->broken = true;
    if (event == STAGE_FAIL || event == STAGE_DEVIATES)
        stage->failures++;
    stage->settings->tell(stage->settings->context, event, line, text);
}

void stage_abort(struct stage *stage, int line, const char *format, ...)
{
    char message[LINE_BYTES * 3];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    stage_tell(stage, STAGE_ERROR, line, message);
    leave_case();
}

void stage_abort_as(struct stage *stage, enum stage_event kind, int line, const char *format, ...)
{
    char message[LINE_BYTES * 3];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    stage_tell(stage, kind, line, message);
    leave_case();
}

struct role *stage_find(struct stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->role_count; i++)
        if (strcmp(stage->roles[i]->name, name) == 0)
            return stage->roles[i];
    return NULL;
}

static void transcript(struct stage *stage, const struct role *role, const char *outcome)
{
    char line[LINE_BYTES * 3];
    struct text text = text_over(line, sizeof line);
    text_format(&text, "%s> %s -> %s", role->name, role->request, outcome);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, line);
}

/* The actor's state is unknown from here on: it is ended and never asked again. */
void stage_give_up(struct stage *stage, enum stage_event kind, int line, struct role *role, const char *why)
{
    DWORD code = 0;
    bool ended = role->peer.child.process && child_wait(&role->peer.child, 0, &code);
    role->state = ROLE_GONE;
    transcript(stage, role, why);
    if (ended)
        stage_abort_as(stage, kind, line, "%s> %s: %s; its process ended with code 0x%lX", role->name,
                       role->request, why, (unsigned long)code);
    peer_kill(stage, &role->peer);
    stage_abort_as(stage, kind, line, "%s> %s: %s", role->name, role->request, why);
}

/* The pipe is closed, so the process ends or has ended: its exit code says more than the pipe does. */
_Noreturn static void give_up_dead(struct stage *stage, int line, struct role *role, const char *why)
{
    DWORD code;
    peer_wait(stage, &role->peer, &code);
    stage_give_up(stage, STAGE_CRASH, line, role, why);
}

/* One line from the actor, parsed, with the sequence number that it must have. False if the pipe was closed instead,
 * which is as good if the process `may_end`. */
static bool listen_to(struct stage *stage, int line, struct role *role, bool may_end)
{
    size_t length;
    char why[200];
    switch (peer_receive(stage, &role->peer, role->raw, &length)) {
    case CHANNEL_TIMEOUT:
        if (channel_pending(role->peer.channel) > 0)
            snprintf(why, sizeof why, "no reply within %lu ms, only the first %lu bytes of one",
                     (unsigned long)stage_timeout(stage), (unsigned long)channel_pending(role->peer.channel));
        else
            snprintf(why, sizeof why, "no reply within %lu ms", (unsigned long)stage_timeout(stage));
        stage_give_up(stage, STAGE_TIMEOUT, line, role, why);
        break;
    case CHANNEL_CLOSED:
        if (may_end)
            return false;
        give_up_dead(stage, line, role,
                     channel_pending(role->peer.channel) > 0 ? "the actor is gone in the middle of a reply"
                                                             : "the actor is gone without a reply");
        break;
    case CHANNEL_TOO_LONG:
        stage_give_up(stage, STAGE_ERROR, line, role, "a reply longer than a line may be");
        break;
    case CHANNEL_LINE:
        break;
    }
    const char *wrong = line_parse(&role->reply, role->raw, length);
    if (wrong) {
        snprintf(why, sizeof why, "a reply that is no line of the protocol: %s", wrong);
        stage_give_up(stage, STAGE_ERROR, line, role, why);
    }
    if (role->reply.sequence != role->sequence) {
        snprintf(why, sizeof why, "a reply to request %lu instead of %lu",
                 (unsigned long)role->reply.sequence, (unsigned long)role->sequence);
        stage_give_up(stage, STAGE_ERROR, line, role, why);
    }
    return true;
}

void stage_read(struct stage *stage, int line, struct role *role)
{
    listen_to(stage, line, role, false);
}

/* Optional parts of a step may be empty: what is sent and shown has one blank between its words. */
static void keep_request(struct role *role, const char *request)
{
    struct text text = text_over(role->request, sizeof role->request);
    for (; *request; request++)
        if (*request != ' ' || (request[1] != ' ' && request[1] != '\0'))
            text_add_bytes(&text, request, 1);
}

void stage_send(struct stage *stage, int line, struct role *role, const char *request)
{
    char wire[LINE_BYTES];
    struct text text = text_over(wire, sizeof wire);
    if (role->state != ROLE_IDLE)
        stage_abort(stage, line, "%s> %s: the actor is %s", role->name, request,
                    role->state == ROLE_GONE ? "gone" : "still busy with another step");
    keep_request(role, request);
    text_format(&text, "%lu ", (unsigned long)++role->sequence);
    const char *wrong = substitute(stage, role->request, &text);
    text_add(&text, "\n");
    if (wrong || text.cut)
        stage_abort(stage, line, "%s> %s: %s", role->name, request,
                    wrong ? wrong : "more than fits into a line");
    stage->steps++;
    role->state = ROLE_BUSY;
    if (!peer_send(stage, &role->peer, wire, text.length))
        give_up_dead(stage, line, role, "the actor does not take requests any more");
}

/* Keeps the volatile values of a reply for references in later steps; a name that is there already is overwritten. */
static void remember(struct role *role)
{
    for (size_t i = 0; i < role->reply.count; i++) {
        const struct field *field = &role->reply.fields[i];
        struct remembered *slot = role->remembered;
        if (field->key[0] != '~')
            continue;
        while (slot < role->remembered + ROLE_REMEMBERED - 1 && slot->field[0] &&
               strcmp(slot->field, field->key + 1) != 0)
            slot++;
        struct text value = text_over(slot->value, sizeof slot->value);
        snprintf(slot->field, sizeof slot->field, "%s", field->key + 1);
        escape_add(&value, field->value, field->length);
    }
}

static void take_reply(struct stage *stage, int line, struct role *role)
{
    char described[LINE_BYTES * 2];
    struct text text = text_over(described, sizeof described);
    role->state = ROLE_IDLE;
    remember(role);
    if (stage->settings->with_volatile)
        text_add(&text, role->raw + strcspn(role->raw, " ") + 1);
    else
        reply_describe(&text, role->raw);
    transcript(stage, role, described);
    if (strcmp(role->reply.word, "bad") == 0)
        stage_abort(stage, line, "%s> %s: the actor does not take this step: %s", role->name, role->request,
                    line_value(&role->reply, "reason", "no reason given"));
}

void stage_receive(struct stage *stage, int line, struct role *role)
{
    stage_read(stage, line, role);
    take_reply(stage, line, role);
}

bool stage_receive_or_end(struct stage *stage, int line, struct role *role)
{
    if (!listen_to(stage, line, role, true))
        return false;
    take_reply(stage, line, role);
    return true;
}

struct role *stage_perform(struct stage *stage, int line, const char *name, const char *request)
{
    struct role *role = stage_role(stage, line, name);
    stage_send(stage, line, role, request);
    stage_receive(stage, line, role);
    return role;
}
