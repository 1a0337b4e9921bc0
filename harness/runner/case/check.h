/* Preconditions and expectations: what a reply is compared with. Cases include checks.h, which explains the steps.
 * `s` is the case's parameter, `role` a name, `step` the text of a step. */
#ifndef SHMCHECK_CHECK_H
#define SHMCHECK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct stage;

/* The checks that follow are of this row of the contract, which must be among the case's rows. A case starts with the
 * first. */
#define row(s, id) check_row(s, id)

/* ---- preconditions ---- */

/* If one fails, the case ends: as an error, or with one more finding if an expectation was not met before. */

/* The step is performed and its reply must be ok; if it has error=, that must be 0: what is created is new. */
#define must(s, role, step) check_must(s, __LINE__, role, step)
/* The same for creating what exists already: error=183. */
#define joins(s, role, step) check_joins(s, __LINE__, role, step)
/* The reply must be ok and have these fields, as in gives. */
#define must_give(s, role, step, fields) check_must_give(s, __LINE__, role, step, fields)

/* ---- expectations; each returns whether it held ---- */

/* The reply is ok. */
#define succeeds(s, role, step) check_gives(s, __LINE__, role, step, "")
/* The reply is ok and has these fields: "error=183", "size=4096 protect=PAGE_READONLY". */
#define gives(s, role, step, fields) check_gives(s, __LINE__, role, step, fields)
/* The reply is fail, with this last error. */
#define fails(s, role, step, error) check_fails(s, __LINE__, role, step, error, 0)
/* The same, and this NTSTATUS behind it; the status is always an observed fact. */
#define fails_status(s, role, step, error, status) check_fails(s, __LINE__, role, step, error, status)
/* The reply is fail, with any last error other than 0; the transcript shows it. */
#define fails_somehow(s, role, step) check_fails(s, __LINE__, role, step, ANY_ERROR, 0)
#define ANY_ERROR UINT32_MAX
/* The reply is fault: an access violation of this kind ("read", "write", "execute") in the range of the step. */
#define faults(s, role, step, access) check_faults(s, __LINE__, role, step, access)
/* Two numbers are equal. `what` names the number in the report and in the transcript, which shows the expected value if they
 * are, and both if they are not: neither may be volatile then. */
#define equals(s, what, actual, expected) check_equals(s, __LINE__, what, actual, expected)
/* A statement about volatile values: only whether it holds is shown. */
#define holds(s, what, truth) check_holds(s, __LINE__, what, truth)
/* The step ends the process without a reply, with this exit code. */
#define ends(s, role, step, exit_code) check_ends(s, __LINE__, role, step, exit_code)
/* Waits for the reply to a step that begins() has sent; then as gives. */
#define finishes(s, role, fields) check_finishes(s, __LINE__, role, fields)
/* Any outcome: the reply is recorded in the transcript and counts as a check. For rows with the basis `record`. A reply that
 * tells no outcome makes the case an `error`. */
#define records(s, role, step) check_records(s, __LINE__, role, step)

/* A control: whether the effect appears without the mechanism under test, or whether the condition under test occurred.
 * If it did not (bursts need two processors that work at the same time), a pass would prove nothing: a case that would
 * pass is then a skip with this reason. In all other runs the transcript has the same line. A control is not an
 * expectation; a case needs expectations too. */
#define powered(s, what, seen) check_powered(s, __LINE__, what, seen)

/* ---- what the macros call ---- */

void check_row(struct stage *s, const char *id);
void check_must(struct stage *s, int line, const char *role, const char *request);
void check_must_give(struct stage *s, int line, const char *role, const char *request, const char *fields);
void check_joins(struct stage *s, int line, const char *role, const char *request);
bool check_gives(struct stage *s, int line, const char *role, const char *request, const char *fields);
bool check_fails(struct stage *s, int line, const char *role, const char *request, uint32_t error,
                 uint32_t status);
bool check_faults(struct stage *s, int line, const char *role, const char *request, const char *access);
bool check_equals(struct stage *s, int line, const char *what, uint64_t actual, uint64_t expected);
bool check_holds(struct stage *s, int line, const char *what, bool truth);
bool check_ends(struct stage *s, int line, const char *role, const char *request, uint32_t exit_code);
/* The reply matches `expected`, which has the form of a reply in a transcript: an outcome, then fields that the reply
 * must have. '*' stands for any characters of a value, and as the outcome for any outcome. A field that is not named may
 * have any value. */
bool check_matches(struct stage *s, int line, const char *role, const char *request, const char *expected);
/* The same for the reply to a step that begins() has sent. */
bool check_finishes_as(struct stage *s, int line, const char *role, const char *expected);
/* The step that begins() has sent ends the process without a reply, with this exit code. */
bool check_ended(struct stage *s, int line, const char *role, uint32_t exit_code);
bool check_finishes(struct stage *s, int line, const char *role, const char *fields);
void check_records(struct stage *s, int line, const char *role, const char *request);

/* ---- for expectations that other files of this room judge ---- */

/* What an expectation is about. A row states a basis for the outcome and one for the code. */
enum aspect { ASPECT_OUTCOME, ASPECT_CODE, ASPECT_STATUS };

/* Reports an expectation that is not met: "[row] what: expected ..., got ...". It is a failure if a page states this aspect
 * of the row and the evidence for the row is strong enough (contract.h); otherwise it deviates. */
void check_unmet(struct stage *stage, int line, enum aspect aspect, const char *what, const char *expected,
                 const char *got);
void check_powered(struct stage *s, int line, const char *what, bool seen);

#endif
