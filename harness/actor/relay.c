#include "relay.h"

#include <stdio.h>
#include <string.h>

#include "../common/text.h"
#include "prompt.h"
#include "serve.h"

#define PIPE_BYTES (16 * LINE_BYTES)
#define NUMBER "1 " /* of every request: the prompt has no sequence numbers */

struct relay {
    HANDLE pipe;
    struct line_reader input, replies;
    bool connected;
};

/* Waits for the actor and takes its hello. */
static bool greeted(struct relay *relay)
{
    char hello[LINE_BYTES];
    size_t length;
    if (relay->connected)
        return true;
    if (!ConnectNamedPipe(relay->pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        return false;
    relay->connected = lines_read(relay->pipe, &relay->replies, hello, &length) == LINES_READY;
    return relay->connected;
}

/* Passes one line and its reply on. Returns whether the actor still serves. */
static bool pass_on(struct relay *relay, const char *line)
{
    char bytes[LINE_BYTES + sizeof NUMBER + 1], received[LINE_BYTES];
    struct text request = text_over(bytes, sizeof bytes);
    size_t length;
    text_format(&request, NUMBER "%s\n", line);
    if (!greeted(relay) || !lines_write(relay->pipe, request.at, request.length) ||
        lines_read(relay->pipe, &relay->replies, received, &length) != LINES_READY)
        return false;
    const char *reply = strchr(received, ' ');
    if (!reply)
        return false;
    prompt_print(reply + 1);
    if (strcmp(reply + 1, "bye") != 0)
        return true;
    while (lines_read(relay->pipe, &relay->replies, received, &length) == LINES_READY)
        continue;
    return false;
}

/* Serves one actor until it ends. Returns false at the end of the input. */
static bool serve_one(struct relay *relay)
{
    char line[LINE_BYTES];
    size_t length;
    for (;;) {
        if (lines_read(GetStdHandle(STD_INPUT_HANDLE), &relay->input, line, &length) != LINES_READY)
            return false;
        if (!pass_on(relay, line))
            return true;
    }
}

uint32_t relay(const char *name)
{
    static struct relay relay;
    static const char ready[] = RELAY_FREE "\n";
    char path[300];
    int length = snprintf(path, sizeof path, "\\\\.\\pipe\\%s", name);
    bool more = true;
    if (length < 0 || (size_t)length >= sizeof path)
        return EXIT_USAGE;
    while (more) {
        memset(&relay.replies, 0, sizeof relay.replies);
        relay.connected = false;
        relay.pipe = CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                      PIPE_TYPE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, PIPE_BYTES,
                                      PIPE_BYTES, 0, NULL);
        if (relay.pipe == INVALID_HANDLE_VALUE)
            return EXIT_USAGE;
        more = lines_write(GetStdHandle(STD_OUTPUT_HANDLE), ready, sizeof ready - 1) && serve_one(&relay);
        CloseHandle(relay.pipe);
    }
    return 0;
}
