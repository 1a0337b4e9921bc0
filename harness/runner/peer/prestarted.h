/* Actors that are started in advance. Starting a process is most of the cost of a case, and most of it is spent in the new
 * process. So a role that takes the last waiting actor has another one started, for the next role of this case or of a later
 * one, and the case goes on while that one starts. The other jobs of a run start processes at the same time too: no case may
 * depend on an idle machine.
 *
 * Only plain actors are started in advance: under the runner's own identity and from the unmodified program. */
#ifndef SHMCHECK_PRESTARTED_H
#define SHMCHECK_PRESTARTED_H

#include "../../common/arch.h"
#include "peer.h"

struct prestarted_actor {
    struct peer peer;
    bool exists;
};

struct prestarted {
    struct prestarted_actor of[ARCH_COUNT];
};

/* Starts an actor of this architecture from `program`, unless one waits already or the path is "". Does not wait for its
 * hello. A failure is not reported here: the next ordinary start of such an actor fails too, and reports it. */
void prestarted_start(struct prestarted *prestarted, enum arch arch, const wchar_t *program,
                      struct peer_group *group);
/* Moves the waiting actor of this architecture to `out`; its hello has not been read yet, and may not have arrived. False if
 * there is none, or if it has ended. */
bool prestarted_take(struct prestarted *prestarted, enum arch arch, struct peer *out);
/* How many actors wait. */
size_t prestarted_count(const struct prestarted *prestarted);
/* Ends all of them. */
void prestarted_drop(struct prestarted *prestarted);

#endif
