/* The report on disk. Whatever happens to this process, the file at `path` is a whole report: each version is
 * written beside it and then moved over it. */
#ifndef SHMCHECK_REPORT_FILE_H
#define SHMCHECK_REPORT_FILE_H

#include <stdbool.h>
#include <wchar.h>

#include "../../common/text.h"

struct report_file;

/* Claims the path: a second run that wants to write the same report is refused. A report from an earlier run
 * is removed. NULL, and a sentence in `error`, if that cannot be. */
struct report_file *report_file_open(const wchar_t *path, struct text *error);
/* Replaces the report. False, and a sentence in `error`, if the new one cannot be written; the one before
 * stays. */
bool report_file_write(struct report_file *file, const struct buffer *report, struct text *error);
/* Gives the path up; NULL is fine. */
void report_file_close(struct report_file *file);

#endif
