#include "misbehaving_actor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/line.h"
#include "../runner/platform/version.h"

#ifdef _WIN64
#define BITS "64"
#define OTHER_BITS "32"
#else
#define BITS "32"
#define OTHER_BITS "64"
#endif
#define HONEST_HELLO "0 hello protocol=1 bits=" BITS " version=" SHMCHECK_VERSION
#define CUT_SHORT "1 ok siz"

static void send_bytes(HANDLE pipe, const char *bytes, size_t length)
{
    DWORD written;
    if (!WriteFile(pipe, bytes, (DWORD)length, &written, NULL))
        ExitProcess(1);
}

static void send(HANDLE pipe, const char *line)
{
    send_bytes(pipe, line, strlen(line));
}

/* Waits until another process ends this one. */
static void hang(void)
{
    for (;;)
        Sleep(INFINITE);
}

static LONG WINAPI on_crash(EXCEPTION_POINTERS *raised)
{
    TerminateProcess(GetCurrentProcess(), raised->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

static void crash(void)
{
    static char *volatile nowhere;
    /* Without it Wine's debugger would hold the pipe for seconds. */
    SetUnhandledExceptionFilter(on_crash);
    *nowhere = 1;
}

static void flood(void)
{
    static char block[65536];
    DWORD written;
    for (size_t i = 0; i < sizeof block; i++) {
        /* Control bytes, the three bytes of a lone surrogate, the end of a CDATA section. */
        static const char mess[] = "\x01\x1B[31m\x00\xED\xA0\x80]]>\xFF\r";
        block[i] = mess[i % (sizeof mess - 1)];
    }
    for (size_t left = MISBEHAVIOUR_FLOOD_BYTES; left > 0; left -= sizeof block)
        WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), block, sizeof block, &written, NULL);
}

/* Starts a process that has no pipe and does not end by itself. */
static void leave_process(void)
{
    char path[MAX_PATH * 2], line[MAX_PATH * 3];
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    GetModuleFileNameA(NULL, path, sizeof path);
    snprintf(line, sizeof line, "\"%s\" serve 0", path);
    SetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, "hang-at-start");
    if (!CreateProcessA(path, line, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup, &process))
        ExitProcess(1);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
}

static void send_long_line(HANDLE pipe)
{
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 16; i++)
        send_bytes(pipe, block, sizeof block);
    send(pipe, "\n");
}

static void greet(HANDLE pipe, const char *how)
{
    char hello[300];
    if (strcmp(how, "hang-at-start") == 0)
        hang();
    if (strcmp(how, "die-at-start") == 0)
        ExitProcess(9);
    if (strcmp(how, "other-protocol") == 0)
        snprintf(hello, sizeof hello, "0 hello protocol=99 bits=" BITS " version=%s", SHMCHECK_VERSION);
    else if (strcmp(how, "other-version") == 0)
        snprintf(hello, sizeof hello, "0 hello protocol=1 bits=" BITS " version=0.0.0+older");
    else if (strcmp(how, "other-bits") == 0)
        snprintf(hello, sizeof hello, "0 hello protocol=1 bits=" OTHER_BITS " version=%s", SHMCHECK_VERSION);
    else if (strcmp(how, "other-greeting") == 0)
        snprintf(hello, sizeof hello, "0 welcome protocol=1");
    else
        snprintf(hello, sizeof hello, "%s", HONEST_HELLO);
    send(pipe, hello);
    snprintf(hello, sizeof hello, " ~pid=%lu\n", (unsigned long)GetCurrentProcessId());
    send(pipe, hello);
}

/* Misbehaves instead of the answer, or before it. False: it has answered. */
static bool misbehave_at_step(HANDLE pipe, const char *how, unsigned long sequence)
{
    char line[80];
    snprintf(line, sizeof line, "%lu ok\n", sequence);
    if (strcmp(how, "hang-at-step") == 0) {
        hang();
    } else if (strcmp(how, "two-answers") == 0) {
        send(pipe, line);
    } else if (strcmp(how, "half-a-line") == 0) {
        send(pipe, CUT_SHORT);
        hang();
    } else if (strcmp(how, "half-and-dead") == 0) {
        send(pipe, CUT_SHORT);
        ExitProcess(5);
    } else if (strcmp(how, "wrong-number") == 0) {
        snprintf(line, sizeof line, "%lu ok\n", sequence + 41);
        send(pipe, line);
        return false;
    } else if (strcmp(how, "garbage") == 0) {
        send(pipe, "\x80\x01 \xFF%%%%\n");
        return false;
    } else if (strcmp(how, "crash") == 0) {
        crash();
    } else if (strcmp(how, "leave-at-step") == 0) {
        ExitProcess(0);
    } else if (strcmp(how, "long-line") == 0) {
        send_long_line(pipe);
        return false;
    } else if (strcmp(how, "flood") == 0) {
        flood();
    } else if (strcmp(how, "leave-process") == 0) {
        leave_process();
    }
    return true;
}

/* Answers `clear`. "keeps" and "keeps-more" say that they did not release everything. */
static void answer_clear(HANDLE pipe, const char *how, unsigned long sequence)
{
    char line[80];
    const char *answer = "ok same=yes ~handles=1";
    if (strcmp(how, "keeps") == 0)
        answer = "ok same=no differs=handles,memory ~handles=2";
    else if (strcmp(how, "keeps-more") == 0)
        answer = "ok same=no differs=token ~handles=1";
    else if (strcmp(how, "loads") == 0)
        answer = "ok same=yes ~loads=1";
    else if (strcmp(how, "bad-clear") == 0)
        answer = "bad reason=unknown";
    else if (strcmp(how, "crash-at-clear") == 0)
        crash();
    else if (strcmp(how, "hang-at-clear") == 0)
        hang();
    if (strcmp(how, "two-answers-to-clear") ==
        0) /* both at once, so that both have arrived when the first is read */
        snprintf(line, sizeof line, "%lu %s\n%lu %s\n", sequence, answer, sequence, answer);
    else
        snprintf(line, sizeof line, "%lu %s\n", sequence, answer);
    send(pipe, line);
}

static int say_goodbye(HANDLE pipe, const char *how, unsigned long sequence)
{
    char line[80];
    if (strcmp(how, "no-bye") == 0)
        return 0;
    snprintf(line, sizeof line, "%lu bye\n", sequence);
    send(pipe, line);
    if (strcmp(how, "bye-and-stay") == 0)
        hang();
    return strcmp(how, "bye-and-7") == 0 ? 7 : 0;
}

int misbehaving_actor_main(HANDLE pipe)
{
    static struct line_reader reader;
    static struct line request;
    char bytes[LINE_BYTES], answer[300], how[40] = "honest";
    size_t length, room;
    GetEnvironmentVariableA(MISBEHAVIOUR_VARIABLE, how, sizeof how);
    greet(pipe, how);
    for (;;) {
        while (line_reader_next(&reader, bytes, &length) != LINE_NEXT_READY) {
            DWORD got = 0;
            char *at = line_reader_room(&reader, &room);
            if (!ReadFile(pipe, at, (DWORD)room, &got, NULL) || got == 0)
                return 4;
            line_reader_added(&reader, got);
        }
        if (line_parse(&request, bytes, length) != NULL)
            return 4;
        unsigned long sequence = request.sequence;
        if (strcmp(request.word, "exit") == 0)
            return say_goodbye(pipe, how, sequence);
        if (strcmp(request.word, "clear") == 0) {
            answer_clear(pipe, how, sequence);
            continue;
        }
        if (misbehave_at_step(pipe, how, sequence)) {
            snprintf(answer, sizeof answer, "%lu ok size=4096 name=%.200s ~base=0x20000\n", sequence,
                     line_value(&request, "name", ""));
            send(pipe, answer);
        }
    }
}
