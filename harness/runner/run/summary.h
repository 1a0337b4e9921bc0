/* The end of a run, for people: what needs a look, what is known, what was skipped, and where the report is. */
#ifndef SHMCHECK_SUMMARY_H
#define SHMCHECK_SUMMARY_H

#include "results.h"

/* A driver sets these variables to its own names of commands and files; see struct result_words. */
#define SUMMARY_COMMAND_VARIABLE L"SHMCHECK_COMMAND"
#define SUMMARY_REPORT_VARIABLE L"SHMCHECK_REPORT"
#define SUMMARY_COMPARE_VARIABLE L"SHMCHECK_COMPARE"

/* The driver's names or, without a driver, the runner's. The strings of `out` are static, and valid until the next call. */
void summary_words(struct result_words *out, const struct options *options);

/* Prints, in this order: the cases that failed, known deviations as a count with the share of cases and rows that hold,
 * entries of known.toml that no longer apply, skips by their reason, the report's path, the command that compares it,
 * and the counts "N passed, N failed, N skipped". */
void summary_print(const struct results *results);

#endif
