#include "prestarted.h"

#include "../stage/stage.h"

static void drop(struct spare *spare)
{
    if (spare->there)
        link_close(&spare->link);
    *spare = (struct spare){0};
}

void spares_start(struct spares *spares, enum arch arch, struct stage *stage)
{
    struct spare *spare = &spares->of[arch];
    const wchar_t *program = stage->settings->actors[arch];
    const char *failed;
    if (spare->there || !program[0])
        return;
    spare->there = true;
    if (link_open(stage, &spare->link) || link_start(stage, &spare->link, program, NULL, &failed))
        drop(spare);
}

void spares_settle(struct spares *spares, enum arch arch, struct stage *stage)
{
    const struct spare *spare = &spares->of[arch];
    if (spare->there)
        channel_news(spare->link.channel, stage_timeout(stage));
}

bool spares_take(struct spares *spares, enum arch arch, struct link *out)
{
    struct spare *spare = &spares->of[arch];
    DWORD code;
    if (!spare->there)
        return false;
    /* Whoever has ended it meanwhile has done nothing to the case that asks for it. */
    if (child_wait(&spare->link.child, 0, &code)) {
        drop(spare);
        return false;
    }
    *out = spare->link;
    *spare = (struct spare){0};
    return true;
}

size_t spares_count(const struct spares *spares)
{
    size_t count = 0;
    for (int i = 0; i < ARCH_COUNT; i++)
        count += spares->of[i].there;
    return count;
}

void spares_drop(struct spares *spares)
{
    for (int i = 0; i < ARCH_COUNT; i++)
        drop(&spares->of[i]);
}
