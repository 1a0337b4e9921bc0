/* The XML of one case; a part of junit.c. */
#ifndef SHMCHECK_JUNIT_CASE_H
#define SHMCHECK_JUNIT_CASE_H

#include "junit.h"

/* Adds a testcase element with all that is in it. Memory that runs out sets `failed` of the buffer. */
void junit_case_render(struct buffer *out, enum junit_dialect dialect, const struct junit_case *add);

/* Adds the name of its suite, which is its class too: shmcheck.[pair.]topic. */
void junit_suite_name(struct buffer *out, const struct junit_case *add);

/* Adds ` time="1.234"`. */
void junit_time(struct buffer *out, uint64_t milliseconds);

#endif
