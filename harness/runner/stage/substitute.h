/* From the step that a case writes to the request on the pipe: object names that no other program uses, and values that are
 * known only at run time. checks.h describes the substitutions. */
#ifndef SHMCHECK_SUBSTITUTE_H
#define SHMCHECK_SUBSTITUTE_H

#include "stage.h"

/* Adds the request to `out` with its names and references replaced. NULL, or what is wrong with the request. */
const char *substitute(struct stage *stage, const char *request, struct text *out);

#endif
