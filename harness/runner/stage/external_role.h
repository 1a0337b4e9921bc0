/* Roles that programs of users play. A program does not use the protocol: it reads lines, prints lines, and ends. */
#ifndef SHMCHECK_EXTERNAL_ROLE_H
#define SHMCHECK_EXTERNAL_ROLE_H

#include "stage.h"

/* The result of a step of a program. */
struct external_result {
    bool done;
    char why[EXTERNAL_LINE_BYTES + 200]; /* why not, as part of a sentence; "" if it was done */
};

/* Starts a program for a new role. `words` is the program and its arguments, blank-separated and percent-escaped; an argument
 * @x, ^x or $role.field is replaced as the value of a key is (substitute.h). Aborts the case if the program does not start. */
void external_begins(struct stage *stage, int line, const char *name, const char *words);
/* The role of this name; aborts the case if there is none, or if its program was ended. */
struct external_role *external_existing(struct stage *stage, int line, const char *name);
/* A step that a program can perform: "line TEXT", "prints TEXT" or "input-ends". It goes into the transcript. */
struct external_result external_perform(struct stage *stage, struct external_role *role, const char *step);
/* Waits for the end of the program within the deadline of a step, and returns its exit code. Aborts the case, with the kind
 * Timeout, if it does not end. */
DWORD external_ends(struct stage *stage, int line, struct external_role *role);
/* Ends the program with TerminateProcess. */
void external_killed(struct stage *stage, int line, struct external_role *role);
/* Ends all programs of the stage that still run. Their output goes to that of the actors. */
void externals_end(struct stage *stage);
#endif
