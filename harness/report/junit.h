/* The report: what a run saw, as JUnit XML. Plain C; writing files is report_file.h's business.
 * Rules: harness/report/README.md. The text is complete and well-formed after every change. */
#ifndef SHMCHECK_JUNIT_H
#define SHMCHECK_JUNIT_H

#include "../common/text.h"
#include "../common/verdict.h"

enum junit_dialect {
    JUNIT_STRICT,  /* what junit-10.xsd allows */
    JUNIT_EXTENDED /* file and line on cases, for readers that want them */
};

/* One finished case. All text is any bytes: the writer makes it legal and readable. No string may be NULL
 * (output and stray may if their lengths are 0), and nothing is kept by reference. Of output, stray, details
 * and message more than 64 KiB is cut in the middle, with a line that says how much. */
struct junit_case {
    const char *topic;
    const char
        *pair; /* "x64-x86": suite and class are then called shmcheck.x64-x86.<topic>; NULL or "": without */
    const char *id;
    size_t
        position; /* cases stand in the report in the order of this, whichever was added first; suites in that
                      * of their first case. Cases of the same position in the order of their adding */
    enum verdict verdict;
    enum error_kind error_kind; /* of VERDICT_ERROR */
    const char *message; /* one line; "" for a pass; of a longer one than 300 bytes the whole stands in the
                          * text. VERDICT_KNOWN: "known: " is put before it unless it is there already */
    const char *details; /* the further lines; may be "" */
    const char *file;    /* "cases/sample.c" */
    int line;            /* where the first failed check stands, else where the case does; 0: no place */
    uint64_t milliseconds;
    const char *output;   /* rows and transcript: system-out */
    const char *stray;    /* what the actors printed: system-err; may be "" */
    size_t output_length; /* bytes of the two, which may contain any byte */
    size_t stray_length;
};

struct junit;

/* An empty report. `host` and `timestamp` ("2026-02-03T04:05:06Z") go into every suite. NULL if memory runs
 * out. */
struct junit *junit_new(enum junit_dialect dialect, const char *host, const char *timestamp);
void junit_free(struct junit *report);
/* Every suite gets every property; one of the same name is replaced. Names: [a-z0-9_.-]. */
void junit_property(struct junit *report, const char *name, const char *value);
/* The same for the suites of one pair ("": those without), with another name than any for every suite. */
void junit_pair_property(struct junit *report, const char *pair, const char *name, const char *value);
/* Adds a case. The id made unique as id.2, id.3, ... is the caller's business. */
void junit_add(struct junit *report, const struct junit_case *add);
/* How many cases have this verdict. */
size_t junit_count(const struct junit *report, enum verdict verdict);

/* The whole text. `running` are cases that were started and have not ended (ended as interrupted, if the run
 * stops here); they are in the text as errors of kind ERROR_KIND_INTERRUPTED (their verdict is not looked at,
 * and "" as message gets a default) and not in the report. Without any case the text has one error,
 * no-case-ran in shmcheck.run. The text is added to `out`, which starts as {0} and is the caller's to free.
 * Time and memory in proportion to the text. False if memory ran out, in this call or before; `out` is then
 * no whole report. */
bool junit_text(const struct junit *report, const struct junit_case *running, size_t running_count,
                struct buffer *out);

#endif
