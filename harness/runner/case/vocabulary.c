#include "vocabulary.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../stage/actor_lifecycle.h"
#include "../stage/step.h"
#include "check.h"

void case_leaves(struct stage *stage, int line, const char *name)
{
    actor_leave(stage, line, stage_existing(stage, line, name));
}

void case_killed(struct stage *stage, int line, const char *name)
{
    actor_kill(stage, line, stage_existing(stage, line, name));
}

void case_dies(struct stage *stage, int line, const char *name, const char *request, uint32_t exit_code)
{
    struct role *role = actor_of(stage, line, name);
    step_send(stage, line, role, request);
    step_await_close(stage, line, role);
    DWORD code = step_see_end(stage, line, role, request);
    if (code != exit_code)
        stage_abort(stage, line, "%s> %s: exit code 0x%lX instead of 0x%lX", name, request,
                    (unsigned long)code, (unsigned long)exit_code);
}

void case_starts(struct stage *stage, int line, const char *name, const char *arguments)
{
    struct actor_spec spec = actor_spec_parse(stage, line, name, arguments);
    if (spec.rest[0] || !arguments[0])
        stage_abort(stage, line, "role '%s': starts() does not know the option '%s'", name, spec.rest);
    if (stage_find(stage, name))
        stage_abort(stage, line, "role '%s' has started already; starts() must come before its first step",
                    name);
    struct role *role = actor_start(stage, line, name, &spec);
    if (spec.identity)
        actor_settle(stage, line, role, &spec, arguments);
    actor_tell_spec(stage, name, arguments);
    /* A platform may accept a token and ignore it, so the actor's real identity is an expectation. */
    if (spec.identity)
        check_gives(stage, line, name, step("identity tell=%s", identity_traits(spec.identity)),
                    identity_promise(spec.identity));
}

void case_spawns(struct stage *stage, int line, const char *parent, const char *name, const char *arguments)
{
    const struct actor_spec spec = actor_spec_parse(stage, line, name, arguments);
    if (stage_find(stage, name))
        stage_abort(stage, line, "role '%s' has started already; spawns() makes a new role", name);
    if (!actor_spec_is_plain(&spec))
        stage_abort(stage, line, "role '%s': spawns() accepts no identity= or large-address-aware=", name);
    struct role *role = actor_expect(stage, line, parent, name, &spec);
    check_must(stage, line, parent,
               step("spawn %s pipe=$%s.token program=$%s.program %s", name, name, name, spec.rest));
    actor_arrives(stage, line, parent, role);
    /* The transcript has the words of the case: bits=64 means different architectures on different systems, and the
     * transcript stays the same. */
    if (spec.chosen && strcmp(spec.chosen, "bits") == 0)
        actor_tell_spec(stage, name, step("bits=%u", arch_bits(spec.arch)));
    else if (spec.chosen)
        actor_tell_spec(stage, name, step("arch=%s", arch_name(spec.arch)));
}

void case_begins(struct stage *stage, int line, const char *name, const char *request)
{
    step_send(stage, line, actor_of(stage, line, name), request);
}

void case_hands(struct stage *stage, int line, const char *from, const char *label, const char *to,
                const char *arguments)
{
    actor_of(stage, line, to);
    check_must(stage, line, from, step("duplicate %s to=$%s.pid %s", label, to, arguments));
    check_must(stage, line, to, step("adopt %s handle=$%s.handle", label, from));
}

/* The key of a volatile field that the case reads; a recording notes that it was read. */
static const char *read_field(struct stage *stage, const struct role *role, const char *field)
{
    static char volatile_field[64];
    snprintf(volatile_field, sizeof volatile_field, "~%s", field);
    if (line_field(&role->reply, volatile_field))
        recording_note_read(stage->peers.recording, role->peer.recorded_at, field);
    return volatile_field;
}

uint64_t case_number(struct stage *stage, int line, const char *name, const char *field)
{
    struct role *role = stage_existing(stage, line, name);
    const char *volatile_field = read_field(stage, role, field);
    uint64_t found = 0;
    if (!line_number(&role->reply, volatile_field, &found) && !line_number(&role->reply, field, &found))
        stage_abort(stage, line, "%s> %s: the reply has no number called '%s': %s", name, role->request,
                    field, role->raw);
    return found;
}

const char *case_value(struct stage *stage, const char *name, const char *field)
{
    struct role *role = stage_find(stage, name);
    if (!role)
        return "";
    return line_value(&role->reply, read_field(stage, role, field), line_value(&role->reply, field, ""));
}

const char *case_step(const char *format, ...)
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

void case_says(struct stage *stage, const char *format, ...)
{
    char line[LINE_BYTES] = "# ";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + 2, sizeof line - 2, format, arguments);
    va_end(arguments);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, line);
}
