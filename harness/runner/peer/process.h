/* Child processes that cannot outlive the runner and that inherit exactly what they are given.
 * Pages: nf-processthreadsapi-createprocessw, nf-processthreadsapi-createprocessasuserw,
 * nf-processthreadsapi-updateprocthreadattribute, job-objects. */
#ifndef SHMCHECK_PROCESS_H
#define SHMCHECK_PROCESS_H

#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The exit code of a process that the harness ended, so that it is never taken for a result: "nsm". */
#define EXIT_KILLED 0x6E736D

/* A job that ends its processes when its last handle is closed. NULL, with GetLastError, on failure. */
HANDLE job_new(void);
/* How many processes of the job are running; SIZE_MAX if the system does not say. */
size_t job_active(HANDLE job);
/* Ends every process of the job, with EXIT_KILLED. */
void job_kill(HANDLE job);

struct child {
    HANDLE process; /* owned; NULL if none was started */
    DWORD id;
};

struct process_spec {
    const wchar_t *image;            /* full path of the program */
    const wchar_t *const *arguments; /* without the program's name; NULL at the end */
    HANDLE inherit[2];               /* what it inherits besides the output, inheritable; NULL for less */
    HANDLE output; /* standard output and error; inheritable, NULL: none. No standard input */
    HANDLE job;    /* the process is in it before its first instruction; NULL: in none */
    HANDLE token;  /* the primary token it runs under; NULL: this process's own */
    SECURITY_CAPABILITIES *container; /* the AppContainer it runs in; NULL: none. Not together with a token */
    const wchar_t *directory;         /* its current directory; NULL: this process's own */
};

/* Starts a process. On failure out->process is NULL, the result is the error code and nothing is left behind.
 */
DWORD child_start(struct child *out, const struct process_spec *start);
/* Waits for the end. False if it has not ended in time. An exit code of 259 is a code like any other here. */
bool child_wait(const struct child *child, DWORD milliseconds, DWORD *exit_code);
/* Ends it, if it has not ended, and waits until it has. False if the system does not manage that in ten
 * seconds. */
bool child_kill(const struct child *child);
void child_close(struct child *child);

/* How many handles this process has open. Where the system does not tell, a number that grows with them; 0: unknown. */
uint64_t own_handle_count(void);

#endif
