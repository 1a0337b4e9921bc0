/* The output of a run for a person: on a terminal one line that is overwritten, elsewhere a line from time to time. Text
 * of the cases is UTF-8, everything else ASCII. */
#ifndef SHMCHECK_CONSOLE_H
#define SHMCHECK_CONSOLE_H

#include "../../report/junit.h"

/* A driver that passes the output on to a terminal sets this to "yes", because the runner itself sees only a pipe. */
#define CONSOLE_LIVE_VARIABLE "SHMCHECK_LIVE"

struct console {
    bool terminal; /* there is a line that can be overwritten */
    bool colour;   /* the terminal takes colours, and NO_COLOR is not set (https://no-color.org) */
    bool verbose;  /* every case is printed, not only one that needs a look */
    bool quiet;    /* nothing is printed before the end */
    size_t total;  /* cases that run */
    size_t done, bad;
    uint64_t started;     /* GetTickCount64 */
    uint64_t progress_at; /* of the last line about progress, where nothing can be overwritten */
    size_t live_length;   /* characters of the live line that are on the screen */
    struct buffer *
        copy; /* lines that stay are added here too, without colours, each ended by CR LF; NULL: they are not.
                             Owned by the caller */
};

/* Has a Windows console read what this program prints as UTF-8. Returns the code page that it had, for console_restore; 0 if
 * stdout and stderr are no console. */
unsigned console_use_utf8(void);
/* Gives the console its code page back. 0 changes nothing. */
void console_restore(unsigned code_page);

struct console console_new(size_t total, bool verbose, bool quiet);
/* A line that stays. */
void console_print(struct console *console, const char *format, ...) TEXT_PRINTF(2, 3);
/* The word of a verdict, in its colour where there are colours. The string is static and valid until the next call. */
const char *console_verdict(const struct console *console, enum verdict verdict);
/* One case has ended. `text` may have several lines; "" for none. */
void console_case(struct console *console, enum verdict verdict, const char *topic, const char *id,
                  uint64_t milliseconds, const char *text);
/* Shows on the live line which case runs. */
void console_running(struct console *console, const char *id);
/* Erases the live line. */
void console_end(struct console *console);

/* Estimates for how many more milliseconds a run of `total` cases goes on, from the time that the first `done` took.
 * UINT64_MAX: it is too early to tell. */
uint64_t console_time_left(uint64_t milliseconds, size_t done, size_t total);

#endif
