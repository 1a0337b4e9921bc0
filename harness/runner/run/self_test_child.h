/* This program as a child of its own self-test. */
#ifndef SHMCHECK_SELF_TEST_CHILD_H
#define SHMCHECK_SELF_TEST_CHILD_H

#include "self_test_seen.h"

#define SELF_TEST_ARGUMENT "--self-test-child"

/* What the child does: "leave", "crash" or "fast-fail". Returns its exit code. */
int self_test_child(const wchar_t *how);
/* Starts the child and waits for its end. Also finds out whether it was in the job that it was started in. */
void self_test_child_run(struct self_test_end *out, const struct programs *programs, const wchar_t *how,
                         bool *in_its_job);

#endif
