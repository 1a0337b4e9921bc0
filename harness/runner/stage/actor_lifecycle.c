#include "actor_lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../platform/version.h"
#include "step.h"

/* Whether the hello of the role is wrong, and why. */
static bool hello_is_wrong(struct role *role, char *why, size_t size)
{
    const struct line *hello = &role->reply;
    const char *protocol = line_value(hello, "protocol", "(none)");
    const char *version = line_value(hello, "version", "(none)");
    uint64_t number = 0, bits = 0;
    if (strcmp(hello->word, "hello") != 0)
        snprintf(why, size, "the actor did not say hello");
    else if (!line_number(hello, "protocol", &number) || number != PROTOCOL_VERSION)
        snprintf(why, size, "the actor speaks another version of the protocol: %.40s instead of %d", protocol,
                 PROTOCOL_VERSION);
    else if (strcmp(version, SHMCHECK_VERSION) != 0)
        snprintf(why, size, "the actor is of version %.60s, this program of version %s", version,
                 SHMCHECK_VERSION);
    else if (!line_number(hello, "bits", &bits) || bits != arch_bits(role->arch))
        snprintf(why, size, "the actor has %llu bits, and an %s program was started",
                 (unsigned long long)bits, arch_name(role->arch));
    else if (!line_number(hello, "~pid", &role->pid))
        snprintf(why, size, "the actor did not say its process id");
    else
        return false;
    return true;
}

static void read_hello(struct stage *stage, int line, struct role *role)
{
    char why[200];
    snprintf(role->request, sizeof role->request, "(start)");
    step_read(stage, line, role);
    if (hello_is_wrong(role, why, sizeof why))
        step_give_up(stage, STAGE_ERROR, line, role, why);
}

static void open_peer(struct stage *stage, int line, struct role *role)
{
    DWORD error = peer_open(&stage->peers, &role->peer);
    if (error) {
        role_leaves(role);
        stage_abort(stage, line, "role '%s': cannot create a pipe: error %lu", role->name,
                    (unsigned long)error);
    }
}

/* Starts the role's actor, and in advance the one that is most likely needed next: the other side of the pair. */
static DWORD start_two(struct stage *stage, struct role *role, const char **failed)
{
    struct prestarted *prestarted = stage->settings->prestarted;
    const struct pair *pair = &stage->settings->pair;
    const enum arch next = role->arch == pair->writer ? pair->reader : pair->writer;
    DWORD error = peer_start(&stage->peers, &role->peer, stage->settings->actors[role->arch], NULL, failed);
    if (!error) {
        prestarted_start(prestarted, next, stage->settings->actors[next], &stage->peers);
        channel_wait(role->peer.channel, stage->peers.timeout);
        prestarted_settle(prestarted, next, &stage->peers);
    }
    return error;
}

struct role *actor_start(struct stage *stage, int line, const char *name, const struct actor_spec *spec)
{
    const char *failed;
    struct role *role = stage_add_role(stage, line, name, spec->arch);
    const wchar_t *program = stage->settings->actors[spec->arch];
    DWORD error = ERROR_SUCCESS;
    const bool in_advance = stage->settings->prestarted && actor_spec_is_plain(spec);
    if (in_advance && prestarted_take(stage->settings->prestarted, spec->arch, &role->peer)) {
        read_hello(stage, line, role);
        return role;
    }
    open_peer(stage, line, role);
    if (spec->aware >= 0)
        error = peer_copy(&stage->peers, &role->peer, program, spec->aware, &failed);
    if (!error && in_advance)
        error = start_two(stage, role, &failed);
    else if (!error)
        error = peer_start(&stage->peers, &role->peer, program, spec->identity, &failed);
    if (error) {
        role_leaves(role);
        stage_abort(stage, line, "the actor for '%s' does not start: %s, error %lu (0x%lX)", name, failed,
                    (unsigned long)error, (unsigned long)error);
    }
    read_hello(stage, line, role);
    return role;
}

struct role *actor_of(struct stage *stage, int line, const char *name)
{
    struct role *role = stage_find(stage, name);
    if (role)
        return role;
    struct actor_spec spec = actor_spec_parse(stage, line, name, "");
    return actor_start(stage, line, name, &spec);
}

struct role *actor_perform(struct stage *stage, int line, const char *name, const char *request)
{
    struct role *role = actor_of(stage, line, name);
    step_send(stage, line, role, request);
    step_receive(stage, line, role);
    return role;
}

void actor_settle(struct stage *stage, int line, struct role *role, const struct actor_spec *spec,
                  const char *words)
{
    DWORD error = peer_settle(&stage->peers, &role->peer, spec->identity);
    if (error)
        stage_abort(stage, line, "the actor for '%s' cannot be given %s: error %lu", role->name, words,
                    (unsigned long)error);
}

struct role *actor_expect(struct stage *stage, int line, const char *parent, const char *name,
                          const struct actor_spec *spec)
{
    struct role *role = stage_add_role(stage, line, name, spec->arch);
    open_peer(stage, line, role);
    role->same_program = actor_of(stage, line, parent)->arch == role->arch;
    return role;
}

void actor_arrives(struct stage *stage, int line, const char *parent, struct role *role)
{
    if (!peer_accept(&stage->peers, &role->peer))
        stage_abort_as(stage, STAGE_TIMEOUT, line, "'%s' was started by '%s' and does not connect",
                       role->name, parent);
    read_hello(stage, line, role);
    /* The process has just sent its hello, so the id cannot belong to another process. */
    DWORD error = peer_open_process(&stage->peers, &role->peer, role->pid);
    if (error)
        stage_abort(stage, line, "the process of '%s' cannot be opened: error %lu", role->name,
                    (unsigned long)error);
}

void actor_tell_spec(struct stage *stage, const char *name, const char *words)
{
    char told[LINE_BYTES];
    snprintf(told, sizeof told, "%s> (start) %s -> hello", name, words);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, told);
}

void actor_leave(struct stage *stage, int line, struct role *role)
{
    DWORD code = EXIT_KILLED;
    step_send(stage, line, role, "exit");
    step_receive(stage, line, role);
    bool ended = peer_wait(&stage->peers, &role->peer, &code);
    role_leaves(role);
    if (strcmp(role->reply.word, "bye") != 0 || !ended || code != 0)
        stage_abort(stage, line, "'%s' did not leave as it should: %s, exit code 0x%lX", role->name,
                    ended ? "it ended" : "it did not end", (unsigned long)code);
}

void actor_kill(struct stage *stage, int line, struct role *role)
{
    if (role->state == ROLE_GONE)
        stage_abort(stage, line, "'%s' is gone and cannot be killed", role->name);
    if (!peer_kill(&stage->peers, &role->peer))
        stage_abort(stage, line, "'%s' cannot be killed: error %lu", role->name,
                    (unsigned long)GetLastError());
    step_gone(stage, role, "(killed)", 0, false);
}

/* An actor that is busy cannot be asked to exit: the case must finish the step that it began. */
static void ask_to_exit(struct stage *stage, struct role *role)
{
    char wire[40];
    if (role->state == ROLE_BUSY && !stage->broken)
        stage_tell(stage, STAGE_ERROR, stage->line, "the case ended before a step that it had begun");
    if (role->state != ROLE_IDLE)
        return;
    int length = snprintf(wire, sizeof wire, "%lu exit\n", (unsigned long)++role->sequence);
    snprintf(role->request, sizeof role->request, "exit");
    peer_send(&stage->peers, &role->peer, wire, (size_t)length);
}

static void see_it_end(struct stage *stage, struct role *role)
{
    size_t length;
    char message[LINE_BYTES * 2];
    DWORD code = 0;
    if (role->state != ROLE_IDLE)
        return;
    role_leaves(role);
    enum channel_result result = peer_receive(&stage->peers, &role->peer, role->raw, &length);
    bool bye = result == CHANNEL_LINE && !line_parse(&role->reply, role->raw, length) &&
               role->reply.sequence == role->sequence && strcmp(role->reply.word, "bye") == 0;
    bool ended = peer_wait(&stage->peers, &role->peer, &code);
    if ((bye && ended && code == 0) || stage->broken)
        return;
    enum stage_event kind = result == CHANNEL_TIMEOUT || !ended ? STAGE_TIMEOUT
                            : result == CHANNEL_CLOSED && code  ? STAGE_CRASH
                                                                : STAGE_ERROR;
    snprintf(message, sizeof message, "%s> exit: %s; %s, exit code 0x%lX", role->name,
             bye ? "it said bye" : "it did not say bye", ended ? "it ended" : "it did not end",
             (unsigned long)code);
    stage_tell(stage, kind, stage->line, message);
}

static bool all_gone(struct stage *stage)
{
    /* Processes that actors started themselves are not known one by one. */
    ULONGLONG end = GetTickCount64() + stage->peers.timeout;
    const struct prestarted *prestarted = stage->settings->prestarted;
    const size_t staying = prestarted ? prestarted_count(prestarted) : 0;
    while (job_active(stage->settings->job) > staying) {
        if (GetTickCount64() > end)
            return false;
        SwitchToThread();
    }
    return true;
}

/* The actors that were started in advance are in the job too. */
static void end_job(struct stage *stage)
{
    if (stage->settings->prestarted)
        prestarted_drop(stage->settings->prestarted);
    job_kill(stage->settings->job);
}

static void end_processes(struct stage *stage)
{
    HANDLE job = stage->settings->job;
    for (size_t i = 0; i < stage->role_count; i++)
        ask_to_exit(stage, stage->roles[i]);
    for (size_t i = 0; i < stage->role_count; i++)
        see_it_end(stage, stage->roles[i]);
    if (stage->broken)
        end_job(stage);
    if (!all_gone(stage)) {
        char message[100];
        snprintf(message, sizeof message, "the case left %lu processes behind",
                 (unsigned long)job_active(job));
        stage_tell(stage, STAGE_ERROR, stage->line, message);
        end_job(stage);
    }
}

void actors_end(struct stage *stage)
{
    if (stage->peers.recording->mode != RECORDING_REPLAY) {
        stage->peers.recording->mode = RECORDING_OFF; /* the end of the actors is not part of the case */
        end_processes(stage);
    }
    for (size_t i = 0; i < stage->role_count; i++) {
        peer_close(&stage->roles[i]->peer);
        free(stage->roles[i]);
    }
    stage->role_count = 0;
}
