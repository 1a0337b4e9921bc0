/* Runs the cases of a test program through the real pool and keeps their outcomes. The program is its own worker and its
 * own actor: main calls ran_as_worker_or_actor first. */
#ifndef SHMCHECK_POOL_LOG_H
#define SHMCHECK_POOL_LOG_H

#include "../runner/run/pool.h"

#define POOL_LOG_ITEMS 64

struct pool_log_item {
    char id[CASE_ID_BYTES]; /* as in the report */
    struct case_outcome outcome;
    unsigned starts, ends; /* how often the pool reported its start and its end */
    size_t end_order;      /* the first to end has 1 */
};

struct pool_log {
    struct plan plan;
    struct programs programs;
    struct pool_log_item items[POOL_LOG_ITEMS];
    size_t ended, enough;
    enum pool_end end;
    char error[600];
    uint64_t milliseconds;
    size_t left_behind; /* processes that run after the end of the run; this one does not count */
};

struct pool_log_settings {
    const char *filters;       /* blank-separated; NULL: every case */
    unsigned jobs;             /* 0: 1 */
    unsigned repeat;           /* 0: 1 */
    unsigned mutate;           /* per cent of the changed replies, as --mutate */
    double scale;              /* 0: 1.0 */
    size_t enough;             /* no case starts once so many have ended; 0: all start */
    uint64_t run_milliseconds; /* 0: as a run has by default */
    bool prestarted;           /* as in a run of shmcheck.exe */
    bool reuse;                /* likewise */
    unsigned order_seed;       /* as --order-seed */
    HANDLE stop;               /* NULL: the run is not stopped */
    const wchar_t *self;       /* the workers' program; NULL: this one */
};

/* True if this process was started as a worker or an actor: main returns *code then. */
bool ran_as_worker_or_actor(int argc, char **argv, int *code);

void pool_log_run(struct pool_log *log, const struct pool_log_settings *settings);
void pool_log_free(struct pool_log *log);

/* All these fail the test that calls them. */
const struct pool_log_item *pool_log_find(const struct pool_log *log, const char *id);
/* The case ended once, without a finding. */
void expect_fine(const struct pool_log *log, const char *id);
/* The case ended once, with exactly one error, of this kind; its text has each of the parts ("a|b": both). */
void expect_error(const struct pool_log *log, const char *id, enum error_kind kind, const char *parts);
/* The run ended by itself and left no process. */
void expect_done(const struct pool_log *log);

/* For a group of tests about one run: the set-up runs the cases into group_log, and this is the tear-down. */
extern struct pool_log group_log;
int free_group_log(void **state);

#endif
