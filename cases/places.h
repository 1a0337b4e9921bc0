/* An address at which nobody has anything: for cases about the same address in several processes. It is a low one, which
 * 32-bit processes have too, and neither programs nor libraries lie there as a rule; that it is free is looked at. */
#ifndef SHMCHECK_PLACES_H
#define SHMCHECK_PLACES_H

#include "../harness/runner/checks.h"

#define PLACE "0x18000000"
#define OTHER_PLACE "0x1C000000"

/* The 64 KiB at this address are free in the role's process, or the case cannot tell anything. */
static inline void must_be_free(struct stage *s, const char *role, const char *place)
{
    must(s, role, step("reserve room size=0x10000 base=%s", place));
    must(s, role, "release room");
}

#endif
