/* Judging: from what a case came to, and what is known, to its verdict, the report and the console. */
#ifndef SHMCHECK_RESULTS_H
#define SHMCHECK_RESULTS_H

#include "console.h"
#include "outcome.h"
#include "plan.h"
#include "report_file.h"

struct results {
    const struct plan *plan;
    struct known *known;      /* marks what it used */
    struct junit *junit;      /* owned by the caller, like the rest */
    struct report_file *file; /* NULL: no report was asked for */
    struct console *console;
    uint64_t run_started, writing; /* milliseconds */
    uint64_t actor_starts;
    bool write_failed;
    char write_error[2200];
};

/* A skipped item goes into the report. */
void results_skip(struct results *results, size_t item);
/* An item ended; frees the outcome. Writes the report, unless the time for that is used up at the moment. */
void results_add(struct results *results, size_t item, struct outcome *outcome, const size_t *running,
                 size_t running_count);
/* Writes the report with what there is. False if that failed, now or at the last attempt before. */
bool results_write(struct results *results, const size_t *running, size_t running_count);
/* Skips by reason, known deviations, entries of known.toml that no longer apply, and the last line. */
void results_summary(struct results *results);
/* 0, 1 or 2, as --help says. */
int results_exit_code(const struct results *results);

#endif
