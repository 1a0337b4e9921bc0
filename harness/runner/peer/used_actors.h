/* Actors that played a role in a case and have released everything since. Each waits for the next role that asks for an actor
 * of its architecture: one exchange instead of a process start. Only plain actors are kept, whose footprint is that of their
 * hello (`clear` in harness/PROTOCOL.md); stage/actors_end.c decides that. */
#ifndef SHMCHECK_USED_ACTORS_H
#define SHMCHECK_USED_ACTORS_H

#include "../../common/arch.h"
#include "peer.h"

/* Of each architecture. More of them would only wait: few cases have more roles. */
#define USED_ACTORS_MOST 4

struct used_actors {
    struct peer of[ARCH_COUNT][USED_ACTORS_MOST]; /* owned */
    size_t counts[ARCH_COUNT];
};

/* Whether another actor of this architecture can be kept. */
bool used_actors_have_room(const struct used_actors *used, enum arch arch);
/* Moves the peer of an actor here; there must be room. Its pipe must be empty. */
void used_actors_keep(struct used_actors *used, enum arch arch, struct peer *peer);
/* Moves the actor of this architecture that was kept last to `out`; peer_receive returns its hello once more. False if there
 * is none, or only ones that have ended. */
bool used_actors_take(struct used_actors *used, enum arch arch, struct peer_group *group, struct peer *out);
/* How many actors wait, of all architectures. */
size_t used_actors_count(const struct used_actors *used);
/* Ends all of them. */
void used_actors_drop(struct used_actors *used);

#endif
