#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "image_copy.h"
#include "../stage/stage.h"

static bool playing(const struct stage *stage)
{
    return stage->tape->mode == TAPE_PLAY;
}

static void record(struct stage *stage, enum tape_kind kind, bool flag, uint32_t number, const char *text)
{
    if (stage->tape->mode == TAPE_RECORD)
        tape_record(stage->tape, kind, flag, number, text);
}

DWORD link_open(struct stage *stage, struct link *link)
{
    if (playing(stage)) {
        const struct tape_entry *entry = tape_play(stage->tape, TAPE_TOKEN);
        snprintf(link->token, sizeof link->token, "%s", entry ? entry->text : "");
        return ERROR_SUCCESS;
    }
    link->channel = channel_new();
    if (!link->channel)
        return GetLastError();
    snprintf(link->token, sizeof link->token, "%s", channel_token(link->channel));
    record(stage, TAPE_TOKEN, true, 0, link->token);
    return ERROR_SUCCESS;
}

/* The folder of the system is one that everybody may read; an actor's own identity may not lead into the runner's. */
static const wchar_t *public_folder(void)
{
    static wchar_t folder[MAX_PATH];
    if (!folder[0] && GetSystemDirectoryW(folder, MAX_PATH) >= MAX_PATH)
        folder[0] = 0;
    return folder[0] ? folder : NULL;
}

/* An actor that is apart opens the pipe by its name and has nobody's job to end it: it ends with the pipe. */
static DWORD start_apart(struct stage *stage, struct link *link, struct start *start)
{
    wchar_t token[80];
    swprintf(token, sizeof token / sizeof token[0], L"%hs", channel_token(link->channel));
    start->arguments = (const wchar_t *[]){L"connect", token, NULL};
    start->output = NULL;
    start->job = NULL;
    DWORD error = child_start(&link->child, start);
    if (!error && !channel_accept(link->channel, stage_timeout(stage)))
        error = ERROR_TIMEOUT;
    return error;
}

static DWORD start_heir(struct link *link, struct start *start)
{
    HANDLE end = channel_child_end(link->channel);
    if (end == INVALID_HANDLE_VALUE)
        return GetLastError();
    wchar_t handle[24];
    swprintf(handle, sizeof handle / sizeof handle[0], L"%llx", (unsigned long long)(uintptr_t)end);
    start->arguments = (const wchar_t *[]){L"serve", handle, NULL};
    start->inherit[0] = end;
    DWORD error = child_start(&link->child, start);
    CloseHandle(end);
    return error;
}

static DWORD start_as(struct stage *stage, struct link *link, const wchar_t *program, struct guise *guise)
{
    struct start start = {
        .image = guise->image[0] ? guise->image : program,
        .output = stage->settings->output,
        .job = stage->settings->job,
        .token = guise->token,
        .container = guise->container.AppContainerSid ? &guise->container : NULL,
        .directory = public_folder(),
    };
    guise->failed = guise->token ? "CreateProcessAsUser" : "CreateProcess";
    return guise->apart ? start_apart(stage, link, &start) : start_heir(link, &start);
}

DWORD link_copy(struct stage *stage, struct link *link, const wchar_t *program, bool large_address_aware,
                const char **failed)
{
    wchar_t path[MAX_PATH + 1];
    if (playing(stage))
        return ERROR_SUCCESS;
    DWORD error = image_copy(program, stage->settings->run, path, failed);
    if (error)
        return error;
    *failed = "changing the program's header";
    link->copy = _wcsdup(path);
    error = image_set_large_address_aware(path, large_address_aware);
    if (link->copy)
        return error;
    DeleteFileW(path);
    return ERROR_NOT_ENOUGH_MEMORY;
}

DWORD link_start(struct stage *stage, struct link *link, const wchar_t *program,
                 const struct identity *identity, const char **failed)
{
    *failed = "CreateProcess";
    if (playing(stage))
        return ERROR_SUCCESS;
    stage_waits(stage);
    if (!identity)
        return start_heir(link, &(struct start){
                                    .image = link->copy ? link->copy : program,
                                    .output = stage->settings->output,
                                    .job = stage->settings->job,
                                });
    struct guise guise;
    DWORD error = guise_make(&guise, identity, program, stage->settings->run);
    if (guise.temporary)
        link->copy = _wcsdup(guise.image);
    if (!error)
        error = start_as(stage, link, program, &guise);
    *failed = guise.failed;
    guise_free(&guise);
    return error;
}

DWORD link_settle(struct stage *stage, struct link *link, const struct identity *identity)
{
    return playing(stage) ? ERROR_SUCCESS : guise_settle(identity, &link->child);
}

bool link_accept(struct stage *stage, struct link *link)
{
    stage_waits(stage);
    return playing(stage) || channel_accept(link->channel, stage_timeout(stage));
}

DWORD link_take_process(struct stage *stage, struct link *link, uint64_t pid)
{
    if (playing(stage))
        return ERROR_SUCCESS;
    link->child.id = (DWORD)pid;
    link->child.process = OpenProcess(SYNCHRONIZE | PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION,
                                      FALSE, link->child.id);
    return link->child.process ? ERROR_SUCCESS : GetLastError();
}

bool link_send(struct stage *stage, struct link *link, const char *bytes, size_t length)
{
    if (playing(stage)) {
        const struct tape_entry *entry = tape_play(stage->tape, TAPE_SENT);
        if (entry && strcmp(entry->text, bytes) != 0)
            stage->tape->strayed = true;
        return true;
    }
    record(stage, TAPE_SENT, true, 0, bytes);
    return channel_send(link->channel, bytes, length, stage_timeout(stage));
}

/* Most replies are there at once. */
#define SOON_MS 5

static enum channel_result receive_live(struct stage *stage, struct link *link, char *out, size_t *length)
{
    const DWORD timeout = stage_timeout(stage);
    if (timeout <= SOON_MS)
        return channel_receive(link->channel, out, length, timeout);
    enum channel_result result = channel_receive(link->channel, out, length, SOON_MS);
    if (result != CHANNEL_TIMEOUT)
        return result;
    stage_waits(stage);
    return channel_receive(link->channel, out, length, timeout - SOON_MS);
}

static enum channel_result receive(struct stage *stage, struct link *link, char *out, size_t *length)
{
    struct tape *tape = stage->tape;
    if (!playing(stage))
        return receive_live(stage, link, out, length);
    if (tape->next < tape->count && tape->entries[tape->next].kind == TAPE_NEWS)
        return (enum channel_result)tape_play(tape, TAPE_NEWS)->number;
    const struct tape_entry *entry = tape_play(tape, TAPE_LINE);
    if (!entry)
        return CHANNEL_CLOSED;
    *length = strlen(entry->text);
    memcpy(out, entry->text, *length + 1);
    return CHANNEL_LINE;
}

enum channel_result link_receive(struct stage *stage, struct link *link, char *out, size_t *length)
{
    struct tape *tape = stage->tape;
    enum channel_result result = receive(stage, link, out, length);
    if (result != CHANNEL_LINE)
        record(stage, TAPE_NEWS, false, (uint32_t)result, NULL);
    else
        record(stage, TAPE_LINE, true, 0, out);
    link->taped = tape->count - (tape->count > 0);
    size_t place = stage->received++;
    if (result == CHANNEL_LINE && place == tape->mutated_at) {
        *length = strlen(tape->mutated);
        memcpy(out, tape->mutated, *length + 1);
    }
    return result;
}

bool link_wait(struct stage *stage, struct link *link, DWORD *exit_code)
{
    if (playing(stage)) {
        const struct tape_entry *entry = tape_play(stage->tape, TAPE_END);
        *exit_code = entry ? entry->number : 0;
        return entry && entry->flag;
    }
    stage_waits(stage);
    bool ended = link->child.process && child_wait(&link->child, stage_timeout(stage), exit_code);
    record(stage, TAPE_END, ended, ended ? (uint32_t)*exit_code : 0, NULL);
    return ended;
}

bool link_kill(struct stage *stage, struct link *link)
{
    return playing(stage) || (link->child.process && child_kill(&link->child));
}

void link_close(struct link *link)
{
    child_kill(&link->child);
    child_close(&link->child);
    if (link->copy)
        DeleteFileW(link->copy);
    free(link->copy);
    link->copy = NULL;
    channel_free(link->channel);
    link->channel = NULL;
}
