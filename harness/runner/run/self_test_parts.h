/* The parts of self_test_look: processes that it starts, and questions to the system. */
#ifndef SHMCHECK_SELF_TEST_PARTS_H
#define SHMCHECK_SELF_TEST_PARTS_H

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

/* This program's header, and the mitigation policies of its process. */
void self_test_program(struct self_test_seen *out);
void self_test_job(struct self_test_job *out, const struct programs *programs, bool child_in_its_job);
void self_test_system(struct self_test_system *out);
/* Makes and renames files in the folder of the setup. */
void self_test_files(struct self_test_seen *out, const struct self_test_setup *setup);

#endif
