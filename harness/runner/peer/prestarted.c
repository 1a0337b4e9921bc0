#include "prestarted.h"

#include "../stage/stage.h"

static void drop(struct prestarted_actor *spare)
{
    if (spare->there)
        peer_close(&spare->peer);
    *spare = (struct prestarted_actor){0};
}

void prestarted_start(struct prestarted *prestarted, enum arch arch, struct stage *stage)
{
    struct prestarted_actor *spare = &prestarted->of[arch];
    const wchar_t *program = stage->settings->actors[arch];
    const char *failed;
    if (spare->there || !program[0])
        return;
    spare->there = true;
    if (peer_open(stage, &spare->peer) || peer_start(stage, &spare->peer, program, NULL, &failed))
        drop(spare);
}

void prestarted_settle(struct prestarted *prestarted, enum arch arch, struct stage *stage)
{
    const struct prestarted_actor *spare = &prestarted->of[arch];
    if (spare->there)
        channel_news(spare->peer.channel, stage_timeout(stage));
}

bool prestarted_take(struct prestarted *prestarted, enum arch arch, struct peer *out)
{
    struct prestarted_actor *spare = &prestarted->of[arch];
    DWORD code;
    if (!spare->there)
        return false;
    /* Whoever has ended it meanwhile has done nothing to the case that asks for it. */
    if (child_wait(&spare->peer.child, 0, &code)) {
        drop(spare);
        return false;
    }
    *out = spare->peer;
    *spare = (struct prestarted_actor){0};
    return true;
}

size_t prestarted_count(const struct prestarted *prestarted)
{
    size_t count = 0;
    for (int i = 0; i < ARCH_COUNT; i++)
        count += prestarted->of[i].there;
    return count;
}

void prestarted_drop(struct prestarted *prestarted)
{
    for (int i = 0; i < ARCH_COUNT; i++)
        drop(&prestarted->of[i]);
}
