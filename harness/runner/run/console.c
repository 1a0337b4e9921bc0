#include "console.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LIVE_COLUMNS 78

struct console console_new(size_t total, bool verbose)
{
    DWORD mode;
    char live[8];
    bool told =
        GetEnvironmentVariableA(CONSOLE_LIVE_VARIABLE, live, sizeof live) == 3 && strcmp(live, "yes") == 0;
    return (struct console){
        .terminal = told || GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) != 0,
        .verbose = verbose,
        .total = total,
    };
}

static void wipe(struct console *console)
{
    if (console->live_length > 0)
        printf("\r%*s\r", (int)console->live_length, "");
    console->live_length = 0;
}

void console_print(struct console *console, const char *format, ...)
{
    va_list arguments;
    wipe(console);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void console_case(struct console *console, enum verdict verdict, const char *topic, const char *id,
                  uint64_t milliseconds, const char *text)
{
    bool bad = verdict_facts(verdict)->exit_code > 0;
    console->done++;
    console->bad += bad;
    /* On a terminal the live line shows progress; what stays is what somebody has to look at. */
    if (console->terminal && !console->verbose && !bad)
        return;
    console_print(console, "%-8s  %-16s %s (%llu ms)", verdict_name(verdict), topic, id,
                  (unsigned long long)milliseconds);
    while (*text) {
        size_t length = strcspn(text, "\n");
        console_print(console, "          %.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

void console_running(struct console *console, const char *id)
{
    char line[LIVE_COLUMNS + 1];
    if (!console->terminal)
        return;
    wipe(console);
    snprintf(line, sizeof line, "[%llu/%llu]%s %s", (unsigned long long)console->done,
             (unsigned long long)console->total, console->bad ? " with failures:" : "", id);
    console->live_length = strlen(line);
    fputs(line, stdout);
    fflush(stdout);
}

void console_end(struct console *console)
{
    wipe(console);
    fflush(stdout);
}
