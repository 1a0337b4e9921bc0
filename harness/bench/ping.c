#include "ping.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MOST_BYTES 1024

static bool exchange(HANDLE pipe, char *bytes, unsigned long length, bool reading)
{
    DWORD done = 0;
    for (unsigned long at = 0; at < length; at += done)
        if (!(reading ? ReadFile(pipe, bytes + at, length - at, &done, NULL)
                      : WriteFile(pipe, bytes + at, length - at, &done, NULL)) ||
            done == 0)
            return false;
    return true;
}

int ping_child(HANDLE pipe, unsigned long request, unsigned long reply)
{
    char bytes[MOST_BYTES] = {0};
    if (request > MOST_BYTES || reply > MOST_BYTES)
        return 3;
    while (exchange(pipe, bytes, request, true) && exchange(pipe, bytes, reply, false))
        ;
    return 0;
}

static HANDLE start_child(const wchar_t *self, const char *path, unsigned long request, unsigned long reply)
{
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    HANDLE end = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, &inheritable, OPEN_EXISTING, 0, NULL);
    wchar_t line[200];
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    if (end == INVALID_HANDLE_VALUE)
        return NULL;
    swprintf(line, 200, L"shmbench " PING_ARGUMENT L" %llx %lu %lu", (unsigned long long)(uintptr_t)end,
             request, reply);
    BOOL started =
        CreateProcessW(self, line, NULL, NULL, TRUE, DETACHED_PROCESS, NULL, NULL, &startup, &process);
    CloseHandle(end);
    if (!started)
        return NULL;
    CloseHandle(process.hThread);
    return process.hProcess;
}

double ping_pong(const wchar_t *self, unsigned long count, unsigned long request, unsigned long reply)
{
    char path[80], bytes[MOST_BYTES] = {0};
    LARGE_INTEGER before, after, frequency;
    snprintf(path, sizeof path, "\\\\.\\pipe\\shmbench-%lx", (unsigned long)GetCurrentProcessId());
    HANDLE pipe =
        CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                         PIPE_TYPE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, 65536, 65536, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        return 0;
    HANDLE child = start_child(self, path, request, reply);
    bool fine = child && exchange(pipe, bytes, request, false) && exchange(pipe, bytes, reply, true);
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&before);
    for (unsigned long i = 0; i < count && fine; i++)
        fine = exchange(pipe, bytes, request, false) && exchange(pipe, bytes, reply, true);
    QueryPerformanceCounter(&after);
    CloseHandle(pipe);
    if (child) {
        WaitForSingleObject(child, 5000);
        CloseHandle(child);
    }
    return fine
               ? (double)(after.QuadPart - before.QuadPart) * 1e6 / (double)frequency.QuadPart / (double)count
               : 0;
}
