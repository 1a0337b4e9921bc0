/* A run without processes: a small catalogue, a plan, known deviations and results, and their output. A program that uses
 * this has this catalogue. */
#ifndef SHMCHECK_RESULTS_FIXTURE_H
#define SHMCHECK_RESULTS_FIXTURE_H

#include "../report/known.h"
#include "../runner/run/results.h"

struct results_fixture {
    struct plan plan;
    struct known known;
    struct console console;
    struct results results;
};

/* Entries about one-case (excuses error=5), every case (took too long), other-case (not on this platform) and
 * third-case (never seen), in the lines 1, 7, 12 and 18; and findings that they are about, or not. */
extern const char known_text[];
extern const struct finding five, six, late;

/* The whole catalogue, with this text as known.toml, on Wine 8.0: one-case in line 11, other-case in 22, third-case in
 * 33, and three cases that are skipped. */
void fixture_start(struct results_fixture *fixture, const char *known, unsigned repeat);
void fixture_end(struct results_fixture *fixture);

/* The output of the last captured call, with the line ends of C. */
extern char captured[20000];
void capture_start(void);
void capture_end(void);
#define CAPTURED(call)                                                                                       \
    do {                                                                                                     \
        capture_start();                                                                                     \
        call;                                                                                                \
        capture_end();                                                                                       \
    } while (0)

/* The item has ended after 7 ms, with these findings; what is printed is captured. */
void fixture_add(struct results_fixture *fixture, size_t item, const struct finding *findings, size_t count);
/* Fails the test unless the report has this part. */
void expect_in_report(const struct results_fixture *fixture, const char *part);

#endif
