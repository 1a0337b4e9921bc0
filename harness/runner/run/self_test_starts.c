#include "self_test_starts.h"

#include <stdio.h>
#include <string.h>

#include "../peer/identity.h"
#include "../peer/image_copy.h"
#include "../platform/system_calls.h"

static bool needed(const struct self_test_setup *setup, const char *need)
{
    return !setup->needed || setup->needed(setup->context, need);
}

/* The reply to one request, "" if there is none, without its number. */
static void ask(struct peer_group *group, struct peer *peer, int number, const char *request, char *out,
                size_t size)
{
    char wire[200], raw[LINE_BYTES];
    size_t length;
    int sent = snprintf(wire, sizeof wire, "%d %s\n", number, request);
    out[0] = 0;
    if (peer_send(group, peer, wire, (size_t)sent) &&
        peer_receive(group, peer, raw, &length) == CHANNEL_LINE) {
        const char *reply = strchr(raw, ' ');
        snprintf(out, size, "%s", reply ? reply + 1 : raw);
    }
}

/* Starts an actor and reads its hello; the caller closes the peer. */
static void start_actor(struct self_test_start *out, struct peer_group *group, struct peer *peer,
                        const wchar_t *program, const struct identity *identity)
{
    char raw[LINE_BYTES];
    size_t length;
    uint64_t before = system_milliseconds();
    *peer = (struct peer){0};
    out->failed = "CreateNamedPipe";
    out->error = peer_open(group, peer);
    if (!out->error)
        out->error = peer_start(group, peer, program, identity, &out->failed);
    if (out->error)
        return;
    out->failed = peer_receive(group, peer, raw, &length) == CHANNEL_LINE ? NULL : "no hello";
    out->milliseconds = system_milliseconds() - before;
    if (out->failed && peer->child.process)
        out->state = child_wait(&peer->child, group->timeout, &out->code);
    if (!out->failed && identity && (out->error = peer_settle(group, peer, identity)) != 0)
        out->failed = "SetTokenInformation";
}

static void start_and_end(struct self_test_start *out, struct peer_group *group, const wchar_t *program,
                          const struct identity *identity)
{
    struct peer peer;
    start_actor(out, group, &peer, program, identity);
    peer_close(&peer);
}

/* Memory that is reserved and not committed faults without any section. */
void self_test_faults(struct self_test_seen *out, const struct self_test_setup *setup,
                      struct peer_group *group)
{
    static const char *const requests[] = {"reserve place size=65536", "read place at=0 length=1",
                                           "write place at=0 u8=1", "execute place at=0"};
    struct peer peer;
    struct self_test_start plain = {0};
    char reserved[200];
    start_actor(&plain, group, &peer, setup->programs->actors[ARCH_OWN], NULL);
    for (int i = 0; i < 4 && !plain.failed; i++)
        ask(group, &peer, i + 1, requests[i], i == 0 ? reserved : out->replies[i - 1], sizeof reserved);
    peer_close(&peer);
}

void self_test_identities(struct self_test_seen *out, const struct self_test_setup *setup,
                          struct peer_group *group)
{
    const struct identity *identity;
    const wchar_t *program = setup->programs->actors[ARCH_OWN];
    for (size_t i = 0; (identity = identity_at(i)) != NULL && out->start_count < SELF_TEST_IDENTITIES; i++) {
        char need[60];
        snprintf(need, sizeof need, "identity-%s", identity_name(identity));
        if (!needed(setup, need))
            continue;
        struct self_test_start *start = &out->starts[out->start_count++];
        start->name = identity_name(identity);
        start_and_end(start, group, program, identity);
        if (start->failed || strcmp(start->name, "appcontainer") != 0 || !out->whole)
            continue;
        out->contained = true;
        start_and_end(&out->container_again, group, program, identity);
    }
}

void self_test_copies(struct self_test_seen *out, const struct self_test_setup *setup,
                      struct peer_group *group)
{
    wchar_t path[MAX_PATH + 1];
    out->copied = needed(setup, "program-copy");
    if (!out->copied)
        return;
    out->copies[0].error =
        image_copy(setup->programs->actors[ARCH_OWN], group->run, path, &out->copies[0].failed);
    if (out->copies[0].error)
        return;
    for (int i = 0; i < 2; i++)
        start_and_end(&out->copies[i], group, path, NULL);
    DeleteFileW(path);
}
