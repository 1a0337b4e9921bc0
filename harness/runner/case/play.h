/* Cases of files of steps (play_file.h): loading the files, and running a case line by line with the vocabulary of
 * checks.h, as a case in C would. */
#ifndef SHMCHECK_PLAY_H
#define SHMCHECK_PLAY_H

#include <stdbool.h>
#include <wchar.h>

#include "../../common/text.h"

/* Files that can be loaded at once. */
#define PLAY_FILES 64

/* A file of steps. */
struct play_source {
    const wchar_t *path;
    const wchar_t *shown; /* its name in messages, from which its topic has its name */
};

/* `shown` of a copy of the standard input. */
#define PLAY_INPUT L"stdin"

/* Reads one more file and makes the cases of all that were read the catalogue's, in the place of those that are built in.
 * False, and a sentence in `error`, if it cannot be read or is not well-formed, if an earlier file has a case or topic of
 * the same name, or if there are PLAY_FILES already. The cases live until play_unload. */
bool play_load(const struct play_source *source, struct text *error);
/* Frees what play_load has read, and gives the catalogue its own cases back. */
void play_unload(void);

#endif
