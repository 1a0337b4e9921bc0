/* Expectations about users' programs that play a role (stage/external_role.h). */
#ifndef SHMCHECK_EXTERNAL_H
#define SHMCHECK_EXTERNAL_H

#include <stdint.h>

struct stage;

/* `line TEXT`, `prints TEXT` or `input-ends`: the program must take the line, or print it. */
void check_external(struct stage *stage, int line, const char *role, const char *step);
/* The program ends in time; its exit code must be this one. */
void check_external_ends(struct stage *stage, int line, const char *role, uint32_t exit_code);

#endif
