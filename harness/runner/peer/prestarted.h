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

struct spare {
    struct link link;
    bool there;
};

struct spares {
    struct spare of[ARCH_COUNT];
};

/* Starts one of this architecture, unless there is one. Does not wait for its hello. If it fails there is none, and
 * nothing is said: whoever needs the actor finds out. */
void spares_start(struct spares *spares, enum arch arch, struct stage *stage);
/* Waits until that one has said hello, or has ended. */
void spares_settle(struct spares *spares, enum arch arch, struct stage *stage);
/* Gives a spare away, if there is one of this architecture that still lives: it is `out` then, and its hello has not been
 * read. */
bool spares_take(struct spares *spares, enum arch arch, struct link *out);
/* How many there are. */
size_t spares_count(const struct spares *spares);
/* Ends all of them. */
void spares_drop(struct spares *spares);

#endif
