#include "held.h"

#define LOCKS_MOST 64

static struct {
    HANDLE file;
    uint64_t at, length;
} locks[LOCKS_MOST];
static size_t lock_count;
static HANDLE turn;

bool held_lock_add(HANDLE file, uint64_t at, uint64_t length)
{
    if (lock_count == LOCKS_MOST)
        return false;
    locks[lock_count].file = file;
    locks[lock_count].at = at;
    locks[lock_count++].length = length;
    return true;
}

size_t held_lock_count(void)
{
    return lock_count;
}

void held_locks_release(void)
{
    for (size_t i = 0; i < lock_count; i++)
        UnlockFile(locks[i].file, (DWORD)(locks[i].at & UINT32_MAX), (DWORD)(locks[i].at >> 32),
                   (DWORD)(locks[i].length & UINT32_MAX), (DWORD)(locks[i].length >> 32));
    lock_count = 0;
}

void held_turn_set(HANDLE mutex)
{
    turn = mutex;
}

HANDLE held_turn(void)
{
    return turn;
}

void held_turn_release(void)
{
    if (!turn)
        return;
    ReleaseMutex(turn);
    CloseHandle(turn);
    turn = NULL;
}
