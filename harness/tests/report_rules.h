/* The rules of harness/report/README.md, checked on a finished text by a reader that shares nothing with the
 * writer. */
#ifndef SHMCHECK_REPORT_RULES_H
#define SHMCHECK_REPORT_RULES_H

#include "../report/junit.h"

/* What the checker saw of one case; valid while it is called. Text is decoded. */
struct seen_case {
    const char *suite, *name, *classname, *file, *line; /* file and line NULL if there are none */
    const char *element;                                /* "failure", ..., "" for a pass */
    const char *type;                                   /* NULL if there is none */
    const char *message, *text, *output, *stray;        /* "" if there are none */
};
typedef void (*seen_function)(void *context, const struct seen_case *seen);

/* True if every rule holds. `seen` is called for every case, unless it is NULL. */
bool report_rules_hold(const char *bytes, size_t length, enum junit_dialect dialect, struct text *wrong,
                       seen_function seen, void *context);

#endif
