#include "testing.h"

#include <wchar.h>

#include "self_child.h"
#include "../runner/peer/output_file.h"

#include <shellapi.h>

wchar_t own_path[MAX_PATH * 2];
HANDLE family;

static HANDLE handle_of(const char *digits)
{
    return (HANDLE)(uintptr_t)strtoull(digits, NULL, 16);
}

static void print(const char *text)
{
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)strlen(text), &written, NULL);
}

/* Signals every event whose value it was given. The parent looks which values are events in this process. */
static int run_signals(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        SetEvent(handle_of(argv[i]));
    return 0;
}

/* Prints what CommandLineToArgvW returns for the command line, unit by unit. */
static int run_arguments(void)
{
    int count;
    char unit[8];
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    for (int i = 2; arguments && i < count; i++) {
        for (const wchar_t *at = arguments[i]; *at; at++) {
            snprintf(unit, sizeof unit, "%04x", (unsigned)*at);
            print(unit);
        }
        print("\n");
    }
    return 0;
}

static int run_lines(const char *letter)
{
    char line[16];
    for (int i = 0; i < SELF_CHILD_LINES; i++) {
        snprintf(line, sizeof line, "%s-%04d\n", letter, i);
        print(line);
    }
    return 0;
}

static int run_flood(void)
{
    static char block[65536];
    DWORD written;
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    print("<head>");
    memset(block, '.', sizeof block);
    for (size_t left = SELF_CHILD_FLOOD_BYTES; left > 0; left -= sizeof block)
        WriteFile(out, block, sizeof block, &written, NULL);
    print("<tail>");
    return 0;
}

static int run_forever(void)
{
    Sleep(INFINITE);
    return 0;
}

DWORD start_child(struct child *child, struct job *job, HANDLE output, const wchar_t *action,
                  const wchar_t *word)
{
    return child_start(child, &(struct process_spec){.image = own_path,
                                                     .arguments = (const wchar_t *[]){action, word, NULL},
                                                     .output = output,
                                                     .job = job});
}

/* Acts as a small runner: generation 1 starts a child in a job, and generation 2 starts one as any program does. */
static int run_family(const char *generation)
{
    char line[40];
    struct child child = {0};
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    if (strcmp(generation, "1") == 0) {
        struct job *job = job_new();
        SetHandleInformation(output, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
        if (!job || start_child(&child, job, output, L"family", L"2"))
            return 1;
    } else if (strcmp(generation, "2") == 0) {
        wchar_t command_line[MAX_PATH * 3];
        STARTUPINFOW startup = {.cb = sizeof startup};
        PROCESS_INFORMATION process;
        swprintf(command_line, MAX_PATH * 3, L"\"%ls\" forever", own_path);
        if (!CreateProcessW(own_path, command_line, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup,
                            &process))
            return 1;
        child.id = process.dwProcessId;
    }
    if (child.id) {
        snprintf(line, sizeof line, "%lu\n", (unsigned long)child.id);
        print(line);
    }
    return run_forever();
}

static int run_action(int argc, char **argv)
{
    const char *action = argv[1], *word = argc > 2 ? argv[2] : "";
    if (strcmp(action, "signals") == 0)
        return run_signals(argc, argv);
    if (strcmp(action, "arguments") == 0)
        return run_arguments();
    if (strcmp(action, "lines") == 0)
        return run_lines(word);
    if (strcmp(action, "flood") == 0)
        return run_flood();
    if (strcmp(action, "forever") == 0)
        return run_forever();
    if (strcmp(action, "family") == 0)
        return run_family(word);
    if (strcmp(action, "exit") == 0)
        ExitProcess((UINT)strtoul(word, NULL, 10));
    return 99;
}

struct job *new_job(void)
{
    struct job *job = job_new();
    assert_non_null(job);
    return job;
}

HANDLE new_output(void)
{
    HANDLE output = output_file_new();
    assert_ptr_not_equal(output, INVALID_HANDLE_VALUE);
    return output;
}

void expect_end(struct child *child, DWORD expected)
{
    DWORD code = 12345;
    assert_true(child_wait(child, SOON_MS, &code));
    assert_int_equal(code, expected);
    child_close(child);
}

bool ran_as_child(int argc, char **argv, int *code)
{
    *code = 1;
    if (GetModuleFileNameW(NULL, own_path, MAX_PATH * 2) == 0)
        return true;
    if (argc > 1) {
        *code = run_action(argc, argv);
        return true;
    }
    family = CreateJobObjectW(NULL, NULL);
    return !family || !AssignProcessToJobObject(family, GetCurrentProcess());
}

#ifdef __MINGW32__
int _dowildcard = 0; /* arguments arrive unchanged */
#endif
