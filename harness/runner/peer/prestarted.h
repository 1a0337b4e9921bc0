/* Actors that nobody has asked for yet. Starting a process is most of what a case costs, and two that start at the same
 * time cost hardly more than one: so whoever starts an actor starts a second one with it, which waits for the next role,
 * of this case or of another.
 *
 * Both have said hello before the case goes on: no step runs while a process starts, which could disturb it. Only an actor
 * like any other can be a spare: the runner's own identity, a program as it lies on the disk. */
#ifndef SHMCHECK_SPARE_H
#define SHMCHECK_SPARE_H

#include "../../common/arch.h"
#include "peer.h"

struct prestarted_actor {
    struct peer peer;
    bool there;
};

struct prestarted {
    struct prestarted_actor of[ARCH_COUNT];
};

/* Starts one of this architecture, unless there is one. Does not wait for its hello. If it fails there is none, and
 * nothing is said: whoever needs the actor finds out. */
void prestarted_start(struct prestarted *prestarted, enum arch arch, struct stage *stage);
/* Waits until that one has said hello, or has ended. */
void prestarted_settle(struct prestarted *prestarted, enum arch arch, struct stage *stage);
/* Gives a spare away, if there is one of this architecture that still lives: it is `out` then, and its hello has not been
 * read. */
bool prestarted_take(struct prestarted *prestarted, enum arch arch, struct peer *out);
/* How many there are. */
size_t prestarted_count(const struct prestarted *prestarted);
/* Ends all of them. */
void prestarted_drop(struct prestarted *prestarted);

#endif
