/* The files of steps that a command line names. */
#ifndef SHMCHECK_PLAY_INPUT_H
#define SHMCHECK_PLAY_INPUT_H

#include <windows.h>

#include "options.h"

struct play_input {
    struct play_source sources[PLAY_FILES];
    size_t count;
    wchar_t
        copy[MAX_PATH + 40]; /* of the standard input, which workers cannot read; "" if it is not asked for */
    char owner[24];          /* stands for a run in the name of the copy (actor_files.h) */
};

/* Loads all of them (play_load). The standard input is read up to its end, into a temporary file. False, and a sentence in
 * `error`, if one cannot be read or is not well-formed. */
bool play_input_load(struct play_input *out, const struct options *options, struct text *error);
/* Frees the cases and deletes the temporary file. */
void play_input_end(struct play_input *input);

#endif
