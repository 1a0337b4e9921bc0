/* What a case needs of the platform. A need that is not met makes the case a skip with the reason. */
#ifndef SHMCHECK_NEEDS_H
#define SHMCHECK_NEEDS_H

#include <stdbool.h>

#include "platform.h"

/* The reason of the first need in the blank-separated list that is not met; NULL if all are met. The string is static. A
 * name that is not a need is a mistake in the case, not a reason to skip: the result is NULL, and the case becomes an
 * error. */
const char *needs_unmet(const char *needs, const struct platform *platform);
/* Whether every name in the list is a need. */
bool needs_known(const char *needs);

#endif
