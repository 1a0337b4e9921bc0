#include "step.h"

#include <stdio.h>
#include <string.h>

#include "../../common/text.h"
#include "../peer/child_end.h"
#include "substitute.h"

static void transcript(struct stage *stage, const struct role *role, const char *outcome)
{
    char line[LINE_BYTES * 3];
    struct text text = text_over(line, sizeof line);
    text_format(&text, "%s> %s -> %s", role->name, role->request, outcome);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, line);
}

void step_give_up(struct stage *stage, enum stage_event kind, int line, struct role *role, const char *why)
{
    DWORD code = 0;
    enum child_state state = role->peer.child.process ? child_wait(&role->peer.child, 0, &code) : CHILD_RUNS;
    role_leaves(role);
    transcript(stage, role, why);
    if (state != CHILD_RUNS) {
        char end[300];
        struct text text = text_over(end, sizeof end);
        child_end_add(&text, state, code);
        stage_abort_as(stage, kind, line, "%s> %s: %s; its process: %s", role->name, role->request, why, end);
    }
    peer_kill(&stage->peers, &role->peer);
    stage_abort_as(stage, kind, line, "%s> %s: %s", role->name, role->request, why);
}

/* The pipe is closed, so the process has ended or is about to: the message gets its exit code. */
_Noreturn static void give_up_dead(struct stage *stage, int line, struct role *role, const char *why)
{
    DWORD code;
    peer_wait(&stage->peers, &role->peer, &code);
    step_give_up(stage, STAGE_CRASH, line, role, why);
}

/* One line from the actor, parsed, with the sequence number that it must have. False if the pipe was closed instead,
 * which is not an error if `may_end`. */
static bool listen_to(struct stage *stage, int line, struct role *role, bool may_end)
{
    size_t length;
    char why[200];
    switch (peer_receive(&stage->peers, &role->peer, role->raw, &length)) {
    case CHANNEL_TIMEOUT:
        if (channel_pending(role->peer.channel) > 0)
            snprintf(why, sizeof why, "no reply within %lu ms, only the first %lu bytes of one",
                     (unsigned long)stage->peers.timeout, (unsigned long)channel_pending(role->peer.channel));
        else
            snprintf(why, sizeof why, "no reply within %lu ms", (unsigned long)stage->peers.timeout);
        step_give_up(stage, STAGE_TIMEOUT, line, role, why);
        break;
    case CHANNEL_CLOSED:
        if (may_end)
            return false;
        give_up_dead(stage, line, role,
                     channel_pending(role->peer.channel) > 0 ? "the actor is gone in the middle of a reply"
                                                             : "the actor is gone without a reply");
        break;
    case CHANNEL_TOO_LONG:
        step_give_up(stage, STAGE_ERROR, line, role, "a reply longer than a line may be");
        break;
    case CHANNEL_LINE:
        break;
    }
    const char *wrong = line_parse(&role->reply, role->raw, length);
    if (wrong) {
        snprintf(why, sizeof why, "a reply that is no line of the protocol: %s", wrong);
        step_give_up(stage, STAGE_ERROR, line, role, why);
    }
    if (role->reply.sequence != role->sequence) {
        snprintf(why, sizeof why, "a reply to request %lu instead of %lu",
                 (unsigned long)role->reply.sequence, (unsigned long)role->sequence);
        step_give_up(stage, STAGE_ERROR, line, role, why);
    }
    return true;
}

void step_read(struct stage *stage, int line, struct role *role)
{
    listen_to(stage, line, role, false);
}

/* A step may be wrong because an earlier one did not give what it needs. */
static _Noreturn void cannot_perform(struct stage *stage, int line, const char *name, const char *request,
                                     const char *what, const char *why)
{
    char message[LINE_BYTES * 3];
    snprintf(message, sizeof message, "%s> %s: %s%s", name, request, what, why);
    stage_cannot_go_on(stage, line, message);
}

/* Optional parts of a step may be empty: what is sent and shown has one blank between its words. */
static void keep_request(struct role *role, const char *request)
{
    struct text text = text_over(role->request, sizeof role->request);
    for (; *request; request++)
        if (*request != ' ' || (request[1] != ' ' && request[1] != '\0'))
            text_add_bytes(&text, request, 1);
}

void step_send(struct stage *stage, int line, struct role *role, const char *request)
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
        cannot_perform(stage, line, role->name, request, "", wrong ? wrong : "more than fits into a line");
    stage->steps++;
    role_asks(role);
    if (!peer_send(&stage->peers, &role->peer, wire, text.length))
        give_up_dead(stage, line, role, "the actor no longer reads requests");
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
    role_answered(role);
    remember(role);
    if (stage->settings->with_volatile)
        reply_describe_all(&text, role->raw);
    else
        reply_describe(&text, role->raw);
    transcript(stage, role, described);
    if (strcmp(role->reply.word, "bad") == 0)
        cannot_perform(stage, line, role->name, role->request, "the actor rejected this step: ",
                       line_value(&role->reply, "reason", "no reason given"));
}

void step_receive(struct stage *stage, int line, struct role *role)
{
    step_read(stage, line, role);
    take_reply(stage, line, role);
}

bool step_receive_or_end(struct stage *stage, int line, struct role *role)
{
    if (!listen_to(stage, line, role, true))
        return false;
    take_reply(stage, line, role);
    return true;
}

void step_gone(struct stage *stage, struct role *role, const char *how, DWORD code, bool with_code)
{
    char line[LINE_BYTES * 2];
    struct text text = text_over(line, sizeof line);
    text_format(&text, "%s> %s -> gone", role->name, how);
    if (with_code)
        text_format(&text, " code=0x%lX", (unsigned long)code);
    role_leaves(role);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, line);
}

/* Error reporting holds a process that ended by a crash, with its pipe open, for some seconds. */
#define CRASH_DEADLINES 4

void step_await_close(struct stage *stage, int line, struct role *role)
{
    size_t length;
    const DWORD usual = stage->peers.timeout;
    stage->peers.timeout = usual * CRASH_DEADLINES;
    enum channel_result result = peer_receive(&stage->peers, &role->peer, role->raw, &length);
    stage->peers.timeout = usual;
    if (result != CHANNEL_CLOSED)
        stage_abort_as(stage, result == CHANNEL_TIMEOUT ? STAGE_TIMEOUT : STAGE_ERROR, line,
                       "%s> %s: expected the end of the process, got %s", role->name, role->request,
                       result == CHANNEL_LINE ? role->raw : "nothing");
}

DWORD step_see_end(struct stage *stage, int line, struct role *role, const char *request)
{
    DWORD code = 0;
    enum child_state state = peer_wait(&stage->peers, &role->peer, &code);
    if (state == CHILD_RUNS)
        stage_abort_as(stage, STAGE_TIMEOUT, line, "%s> %s: the pipe is closed but the process has not ended",
                       role->name, request);
    if (state == CHILD_CODE_UNKNOWN)
        stage_abort(stage, line, "%s> %s: the process has ended, and its exit code cannot be read: error %lu",
                    role->name, request, (unsigned long)code);
    step_gone(stage, role, request, code, true);
    return code;
}
