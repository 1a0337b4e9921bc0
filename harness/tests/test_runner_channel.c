/* A pipe of which every wait has a deadline. The client's end is in this process; the tests are about the server's end. */
#include "testing.h"

#include "../runner/peer/channel.h"

/* Longer than a busy machine delays anything, and shorter than a wait without a deadline. */
#define LATE_MS 3000

struct ends {
    struct channel *channel;
    HANDLE client;
};

static struct ends open_ends(void)
{
    struct ends ends = {.channel = channel_new()};
    assert_non_null(ends.channel);
    ends.client = channel_child_end(ends.channel);
    assert_ptr_not_equal(ends.client, INVALID_HANDLE_VALUE);
    return ends;
}

static void close_ends(struct ends *ends)
{
    channel_free(ends->channel);
    if (ends->client)
        CloseHandle(ends->client);
}

static void client_writes(const struct ends *ends, const char *bytes, size_t length)
{
    DWORD written = 0;
    assert_true(WriteFile(ends->client, bytes, (DWORD)length, &written, NULL));
    assert_int_equal(written, length);
}

static void client_says(const struct ends *ends, const char *text)
{
    client_writes(ends, text, strlen(text));
}

static void expect_line(const struct ends *ends, const char *expected)
{
    char line[LINE_BYTES];
    size_t length;
    assert_int_equal(channel_receive(ends->channel, line, &length, LATE_MS), CHANNEL_LINE);
    assert_string_equal(line, expected);
    assert_int_equal(length, strlen(expected));
}

/* The result of a receive with this deadline. If it timed out, it must have waited that long. */
static enum channel_result receive(const struct ends *ends, DWORD milliseconds)
{
    char line[LINE_BYTES];
    size_t length;
    ULONGLONG start = GetTickCount64();
    enum channel_result result = channel_receive(ends->channel, line, &length, milliseconds);
    ULONGLONG took = GetTickCount64() - start;
    if (result == CHANNEL_TIMEOUT && milliseconds > 20)
        assert_in_range(took, milliseconds - 20, milliseconds + LATE_MS);
    return result;
}

TEST(a_late_line_is_received)
{
    struct ends ends = open_ends();
    assert_int_equal(receive(&ends, 0), CHANNEL_TIMEOUT);
    assert_int_equal(receive(&ends, 300), CHANNEL_TIMEOUT);
    assert_int_equal(receive(&ends, 200), CHANNEL_TIMEOUT);
    client_says(&ends, "1 ok\n");
    expect_line(&ends, "1 ok");
    assert_int_equal(receive(&ends, 0), CHANNEL_TIMEOUT);
    assert_int_equal(channel_pending(ends.channel), 0);
    client_says(&ends, "2 o");
    assert_int_equal(receive(&ends, 200), CHANNEL_TIMEOUT);
    assert_int_equal(channel_pending(ends.channel), 3);
    client_says(&ends, "k\n");
    expect_line(&ends, "2 ok");
    close_ends(&ends);
}

TEST(fragments_are_joined)
{
    static const char text[] = "1 ok a=1\n2 fail error=5\n\n3 bye\n";
    static const char *const lines[] = {"1 ok a=1", "2 fail error=5", "", "3 bye"};
    for (size_t size = 1; size <= sizeof text; size++) {
        struct ends ends = open_ends();
        size_t sent = 0, seen = 0;
        while (sent < sizeof text - 1) {
            size_t piece = sizeof text - 1 - sent < size ? sizeof text - 1 - sent : size;
            client_writes(&ends, text + sent, piece);
            for (size_t i = sent; i < sent + piece; i++)
                if (text[i] == '\n')
                    expect_line(&ends, lines[seen++]);
            sent += piece;
            assert_int_equal(receive(&ends, 0), CHANNEL_TIMEOUT);
        }
        assert_int_equal(seen, 4);
        close_ends(&ends);
    }
}

TEST(the_length_of_a_line_is_limited)
{
    static char bytes[3 * LINE_BYTES], expected[LINE_BYTES];
    struct ends ends = open_ends();
    memset(bytes, 'x', sizeof bytes);
    memset(expected, 'x', LINE_BYTES - 1);
    bytes[LINE_BYTES - 1] = '\n';
    client_writes(&ends, bytes, LINE_BYTES);
    expect_line(&ends, expected);
    bytes[LINE_BYTES - 1] = 'x';
    bytes[LINE_BYTES] = '\n';
    client_writes(&ends, bytes, sizeof bytes);
    assert_int_equal(receive(&ends, LATE_MS), CHANNEL_TOO_LONG);
    assert_int_equal(receive(&ends, LATE_MS), CHANNEL_TOO_LONG);
    close_ends(&ends);
}

TEST(a_closed_pipe_is_reported)
{
    struct ends ends = open_ends();
    client_says(&ends, "1 ok\n2 hal");
    expect_line(&ends, "1 ok");
    assert_int_equal(receive(&ends, 100), CHANNEL_TIMEOUT);
    CloseHandle(ends.client);
    ends.client = NULL;
    assert_int_equal(receive(&ends, LATE_MS), CHANNEL_CLOSED);
    assert_int_equal(receive(&ends, LATE_MS), CHANNEL_CLOSED);
    assert_false(channel_send(ends.channel, "3 x\n", 4, LATE_MS));
    close_ends(&ends);
}

/* Lines that were sent before the close are received after it. */
TEST(lines_before_the_close_are_received)
{
    struct ends ends = open_ends();
    client_says(&ends, "1 ok\n2 bye\n");
    CloseHandle(ends.client);
    ends.client = NULL;
    expect_line(&ends, "1 ok");
    expect_line(&ends, "2 bye");
    assert_int_equal(receive(&ends, LATE_MS), CHANNEL_CLOSED);
    close_ends(&ends);
}

/* Takes the free blocks of about the size of a channel from the heap, and tells whether anything writes to them. */
static void watch_memory(bool check)
{
    enum { BLOCKS = 64, LEAST = 1024 };
    static unsigned char *blocks[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        size_t size = LEAST + 16 * i;
        if (!check) {
            blocks[i] = malloc(size);
            assert_non_null(blocks[i]);
            memset(blocks[i], 0xA5, size);
            continue;
        }
        for (size_t j = 0; j < size; j++)
            assert_int_equal(blocks[i][j], 0xA5);
        free(blocks[i]);
    }
}

/* The system writes into the channel while a read is under way. If channel_free did not wait for its end, the
 * end of the read, or what the client writes, would be written to memory that was freed. */
TEST(a_channel_is_freed_while_it_reads)
{
    static const char shout[] = "1 a line that comes after the channel was freed\n";
    for (int round = 0; round < 30; round++) {
        struct ends ends = open_ends();
        assert_int_equal(receive(&ends, 0), CHANNEL_TIMEOUT);
        channel_free(ends.channel);
        watch_memory(false);
        DWORD written;
        assert_false(WriteFile(ends.client, shout, sizeof shout, &written, NULL));
        SleepEx(1, TRUE);
        watch_memory(true);
        CloseHandle(ends.client);
    }
    channel_free(NULL);
}

TEST(lines_are_sent_in_both_directions)
{
    struct ends ends = open_ends();
    char bytes[100];
    DWORD got;
    for (int i = 1; i <= 3; i++) {
        /* A read is under way while this is sent. */
        assert_int_equal(receive(&ends, 0), CHANNEL_TIMEOUT);
        assert_true(channel_send(ends.channel, "1 create\n", 9, LATE_MS));
        assert_true(ReadFile(ends.client, bytes, sizeof bytes, &got, NULL));
        assert_int_equal(got, 9);
        assert_memory_equal(bytes, "1 create\n", 9);
        client_says(&ends, "1 ok\n");
        expect_line(&ends, "1 ok");
    }
    close_ends(&ends);
}

/* The buffers of the pipe have a limit, and so has the wait. */
TEST(sending_to_a_closed_pipe_fails)
{
    static char bytes[65536];
    struct ends ends = open_ends();
    bool taken = true;
    int sends = 0;
    memset(bytes, 'x', sizeof bytes);
    ULONGLONG start = 0;
    while (taken && sends < 64) {
        start = GetTickCount64();
        taken = channel_send(ends.channel, bytes, sizeof bytes, 300);
        sends++;
    }
    assert_false(taken);
    assert_in_range(GetTickCount64() - start, 280, 300 + LATE_MS);
    close_ends(&ends);
}

static DWORD WINAPI connect_later(void *channel)
{
    Sleep(300);
    return channel_child_end(channel) != INVALID_HANDLE_VALUE;
}

TEST(a_client_is_accepted)
{
    struct channel *channel = channel_new();
    DWORD connected = 0;
    assert_non_null(channel);
    ULONGLONG start = GetTickCount64();
    assert_false(channel_accept(channel, 300));
    assert_in_range(GetTickCount64() - start, 280, 300 + LATE_MS);
    HANDLE thread = CreateThread(NULL, 0, connect_later, channel, 0, NULL);
    assert_non_null(thread);
    assert_true(channel_accept(channel, LATE_MS));
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &connected);
    assert_true(connected);
    CloseHandle(thread);
    /* Connected already. */
    assert_true(channel_accept(channel, 0));
    channel_free(channel);
}

/* A pipe takes one client, its name is unique, and the client's end is inheritable. */
TEST(a_second_client_is_refused)
{
    struct ends ends = open_ends();
    struct channel *other = channel_new();
    DWORD flags = 0;
    assert_non_null(other);
    assert_string_not_equal(channel_pipe_name(ends.channel), channel_pipe_name(other));
    assert_int_equal(strspn(channel_pipe_name(other), "abcdefghijklmnopqrstuvwxyz0123456789-"),
                     strlen(channel_pipe_name(other)));
    HANDLE second = channel_child_end(ends.channel);
    assert_ptr_equal(second, INVALID_HANDLE_VALUE);
    assert_int_equal(GetLastError(), ERROR_PIPE_BUSY);
    assert_true(GetHandleInformation(ends.client, &flags));
    assert_int_equal(flags & HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    channel_free(other);
    close_ends(&ends);
}

TEST(several_channels_are_waited_for)
{
    struct ends ends[3];
    HANDLE events[3];
    for (size_t i = 0; i < 3; i++) {
        ends[i] = open_ends();
        events[i] = channel_event(ends[i].channel);
        assert_int_equal(receive(&ends[i], 0), CHANNEL_TIMEOUT);
    }
    assert_int_equal(WaitForMultipleObjects(3, events, FALSE, 200), WAIT_TIMEOUT);
    client_says(&ends[1], "7 ok\n");
    assert_int_equal(WaitForMultipleObjects(3, events, FALSE, LATE_MS), WAIT_OBJECT_0 + 1);
    expect_line(&ends[1], "7 ok");
    assert_int_equal(receive(&ends[1], 0), CHANNEL_TIMEOUT);
    CloseHandle(ends[2].client);
    ends[2].client = NULL;
    assert_int_equal(WaitForMultipleObjects(3, events, FALSE, LATE_MS), WAIT_OBJECT_0 + 2);
    assert_int_equal(receive(&ends[2], 0), CHANNEL_CLOSED);
    for (size_t i = 0; i < 3; i++)
        close_ends(&ends[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_late_line_is_received),
        cmocka_unit_test(fragments_are_joined),
        cmocka_unit_test(the_length_of_a_line_is_limited),
        cmocka_unit_test(a_closed_pipe_is_reported),
        cmocka_unit_test(lines_before_the_close_are_received),
        cmocka_unit_test(a_channel_is_freed_while_it_reads),
        cmocka_unit_test(lines_are_sent_in_both_directions),
        cmocka_unit_test(sending_to_a_closed_pipe_fails),
        cmocka_unit_test(a_client_is_accepted),
        cmocka_unit_test(a_second_client_is_refused),
        cmocka_unit_test(several_channels_are_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
