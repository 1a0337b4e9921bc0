/* The report on disk. The file at `path` is complete at every moment: each version is written to another file, which then
 * replaces it. */
#ifndef SHMCHECK_REPORT_FILE_H
#define SHMCHECK_REPORT_FILE_H

#include <stdbool.h>
#include <wchar.h>

#include "../../common/text.h"

struct report_file;

/* Locks the path against a second run, and removes the report of an earlier run. NULL, with a message in `error`, on
 * failure. */
struct report_file *report_file_open(const wchar_t *path, struct text *error);
/* Replaces the report. False, with a message in `error`, if the new one cannot be written; the previous one stays. */
bool report_file_write(struct report_file *file, const struct buffer *report, struct text *error);
/* Unlocks the path; NULL is fine. */
void report_file_close(struct report_file *file);

#endif
