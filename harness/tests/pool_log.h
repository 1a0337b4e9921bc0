/* Running cases of a test's own through the real pool, and what came of them. A program that uses this is its
 * own worker and its own actor: main starts with other_lives. */
#ifndef SHMCHECK_POOL_LOG_H
#define SHMCHECK_POOL_LOG_H

#include "../runner/run/pool.h"

#define POOL_LOG_ITEMS 64

struct pool_log_item {
    char id[CASE_ID_BYTES]; /* as in the report */
    struct case_outcome outcome;
    unsigned starts, ends; /* how often it was said to begin and to end */
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
    size_t left_behind; /* processes that live although the run is over; this one is not counted */
};

struct pool_log_settings {
    const char *filters;       /* blank-separated; NULL: every case */
    unsigned jobs;             /* 0: 1 */
    unsigned repeat;           /* 0: 1 */
    unsigned mutate;           /* per cent of the changed replies, as --mutate */
    double scale;              /* 0: 1.0 */
    size_t enough;             /* no case starts once so many have ended; 0: all start */
    uint64_t run_milliseconds; /* 0: as a run has by default */
    bool prestarted;           /* as a run of shmcheck.exe has them */
    bool reuse;                /* likewise */
    unsigned order_seed;       /* as --order-seed */
    HANDLE stop;               /* NULL: it is not stopped */
    const wchar_t *self;       /* the workers' program; NULL: this one */
};

/* What this program is besides a test. True: it was one of these, and main returns *code. */
bool other_lives(int argc, char **argv, int *code);

void pool_log_run(struct pool_log *log, const struct pool_log_settings *settings);
void pool_log_free(struct pool_log *log);

/* All these fail the test that calls them. */
const struct pool_log_item *pool_log_find(const struct pool_log *log, const char *id);
/* It ended once, without a finding. */
void expect_fine(const struct pool_log *log, const char *id);
/* It ended once, with exactly one error, of this kind; its text has each of the parts ("a|b": both). */
void expect_error(const struct pool_log *log, const char *id, enum error_kind kind, const char *parts);
/* The run ended by itself and left no process. */
void expect_done(const struct pool_log *log);

#endif
