/* Requests to the verbs of this program, as an actor receives them. A test program that uses it names actor_request.c,
 * shmactor_core and shmactor_dispatch in sources.cmake, and includes testing.h before this. */
#ifndef SHMCHECK_ACTOR_REQUEST_H
#define SHMCHECK_ACTOR_REQUEST_H

/* Performs a request, which has no sequence number, and returns the reply. It is valid until the next call. */
char *reply_to(const char *request);
/* Performs a request. The test fails unless the reply is this one, or begins so. */
void expect(const char *request, const char *expected);
void expect_start(const char *request, const char *begin);

#endif
