#include "case_run.h"

#include "../platform/invariant.h"
#include "../platform/needs.h"
#include "../stage/actors_end.h"
#include "../stage/cmocka_bridge.h"
#include "catalogue.h"

/* A broken invariant while the case function runs: the case is an error, and its function is left. */
static void invariant_in_case(void *context, const char *message)
{
    struct stage *stage = context;
    stage_tell(stage, STAGE_ERROR, stage->line, message);
    leave_case();
}

/* After the case function there is nothing to leave: invariant_broken() ends the process. */
static void invariant_after_case(void *context, const char *message)
{
    struct stage *stage = context;
    stage_tell(stage, STAGE_ERROR, stage->line, message);
    if (stage->settings->waits)
        stage->settings->waits(stage->settings->context);
}

/* A replay judges changed replies only by what the case itself reports. */
static void call(struct stage *stage, const struct test_case *test)
{
    invariant_set_handler(invariant_in_case, stage);
    enum case_end result = call_case(stage->id, test->run, stage);
    invariant_set_handler(invariant_after_case, stage);
    if (stage->peers.recording->mode == RECORDING_REPLAY)
        return;
    if (result == CASE_CRASHED && !stage->broken)
        stage_tell(stage, STAGE_CRASH, test->line, "the case function crashed");
    else if (result == CASE_RETURNED && stage->case_state->checks == 0 && !stage->broken)
        stage_tell(stage, STAGE_ERROR, test->line, "the case checked nothing");
}

struct case_figures case_run(const struct stage_settings *settings, const struct test_case *test,
                             struct recording *recording)
{
    static struct stage stage; /* not on the stack, which a crash may have damaged */
    static struct case_state state;
    char id[CASE_ID_BYTES], first[WORD_BYTES];
    const char *rows = case_rows(test, id);
    state = (struct case_state){.test = test};
    if (word_next(&rows, first))
        state.row = contract_find(first);
    case_id(test, id);
    /* A file of steps needs no row: without one, each of its expectations counts as documented. */
    const struct contract_row authors = {.id = id,
                                         .outcome = BASIS_DOCUMENTED,
                                         .code = BASIS_DOCUMENTED,
                                         .strength = STRENGTH_DOCUMENTED,
                                         .source = ""};
    if (test->play)
        state.row = &authors;
    stage_init(&stage, settings, id, test->line, recording);
    stage.case_state = &state;
    if (!state.row)
        stage_tell(&stage, STAGE_ERROR, test->line, "the first row of this case is not in the contract");
    else if (!needs_known(test->needs))
        stage_tell(&stage, STAGE_ERROR, test->line, "the case has a need that is not in needs.c");
    else
        call(&stage, test);
    struct case_figures figures = {.checks = state.checks, .steps = stage.steps};
    stage.use.roles = stage.role_count;
    actors_end(&stage);
    stage.use.starts = stage.peers.starts;
    invariant_set_handler(NULL, NULL);
    figures.use = stage.use;
    figures.broken = stage.broken;
    return figures;
}
