/* What a case is made of: steps that actors perform, and what is expected of them. Everything in cases/ is
 * written with this header alone.
 *
 * A step is the text of a request as harness/PROTOCOL.md describes it. An actor starts when its role is first
 * named. In a step the runner replaces
 *   name=@tag    by Local\shmcheck-<run>-<case>-tag, a name that nobody else uses
 *   ^tag         by the same without Local\, behind a '=', a '\', a '/' or an escape: name=^tag, name=Global\^tag
 *   $role.field  by the last volatile value of that name that the role replied with, behind a '=', a '\' or a ';':
 *                base=$writer.base, base=$reader.base+65536, to=$reader.pid (the '~' is not written)
 * and the transcript keeps the step as the case wrote it.
 *
 * Preconditions end the case with the verdict `error`. Expectations are soft: a case goes on and reports all
 * that it saw. An expectation that does not hold makes the case `fail` if its row is documented there and
 * `deviates` if it is observed; contract.toml knows which, for the outcome and for the code of an error
 * apart. */
#ifndef SHMCHECK_CHECKS_H
#define SHMCHECK_CHECKS_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <stdbool.h>
#include <stdint.h>

struct stage;

struct test_case {
    const char *name; /* the function's name; the case's id is the same with '-' for '_' */
    void (*run)(struct stage *);
    int line;
    const char
        *rows; /* ids of rows of the contract, blank-separated; NULL: the one that is called as the case */
    const char *needs; /* names from needs.h, blank-separated; NULL: none */
};

/* One entry of a topic's table: {CASE(open_missing), .needs = "client-session"}, */
#define CASE(function) .name = #function, .run = function, .line = __LINE__

struct topic {
    const char *name; /* cases/<name>.c, JUnit suite shmcheck.<name> */
    const struct test_case *cases;
    size_t count;
};

/* The last line of a topic's file: TOPIC(sample, sample_cases) */
#define TOPIC(topic_name, table)                                                                             \
    const struct topic topic_name##_topic = {#topic_name, table, sizeof(table) / sizeof(table)[0]};

/* ---- preconditions ---- */

/* The step is performed and its reply must be ok; one that says error= must say 0: what is created is new. */
#define must(s, role, step) check_must(s, __LINE__, role, step)
/* The same for creating what is there already: error=183. */
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
/* The reply is fail, with a last error that is not 0; which one is not expected, it stands in the transcript. */
#define fails_somehow(s, role, step) check_fails(s, __LINE__, role, step, ANY_ERROR, 0)
#define ANY_ERROR UINT32_MAX
/* The reply is fault: an access violation of this kind ("read", "write", "execute") in the range of the step. */
#define faults(s, role, step, access) check_faults(s, __LINE__, role, step, access)
/* Two numbers are equal; `what` names the number in the report and in the transcript, which shows the
 * expected value if they are and both if they are not, so neither may be volatile when they differ. */
#define equals(s, what, actual, expected) check_equals(s, __LINE__, what, actual, expected)
/* A statement about volatile values: only whether it holds is shown. */
#define holds(s, what, truth) check_holds(s, __LINE__, what, truth)
/* The step ends the process without a reply, with this exit code. */
#define ends(s, role, step, exit_code) check_ends(s, __LINE__, role, step, exit_code)
/* A control: the same without what is under test, or a look at whether there was anything to look at. Where its effect
 * is not seen the run had no power on this machine (bursts need two processors that work at the same time), and what
 * was found in order proves nothing: a case that would have passed is then a skip that says so. The transcript has the
 * same line in every run that had power. A control is no expectation: a case needs others besides. */
#define powered(s, what, seen) check_powered(s, __LINE__, what, seen)
/* Any outcome: the reply is recorded in the transcript and counts as looked at. For rows with the basis
 * `record`. A reply that tells no outcome at all makes the case an `error`. */
#define records(s, role, step) check_records(s, __LINE__, role, step)

/* What follows checks this row of the contract, which must be among the case's rows. A case starts with its
 * first. */
void row(struct stage *s, const char *id);

/* ---- direction ---- */

/* `exit`, and the end of the process is waited for: exit code 0, or the verdict is `error`. */
#define leaves(s, role) stage_leaves(s, __LINE__, role)
/* TerminateProcess from outside, and the end is waited for. */
#define killed(s, role) stage_killed(s, __LINE__, role)
/* A step that ends the process without a reply (crash); the end is waited for and must come with this exit
 * code. */
#define dies(s, role, step, exit_code) stage_dies(s, __LINE__, role, step, exit_code)
/* The role's actor is somebody in particular; stands before the first step of the role. Blank-separated words:
 *   identity=I              somebody else than the runner: identity.h lists who there is. The actor then says who it
 *                           really is, and that it is who it was to be is an expectation: where a platform ignores the
 *                           token the case fails there, and goes on
 *   bits=32|64, arch=A      another program, x64, x86 or arm64. The case needs "both-bitnesses" or the like. Without it
 *                           the run's pair decides: "reader" is its second, everybody else its first
 *   large-address-aware=yes|no    a copy of the program that was linked so */
#define starts(s, role, arguments) stage_starts(s, __LINE__, role, arguments)
/* A role whose process another role starts: spawns(s, "writer", "child", "inherit=yes"). bits= and arch= as above, the
 * other words are those of the actor's spawn. */
#define spawns(s, parent, role, arguments) stage_spawns(s, __LINE__, parent, role, arguments)
/* Sends a step that takes its time, without waiting for the reply; and waits for it, as an expectation like
 * gives. */
#define begins(s, role, step) stage_begins(s, __LINE__, role, step)
#define finishes(s, role, fields) check_finishes(s, __LINE__, role, fields)
/* Hands a handle over: `from` duplicates its label into the process of `to`, which calls it the same.
 * `arguments` are those of duplicate ("access=FILE_MAP_READ"). A precondition. */
#define hands(s, from, label, to, arguments) stage_hands(s, __LINE__, from, label, to, arguments)

/* ---- values ---- */

/* A number from the last reply of a role; `field` without '~'. If there is none the case is an `error`. */
#define number(s, role, field) stage_number(s, __LINE__, role, field)
/* A field's text, "" if there is none; valid until the role's next step. */
const char *value(struct stage *s, const char *role, const char *field);
/* A step with numbers in it. Valid until the eighth call from then on. */
const char *step(const char *format, ...);
/* A line of the case's own in the transcript: the heading of a table, the seed of a burst. */
void says(struct stage *s, const char *format, ...);

/* ---- what the macros call ---- */

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
void check_powered(struct stage *s, int line, const char *what, bool seen);
void check_records(struct stage *s, int line, const char *role, const char *request);
bool check_finishes(struct stage *s, int line, const char *role, const char *fields);
void stage_leaves(struct stage *s, int line, const char *role);
void stage_killed(struct stage *s, int line, const char *role);
void stage_dies(struct stage *s, int line, const char *role, const char *request, uint32_t exit_code);
void stage_starts(struct stage *s, int line, const char *role, const char *arguments);
void stage_spawns(struct stage *s, int line, const char *parent, const char *role, const char *arguments);
void stage_begins(struct stage *s, int line, const char *role, const char *request);
void stage_hands(struct stage *s, int line, const char *from, const char *label, const char *to,
                 const char *arguments);
uint64_t stage_number(struct stage *s, int line, const char *role, const char *field);

#endif
