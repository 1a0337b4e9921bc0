#include "actor_lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/child_end.h"
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

/* Starts, in advance, the actor that is most likely needed next, the other side of the pair, unless one waits already. */
static void start_in_advance(struct stage *stage, enum arch arch)
{
    const struct stage_settings *settings = stage->settings;
    const enum arch next = arch == settings->pair.writer ? settings->pair.reader : settings->pair.writer;
    if (settings->prestarted && !(settings->used && settings->used->counts[next] > 0))
        prestarted_start(settings->prestarted, next, settings->actors[next], &stage->peers);
}

static bool take_used(struct stage *stage, struct role *role)
{
    struct used_actors *used = stage->settings->used;
    const bool taken = used && stage->peers.recording->mode != RECORDING_REPLAY &&
                       used_actors_take(used, role->arch, &stage->peers, &role->peer);
    stage->use.reused += taken;
    return taken;
}

static void abort_start(struct stage *stage, int line, struct role *role, DWORD error, const char *failed)
{
    char why[300];
    struct text text = text_over(why, sizeof why);
    start_error_add(&text, error);
    role_leaves(role);
    stage_abort(stage, line, "the actor for '%s' does not start: %s, %s", role->name, failed, why);
}

/* The copy of the program that an actor with a changed header runs. */
static void copy_program(struct stage *stage, int line, struct role *role, const struct actor_spec *spec)
{
    const char *failed;
    const wchar_t *program = stage->settings->actors[role->arch];
    DWORD error = spec->aware < 0 ? ERROR_SUCCESS
                                  : peer_copy(&stage->peers, &role->peer, program, spec->aware, &failed);
    if (error)
        abort_start(stage, line, role, error, failed);
}

static void start_peer(struct stage *stage, int line, struct role *role, const struct identity *identity)
{
    const char *failed;
    const wchar_t *program = stage->settings->actors[role->arch];
    DWORD error = peer_start(&stage->peers, &role->peer, program, identity, &failed);
    if (error)
        abort_start(stage, line, role, error, failed);
}

/* An actor that waits for a role, or else a new one. */
static void find_plain_actor(struct stage *stage, int line, struct role *role)
{
    const struct stage_settings *settings = stage->settings;
    if (take_used(stage, role) ||
        (settings->prestarted && prestarted_take(settings->prestarted, role->arch, &role->peer)))
        return;
    open_peer(stage, line, role);
    start_peer(stage, line, role, NULL);
}

struct role *actor_start(struct stage *stage, int line, const char *name, const struct actor_spec *spec)
{
    struct role *role = stage_add_role(stage, line, name, spec->arch);
    role->plain = actor_spec_is_plain(spec);
    if (role->plain) {
        find_plain_actor(stage, line, role);
        start_in_advance(stage, role->arch);
    } else {
        open_peer(stage, line, role);
        copy_program(stage, line, role, spec);
        start_peer(stage, line, role, spec->identity);
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
    struct role *starter = actor_of(stage, line, parent);
    starter->plain = false;
    role->same_program = starter->arch == role->arch;
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
    enum child_state state = peer_wait(&stage->peers, &role->peer, &code);
    role_leaves(role);
    if (strcmp(role->reply.word, "bye") == 0 && state == CHILD_ENDED && code == 0)
        return;
    char end[300];
    struct text text = text_over(end, sizeof end);
    child_end_add(&text, state, code);
    stage_abort(stage, line, "'%s' did not leave as it should: %s", role->name, end);
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
