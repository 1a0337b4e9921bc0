#include "serve.h"

#include "footprint.h"
#include "verbs.h"

#ifndef SHMCHECK_VERSION
#define SHMCHECK_VERSION "dev"
#endif

/* Bytes of a line for the sequence number, the blank behind it and the newline. */
#define AROUND_REPLY 12

enum lines_next lines_read(HANDLE from, struct line_reader *reader, char *out, size_t *length)
{
    for (;;) {
        enum line_next next = line_reader_next(reader, out, length);
        if (next == LINE_NEXT_READY)
            return LINES_READY;
        if (next == LINE_NEXT_TOO_LONG)
            return LINES_TOO_LONG;
        size_t room;
        DWORD got = 0;
        char *to = line_reader_room(reader, &room);
        /* ERROR_MORE_DATA: a message pipe has the rest of the message for the next call. */
        if (!ReadFile(from, to, (DWORD)room, &got, NULL) && GetLastError() != ERROR_MORE_DATA)
            return LINES_END;
        if (got == 0)
            return LINES_END;
        line_reader_added(reader, got);
    }
}

bool lines_write(HANDLE to, const char *bytes, size_t length)
{
    while (length > 0) {
        DWORD put = 0;
        if (!WriteFile(to, bytes, (DWORD)length, &put, NULL) || put == 0)
            return false;
        bytes += put;
        length -= put;
    }
    return true;
}

static bool send(HANDLE pipe, uint32_t sequence, const char *reply)
{
    char bytes[LINE_BYTES + 1];
    struct text line = text_over(bytes, sizeof bytes);
    text_format(&line, "%lu %s\n", (unsigned long)sequence, reply);
    return lines_write(pipe, line.at, line.length);
}

static bool greet(HANDLE pipe)
{
    char bytes[LINE_BYTES - AROUND_REPLY];
    struct text hello = text_over(bytes, sizeof bytes);
    text_format(&hello, "hello protocol=%d bits=%u version=%s ~pid=%lu", PROTOCOL_VERSION,
                (unsigned)(8 * sizeof(void *)), SHMCHECK_VERSION, GetCurrentProcessId());
    return send(pipe, 0, hello.at);
}

/* The sequence number of a malformed request; 0 if it has none. */
static uint32_t sequence_of(const char *bytes)
{
    uint64_t sequence = 0;
    for (; *bytes >= '0' && *bytes <= '9' && sequence <= UINT32_MAX; bytes++)
        sequence = sequence * 10 + (uint64_t)(*bytes - '0');
    return *bytes == ' ' && sequence <= UINT32_MAX ? (uint32_t)sequence : 0;
}

uint32_t serve(HANDLE pipe)
{
    static struct line_reader reader;
    static struct line request;
    char received[LINE_BYTES], bytes[LINE_BYTES - AROUND_REPLY];
    size_t length;
    struct reply reply = {.text = text_over(bytes, sizeof bytes)};
    footprint_begin();
    if (!greet(pipe))
        return EXIT_LEFT_ALONE;
    for (;;) {
        enum lines_next next = lines_read(pipe, &reader, received, &length);
        if (next == LINES_END)
            return EXIT_LEFT_ALONE;
        if (next == LINES_TOO_LONG) {
            reply_bad(&reply, "a line of more than %d bytes", LINE_BYTES);
            send(pipe, 0, reply.text.at);
            return EXIT_USAGE;
        }
        const char *wrong = line_parse(&request, received, length);
        if (wrong)
            reply_bad(&reply, "%s", wrong);
        else
            verb_perform(&request, &reply);
        if (!send(pipe, wrong ? sequence_of(received) : request.sequence, reply.text.at))
            return EXIT_LEFT_ALONE;
        if (reply.leaves)
            return reply.exit_code;
    }
}
