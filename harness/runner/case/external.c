#include "external.h"

#include <stdio.h>

#include "../../common/line.h"
#include "../stage/external_role.h"
#include "case_run.h"
#include "check.h"

void check_external(struct stage *stage, int line, const char *name, const char *step)
{
    char what[LINE_BYTES * 2];
    struct external_role *role = external_existing(stage, line, name);
    stage->case_state->checks++;
    struct external_result result = external_perform(stage, role, step);
    if (result.done)
        return;
    snprintf(what, sizeof what, "%s> %s", name, step);
    check_unmet(stage, line, ASPECT_OUTCOME, what, "ok", result.why);
}

void check_external_ends(struct stage *stage, int line, const char *name, uint32_t exit_code)
{
    char what[LINE_BYTES], expected[40], got[40];
    struct external_role *role = external_existing(stage, line, name);
    stage->case_state->checks++;
    DWORD code = external_ends(stage, line, role);
    if (code == exit_code)
        return;
    snprintf(what, sizeof what, "ends %s", name);
    snprintf(expected, sizeof expected, "exit code 0x%lX", (unsigned long)exit_code);
    snprintf(got, sizeof got, "exit code 0x%lX", (unsigned long)code);
    check_unmet(stage, line, ASPECT_CODE, what, expected, got);
}
