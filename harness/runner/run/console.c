#include "console.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../platform/system_calls.h"

#define LIVE_COLUMNS 78
#define PROGRESS_MS 10000
/* From fewer cases, or in a shorter time, an estimate is too inexact to show. */
#define ESTIMATE_CASES 5
#define ESTIMATE_MS 1000

#define RED "31"
#define YELLOW "33"
#define GREEN "32"

/* A Windows console interprets colours only in a mode that must be set. */
static bool takes_colours(bool told, DWORD mode)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    if (GetEnvironmentVariableA("NO_COLOR", NULL, 0) > 1) /* a value that is not empty */
        return false;
    return told || SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

unsigned console_use_utf8(void)
{
    DWORD mode;
    unsigned before = GetConsoleOutputCP();
    if (!GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) &&
        !GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode))
        return 0;
    return before != CP_UTF8 && SetConsoleOutputCP(CP_UTF8) ? before : 0;
}

void console_restore(unsigned code_page)
{
    if (code_page)
        SetConsoleOutputCP(code_page);
}

struct console console_new(size_t total, bool verbose, bool quiet)
{
    DWORD mode = 0;
    char live[8];
    bool told =
        GetEnvironmentVariableA(CONSOLE_LIVE_VARIABLE, live, sizeof live) == 3 && strcmp(live, "yes") == 0;
    bool terminal = told || GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode) != 0;
    return (struct console){
        .terminal = terminal,
        .colour = terminal && takes_colours(told, mode),
        .verbose = verbose,
        .quiet = quiet,
        .total = total,
        .started = system_milliseconds(),
        .progress_at = system_milliseconds(),
    };
}

static void wipe(struct console *console)
{
    if (console->live_length > 0)
        printf("\r%*s\r", (int)console->live_length, "");
    console->live_length = 0;
}

/* Adds text without the sequences that set colours, and with the line ends of Windows. */
static void add_plain(struct buffer *copy, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at == '\x1b' && strchr(at, 'm'))
            at = strchr(at, 'm');
        else if (*at == '\n')
            buffer_add_string(copy, "\r\n");
        else
            buffer_add(copy, at, 1);
    }
}

static void add_line(struct buffer *copy, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *line = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (!line) {
        copy->failed = true;
        return;
    }
    vsnprintf(line, (size_t)length + 1, format, arguments);
    add_plain(copy, line);
    add_plain(copy, "\n");
    free(line);
}

void console_print(struct console *console, const char *format, ...)
{
    va_list arguments;
    wipe(console);
    if (console->copy) {
        va_start(arguments, format);
        add_line(console->copy, format, arguments);
        va_end(arguments);
    }
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

const char *console_verdict(const struct console *console, enum verdict verdict)
{
    static char word[40];
    const char *colour = verdict == VERDICT_PASS                               ? GREEN
                         : verdict == VERDICT_DEVIATES                         ? YELLOW
                         : verdict == VERDICT_FAIL || verdict == VERDICT_ERROR ? RED
                                                                               : NULL;
    if (console->colour && colour)
        snprintf(word, sizeof word, "\x1b[%sm%-8s\x1b[0m", colour, verdict_name(verdict));
    else
        snprintf(word, sizeof word, "%-8s", verdict_name(verdict));
    return word;
}

uint64_t console_time_left(uint64_t milliseconds, size_t done, size_t total)
{
    if (done < ESTIMATE_CASES || milliseconds < ESTIMATE_MS || done > total)
        return UINT64_MAX;
    return milliseconds * (total - done) / done;
}

/* "[12/440] 2 failed, about 25 s left" */
static void describe_progress(const struct console *console, struct text *out)
{
    uint64_t left =
        console_time_left(system_milliseconds() - console->started, console->done, console->total);
    const char *separator = " ";
    text_format(out, "[%llu/%llu]", (unsigned long long)console->done, (unsigned long long)console->total);
    if (console->bad > 0) {
        text_format(out, " %llu failed", (unsigned long long)console->bad);
        separator = ", ";
    }
    if (left == UINT64_MAX)
        return;
    if (left < 100000)
        text_format(out, "%sabout %llu s left", separator, (unsigned long long)(left / 1000 + 1));
    else
        text_format(out, "%sabout %llu min left", separator, (unsigned long long)((left + 30000) / 60000));
}

/* Where no line can be overwritten, progress is a line from time to time. */
static void print_progress(struct console *console)
{
    char line[LIVE_COLUMNS + 1];
    struct text text = text_over(line, sizeof line);
    uint64_t now = system_milliseconds();
    if (console->terminal || console->quiet || now - console->progress_at < PROGRESS_MS)
        return;
    console->progress_at = now;
    describe_progress(console, &text);
    console_print(console, "%s", line);
}

void console_case(struct console *console, enum verdict verdict, const char *topic, const char *id,
                  uint64_t milliseconds, const char *text)
{
    bool bad = verdict_facts(verdict)->exit_code > 0;
    console->done++;
    console->bad += bad;
    print_progress(console);
    if (console->quiet || (!console->verbose && !bad))
        return;
    console_print(console, "%s  %-16s %s (%llu ms)", console_verdict(console, verdict), topic, id,
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
    struct text text = text_over(line, sizeof line);
    if (!console->terminal || console->quiet)
        return;
    wipe(console);
    describe_progress(console, &text);
    text_format(&text, "  %s", id);
    console->live_length = text.length;
    fputs(line, stdout);
    fflush(stdout);
}

void console_end(struct console *console)
{
    wipe(console);
    fflush(stdout);
}
