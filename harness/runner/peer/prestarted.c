#include "prestarted.h"

static void drop(struct prestarted_actor *actor)
{
    if (actor->exists)
        peer_close(&actor->peer);
    *actor = (struct prestarted_actor){0};
}

void prestarted_start(struct prestarted *prestarted, enum arch arch, const wchar_t *program,
                      struct peer_group *group)
{
    struct prestarted_actor *actor = &prestarted->of[arch];
    const char *failed;
    if (actor->exists || !program[0])
        return;
    actor->exists = true;
    if (peer_open(group, &actor->peer) || peer_start(group, &actor->peer, program, NULL, &failed))
        drop(actor);
}

bool prestarted_take(struct prestarted *prestarted, enum arch arch, struct peer *out)
{
    struct prestarted_actor *actor = &prestarted->of[arch];
    DWORD code;
    if (!actor->exists)
        return false;
    /* The waiting actor may have ended: the case then starts its own. */
    if (child_wait(&actor->peer.child, 0, &code) != CHILD_RUNS) {
        drop(actor);
        return false;
    }
    *out = actor->peer;
    *actor = (struct prestarted_actor){0};
    return true;
}

size_t prestarted_count(const struct prestarted *prestarted)
{
    size_t count = 0;
    for (int i = 0; i < ARCH_COUNT; i++)
        count += prestarted->of[i].exists;
    return count;
}

void prestarted_drop(struct prestarted *prestarted)
{
    for (int i = 0; i < ARCH_COUNT; i++)
        drop(&prestarted->of[i]);
}
