/* Actors that are started in advance. Starting a process is most of the cost of a case, and two that start at the same time
 * cost little more than one. So a start also starts a second actor, which waits for the next role of this case or of a later
 * one.
 *
 * Both actors have said hello before the case goes on, because a process that starts could disturb a step. Only plain actors
 * are started in advance: under the runner's own identity and from the unmodified program. */
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
/* Waits until the actor of this architecture has said hello or has ended. */
void prestarted_settle(struct prestarted *prestarted, enum arch arch, struct peer_group *group);
/* Moves the waiting actor of this architecture to `out`; its hello has not been read yet. False if there is none, or if it
 * has ended. */
bool prestarted_take(struct prestarted *prestarted, enum arch arch, struct peer *out);
/* How many actors wait. */
size_t prestarted_count(const struct prestarted *prestarted);
/* Ends all of them. */
void prestarted_drop(struct prestarted *prestarted);

#endif
