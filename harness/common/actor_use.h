/* How a case used actors: how many it started and used again, and why some were not used again. */
#ifndef SHMCHECK_ACTOR_USE_H
#define SHMCHECK_ACTOR_USE_H

#include <stdint.h>

#define RETIREMENT_BYTES 200

struct actor_use {
    uint64_t roles;   /* that the case named */
    uint64_t starts;  /* processes of actors, those that were started in advance included */
    uint64_t reused;  /* roles that got an actor which had played another role */
    uint64_t retired; /* actors that had not released everything at the end */
    char reasons
        [RETIREMENT_BYTES]; /* words of `differs` in harness/PROTOCOL.md with commas between them; those that do not
                                     * fit are left out */
};

#endif
