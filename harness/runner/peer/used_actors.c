#include "used_actors.h"

#include "../platform/invariant.h"

bool used_actors_have_room(const struct used_actors *used, enum arch arch)
{
    return used->counts[arch] < USED_ACTORS_MOST;
}

void used_actors_keep(struct used_actors *used, enum arch arch, struct peer *peer)
{
    INVARIANT(used_actors_have_room(used, arch) && channel_pending(peer->channel) == 0);
    used->of[arch][used->counts[arch]++] = *peer;
    *peer = (struct peer){0};
}

bool used_actors_take(struct used_actors *used, enum arch arch, struct peer_group *group, struct peer *out)
{
    DWORD code;
    while (used->counts[arch] > 0) {
        struct peer *last = &used->of[arch][--used->counts[arch]];
        /* An actor that ended while it waited is not reported: the case can do without it. */
        if (child_wait(&last->child, 0, &code) == CHILD_RUNS) {
            *out = *last;
            peer_greet_again(group, out);
            return true;
        }
        peer_close(last);
    }
    return false;
}

size_t used_actors_count(const struct used_actors *used)
{
    size_t count = 0;
    for (int i = 0; i < ARCH_COUNT; i++)
        count += used->counts[i];
    return count;
}

void used_actors_drop(struct used_actors *used)
{
    for (int i = 0; i < ARCH_COUNT; i++)
        while (used->counts[i] > 0)
            peer_close(&used->of[i][--used->counts[i]]);
}
