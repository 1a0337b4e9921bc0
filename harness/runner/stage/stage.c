#include "stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../platform/invariant.h"
#include "cmocka_bridge.h"

void stage_init(struct stage *stage, const struct stage_settings *settings, const char *id, int line,
                struct recording *recording)
{
    INVARIANT(recording != NULL && settings->timeout_scale > 0);
    *stage = (struct stage){
        .settings = settings,
        .line = line,
        .peers = {.timeout = (DWORD)(STEP_TIMEOUT_MS * settings->timeout_scale),
                  .job = settings->job,
                  .output = settings->output,
                  .waits = settings->waits,
                  .context = settings->context,
                  .recording = recording},
    };
    snprintf(stage->id, sizeof stage->id, "%s", id);
    snprintf(stage->peers.run, sizeof stage->peers.run, "%s", settings->run);
}

void stage_tell(struct stage *stage, enum stage_event event, int line, const char *text)
{
    if (event == STAGE_FAIL || event == STAGE_DEVIATES)
        stage->unmet = true;
    if (event >= STAGE_ERROR)
        stage->broken = stage->doubtful = true;
    stage->settings->tell(stage->settings->context, event, line, text);
}

void stage_cannot_go_on(struct stage *stage, int line, const char *message)
{
    const bool doubtful = stage->doubtful; /* an unmet precondition is no doubt: the actor has replied */
    stage_tell(stage, stage->unmet ? STAGE_DEVIATES : STAGE_ERROR, line, message);
    stage->doubtful = doubtful;
    leave_case();
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
    INVARIANT(kind >= STAGE_ERROR);
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

struct external_role *stage_find_external(struct stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->external_count; i++)
        if (strcmp(stage->externals[i]->name, name) == 0)
            return stage->externals[i];
    return NULL;
}

struct role *stage_existing(struct stage *stage, int line, const char *name)
{
    struct role *role = stage_find(stage, name);
    if (!role)
        stage_abort(stage, line, "there is no role '%s' yet; a step or starts() must come first", name);
    return role;
}

struct role *stage_add_role(struct stage *stage, int line, const char *name, enum arch arch)
{
    INVARIANT((int)arch < ARCH_COUNT && !stage_find(stage, name));
    if (stage->role_count == STAGE_ROLES || strlen(name) >= ROLE_NAME_BYTES)
        stage_abort(stage, line, "role '%s': a case has at most %d roles, and a name at most %d characters",
                    name, STAGE_ROLES, ROLE_NAME_BYTES - 1);
    struct role *role = calloc(1, sizeof *role);
    if (!role)
        stage_abort(stage, line, "not enough memory for the role '%s'", name);
    stage->roles[stage->role_count++] = role;
    role->arch = arch;
    snprintf(role->name, sizeof role->name, "%s", name);
    return role;
}

void role_asks(struct role *role)
{
    INVARIANT(role->state == ROLE_IDLE);
    role->state = ROLE_BUSY;
}

void role_answered(struct role *role)
{
    INVARIANT(role->state == ROLE_BUSY);
    role->state = ROLE_IDLE;
}

void role_leaves(struct role *role)
{
    INVARIANT(role->state != ROLE_GONE);
    role->state = ROLE_GONE;
}
