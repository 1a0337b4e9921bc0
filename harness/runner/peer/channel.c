#include "channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../platform/system_calls.h"

#define PIPE_BUFFER_BYTES 65536

struct channel {
    HANDLE pipe;
    char pipe_name[80];
    OVERLAPPED read, write;
    bool reading; /* a read is under way into the reader's room */
    bool closed;
    struct line_reader reader;
};

/* Random enough that two runs at the same time, or another program, do not use the same name. With FIRST_PIPE_INSTANCE a
 * clash is an error. */
static void make_pipe_name(char *name, size_t size)
{
    static volatile LONG counter;
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    snprintf(name, size, "shmcheck-%lx-%lx-%llx", (unsigned long)GetCurrentProcessId(),
             (unsigned long)InterlockedIncrement(&counter), (unsigned long long)now.QuadPart);
}

static void pipe_path(char *path, size_t size, const char *name)
{
    snprintf(path, size, "\\\\.\\pipe\\%s", name);
}

struct channel *channel_new(void)
{
    struct channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        return NULL;
    char path[120];
    make_pipe_name(channel->pipe_name, sizeof channel->pipe_name);
    pipe_path(path, sizeof path, channel->pipe_name);
    channel->pipe =
        CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                         PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1,
                         PIPE_BUFFER_BYTES, PIPE_BUFFER_BYTES, 0, NULL);
    channel->read.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    channel->write.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (channel->pipe == INVALID_HANDLE_VALUE || !channel->read.hEvent || !channel->write.hEvent) {
        DWORD error = GetLastError();
        channel_free(channel);
        SetLastError(error);
        return NULL;
    }
    return channel;
}

/* CancelIo, the older function, also cancels the other operation of the pipe. That does no harm: a peer that did not read
 * a request in time gets no further one. */
static void cancel(struct channel *channel, OVERLAPPED *operation)
{
    if (system_calls()->CancelIoEx)
        system_calls()->CancelIoEx(channel->pipe, operation);
    else
        CancelIo(channel->pipe);
}

void channel_free(struct channel *channel)
{
    if (!channel)
        return;
    if (channel->reading) {
        /* The system owns the OVERLAPPED and the buffer until the cancelled read has ended. */
        DWORD ignored;
        cancel(channel, &channel->read);
        GetOverlappedResult(channel->pipe, &channel->read, &ignored, TRUE);
    }
    if (channel->pipe != INVALID_HANDLE_VALUE)
        CloseHandle(channel->pipe);
    if (channel->read.hEvent)
        CloseHandle(channel->read.hEvent);
    if (channel->write.hEvent)
        CloseHandle(channel->write.hEvent);
    free(channel);
}

const char *channel_pipe_name(const struct channel *channel)
{
    return channel->pipe_name;
}

size_t channel_pending(const struct channel *channel)
{
    return channel ? channel->reader.length : 0;
}

HANDLE channel_event(const struct channel *channel)
{
    return channel->read.hEvent;
}

HANDLE channel_child_end(const struct channel *channel)
{
    char path[120];
    pipe_path(path, sizeof path, channel->pipe_name);
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    return CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, &inheritable, OPEN_EXISTING, 0, NULL);
}

/* Waits for a started operation; cancels it when time is up. */
static bool finish(struct channel *channel, OVERLAPPED *operation, DWORD milliseconds)
{
    DWORD ignored;
    if (WaitForSingleObject(operation->hEvent, milliseconds) != WAIT_OBJECT_0)
        cancel(channel, operation);
    return GetOverlappedResult(channel->pipe, operation, &ignored, TRUE) != 0;
}

bool channel_accept(struct channel *channel, DWORD milliseconds)
{
    if (ConnectNamedPipe(channel->pipe, &channel->write))
        return true;
    DWORD error = GetLastError();
    if (error == ERROR_PIPE_CONNECTED)
        return true;
    return error == ERROR_IO_PENDING && finish(channel, &channel->write, milliseconds);
}

bool channel_send(struct channel *channel, const char *bytes, size_t length, DWORD milliseconds)
{
    if (WriteFile(channel->pipe, bytes, (DWORD)length, NULL, &channel->write))
        return true;
    return GetLastError() == ERROR_IO_PENDING && finish(channel, &channel->write, milliseconds);
}

/* Starts a read unless one is under way. A read that completes at once signals the event too. */
static void start_read(struct channel *channel)
{
    size_t room;
    if (channel->reading || channel->closed)
        return;
    char *at = line_reader_room(&channel->reader, &room);
    if (ReadFile(channel->pipe, at, (DWORD)room, NULL, &channel->read) || GetLastError() == ERROR_IO_PENDING)
        channel->reading = true;
    else
        channel->closed = true;
}

enum channel_result channel_receive(struct channel *channel, char *out, size_t *length, DWORD milliseconds)
{
    uint64_t end = system_milliseconds() + milliseconds;
    for (;;) {
        switch (line_reader_next(&channel->reader, out, length)) {
        case LINE_NEXT_READY:
            return CHANNEL_LINE;
        case LINE_NEXT_TOO_LONG:
            return CHANNEL_TOO_LONG;
        case LINE_NEXT_NONE:
            break;
        }
        start_read(channel);
        if (channel->closed)
            return CHANNEL_CLOSED;
        uint64_t now = system_milliseconds();
        DWORD left = now < end ? (DWORD)(end - now) : 0;
        if (WaitForSingleObject(channel->read.hEvent, left) != WAIT_OBJECT_0)
            return CHANNEL_TIMEOUT;
        DWORD got = 0;
        channel->reading = false;
        if (!GetOverlappedResult(channel->pipe, &channel->read, &got, TRUE) || got == 0)
            channel->closed = true;
        line_reader_added(&channel->reader, got);
    }
}
