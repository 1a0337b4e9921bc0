#include "testing.h"

#include "pool_log.h"

#include "../runner/worker/worker.h"
#include "misbehaving_actor.h"

/* The job with this process and all processes that it starts, directly or not. */
static HANDLE family;

bool ran_as_worker_or_actor(int argc, char **argv, int *code)
{
    if (argc == 4 && strcmp(argv[1], WORKER_ARGUMENT) == 0) {
        *code = worker_main((HANDLE)(uintptr_t)strtoull(argv[2], NULL, 16),
                            (HANDLE)(uintptr_t)strtoull(argv[3], NULL, 16));
        return true;
    }
    if (argc == 3 && strcmp(argv[1], "serve") == 0) {
        *code = misbehaving_actor_main((HANDLE)(uintptr_t)strtoull(argv[2], NULL, 16));
        return true;
    }
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    SetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, "honest");
    family = CreateJobObjectW(NULL, NULL);
    if (!family || !AssignProcessToJobObject(family, GetCurrentProcess())) {
        printf("no job for this test: error %lu\n", (unsigned long)GetLastError());
        *code = 1;
        return true;
    }
    return false;
}

static void on_started(void *context, size_t item)
{
    struct pool_log *log = context;
    log->items[item].starts++;
}

static void on_line(void *context, size_t item, const char *text)
{
    (void)context;
    (void)item;
    (void)text;
}

static void on_finished(void *context, size_t item, struct case_outcome *outcome)
{
    struct pool_log *log = context;
    case_outcome_free(&log->items[item].outcome);
    log->items[item].outcome = *outcome;
    log->items[item].ends++;
    log->items[item].end_order = ++log->ended;
}

static void make_plan(struct pool_log *log, const struct pool_log_settings *settings)
{
    static struct platform platform;
    struct options options = {.repeat = settings->repeat ? settings->repeat : 1,
                              .order_seed = settings->order_seed};
    struct text error = text_over(log->error, sizeof log->error);
    char filters[8][CASE_ID_BYTES];
    const char *rest = settings->filters ? settings->filters : "";
    while (options.filters.count < 8 && word_next(&rest, filters[options.filters.count])) {
        options.filters.at[options.filters.count] = filters[options.filters.count];
        options.filters.count++;
    }
    if (!plan_make(&log->plan, &options, &platform, &log->programs, &error))
        fail_msg("%s", log->error);
    assert_in_range(log->plan.count, 1, POOL_LOG_ITEMS);
    for (size_t i = 0; i < log->plan.count; i++)
        plan_item_id(&log->plan.items[i], log->items[i].id);
}

/* A killed process counts until the system has removed it. */
static size_t count_left_behind(void)
{
    size_t left = SIZE_MAX;
    for (int i = 0; i < 100 && (left = job_object_active(family)) > 1; i++)
        Sleep(20);
    return left - 1;
}

/* The actor is this program. */
static void find_programs(struct programs *out, const wchar_t *self)
{
    assert_in_range(GetModuleFileNameW(NULL, out->actors[ARCH_OWN], PROGRAM_PATH_UNITS), 1,
                    PROGRAM_PATH_UNITS - 1);
    wcscpy(out->self, self ? self : out->actors[ARCH_OWN]);
}

static bool has_enough(void *context)
{
    const struct pool_log *log = context;
    return log->enough > 0 && log->ended >= log->enough;
}

void pool_log_run(struct pool_log *log, const struct pool_log_settings *settings)
{
    HANDLE stop = settings->stop ? settings->stop : CreateEventW(NULL, TRUE, FALSE, NULL);
    double scale = settings->scale > 0 ? settings->scale : 1.0;
    assert_non_null(stop);
    *log = (struct pool_log){.enough = settings->enough};
    find_programs(&log->programs, settings->self);
    make_plan(log, settings);
    struct text error = text_over(log->error, sizeof log->error);
    uint64_t start = GetTickCount64();
    log->end = pool_run(
        &(struct pool_settings){
            .plan = &log->plan,
            .jobs = settings->jobs ? settings->jobs : 1,
            .timeout_scale = scale,
            .mutate = {settings->mutate, 1},
            .prestarted = settings->prestarted,
            .reuse = settings->reuse,
            .run_milliseconds = settings->run_milliseconds,
            .programs = &log->programs,
            .run = "test",
            .stop = stop,
            .context = log,
            .started = on_started,
            .line = on_line,
            .finished = on_finished,
            .enough = has_enough,
        },
        &error);
    log->milliseconds = GetTickCount64() - start;
    log->left_behind = count_left_behind();
    if (!settings->stop)
        CloseHandle(stop);
}

void pool_log_free(struct pool_log *log)
{
    for (size_t i = 0; i < log->plan.count; i++)
        case_outcome_free(&log->items[i].outcome);
    plan_free(&log->plan);
}

const struct pool_log_item *pool_log_find(const struct pool_log *log, const char *id)
{
    for (size_t i = 0; i < log->plan.count; i++)
        if (strcmp(log->items[i].id, id) == 0)
            return &log->items[i];
    fail_msg("no case %s in this run", id);
    return NULL;
}

static const struct pool_log_item *ended_once(const struct pool_log *log, const char *id)
{
    const struct pool_log_item *item = pool_log_find(log, id);
    if (item->starts != 1 || item->ends != 1)
        fail_msg("%s: begun %u times, ended %u times", id, item->starts, item->ends);
    return item;
}

void expect_fine(const struct pool_log *log, const char *id)
{
    const struct pool_log_item *item = ended_once(log, id);
    if (item->outcome.count > 0)
        fail_msg("%s: %s", id, item->outcome.findings[0].text);
}

void expect_error(const struct pool_log *log, const char *id, enum error_kind kind, const char *parts)
{
    const struct pool_log_item *item = ended_once(log, id);
    const struct case_outcome *outcome = &item->outcome;
    char part[200];
    if (outcome->count != 1 || outcome->findings[0].verdict != VERDICT_ERROR)
        fail_msg("%s: %u findings, not one error; the first: %s", id, (unsigned)outcome->count,
                 outcome->count > 0 ? outcome->findings[0].text : "none");
    const char *text = outcome->findings[0].text;
    if (outcome->findings[0].error_kind != kind)
        fail_msg("%s: error of kind %d, not %d: %s", id, (int)outcome->findings[0].error_kind, (int)kind,
                 text);
    while (*parts) {
        size_t length = strcspn(parts, "|");
        snprintf(part, sizeof part, "%.*s", (int)length, parts);
        if (!strstr(text, part))
            fail_msg("%s: '%s' is missing in: %s", id, part, text);
        parts += length + (parts[length] == '|');
    }
}

void expect_done(const struct pool_log *log)
{
    if (log->end != POOL_DONE || log->error[0])
        fail_msg("the run ended with %d: %s", (int)log->end, log->error);
    if (log->left_behind != 0)
        fail_msg("%lu processes were left behind", (unsigned long)log->left_behind);
}

struct pool_log group_log;

int free_group_log(void **state)
{
    (void)state;
    pool_log_free(&group_log);
    return 0;
}
