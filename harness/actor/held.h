/* What verbs hold that no label stands for: byte ranges of files, and measurements that other actors wait for. */
#ifndef SHMCHECK_HELD_H
#define SHMCHECK_HELD_H

#include "system.h"

#include <stdint.h>

/* A range that LockFileEx has locked. False, and it is not noted, if there are too many. */
bool held_lock_add(HANDLE file, uint64_t at, uint64_t length);
size_t held_lock_count(void);
/* Unlocks every range (page nf-fileapi-unlockfile). */
void held_locks_release(void);

/* The turn of the verb commitment, a mutex that the calling thread owns. */
void held_turn_set(HANDLE mutex);
HANDLE held_turn(void);
void held_turn_release(void);

#endif
