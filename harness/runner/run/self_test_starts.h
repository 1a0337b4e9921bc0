/* Processes that the self-test starts. */
#ifndef SHMCHECK_SELF_TEST_STARTS_H
#define SHMCHECK_SELF_TEST_STARTS_H

#include "../peer/peer.h"
#include "self_test_seen.h"

/* The replies of an actor to steps that fault. */
void self_test_faults(struct self_test_seen *out, const struct self_test_setup *setup,
                      struct peer_group *group);
/* Starts one actor with each identity that is needed. */
void self_test_identities(struct self_test_seen *out, const struct self_test_setup *setup,
                          struct peer_group *group);
/* Starts a copy of the actor twice. */
void self_test_copies(struct self_test_seen *out, const struct self_test_setup *setup,
                      struct peer_group *group);

#endif
