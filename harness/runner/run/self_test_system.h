/* Questions of the self-test to the system. */
#ifndef SHMCHECK_SELF_TEST_SYSTEM_H
#define SHMCHECK_SELF_TEST_SYSTEM_H

#include "self_test_seen.h"

/* This program's header, and the mitigation policies of its process. */
void self_test_program(struct self_test_seen *out);
void self_test_job(struct self_test_job *out, const struct programs *programs, bool child_in_its_job);
void self_test_system(struct self_test_system *out);
/* Makes and renames files in the folder of the setup. */
void self_test_files(struct self_test_seen *out, const struct self_test_setup *setup);

#endif
