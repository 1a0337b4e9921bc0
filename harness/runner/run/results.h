/* Judging: from what a case came to, and what is known, to its verdict, the report and the console. */
#ifndef SHMCHECK_RESULTS_H
#define SHMCHECK_RESULTS_H

#include <windows.h>

#include "actor_totals.h"
#include "console.h"
#include "case_outcome.h"
#include "plan.h"
#include "report_file.h"

/* At the end of a run so many failed cases are shown again with what was seen; the report has the others. */
#define RESULTS_FAILURES 50

/* What a driver calls the things that the end of a run names. All are UTF-8 and outlive the results. */
struct result_words {
    const char *command; /* that runs cases as this run does: "scripts/run --target wine-10" */
    const char *report;  /* the path of the report; NULL: no report was asked for */
    const char *compare; /* the command that compares the report with a recorded run; NULL likewise */
};

struct results {
    struct plan *plan;        /* marks what it judged */
    struct known *known;      /* marks what it used */
    struct junit *junit;      /* owned by the caller, like the rest */
    struct report_file *file; /* NULL: no report was asked for */
    struct console *console;
    struct result_words words;
    struct buffer
        failures; /* the first RESULTS_FAILURES cases that failed, as the end shows them; freed by results_free */
    size_t failed;
    uint64_t run_started; /* system_milliseconds */
    uint64_t writing;     /* milliseconds that writing has taken so far */
    bool unwritten;       /* the report on disk is not up to date, since: */
    uint64_t unwritten_since;
    struct actor_totals actors;
    bool write_failed;
    char write_error[2200];
};

/* A skipped item goes into the report. */
void results_skip(struct results *results, size_t item);
/* An item begins; or has ended, which frees the outcome. */
void results_start(struct results *results);
void results_add(struct results *results, size_t item, struct case_outcome *outcome);
/* Brings the report on disk up to date: now, or later if writing takes too much of the run's time. Returns after
 * how many milliseconds it wants to be called for that; INFINITE: there is nothing more to write. */
DWORD results_refresh(struct results *results, const size_t *running, size_t running_count);
/* Writes the report with what there is. False if that failed, now or at the last attempt before. */
bool results_write(struct results *results, const size_t *running, size_t running_count);
/* Frees what the results own. */
void results_free(struct results *results);
/* Whether some case failed or deviates so far. */
bool results_has_findings(const struct results *results);
/* 0, 1 or 2, as --help says. */
int results_exit_code(const struct results *results);

#endif
