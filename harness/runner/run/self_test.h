/* The self-test of a system: it checks ten things before the first case (self_test_look), and says in one line about each
 * what it means (self_test_judge). The two are apart so that tests can simulate every failure. A whole run begins with
 * it; a selection of cases checks only what these cases need. */
#ifndef SHMCHECK_SELF_TEST_H
#define SHMCHECK_SELF_TEST_H

#include "self_test_seen.h"

/* Checks. For all ten things it starts some twenty processes, which takes less than a second on an idle machine. */
void self_test_look(struct self_test_seen *out, const struct self_test_setup *setup);

#endif
