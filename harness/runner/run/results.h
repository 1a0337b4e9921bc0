/* Judges the outcomes of cases: their verdicts, with known.toml, go into the report and to the console. */
#ifndef SHMCHECK_RESULTS_H
#define SHMCHECK_RESULTS_H

#include <windows.h>

#include "actor_totals.h"
#include "console.h"
#include "case_outcome.h"
#include "plan.h"
#include "report_file.h"

/* How many failed cases the end of a run shows again, with their findings. The report has all of them. */
#define RESULTS_FAILURES 50

/* The names that the end of a run uses for commands and files; a driver sets them. All are UTF-8 and outlive the results. */
struct result_words {
    const char *command; /* that runs cases as this run does: "scripts/run --target wine-10" */
    const char *report;  /* the path of the report; NULL: no report was asked for */
    const char *compare; /* the command that compares the report with a recorded run; NULL likewise */
};

struct results {
    struct plan *plan;        /* its items are marked as ended */
    struct known *known;      /* its used entries are marked */
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
/* An item begins; an item has ended. results_add frees the outcome. */
void results_start(struct results *results);
void results_add(struct results *results, size_t item, struct case_outcome *outcome);
/* Updates the report on disk, unless writing has taken too much of the time of the run. Returns after how many
 * milliseconds it must be called again; INFINITE: the report is up to date. */
DWORD results_refresh(struct results *results, const size_t *running, size_t running_count);
/* Writes the report now. False if this write or an earlier one failed. */
bool results_write(struct results *results, const size_t *running, size_t running_count);
/* Frees what the results own. */
void results_free(struct results *results);
/* Whether some case failed or deviates so far. */
bool results_has_findings(const struct results *results);
/* 0, 1 or 2, as --help says. */
int results_exit_code(const struct results *results);

#endif
