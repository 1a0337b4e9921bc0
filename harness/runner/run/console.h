/* What a person sees while a run goes on: a live line on a terminal, plain lines otherwise. ASCII only. */
#ifndef SHMCHECK_CONSOLE_H
#define SHMCHECK_CONSOLE_H

#include "../../report/junit.h"

/* A driver that passes our output on to a terminal sets this to "yes": we see a pipe then. */
#define CONSOLE_LIVE_VARIABLE "SHMCHECK_LIVE"

struct console {
    bool terminal;
    bool verbose;
    size_t total, done, bad;
    size_t live_length; /* characters of the live line that are on the screen */
};

struct console console_new(size_t total, bool verbose);
/* A line that stays. */
void console_print(struct console *console, const char *format, ...) TEXT_PRINTF(2, 3);
/* One case has ended. `text` may have several lines; "" for none. */
void console_case(struct console *console, enum verdict verdict, const char *topic, const char *id,
                  uint64_t milliseconds, const char *text);
/* What runs at the moment, for the live line. */
void console_running(struct console *console, const char *id);
/* Takes the live line away. */
void console_end(struct console *console);

#endif
