/* A program of the user as a process of a case. It gets lines on its standard input, and its output is read while it
 * runs. It does not use the protocol. Its output goes to a file, so that it never waits for a reader. */
#ifndef SHMCHECK_EXTERNAL_PROGRAM_H
#define SHMCHECK_EXTERNAL_PROGRAM_H

#include "channel.h"
#include "process.h"

/* The longest line that is read; the rest of a longer one is left out. */
#define EXTERNAL_LINE_BYTES 1000

struct external_program {
    struct child child;
    struct job *job;       /* owned; the program and what it starts are in it */
    struct channel *input; /* owned; NULL: its standard input has ended */
    HANDLE printed;        /* owned; its output, to be read from here; NULL: none */
    uint64_t read;         /* of the output that have been read */
    char line[EXTERNAL_LINE_BYTES +
              1]; /* the line that is being printed, as far as it has been read; terminated */
    size_t length;
    bool rest_of_line; /* the line has been matched before its end, so what is left of it is skipped */
    char last[EXTERNAL_LINE_BYTES + 1]; /* the last whole line that was read; "" if there was none */
};

/* Finds a program by the name that a user gave: with a folder as it is, else beside this program, in the current
 * directory, in the folders of the system and in PATH; ".exe" is added to a name without an ending. Zero, or the error
 * code. Page: nf-processenv-searchpathw. */
DWORD external_find(const wchar_t *name, wchar_t *path, size_t units);
/* Starts it in a job of its own. `arguments` ends with NULL. Zero, or the error code with the name of the function that failed in
 * *failed; then there is nothing to close. */
DWORD external_start(struct external_program *out, const wchar_t *path, const wchar_t *const *arguments,
                     const char **failed);
/* Writes a line, `bytes` with its newline. False if the program does not take it: it has ended, its input has ended, or it
 * does not read within the milliseconds. */
bool external_send(struct external_program *program, const char *bytes, size_t length, DWORD milliseconds);
/* The standard input ends: the program reads an end of file. */
void external_end_input(struct external_program *program);

enum external_print {
    EXTERNAL_PRINTED,
    EXTERNAL_ENDED, /* the program has ended, and all its output has been read */
    EXTERNAL_SILENT /* it runs, and did not print such a line within the milliseconds */
};

/* Reads the output up to the first line that matches the pattern (glob_matches). A line without its end matches too: a
 * prompt has none. */
enum external_print external_await(struct external_program *program, const char *pattern, DWORD milliseconds);
/* Ends the program and all that it started, copies its output to `sink` below a heading, and frees everything. `sink` may be NULL. */
void external_close(struct external_program *program, const char *name, HANDLE sink);

#endif
