/* shmbench.exe: measures what the speed of the suite is compared with, bare process starts and raw exchanges, and a step of
 * a case.
 *
 *   shmbench floor ACTOR N     N times: CreateProcess of the actor to its exit, bare, one after another
 *   shmbench steps ACTOR N     N steps of a case in a worker
 *   shmbench exchanges N       N exchanges over a raw pipe, of as many bytes as a step's
 *
 * Prints "name value" lines; times in microseconds. scripts/bench makes the ratios of them. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runner/run/pool.h"
#include "../runner/worker/worker.h"
#include "bench_case.h"
#include "ping.h"

#ifdef __MINGW32__
int _dowildcard = 0; /* see harness/runner/run/main.c */
#endif

static double microseconds(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart * 1e6 / (double)frequency.QuadPart;
}

/* Starts a process and waits for its end, and does nothing else. */
static DWORD start_and_wait(const wchar_t *actor)
{
    wchar_t line[] = L"shmactor exit";
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    DWORD code = 1;
    if (!CreateProcessW(actor, line, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup, &process))
        return GetLastError();
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return code;
}

static int floor_loop(const wchar_t *actor, unsigned long count)
{
    start_and_wait(actor); /* the first one reads the program from disk */
    double before = microseconds();
    for (unsigned long i = 0; i < count; i++) {
        DWORD code = start_and_wait(actor);
        if (code) {
            fprintf(stderr, "shmbench: the actor does not start, or ends with code %lu\n",
                    (unsigned long)code);
            return 3;
        }
    }
    printf("start_us %.1f\n", (microseconds() - before) / (double)count);
    return 0;
}

static void ignore_start(void *context, size_t item)
{
    (void)context;
    (void)item;
}

/* The case writes its time into its transcript. */
static void take_line(void *context, size_t item, const char *text)
{
    (void)item;
    if (strncmp(text, "# " BENCH_LINE, strlen("# " BENCH_LINE)) == 0)
        *(double *)context = strtod(text + strlen("# " BENCH_LINE), NULL);
}

static void drop_outcome(void *context, size_t item, struct case_outcome *outcome)
{
    (void)context;
    (void)item;
    for (size_t i = 0; i < outcome->count; i++)
        fprintf(stderr, "shmbench: %s\n", outcome->findings[i].text);
    case_outcome_free(outcome);
}

static double time_of_steps(const wchar_t *self, const wchar_t *actor)
{
    char message[500];
    struct text error = text_over(message, sizeof message);
    static struct programs programs;
    struct plan_pair pair = {.pair = {ARCH_OWN, ARCH_OWN}};
    struct plan_item item = {.what = catalogue_at(0), .pair = &pair, .repetition = 1, .instance = 1};
    struct plan plan = {.items = &item, .count = 1, .pairs = &pair, .pair_count = 1};
    double step_us = 0;
    if (wcslen(self) >= PROGRAM_PATH_UNITS || wcslen(actor) >= PROGRAM_PATH_UNITS)
        return 0;
    wcscpy(programs.self, self);
    wcscpy(programs.actors[ARCH_OWN], actor);
    pool_run(&(struct pool_settings){.plan = &plan,
                                     .jobs = 1,
                                     .timeout_scale = 1,
                                     .programs = &programs,
                                     .run = "bench",
                                     .stop = CreateEventW(NULL, TRUE, FALSE, NULL),
                                     .context = &step_us,
                                     .started = ignore_start,
                                     .line = take_line,
                                     .finished = drop_outcome},
             &error);
    return step_us;
}

/* Prints a time; 0 is a measurement that failed. */
static int print_time(const char *name, double us)
{
    if (us <= 0) {
        fprintf(stderr, "shmbench: measuring %s failed\n", name);
        return 3;
    }
    printf("%s %.2f\n", name, us);
    return 0;
}

int wmain(int argc, wchar_t **argv)
{
    wchar_t self[MAX_PATH * 2];
    GetModuleFileNameW(NULL, self, MAX_PATH * 2);
    if (argc == 4 && wcscmp(argv[1], L"" WORKER_ARGUMENT) == 0)
        return worker_main((HANDLE)(uintptr_t)wcstoull(argv[2], NULL, 16),
                           (HANDLE)(uintptr_t)wcstoull(argv[3], NULL, 16));
    if (argc == 5 && wcscmp(argv[1], L"" PING_ARGUMENT) == 0)
        return ping_child((HANDLE)(uintptr_t)wcstoull(argv[2], NULL, 16), wcstoul(argv[3], NULL, 10),
                          wcstoul(argv[4], NULL, 10));
    unsigned long count = argc >= 3 ? wcstoul(argv[argc - 1], NULL, 10) : 0;
    if (count > 0 && argc == 4 && wcscmp(argv[1], L"floor") == 0)
        return floor_loop(argv[2], count);
    if (count > 0 && argc == 4 && wcscmp(argv[1], L"steps") == 0) {
        SetEnvironmentVariableW(L"" BENCH_STEPS, argv[3]); /* for the case, in a worker process */
        return print_time("step_us", time_of_steps(self, argv[2]));
    }
    if (count > 0 && argc == 3 && wcscmp(argv[1], L"exchanges") == 0)
        return print_time("exchange_us", ping_pong(self, count, BENCH_REQUEST_BYTES, BENCH_REPLY_BYTES));
    fprintf(stderr, "usage: shmbench floor|steps ACTOR COUNT, or shmbench exchanges COUNT; scripts/bench calls it\n");
    return 3;
}
