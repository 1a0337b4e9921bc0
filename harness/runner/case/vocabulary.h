/* The rest of a case's vocabulary: starting and ending actors, handing over handles, and values of replies. Cases include
 * checks.h, which explains the steps. `s` is the case's parameter, `role` a name, `step` the text of a step. */
#ifndef SHMCHECK_VOCABULARY_H
#define SHMCHECK_VOCABULARY_H

#include <stdint.h>

#include "../../common/text.h"

struct stage;

/* ---- actors ---- */

/* Performs `exit` and waits for the end of the process. An exit code other than 0 makes the case an `error`. */
#define leaves(s, role) case_leaves(s, __LINE__, role)
/* Ends the process with TerminateProcess and waits for its end. */
#define killed(s, role) case_killed(s, __LINE__, role)
/* Performs a step that ends the process without a reply (crash), and waits for its end, which must have this exit code. */
#define dies(s, role, step, exit_code) case_dies(s, __LINE__, role, step, exit_code)
/* Starts the role's actor with options; stands before the first step of the role. The blank-separated options are:
 *   identity=I              runs under this identity; identity.h lists them. The actor then reports its real identity, and
 *                           an expectation compares it: where a platform ignores the token the case fails there, and
 *                           goes on
 *   bits=32|64, arch=A      another program: x64, x86 or arm64. The case needs "both-bitnesses" or the like. Without these
 *                           words the run's pair decides: "reader" has its second architecture, every other role its first
 *   large-address-aware=yes|no    a copy of the program with that flag in its header */
#define starts(s, role, arguments) case_starts(s, __LINE__, role, arguments)
/* A role whose process another role starts: spawns(s, "writer", "child", "inherit=yes"). bits= and arch= as above, the
 * other words are those of the actor's spawn. */
#define spawns(s, parent, role, arguments) case_spawns(s, __LINE__, parent, role, arguments)
/* Sends a step without waiting for the reply; finishes() waits for it. */
#define begins(s, role, step) case_begins(s, __LINE__, role, step)
/* Hands a handle over: `from` duplicates its label into the process of `to`, which gives it the same label. `arguments` are
 * those of duplicate ("access=FILE_MAP_READ"). A precondition. */
#define hands(s, from, label, to, arguments) case_hands(s, __LINE__, from, label, to, arguments)

/* ---- values ---- */

/* A number from the last reply of a role; `field` without '~'. If there is none the case is an `error`. */
#define number(s, role, field) case_number(s, __LINE__, role, field)
/* A field's text, "" if there is none; valid until the role's next step. */
#define value(s, role, field) case_value(s, role, field)
/* A step with numbers in it: as printf formats it. Valid until the eighth call after this one. */
#define step(...) case_step(__VA_ARGS__)
/* A line of the case's own in the transcript: the heading of a table, the seed of a burst. */
#define says(s, ...) case_says(s, __VA_ARGS__)

/* ---- what the macros call ---- */

void case_leaves(struct stage *s, int line, const char *role);
void case_killed(struct stage *s, int line, const char *role);
void case_dies(struct stage *s, int line, const char *role, const char *request, uint32_t exit_code);
void case_starts(struct stage *s, int line, const char *role, const char *arguments);
void case_spawns(struct stage *s, int line, const char *parent, const char *role, const char *arguments);
void case_begins(struct stage *s, int line, const char *role, const char *request);
void case_hands(struct stage *s, int line, const char *from, const char *label, const char *to,
                const char *arguments);
uint64_t case_number(struct stage *s, int line, const char *role, const char *field);
const char *case_value(struct stage *s, const char *role, const char *field);
const char *case_step(const char *format, ...) TEXT_PRINTF(1, 2);
void case_says(struct stage *s, const char *format, ...) TEXT_PRINTF(2, 3);

#endif
