/* How actors come and go. */
#include "actor_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../platform/version.h"

/* What is wrong with the hello that the role said, in `why`; false if nothing is. */
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
    stage_read(stage, line, role);
    if (hello_is_wrong(role, why, sizeof why))
        stage_give_up(stage, STAGE_ERROR, line, role, why);
}

static struct role *add_role(struct stage *stage, int line, const char *name, enum arch arch)
{
    if (stage->role_count == STAGE_ROLES || strlen(name) >= ROLE_NAME_BYTES)
        stage_abort(stage, line, "the case has more than %d roles, or '%s' is too long a name", STAGE_ROLES,
                    name);
    struct role *role = calloc(1, sizeof *role);
    if (!role)
        stage_abort(stage, line, "no memory for the role '%s'", name);
    stage->roles[stage->role_count++] = role;
    role->arch = arch;
    snprintf(role->name, sizeof role->name, "%s", name);
    return role;
}

static void open_link(struct stage *stage, int line, struct role *role)
{
    DWORD error = peer_open(stage, &role->peer);
    if (error)
        stage_abort(stage, line, "no pipe for the role '%s': error %lu", role->name, (unsigned long)error);
}

/* The role's actor is started, and with it the spare that is most likely wanted next: the pair's other side. */
static DWORD start_two(struct stage *stage, struct role *role, const char **failed)
{
    struct prestarted *prestarted = stage->settings->prestarted;
    const struct pair *pair = &stage->settings->pair;
    const enum arch next = role->arch == pair->writer ? pair->reader : pair->writer;
    DWORD error = peer_start(stage, &role->peer, stage->settings->actors[role->arch], NULL, failed);
    if (!error) {
        prestarted_start(prestarted, next, stage);
        channel_news(role->peer.channel, stage_timeout(stage));
        prestarted_settle(prestarted, next, stage);
    }
    return error;
}

static void start_role(struct stage *stage, int line, const char *name, const struct actor_spec *spec)
{
    const char *failed;
    struct role *role = add_role(stage, line, name, spec->arch);
    const wchar_t *program = stage->settings->actors[spec->arch];
    DWORD error = ERROR_SUCCESS;
    const bool in_advance = stage->settings->prestarted && actor_spec_is_plain(spec);
    if (in_advance && prestarted_take(stage->settings->prestarted, spec->arch, &role->peer)) {
        read_hello(stage, line, role);
        return;
    }
    open_link(stage, line, role);
    if (spec->aware >= 0)
        error = peer_copy(stage, &role->peer, program, spec->aware, &failed);
    if (!error && in_advance)
        error = start_two(stage, role, &failed);
    else if (!error)
        error = peer_start(stage, &role->peer, program, spec->identity, &failed);
    if (error) {
        role->state = ROLE_GONE;
        stage_abort(stage, line, "the actor for '%s' does not start: %s, error %lu (0x%lX)", name, failed,
                    (unsigned long)error, (unsigned long)error);
    }
    read_hello(stage, line, role);
}

struct role *stage_role(struct stage *stage, int line, const char *name)
{
    if (!stage_find(stage, name)) {
        struct actor_spec spec = actor_spec_parse(stage, line, name, "");
        start_role(stage, line, name, &spec);
    }
    return stage_find(stage, name);
}

/* Into the transcript: who a role is, where the case says it. */
static void tell_spec(struct stage *stage, const char *name, const char *words)
{
    char told[LINE_BYTES];
    snprintf(told, sizeof told, "%s> (start) %s -> hello", name, words);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, told);
}

void stage_starts(struct stage *stage, int line, const char *name, const char *arguments)
{
    struct actor_spec spec = actor_spec_parse(stage, line, name, arguments);
    if (spec.rest[0] || !arguments[0])
        stage_abort(stage, line, "'%s' says nothing about who '%s' is", spec.rest, name);
    if (stage_find(stage, name))
        stage_abort(stage, line, "'%s' has started already", name);
    start_role(stage, line, name, &spec);
    if (!spec.identity) {
        tell_spec(stage, name, arguments);
        return;
    }
    DWORD error = peer_settle(stage, &stage_find(stage, name)->peer, spec.identity);
    if (error)
        stage_abort(stage, line, "'%s' does not become %s: error %lu", name, arguments, (unsigned long)error);
    tell_spec(stage, name, arguments);
    /* A platform may take a token and ignore it: who the actor really is decides what the case is worth. */
    check_gives(stage, line, name, step("identity tell=%s", identity_traits(spec.identity)),
                identity_promise(spec.identity));
}

void stage_spawns(struct stage *stage, int line, const char *parent, const char *name, const char *arguments)
{
    const struct actor_spec spec = actor_spec_parse(stage, line, name, arguments);
    struct role *role = add_role(stage, line, name, spec.arch);
    open_link(stage, line, role);
    if (!actor_spec_is_plain(&spec))
        stage_abort(stage, line, "'%s' is started by '%s', as its equal", name, parent);
    role->same_program = stage_role(stage, line, parent)->arch == role->arch;
    check_must(stage, line, parent,
               step("spawn %s pipe=$%s.token program=$%s.program %s", name, name, name, spec.rest));
    if (!peer_accept(stage, &role->peer))
        stage_abort_as(stage, STAGE_TIMEOUT, line, "'%s' was started by '%s' and does not connect", name,
                       parent);
    read_hello(stage, line, role);
    /* Now, while it surely runs, so that the id cannot be another process's. */
    DWORD error = peer_open_process(stage, &role->peer, role->pid);
    if (error)
        stage_abort(stage, line, "the process of '%s' cannot be opened: error %lu", name,
                    (unsigned long)error);
    /* In the case's own words: bits=64 is another architecture on another system, and the same transcript. */
    if (spec.chosen && strcmp(spec.chosen, "bits") == 0)
        tell_spec(stage, name, step("bits=%u", arch_bits(spec.arch)));
    else if (spec.chosen)
        tell_spec(stage, name, step("arch=%s", arch_name(spec.arch)));
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
    peer_send(stage, &role->peer, wire, (size_t)length);
}

static void see_it_end(struct stage *stage, struct role *role)
{
    size_t length;
    char message[LINE_BYTES * 2];
    DWORD code = 0;
    if (role->state != ROLE_IDLE)
        return;
    role->state = ROLE_GONE;
    enum channel_result result = peer_receive(stage, &role->peer, role->raw, &length);
    bool bye = result == CHANNEL_LINE && !line_parse(&role->reply, role->raw, length) &&
               role->reply.sequence == role->sequence && strcmp(role->reply.word, "bye") == 0;
    bool ended = peer_wait(stage, &role->peer, &code);
    if ((bye && ended && code == 0) || stage->broken)
        return;
    enum stage_event kind = result == CHANNEL_TIMEOUT || !ended ? STAGE_TIMEOUT
                            : result == CHANNEL_CLOSED && code  ? STAGE_CRASH
                                                                : STAGE_ERROR;
    snprintf(message, sizeof message, "%s> exit: %s; %s, exit code 0x%lX", role->name,
             bye ? "it said bye" : "it did not say bye", ended ? "it ended" : "it did not end",
             (unsigned long)code);
    stage_tell(stage, kind, stage->test->line, message);
}

static bool all_gone(struct stage *stage)
{
    /* Processes that actors started on their own are not waited for one by one. */
    ULONGLONG end = GetTickCount64() + stage_timeout(stage);
    const struct prestarted *prestarted = stage->settings->prestarted;
    const size_t staying = prestarted ? prestarted_count(prestarted) : 0;
    while (job_active(stage->settings->job) > staying) {
        if (GetTickCount64() > end)
            return false;
        SwitchToThread();
    }
    return true;
}

/* Spares are in the job like everybody. */
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
        stage_tell(stage, STAGE_ERROR, stage->test->line, message);
        end_job(stage);
    }
}

void stage_end(struct stage *stage)
{
    if (stage->recording->mode != RECORDING_REPLAY) {
        stage->recording->mode = RECORDING_OFF; /* how actors leave is no longer the case's business */
        end_processes(stage);
    }
    for (size_t i = 0; i < stage->role_count; i++) {
        peer_close(&stage->roles[i]->peer);
        free(stage->roles[i]);
    }
    stage->role_count = 0;
}
