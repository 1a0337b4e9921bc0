/* shmactor.exe as a process: hello, requests, malformed lines, every kind of end, and two actors with one section. The
 * program is that of SHMCHECK_ACTOR, else the one in the folder above this test. */
#include "testing.h"

#include <wchar.h>

#include "../runner/peer/channel.h"
#include "../runner/peer/output_file.h"
#include "../runner/peer/process.h"

#define PATIENCE 20000 /* ms; no test waits that long unless something is broken */
#define LEFT_ALONE 0x6E736D

struct actor {
    struct channel *channel;
    struct child child;
    uint32_t sequence;
    char line[LINE_BYTES]; /* the last reply, with its number */
};

static wchar_t actor_path[MAX_PATH];
static struct job *job;
static HANDLE output; /* the output of actors, apart from that of this test */

static int find_actor(void **state)
{
    (void)state;
    job = job_new();
    output = output_file_new();
    if (GetEnvironmentVariableW(L"SHMCHECK_ACTOR", actor_path, MAX_PATH) == 0) {
        GetModuleFileNameW(NULL, actor_path, MAX_PATH - 16);
        for (int up = 0; up < 2; up++) {
            wchar_t *slash = wcsrchr(actor_path, L'\\');
            if (slash)
                *slash = L'\0';
        }
        wcscat(actor_path, L"\\shmactor.exe");
    }
    if (GetFileAttributesW(actor_path) != INVALID_FILE_ATTRIBUTES && job && output != INVALID_HANDLE_VALUE)
        return 0;
    printf("# no actor: build shmactor or set SHMCHECK_ACTOR\n");
    return -1;
}

static int close_job(void **state)
{
    (void)state;
    job_free(job);
    return CloseHandle(output) ? 0 : -1;
}

/* ---- one actor ---- */

static void receive(struct actor *actor)
{
    size_t length;
    assert_int_equal(channel_receive(actor->channel, actor->line, &length, PATIENCE), CHANNEL_LINE);
}

static void start_with(struct actor *actor, const wchar_t *mode, const wchar_t *argument, HANDLE inherit)
{
    const wchar_t *arguments[] = {mode, argument, NULL};
    struct process_spec start = {
        .image = actor_path, .arguments = arguments, .inherit = {inherit}, .job = job};
    start.output = output;
    assert_int_equal(child_start(&actor->child, &start), 0);
}

static void start_serving(struct actor *actor)
{
    wchar_t number[32];
    *actor = (struct actor){.channel = channel_new()};
    assert_non_null(actor->channel);
    HANDLE end = channel_child_end(actor->channel);
    assert_true(end != INVALID_HANDLE_VALUE);
    swprintf(number, 32, L"%llX", (unsigned long long)(uintptr_t)end);
    start_with(actor, L"serve", number, end);
    CloseHandle(end);
    receive(actor);
}

static void expect_end(struct actor *actor, DWORD expected)
{
    DWORD code = 0;
    assert_true(child_wait(&actor->child, PATIENCE, &code));
    assert_int_equal(code, expected);
    child_close(&actor->child);
    channel_free(actor->channel);
    actor->channel = NULL;
}

static void send_raw(struct actor *actor, const char *bytes)
{
    assert_true(channel_send(actor->channel, bytes, strlen(bytes), PATIENCE));
}

/* The reply without its sequence number, which must be that of the request. */
static const char *ask(struct actor *actor, const char *request)
{
    char bytes[LINE_BYTES + 32];
    int length = snprintf(bytes, sizeof bytes, "%u %s\n", (unsigned)++actor->sequence, request);
    assert_true(length > 0 && (size_t)length < sizeof bytes);
    send_raw(actor, bytes);
    receive(actor);
    char *rest;
    assert_int_equal(strtoul(actor->line, &rest, 10), actor->sequence);
    assert_int_equal(*rest, ' ');
    return rest + 1;
}

static void expect(struct actor *actor, const char *request, const char *reply)
{
    assert_string_equal(ask(actor, request), reply);
}

static void expect_start(struct actor *actor, const char *request, const char *begin)
{
    const char *reply = ask(actor, request);
    if (strncmp(reply, begin, strlen(begin)) != 0)
        assert_string_equal(reply, begin);
}

static void leave(struct actor *actor)
{
    expect(actor, "exit", "bye");
    expect_end(actor, 0);
}

/* ---- the tests ---- */

TEST(an_actor_says_hello_and_exits)
{
    struct actor actor;
    struct line hello;
    uint64_t pid = 0;
    start_serving(&actor);
    assert_null(line_parse(&hello, actor.line, strlen(actor.line)));
    assert_int_equal(hello.sequence, 0);
    assert_string_equal(hello.word, "hello");
    assert_string_equal(line_value(&hello, "protocol", ""), "1");
    assert_true(line_number(&hello, "bits", &pid) && (pid == 64 || pid == 32));
    assert_true(line_number(&hello, "~pid", &pid));
    assert_int_equal(pid, actor.child.id);
    expect(&actor, "exit code=0x102", "bye");
    expect_end(&actor, 0x102);
}

TEST(an_actor_whose_pipe_closes_ends_with_an_error_code)
{
    struct actor actor;
    start_serving(&actor);
    channel_free(actor.channel);
    actor.channel = NULL;
    expect_end(&actor, LEFT_ALONE);
}

TEST(malformed_lines_are_answered_with_bad)
{
    static const char *const table[][2] = {
        {"\n", "0 bad reason="},
        {"hello\n", "0 bad reason="},
        {"x y\n", "0 bad reason="},
        {"7 =v\n", "7 bad reason="},
        {"8 a  b\n", "8 bad reason="},
        {"9 read v at=%4\n", "9 bad reason="},
        {"10\n", "0 bad reason="},
        {"11 nonsense\n", "11 bad reason="},
        {"12 \xC3\xA4\n", "12 bad reason="},
        {"99999999999 system\n", "0 bad reason="},
        {"4294967295 system\r\n", "4294967295 ok page="},
    };
    struct actor actor;
    start_serving(&actor);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        send_raw(&actor, table[i][0]);
        receive(&actor);
        if (strncmp(actor.line, table[i][1], strlen(table[i][1])) != 0)
            assert_string_equal(actor.line, table[i][1]);
    }
    leave(&actor);
}

TEST(a_line_that_is_too_long_ends_the_actor)
{
    struct actor actor;
    char bytes[LINE_BYTES + 1];
    start_serving(&actor);
    /* The longest line, and one that is a byte longer. */
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "1 nonsense", 10);
    bytes[LINE_BYTES - 1] = '\n';
    bytes[LINE_BYTES] = '\0';
    send_raw(&actor, bytes);
    receive(&actor);
    assert_int_equal(strncmp(actor.line, "1 bad ", 6), 0);
    bytes[LINE_BYTES - 1] = 'x';
    send_raw(&actor, bytes);
    receive(&actor);
    assert_int_equal(strncmp(actor.line, "0 bad reason=", 13), 0);
    expect_end(&actor, 3);
}

TEST(pieces_of_lines_are_joined)
{
    struct actor actor;
    start_serving(&actor);
    for (const char *at = "1 system\n"; *at; at++) {
        char piece[2] = {*at, '\0'};
        send_raw(&actor, piece);
    }
    receive(&actor);
    assert_int_equal(strncmp(actor.line, "1 ok page=", 10), 0);
    send_raw(&actor, "2 system\n3 system\n4 sys");
    receive(&actor);
    receive(&actor);
    assert_int_equal(strncmp(actor.line, "3 ok page=", 10), 0);
    send_raw(&actor, "tem\n");
    receive(&actor);
    assert_int_equal(strncmp(actor.line, "4 ok page=", 10), 0);
    actor.sequence = 4;
    leave(&actor);
}

TEST(crashes_have_their_exit_codes)
{
    static const struct {
        const char *request;
        DWORD code;
    } table[] = {
        {"1 crash\n", 0xC0000005},
        {"1 crash how=access-violation\n", 0xC0000005},
        {"1 crash how=abort\n", 3},
        {"1 crash how=terminate\n", 1},
        {"1 crash how=terminate code=0xE0000001\n", 0xE0000001},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct actor actor;
        size_t length;
        start_serving(&actor);
        send_raw(&actor, table[i].request);
        assert_int_equal(channel_receive(actor.channel, actor.line, &length, PATIENCE), CHANNEL_CLOSED);
        expect_end(&actor, table[i].code);
    }
}

TEST(faults_are_replied)
{
    struct actor actor;
    start_serving(&actor);
    expect_start(&actor, "reserve v size=65536", "ok ~base=0x");
    expect(&actor, "write v text=x", "fault code=0xC0000005 access=write at=+0");
    expect(&actor, "commit v length=4096 protect=PAGE_READONLY", "ok base=+0");
    expect(&actor, "write v at=8 u64=1", "fault code=0xC0000005 access=write at=+8");
    expect(&actor, "zero v at=4000 length=200", "fault code=0xC0000005 access=read at=+4096");
    expect(&actor, "read v as=u64", "ok u64=0");
    expect(&actor, "protect v length=4096 to=PAGE_READWRITE|PAGE_GUARD", "ok old=PAGE_READONLY");
    expect(&actor, "read v at=5 as=u8", "fault code=0x80000001 access=read at=+5");
    expect(&actor, "write v at=5 text=y", "ok");
    expect(&actor, "release v keep=yes", "ok");
    expect(&actor, "read v as=u32", "fault code=0xC0000005 access=read at=+0");
    leave(&actor);
}

TEST(two_actors_share_a_section)
{
    struct actor writer, reader;
    char create[160], open[160];
    unsigned long unique = GetCurrentProcessId();
    snprintf(create, sizeof create, "create s name=Local\\shmcheck-test-%lu size=8192 protect=PAGE_READWRITE",
             unique);
    snprintf(open, sizeof open, "open s name=Local\\shmcheck-test-%lu access=FILE_MAP_READ", unique);
    start_serving(&writer);
    start_serving(&reader);
    expect_start(&writer, create, "ok error=0 ~handle=0x");
    expect_start(&reader, open, "ok ~handle=0x");
    expect_start(&writer, "map v of=s access=FILE_MAP_WRITE", "ok ~base=0x");
    expect_start(&reader, "map v of=s access=FILE_MAP_READ", "ok ~base=0x");
    expect(&writer, "write v at=4096 text=two%20words", "ok");
    expect(&reader, "read v at=4096 length=9 as=text", "ok text=two%20words");
    expect(&writer, "fill v length=8192 seed=11", "ok");
    expect(&reader, "verify v at=100 length=8000 seed=11", "ok match=yes");
    expect(&writer, "write v at=150 u8=0", "ok");
    expect_start(&reader, "verify v at=100 length=8000 seed=11", "ok match=no first=150 expected=");
    expect(&reader, "zero v at=150 length=1", "ok zero=yes");
    expect_start(&reader, "map w of=s access=FILE_MAP_WRITE", "fail error=5");
    leave(&writer);
    leave(&reader);
}

/* Two hex digits a byte; how many bits are set, and whether `also` has any of them. */
static unsigned count_bits(const char *hex, const char *also, bool *both)
{
    unsigned count = 0;
    for (; *hex && *also; hex += 2, also += 2) {
        unsigned a = 0, b = 0;
        assert_int_equal(sscanf(hex, "%2x", &a) + sscanf(also, "%2x", &b), 2);
        *both = *both || (a & b) != 0;
        for (; a; a &= a - 1)
            count++;
    }
    return count;
}

TEST(every_race_has_one_winner)
{
    struct actor actors[3];
    char race[160], hold[160];
    struct line lines[2];
    unsigned long unique = GetCurrentProcessId();
    snprintf(hold, sizeof hold, "hold gate kind=event name=Local\\shmcheck-gate-%lu", unique);
    snprintf(race, sizeof race, "1 race r name=Local\\shmcheck-race-%lu rounds=1024 gate=gate\n", unique);
    for (int i = 0; i < 3; i++) {
        start_serving(&actors[i]);
        expect_start(&actors[i], hold, "ok error=");
    }
    send_raw(&actors[0], race);
    send_raw(&actors[1], race);
    expect(&actors[2], "signal gate", "ok");
    for (int i = 0; i < 2; i++) {
        receive(&actors[i]);
        assert_null(line_parse(&lines[i], actors[i].line, strlen(actors[i].line)));
        assert_string_equal(line_value(&lines[i], "failed", ""), "0");
        assert_string_equal(line_value(&lines[i], "other", ""), "0");
    }
    bool both = false;
    unsigned won = count_bits(line_value(&lines[0], "~won", ""), line_value(&lines[1], "~won", ""), &both);
    won += count_bits(line_value(&lines[1], "~won", ""), line_value(&lines[0], "~won", ""), &both);
    assert_false(both);
    assert_int_equal(won, 1024);
    unsigned existed =
        count_bits(line_value(&lines[0], "~existed", ""), line_value(&lines[0], "~won", ""), &both);
    existed += count_bits(line_value(&lines[1], "~existed", ""), line_value(&lines[1], "~won", ""), &both);
    assert_false(both);
    assert_int_equal(existed, 1024);
    for (int i = 0; i < 3; i++)
        leave(&actors[i]);
}

/* A child of an actor serves requests, has inherited a handle under the same value, and does not hold the pipe of its
 * parent. */
TEST(an_actor_starts_another_actor)
{
    struct actor parent, child = {.channel = channel_new()};
    char request[200];
    const char *reply;
    unsigned long long handle;
    size_t length;
    assert_non_null(child.channel);
    start_serving(&parent);
    reply = ask(&parent, "create s size=4096 protect=PAGE_READWRITE inherit=yes");
    assert_int_equal(sscanf(reply, "ok error=0 ~handle=0x%llX", &handle), 1);
    snprintf(request, sizeof request, "spawn c pipe=%s inherit=yes", channel_pipe_name(child.channel));
    expect_start(&parent, request, "ok ~pid=");
    assert_true(channel_accept(child.channel, PATIENCE));
    receive(&child);
    assert_non_null(strstr(child.line, "0 hello protocol=1 "));
    snprintf(request, sizeof request, "adopt s handle=0x%llX", handle);
    expect(&child, request, "ok");
    expect(&child, "size s", "ok size=4096 attributes=SEC_COMMIT");
    send_raw(&parent, "9 crash how=terminate code=6\n");
    assert_int_equal(channel_receive(parent.channel, parent.line, &length, PATIENCE), CHANNEL_CLOSED);
    expect_end(&parent, 6);
    expect(&child, "exit", "bye");
    channel_free(child.channel);
}

/* The exit code of every command line but `exit` and --version is 3. */
TEST(wrong_command_lines_are_refused)
{
    static const struct {
        const wchar_t *mode, *argument;
        DWORD code;
    } table[] = {
        {L"exit", NULL, 0},     {L"exit", L"now", 3},
        {L"serve", NULL, 3},    {L"serve", L"zzz", 3},
        {L"serve", L"FFF0", 3}, {L"serve", L"", 3},
        {L"connect", NULL, 3},  {L"connect", L"shmcheck-no-such-pipe", 3},
        {L"dance", NULL, 3},    {L"--version", NULL, 0},
        {L"--help", NULL, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct actor actor = {0};
        struct buffer printed = {0};
        start_with(&actor, table[i].mode, table[i].argument, NULL);
        expect_end(&actor, table[i].code);
        output_file_take(output, &printed);
        assert_int_equal(printed.length > 0, wcscmp(table[i].mode, L"exit") != 0 || table[i].argument);
        buffer_free(&printed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_actor_says_hello_and_exits),
        cmocka_unit_test(an_actor_whose_pipe_closes_ends_with_an_error_code),
        cmocka_unit_test(malformed_lines_are_answered_with_bad),
        cmocka_unit_test(a_line_that_is_too_long_ends_the_actor),
        cmocka_unit_test(pieces_of_lines_are_joined),
        cmocka_unit_test(crashes_have_their_exit_codes),
        cmocka_unit_test(faults_are_replied),
        cmocka_unit_test(two_actors_share_a_section),
        cmocka_unit_test(every_race_has_one_winner),
        cmocka_unit_test(an_actor_starts_another_actor),
        cmocka_unit_test(wrong_command_lines_are_refused),
    };
    return cmocka_run_group_tests(tests, find_actor, close_job);
}
