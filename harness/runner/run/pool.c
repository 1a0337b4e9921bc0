#include "pool.h"

#include "../platform/system_calls.h"
#include "worker_slot.h"

struct pool {
    const struct pool_settings *settings;
    struct job *job; /* of the workers */
    struct worker_slot slots[OPTIONS_RUNNING];
    unsigned slot_count;
    size_t next; /* place in the order of the plan */
    uint64_t run_milliseconds, deadline;
};

static bool has_enough(const struct pool *pool)
{
    return pool->settings->enough && pool->settings->enough(pool->settings->context);
}

static void skip_skipped(struct pool *pool)
{
    const struct plan *plan = pool->settings->plan;
    while (pool->next < plan->count && plan->items[plan_item_at(plan, pool->next)].skip)
        pool->next++;
}

/* How many of the jobs are taken. With several jobs a case that waits takes none, so that no processor waits with it, and a
 * case that runs alone takes all. One job means that no two cases run at the same time. */
static unsigned jobs_taken(const struct pool *pool)
{
    const struct plan *plan = pool->settings->plan;
    unsigned taken = 0;
    for (unsigned i = 0; i < pool->slot_count; i++) {
        const size_t item = pool->slots[i].item;
        if (item == NO_ITEM)
            continue;
        if (plan->items[item].what.test->alone)
            taken += pool->settings->jobs;
        else
            taken += pool->settings->jobs == 1 || !plan->items[item].what.test->waits;
    }
    return taken;
}

static bool may_start(const struct pool *pool, size_t item)
{
    const unsigned taken = jobs_taken(pool);
    return taken < pool->settings->jobs &&
           (taken == 0 || !pool->settings->plan->items[item].what.test->alone);
}

/* Gives idle slots a case while jobs are free and cases are left. */
static bool feed(struct pool *pool, struct text *error)
{
    const struct pool_settings *settings = pool->settings;
    for (unsigned i = 0; i < pool->slot_count; i++) {
        struct worker_slot *slot = &pool->slots[i];
        skip_skipped(pool);
        if (slot->item != NO_ITEM || pool->next == settings->plan->count || has_enough(pool))
            continue;
        const size_t item = plan_item_at(settings->plan, pool->next);
        if (!may_start(pool, item))
            continue;
        if (!slot->channel && !worker_slot_start(slot, settings, pool->job, error))
            return false;
        pool->next++;
        settings->started(settings->context, item);
        worker_slot_feed(slot, settings, item);
    }
    return true;
}

static size_t running(const struct pool *pool, size_t *items)
{
    size_t count = 0;
    for (unsigned i = 0; i < pool->slot_count; i++)
        if (pool->slots[i].item != NO_ITEM)
            items[count++] = pool->slots[i].item;
    return count;
}

/* Gives the slot its next case before the callback runs, so that the worker does not wait for the callback. */
static bool finish(struct pool *pool, struct worker_slot *slot, bool go_on, struct text *error)
{
    size_t item = slot->item;
    struct case_outcome outcome = slot->outcome;
    slot->outcome = (struct case_outcome){0};
    slot->item = NO_ITEM;
    bool fed = !go_on || feed(pool, error);
    pool->settings->finished(pool->settings->context, item, &outcome);
    return fed;
}

static bool listen_to(struct pool *pool, struct worker_slot *slot, struct text *error)
{
    while (slot->item != NO_ITEM) {
        switch (worker_slot_listen(slot, pool->settings)) {
        case SLOT_NOTHING:
            return true;
        case SLOT_FINISHED:
            if (!finish(pool, slot, true, error))
                return false;
            break;
        case SLOT_GOING_ON:
            break;
        }
    }
    return true;
}

/* Waits until a worker sends a line, a deadline passes, the callback `idle` is due or the stop event is signalled. */
static void wait_for_event(const struct pool *pool)
{
    size_t items[OPTIONS_RUNNING], item_count = running(pool, items);
    DWORD again = INFINITE;
    if (pool->settings->idle)
        again = pool->settings->idle(pool->settings->context, items, item_count);
    HANDLE events[OPTIONS_RUNNING + 1] = {pool->settings->stop};
    DWORD count = 1;
    uint64_t now = system_milliseconds(), until = pool->deadline;
    for (unsigned i = 0; i < pool->slot_count; i++) {
        const struct worker_slot *slot = &pool->slots[i];
        if (slot->item == NO_ITEM)
            continue;
        events[count++] = channel_event(slot->channel);
        if (slot->deadline < until)
            until = slot->deadline;
    }
    DWORD left = until > now ? (DWORD)(until - now) : 0;
    WaitForMultipleObjects(count, events, FALSE, left < again ? left : again);
}

static bool any_running(const struct pool *pool)
{
    size_t items[OPTIONS_RUNNING];
    return running(pool, items) > 0;
}

static void interrupt(struct pool *pool, const char *why, struct text *error)
{
    for (unsigned i = 0; i < pool->slot_count; i++) {
        if (pool->slots[i].item == NO_ITEM)
            continue;
        worker_slot_break(&pool->slots[i], ERROR_KIND_INTERRUPTED, why);
        finish(pool, &pool->slots[i], false, error);
    }
}

static enum pool_end run(struct pool *pool, struct text *error)
{
    if (!feed(pool, error))
        return POOL_BROKEN;
    for (;;) {
        for (unsigned i = 0; i < pool->slot_count; i++)
            if (!listen_to(pool, &pool->slots[i], error))
                return POOL_BROKEN;
        if (!any_running(pool))
            return pool->next < pool->settings->plan->count ? POOL_ENOUGH : POOL_DONE;
        wait_for_event(pool);
        if (WaitForSingleObject(pool->settings->stop, 0) == WAIT_OBJECT_0) {
            interrupt(pool, "the run was stopped while this case ran", error);
            return POOL_STOPPED;
        }
        if (system_milliseconds() >= pool->deadline) {
            text_format(error, "the run went past its deadline of %llu seconds; --timeout-scale moves it",
                        (unsigned long long)(pool->run_milliseconds / 1000));
            interrupt(pool, "the run went past its deadline while this case ran", error);
            return POOL_STOPPED;
        }
    }
}

enum pool_end pool_run(const struct pool_settings *settings, struct text *error)
{
    static struct pool pool;
    pool = (struct pool){.settings = settings, .job = job_new()};
    pool.slot_count = settings->jobs > 1 ? settings->jobs + 1 : 1;
    pool.run_milliseconds = settings->run_milliseconds ? settings->run_milliseconds
                                                       : (uint64_t)(RUN_TIMEOUT_MS * settings->timeout_scale);
    pool.deadline = system_milliseconds() + pool.run_milliseconds;
    if (!pool.job) {
        text_add(error, "not enough memory for the workers");
        return POOL_BROKEN;
    }
    for (unsigned i = 0; i < pool.slot_count; i++)
        pool.slots[i].item = NO_ITEM;
    enum pool_end end = run(&pool, error);
    if (end == POOL_BROKEN)
        interrupt(&pool, "the run ended because no worker could be started", error);
    for (unsigned i = 0; i < pool.slot_count; i++)
        worker_slot_end(&pool.slots[i]);
    job_free(pool.job);
    return end;
}
