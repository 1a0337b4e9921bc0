#include "actors_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/child_end.h"
#include "../platform/system_calls.h"
#include "external_role.h"

/* Sends a request that is not part of the case. */
static void ask(struct stage *stage, struct role *role, const char *verb)
{
    char wire[40];
    int length = snprintf(wire, sizeof wire, "%lu %s\n", (unsigned long)++role->sequence, verb);
    snprintf(role->request, sizeof role->request, "%s", verb);
    peer_send(&stage->peers, &role->peer, wire, (size_t)length);
}

/* Reads the answer into role->reply. False if there is none, or if it is not the reply to this request. */
static bool read_answer(struct stage *stage, struct role *role, enum channel_result *result)
{
    size_t length;
    *result = peer_receive(&stage->peers, &role->peer, role->raw, &length);
    return *result == CHANNEL_LINE && !line_parse(&role->reply, role->raw, length) &&
           role->reply.sequence == role->sequence;
}

/* A busy actor cannot be asked to exit: the case must finish the step that it began. */
static void find_busy(struct stage *stage)
{
    for (size_t i = 0; i < stage->role_count; i++) {
        if (stage->roles[i]->state != ROLE_BUSY)
            continue;
        if (!stage->broken)
            stage_tell(stage, STAGE_ERROR, stage->line, "the case ended before a step that it had begun");
        stage->doubtful = true;
    }
}

/* A case that ended early may have left processes behind. Only actors that are not plain start any. */
static void find_not_plain(struct stage *stage)
{
    for (size_t i = 0; i < stage->role_count && stage->broken; i++)
        if (!stage->roles[i]->plain)
            stage->doubtful = true;
}

/* ---- using actors again ---- */

static bool may_play_again(const struct stage *stage, const struct role *role)
{
    return stage->settings->used && !stage->doubtful && role->plain && role->state == ROLE_IDLE &&
           role->peer.hello != NULL;
}

/* Adds the words of `differs`, as many as there is room for. */
static void add_reasons(struct actor_use *use, const char *words)
{
    while (*words) {
        size_t length = strcspn(words, ","), used = strlen(use->reasons);
        if (used + length + 2 <= sizeof use->reasons)
            snprintf(use->reasons + used, sizeof use->reasons - used, "%s%.*s", used > 0 ? "," : "",
                     (int)length, words);
        words += length + (words[length] == ',');
    }
}

/* An actor that does not reply ok to `clear` is an error, like one that does not exit in order. */
static void report_unclear(struct stage *stage, struct role *role, enum channel_result result)
{
    char message[LINE_BYTES * 2];
    DWORD code = 0;
    enum child_state state =
        result == CHANNEL_CLOSED ? peer_wait(&stage->peers, &role->peer, &code) : CHILD_RUNS;
    role_leaves(role);
    if (stage->broken) /* one error for each case is enough */
        return;
    struct text text = text_over(message, sizeof message);
    text_format(&text, "%s> clear: ", role->name);
    if (state != CHILD_RUNS)
        child_end_add(&text, state, code);
    else
        text_add(&text, result == CHANNEL_TIMEOUT ? "it did not answer" : "it gave another answer than ok");
    stage_tell(stage,
               result == CHANNEL_TIMEOUT           ? STAGE_TIMEOUT
               : state == CHILD_ENDED && code != 0 ? STAGE_CRASH
                                                   : STAGE_ERROR,
               stage->line, message);
}

/* Has the actor wait for another role if it holds nothing more than at its hello. Otherwise it stays, to be ended. */
static void keep_or_retire(struct stage *stage, struct role *role)
{
    struct used_actors *used = stage->settings->used;
    enum channel_result result;
    if (!read_answer(stage, role, &result) || strcmp(role->reply.word, "ok") != 0) {
        report_unclear(stage, role, result);
    } else if (strcmp(line_value(&role->reply, "same", ""), "yes") != 0) {
        stage->use.retired++;
        add_reasons(&stage->use, line_value(&role->reply, "differs", "unknown"));
    } else if (strcmp(line_value(&role->reply, "~loads", "0"), "0") != 0) {
        /* It has released everything, but addresses that are free in a new process are not free in this one. */
        stage->use.retired++;
        add_reasons(&stage->use, "loads");
    } else if (used_actors_have_room(used, role->arch) && channel_pending(role->peer.channel) == 0) {
        role_leaves(role);
        used_actors_keep(used, role->arch, &role->peer);
    }
}

static void keep_clean_actors(struct stage *stage)
{
    bool asked[STAGE_ROLES] = {false};
    for (size_t i = 0; i < stage->role_count; i++) {
        asked[i] = may_play_again(stage, stage->roles[i]);
        if (asked[i])
            ask(stage, stage->roles[i], "clear");
    }
    for (size_t i = 0; i < stage->role_count; i++)
        if (asked[i])
            keep_or_retire(stage, stage->roles[i]);
}

/* ---- ending actors ---- */

static void see_it_end(struct stage *stage, struct role *role)
{
    char message[LINE_BYTES * 2];
    DWORD code = 0;
    enum channel_result result;
    if (role->state != ROLE_IDLE)
        return;
    role_leaves(role);
    bool bye = read_answer(stage, role, &result) && strcmp(role->reply.word, "bye") == 0;
    enum child_state state = peer_wait(&stage->peers, &role->peer, &code);
    if ((bye && state == CHILD_ENDED && code == 0) || stage->broken)
        return;
    enum stage_event kind = result == CHANNEL_TIMEOUT || state == CHILD_RUNS           ? STAGE_TIMEOUT
                            : result == CHANNEL_CLOSED && state == CHILD_ENDED && code ? STAGE_CRASH
                                                                                       : STAGE_ERROR;
    struct text text = text_over(message, sizeof message);
    text_format(&text, "%s> exit: %s; ", role->name, bye ? "it said bye" : "it did not say bye");
    child_end_add(&text, state, code);
    stage_tell(stage, kind, stage->line, message);
}

static void end_roles(struct stage *stage)
{
    for (size_t i = 0; i < stage->role_count; i++)
        if (stage->roles[i]->state == ROLE_IDLE)
            ask(stage, stage->roles[i], "exit");
    for (size_t i = 0; i < stage->role_count; i++)
        see_it_end(stage, stage->roles[i]);
}

/* How many actors wait for other roles; they are in the job too. */
static size_t waiting(const struct stage *stage)
{
    const struct stage_settings *settings = stage->settings;
    return (settings->prestarted ? prestarted_count(settings->prestarted) : 0) +
           (settings->used ? used_actors_count(settings->used) : 0);
}

static bool all_gone(struct stage *stage)
{
    /* Processes that actors started themselves are not known one by one. */
    uint64_t end = system_milliseconds() + stage->peers.timeout;
    const size_t staying = waiting(stage);
    while (job_active(stage->settings->job) > staying) {
        if (system_milliseconds() > end)
            return false;
        SwitchToThread();
    }
    return true;
}

static void end_job(struct stage *stage)
{
    if (stage->settings->prestarted)
        prestarted_drop(stage->settings->prestarted);
    if (stage->settings->used)
        used_actors_drop(stage->settings->used);
    job_kill(stage->settings->job);
}

static void end_processes(struct stage *stage)
{
    struct job *job = stage->settings->job;
    find_busy(stage);
    find_not_plain(stage);
    keep_clean_actors(stage);
    end_roles(stage);
    if (stage->doubtful)
        end_job(stage);
    if (!all_gone(stage)) {
        char message[100];
        snprintf(message, sizeof message, "the case left %lu processes behind",
                 (unsigned long)(job_active(job) - waiting(stage)));
        stage_tell(stage, STAGE_ERROR, stage->line, message);
        end_job(stage);
    }
}

void actors_end(struct stage *stage)
{
    struct recording *recording = stage->peers.recording;
    if (recording->mode != RECORDING_REPLAY) {
        /* The end of the actors is not part of the case. */
        recording->mode = RECORDING_OFF;
        recording->mutated_at = SIZE_MAX;
        externals_end(stage);
        end_processes(stage);
    }
    externals_end(stage);
    for (size_t i = 0; i < stage->role_count; i++) {
        peer_close(&stage->roles[i]->peer);
        free(stage->roles[i]);
    }
    stage->role_count = 0;
}
