/* What a case needs of the platform. A need that is not met makes the case a skip with the reason. */
#ifndef SHMCHECK_NEEDS_H
#define SHMCHECK_NEEDS_H

#include <stdbool.h>

#include "platform.h"

/* The reason why the first need of the blank-separated list that is not met is not met, or NULL if all are.
 * The string is a literal. A list with a name that is no need is a mistake and never a reason to skip: NULL, and
 * the case becomes an error. */
const char *needs_unmet(const char *needs, const struct platform *platform);
/* Whether every name in the list is a need. */
bool needs_known(const char *needs);

#endif
