/* Shell-like patterns for case ids and platform facts. */
#ifndef SHMCHECK_GLOB_H
#define SHMCHECK_GLOB_H

#include <stdbool.h>

/* '*' stands for any bytes, '?' for one; everything else for itself, upper and lower case apart. Takes time
 * in proportion to the two lengths multiplied, never more. */
bool glob_matches(const char *pattern, const char *word);

#endif
