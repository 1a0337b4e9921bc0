/* The report of a run as JUnit XML. Plain C; report_file.h writes it to disk.
 * Rules: harness/report/README.md. The text is complete and well-formed after every change. */
#ifndef SHMCHECK_JUNIT_H
#define SHMCHECK_JUNIT_H

#include "../common/text.h"
#include "junit_case.h"

struct junit;

/* An empty report. `host` and `timestamp` ("2026-02-03T04:05:06Z") go into every suite. NULL if memory runs
 * out. */
struct junit *junit_new(enum junit_dialect dialect, const char *host, const char *timestamp);
void junit_free(struct junit *report);
/* Puts `prefix` and a dot before the names of all suites and classes, and states it as the property suite_prefix, so that
 * readers can take it off again. Before the first case. Names: letters, digits, '_', '.', '-'. */
void junit_set_suite_prefix(struct junit *report, const char *prefix);
/* Every suite gets every property; one of the same name is replaced. Names: [a-z0-9_.-]. */
void junit_property(struct junit *report, const char *name, const char *value);
/* The same for the suites of one pair ("": the suites without a pair). The name must not be that of a property of every
 * suite. */
void junit_pair_property(struct junit *report, const char *pair, const char *name, const char *value);
/* Adds a case. The caller makes ids unique (id.2, id.3, ...). */
void junit_add(struct junit *report, const struct junit_case *add);
/* How many cases have this verdict. */
size_t junit_count(const struct junit *report, enum verdict verdict);

/* Adds the whole text to `out`, which starts as {0} and which the caller frees. `running` are cases that were started and
 * have not ended: the text has them as errors of kind ERROR_KIND_INTERRUPTED, whatever their verdict, with a default for
 * an empty message; the report does not keep them. Without any case the text has one error, no-case-ran in shmcheck.run.
 * Takes time and memory in proportion to the text. False if memory ran out, in this call or before; `out` is then not a
 * whole report. */
bool junit_text(const struct junit *report, const struct junit_case *running, size_t running_count,
                struct buffer *out);

#endif
