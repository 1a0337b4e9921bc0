/* A file of steps, as text: the parser. harness/PLAY.md is the grammar for people. Plain C, no windows.h. */
#ifndef SHMCHECK_PLAY_FILE_H
#define SHMCHECK_PLAY_FILE_H

#include "play_line.h"

/* Parses `length` bytes. `shown` is the file's name in messages, `name` that of its topic. Each case is in the topic, in the
 * order of the file; a file without the heading `case` is one case called as the topic. False, and
 * "SHOWN:LINE:COLUMN: what was expected, and what stands there" in `error`, if the file is not well-formed; then nothing has
 * to be freed. */
bool play_parse(struct play_file *out, const char *shown, const char *name, const char *bytes, size_t length,
                const struct play_words *words, struct text *error);
void play_free(struct play_file *file);

#endif
