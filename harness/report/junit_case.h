/* One case of a report, and its XML. */
#ifndef SHMCHECK_JUNIT_CASE_H
#define SHMCHECK_JUNIT_CASE_H

#include "../common/text.h"
#include "../common/verdict.h"

enum junit_dialect {
    JUNIT_STRICT,   /* what junit-10.xsd allows */
    JUNIT_EXTENDED, /* file and line on cases, for readers that want them */
    JUNIT_SUREFIRE  /* suites without hostname, id and package, which Surefire's schema does not allow */
};

/* How names and elements are written. */
struct junit_style {
    enum junit_dialect dialect;
    const char
        *suite_prefix; /* stands with a dot before the name of every suite and class; "": nothing does */
};

/* One finished case. All text is any bytes: the writer makes it legal and readable. No string is NULL, except output and
 * stray if their lengths are 0. The writer keeps no pointer. It cuts output, stray, details and message in the middle to
 * 64 KiB, with a line that says how much is missing. */
struct junit_case {
    const char *topic;
    const char
        *pair; /* "x64-x86": suite and class are then called shmcheck.x64-x86.<topic>. NULL or "": no pair */
    const char *id;
    /* The report sorts cases by position; cases with the same position stay in the order in which they were added.
     * Suites are sorted by the position of their first case. */
    size_t position;
    enum verdict verdict;
    enum error_kind error_kind; /* of VERDICT_ERROR */
    /* One line; "" for a pass. If it is longer than 300 bytes, the text of the element repeats it in full. With
     * VERDICT_KNOWN the writer puts "known: " before it, unless it starts so already. */
    const char *message;
    const char *details; /* further lines, or "" */
    const char *file;    /* "cases/sample.c" */
    int line;            /* of the first failed check, else of the case; 0: unknown */
    uint64_t milliseconds;
    const char *output;   /* rows and transcript: system-out */
    const char *stray;    /* what the actors printed: system-err */
    size_t output_length; /* bytes of output and stray, which may contain any byte */
    size_t stray_length;
};

/* Adds a testcase element with its content. If memory runs out, `failed` of the buffer is set. */
void junit_case_render(struct buffer *out, const struct junit_style *style, const struct junit_case *add);

/* Adds the name of the case's suite, which is also its class: [prefix.]shmcheck.[pair.]topic. */
void junit_suite_name(struct buffer *out, const struct junit_style *style, const struct junit_case *add);

/* Adds ` time="1.234"`. */
void junit_time(struct buffer *out, uint64_t milliseconds);

#endif
