/* Child processes. They end with the runner at the latest, and inherit exactly the handles that process_spec lists.
 * Pages: nf-processthreadsapi-createprocessw, nf-processthreadsapi-createprocessasuserw,
 * nf-processthreadsapi-updateprocthreadattribute, job-objects. */
#ifndef SHMCHECK_PROCESS_H
#define SHMCHECK_PROCESS_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "job.h"

struct child {
    HANDLE process; /* owned; NULL if none was started */
    DWORD id;
};

struct process_spec {
    const wchar_t *image;             /* full path of the program */
    const wchar_t *const *arguments;  /* without the program's name; NULL at the end */
    HANDLE inherit[2];                /* what it inherits besides the output, inheritable; NULL for less */
    HANDLE output;                    /* standard output and error; inheritable, NULL: none */
    HANDLE input;                     /* standard input; inheritable, NULL: none */
    struct job *job;                  /* the process is in it before its first instruction; NULL: in none */
    HANDLE token;                     /* the primary token it runs under; NULL: this process's own */
    SECURITY_CAPABILITIES *container; /* the AppContainer it runs in; NULL: none. Not together with a token */
    const wchar_t *directory;         /* its current directory; NULL: this process's own */
    /* A user's program: it has a console, without a window, and its C library writes each line of its output at once, as to a
     * console, instead of when a buffer is full. */
    bool users_program;
};

/* Starts a process. On failure out->process is NULL, and the result is the error code. */
DWORD child_start(struct child *out, const struct process_spec *start);
/* Opens a running process by its id, to wait for its end and to end it. Zero, or the error code. */
DWORD child_open(struct child *out, DWORD id);

enum child_state {
    CHILD_RUNS,        /* it has not ended */
    CHILD_ENDED,       /* with *exit_code; 259 is a code like any other here */
    CHILD_CODE_UNKNOWN /* it has ended, and the system does not tell its exit code: *exit_code is the error code */
};

/* Waits for the end, so many milliseconds at most. */
enum child_state child_wait(const struct child *child, DWORD milliseconds, DWORD *exit_code);
/* Ends the process if it still runs, and waits for its end. False if it has not ended after ten seconds. */
bool child_kill(const struct child *child);
void child_close(struct child *child);

/* How many handles this process has open. Where the system does not report it, a number that grows with them; 0: unknown. */
uint64_t own_handle_count(void);

#endif
