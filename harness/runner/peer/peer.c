#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../platform/invariant.h"
#include "image_copy.h"

static bool playing(const struct peer_group *group)
{
    return group->recording->mode == RECORDING_REPLAY;
}

static void announce_wait(const struct peer_group *group)
{
    if (group->waits)
        group->waits(group->context);
}

static void record(struct peer_group *group, enum recorded_kind kind, bool flag, uint32_t number,
                   const char *text)
{
    if (group->recording->mode == RECORDING_ON)
        recording_add(group->recording, kind, flag, number, text);
}

DWORD peer_open(struct peer_group *group, struct peer *peer)
{
    if (playing(group)) {
        const struct recorded_entry *entry = recording_next(group->recording, RECORDED_PIPE_NAME);
        snprintf(peer->pipe_name, sizeof peer->pipe_name, "%s", entry ? entry->text : "");
        return ERROR_SUCCESS;
    }
    peer->channel = channel_new();
    if (!peer->channel)
        return GetLastError();
    snprintf(peer->pipe_name, sizeof peer->pipe_name, "%s", channel_pipe_name(peer->channel));
    record(group, RECORDED_PIPE_NAME, true, 0, peer->pipe_name);
    return ERROR_SUCCESS;
}

/* Every user may read the system directory; an actor under another identity may have no access to the runner's. */
static const wchar_t *public_folder(void)
{
    static wchar_t folder[MAX_PATH];
    if (!folder[0] && GetSystemDirectoryW(folder, MAX_PATH) >= MAX_PATH)
        folder[0] = 0;
    return folder[0] ? folder : NULL;
}

/* The actor loads advapi32 before its hello: what the identity may no longer do afterwards must not keep it from that. */
#define FOR_IDENTITY L"security"

/* The actor inherits nothing: it opens the pipe by name, is in no job and ends when the pipe is closed. */
static DWORD start_apart(struct peer_group *group, struct peer *peer, struct process_spec *start)
{
    wchar_t token[80];
    swprintf(token, sizeof token / sizeof token[0], L"%hs", channel_pipe_name(peer->channel));
    start->arguments = (const wchar_t *[]){L"connect", token, FOR_IDENTITY, NULL};
    start->output = NULL;
    start->job = NULL;
    DWORD error = child_start(&peer->child, start);
    if (!error && !channel_accept(peer->channel, group->timeout))
        error = ERROR_TIMEOUT;
    return error;
}

static DWORD start_inheriting(struct peer *peer, struct process_spec *start, bool identity)
{
    HANDLE end = channel_child_end(peer->channel);
    if (end == INVALID_HANDLE_VALUE)
        return GetLastError();
    wchar_t handle[24];
    swprintf(handle, sizeof handle / sizeof handle[0], L"%llx", (unsigned long long)(uintptr_t)end);
    start->arguments = (const wchar_t *[]){L"serve", handle, identity ? FOR_IDENTITY : NULL, NULL};
    start->inherit[0] = end;
    DWORD error = child_start(&peer->child, start);
    CloseHandle(end);
    return error;
}

static DWORD start_as(struct peer_group *group, struct peer *peer, const wchar_t *program,
                      struct identity_launch *launch)
{
    struct process_spec start = {
        .image = launch->image[0] ? launch->image : program,
        .output = group->output,
        .job = group->job,
        .token = launch->token,
        .container = launch->container.AppContainerSid ? &launch->container : NULL,
        .directory = public_folder(),
    };
    launch->failed = launch->token ? "CreateProcessAsUser" : "CreateProcess";
    return launch->apart ? start_apart(group, peer, &start) : start_inheriting(peer, &start, true);
}

DWORD peer_copy(struct peer_group *group, struct peer *peer, const wchar_t *program, bool large_address_aware,
                const char **failed)
{
    wchar_t path[MAX_PATH + 1];
    if (playing(group))
        return ERROR_SUCCESS;
    DWORD error = image_copy(program, group->run, path, failed);
    if (error)
        return error;
    *failed = "changing the program's header";
    peer->copy = _wcsdup(path);
    error = image_set_large_address_aware(path, large_address_aware);
    if (peer->copy)
        return error;
    DeleteFileW(path);
    return ERROR_NOT_ENOUGH_MEMORY;
}

DWORD peer_start(struct peer_group *group, struct peer *peer, const wchar_t *program,
                 const struct identity *identity, const char **failed)
{
    *failed = "CreateProcess";
    if (playing(group))
        return ERROR_SUCCESS;
    announce_wait(group);
    group->starts++;
    if (!identity)
        return start_inheriting(peer,
                                &(struct process_spec){
                                    .image = peer->copy ? peer->copy : program,
                                    .output = group->output,
                                    .job = group->job,
                                },
                                false);
    struct identity_launch launch;
    DWORD error = identity_launch_make(&launch, identity, program, group->run);
    if (launch.temporary)
        peer->copy = _wcsdup(launch.image);
    if (!error)
        error = start_as(group, peer, program, &launch);
    *failed = launch.failed;
    identity_launch_free(&launch);
    return error;
}

DWORD peer_settle(struct peer_group *group, struct peer *peer, const struct identity *identity)
{
    return playing(group) ? ERROR_SUCCESS : identity_launch_settle(identity, &peer->child);
}

bool peer_accept(struct peer_group *group, struct peer *peer)
{
    announce_wait(group);
    if (playing(group))
        return true;
    group->starts++;
    return channel_accept(peer->channel, group->timeout);
}

DWORD peer_open_process(struct peer_group *group, struct peer *peer, uint64_t pid)
{
    if (playing(group))
        return ERROR_SUCCESS;
    return child_open(&peer->child, (DWORD)pid);
}

bool peer_send(struct peer_group *group, struct peer *peer, const char *bytes, size_t length)
{
    if (playing(group)) {
        const struct recorded_entry *entry = recording_next(group->recording, RECORDED_REQUEST);
        if (entry && strcmp(entry->text, bytes) != 0)
            group->recording->diverged = true;
        return true;
    }
    record(group, RECORDED_REQUEST, true, 0, bytes);
    return channel_send(peer->channel, bytes, length, group->timeout);
}

void peer_greet_again(struct peer_group *group, struct peer *peer)
{
    INVARIANT(peer->hello != NULL);
    peer->greets_again = true;
    record(group, RECORDED_PIPE_NAME, true, 0, peer->pipe_name);
}

/* Most replies arrive within this time; only a longer wait is announced. */
#define SOON_MS 5

static enum channel_result receive_from_pipe(struct peer_group *group, struct peer *peer, char *out,
                                             size_t *length)
{
    const DWORD timeout = group->timeout;
    if (timeout <= SOON_MS)
        return channel_receive(peer->channel, out, length, timeout);
    enum channel_result result = channel_receive(peer->channel, out, length, SOON_MS);
    if (result != CHANNEL_TIMEOUT)
        return result;
    announce_wait(group);
    return channel_receive(peer->channel, out, length, timeout - SOON_MS);
}

static enum channel_result receive_live(struct peer_group *group, struct peer *peer, char *out,
                                        size_t *length)
{
    if (peer->greets_again) {
        peer->greets_again = false;
        *length = strlen(peer->hello);
        memcpy(out, peer->hello, *length + 1);
        return CHANNEL_LINE;
    }
    enum channel_result result = receive_from_pipe(group, peer, out, length);
    if (result == CHANNEL_LINE && !peer->hello)
        peer->hello = _strdup(out); /* without memory for it the actor is not used again */
    return result;
}

static enum channel_result receive(struct peer_group *group, struct peer *peer, char *out, size_t *length)
{
    struct recording *recording = group->recording;
    if (!playing(group))
        return receive_live(group, peer, out, length);
    if (recording->next < recording->count && recording->entries[recording->next].kind == RECORDED_NO_LINE)
        return (enum channel_result)recording_next(recording, RECORDED_NO_LINE)->number;
    const struct recorded_entry *entry = recording_next(recording, RECORDED_LINE);
    if (!entry)
        return CHANNEL_CLOSED;
    *length = strlen(entry->text);
    memcpy(out, entry->text, *length + 1);
    return CHANNEL_LINE;
}

enum channel_result peer_receive(struct peer_group *group, struct peer *peer, char *out, size_t *length)
{
    struct recording *recording = group->recording;
    enum channel_result result = receive(group, peer, out, length);
    if (result != CHANNEL_LINE)
        record(group, RECORDED_NO_LINE, false, (uint32_t)result, NULL);
    else
        record(group, RECORDED_LINE, true, 0, out);
    peer->recorded_at = recording->count - (recording->count > 0);
    size_t place = group->received++;
    if (result == CHANNEL_LINE && place == recording->mutated_at) {
        *length = strlen(recording->mutated);
        memcpy(out, recording->mutated, *length + 1);
    }
    return result;
}

enum child_state peer_wait(struct peer_group *group, struct peer *peer, DWORD *exit_code)
{
    if (playing(group)) {
        const struct recorded_entry *entry = recording_next(group->recording, RECORDED_END);
        *exit_code = entry ? entry->number : 0;
        return entry && entry->flag ? CHILD_ENDED : CHILD_RUNS;
    }
    announce_wait(group);
    enum child_state state =
        peer->child.process ? child_wait(&peer->child, group->timeout, exit_code) : CHILD_RUNS;
    /* Only cases without an error are replayed, and an unknown exit code is an error. */
    record(group, RECORDED_END, state == CHILD_ENDED, state == CHILD_ENDED ? (uint32_t)*exit_code : 0, NULL);
    return state;
}

bool peer_kill(struct peer_group *group, struct peer *peer)
{
    return playing(group) || (peer->child.process && child_kill(&peer->child));
}

void peer_close(struct peer *peer)
{
    child_kill(&peer->child);
    child_close(&peer->child);
    if (peer->copy)
        DeleteFileW(peer->copy);
    free(peer->copy);
    peer->copy = NULL;
    free(peer->hello);
    peer->hello = NULL;
    channel_free(peer->channel);
    peer->channel = NULL;
}
