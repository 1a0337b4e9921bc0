/* shmactor: performs operations on shared memory on request, and reports what the API returned. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(_MSC_VER) && defined(_DEBUG)
#include <crtdbg.h>
#endif

#include "reply.h"
#include "prompt.h"
#include "relay.h"
#include "security.h"
#include "serve.h"

#ifndef SHMCHECK_VERSION
#define SHMCHECK_VERSION "dev"
#endif

static const char usage[] =
    "usage: shmactor                   a prompt; `help` there lists the verbs\n"
    "       shmactor serve HANDLE [security]   serves on an inherited pipe handle (hexadecimal)\n"
    "       shmactor connect NAME [security]   serves on the pipe \\\\.\\pipe\\NAME\n"
    "                                  security: advapi32 is loaded at once, for a process that may not be\n"
    "                                  able to load it later\n"
    "       shmactor relay NAME        passes lines between the standard streams and an actor that connects "
    "to the\n"
    "                                  pipe \\\\.\\pipe\\NAME; prints `free` whenever one may connect\n"
    "       shmactor exit              ends at once\n"
    "       shmactor --version | --help\n";

/* No user answers a dialog, and a debugger that starts (under Wine: winedbg, which then holds the
 * pipe) would turn a crash into a hang. */
static LONG WINAPI on_unhandled(EXCEPTION_POINTERS *raised)
{
    TerminateProcess(GetCurrentProcess(), raised->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

/* Ends the process with the exit code of abort(), without the message that abort() prints. */
static void on_abort(int number)
{
    (void)number;
    TerminateProcess(GetCurrentProcess(), 3);
}

static void die_quietly(void)
{
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    SetUnhandledExceptionFilter(on_unhandled);
    signal(SIGABRT, on_abort);
#if defined(_MSC_VER) || defined(_UCRT) /* the older C library has no such function */
    _set_abort_behavior(0, _WRITE_ABORT_MSG | _CALL_REPORTFAULT);
#endif
#if defined(_MSC_VER) && defined(_DEBUG)
    for (int kind = 0; kind < _CRT_ERRCNT; kind++) {
        _CrtSetReportMode(kind, _CRTDBG_MODE_FILE);
        _CrtSetReportFile(kind, _CRTDBG_FILE_STDERR);
    }
#endif
}

static int refuse(const char *what, const char *detail)
{
    fprintf(stderr, "shmactor: %s '%s'\n", what, detail);
    return EXIT_USAGE;
}

static int serve_handle(const char *digits)
{
    char number[32] = "0x";
    uint64_t value;
    if (strlen(digits) > 16)
        return refuse("no handle:", digits);
    memcpy(number + 2, digits, strlen(digits) + 1);
    if (!number_parse(number, &value) || value > UINTPTR_MAX)
        return refuse("no handle:", digits);
    HANDLE pipe = (HANDLE)(uintptr_t)value;
    /* An actor that this one starts must not hold the pipe open. */
    if (!SetHandleInformation(pipe, HANDLE_FLAG_INHERIT, 0))
        return refuse("no open handle:", digits);
    return (int)serve(pipe);
}

static int serve_name(const char *name)
{
    char path[300];
    int length = snprintf(path, sizeof path, "\\\\.\\pipe\\%s", name);
    if (length < 0 || (size_t)length >= sizeof path)
        return refuse("the name of the pipe is too long:", name);
    /* The server can identify the actor, and cannot impersonate it. */
    HANDLE pipe = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                              SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        return refuse("no pipe:", name);
    return (int)serve(pipe);
}

int main(int argc, char **argv)
{
    die_quietly();
    const char *mode = argc > 1 ? argv[1] : "";
    if (argc == 2 && strcmp(mode, "exit") == 0)
        return 0;
    system_start();
    if (argc == 1)
        return (int)prompt();
    if (argc == 4 && strcmp(argv[3], "security") == 0) {
        security_load();
        argc--;
    }
    if (argc == 3 && strcmp(mode, "serve") == 0)
        return serve_handle(argv[2]);
    if (argc == 3 && strcmp(mode, "connect") == 0)
        return serve_name(argv[2]);
    if (argc == 3 && strcmp(mode, "relay") == 0)
        return relay(argv[2]) == 0 ? 0 : refuse("there can be no pipe of this name:", argv[2]);
    if (argc == 2 && strcmp(mode, "--version") == 0) {
        printf("shmactor %s, protocol %d, %u bits\n", SHMCHECK_VERSION, PROTOCOL_VERSION,
               (unsigned)(8 * sizeof(void *)));
        return 0;
    }
    if (argc == 2 && strcmp(mode, "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    fputs(usage, stderr);
    return EXIT_USAGE;
}
