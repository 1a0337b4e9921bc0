/* The self-test: what a first run on a new system needs to know before a case runs. It looks at ten things (self_test_look)
 * and says of each in one line what it means (self_test_judge). The two are apart so that tests can play every kind of
 * failure. A whole run begins with it; a selection of cases looks only at what these cases need. */
#ifndef SHMCHECK_SELF_TEST_H
#define SHMCHECK_SELF_TEST_H

#include "self_test_seen.h"

/* Looks; some twenty processes are started for everything, which takes less than a second on an idle machine. */
void self_test_look(struct self_test_seen *out, const struct self_test_setup *setup);

#endif
