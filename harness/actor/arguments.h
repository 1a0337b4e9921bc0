/* The arguments of a request. Every function answers `bad` and returns false when the value is not one, or,
 * for the ones called need_, when the key is missing; take_ leaves *out alone then. */
#ifndef SHMCHECK_ARGUMENTS_H
#define SHMCHECK_ARGUMENTS_H

#include "reply.h"

/* Numbers of at most `most`. */
bool take_number(const struct line *request, const char *key, uint64_t most, uint64_t *out,
                 struct reply *reply);
bool need_number(const struct line *request, const char *key, uint64_t most, uint64_t *out,
                 struct reply *reply);
/* The same for what the API takes as a SIZE_T or an address. */
bool take_size(const struct line *request, const char *key, uintptr_t *out, struct reply *reply);
bool need_size(const struct line *request, const char *key, uintptr_t *out, struct reply *reply);
/* Win32 constants: 32 bits. */
bool take_names(const struct line *request, const char *key, DWORD *out, struct reply *reply);
bool need_names(const struct line *request, const char *key, DWORD *out, struct reply *reply);
/* yes or no. */
bool take_yes(const struct line *request, const char *key, bool *out, struct reply *reply);
/* One of some words, which stand blank-separated in `words`: *out is its place there, from 0. */
bool take_choice(const struct line *request, const char *key, const char *words, size_t *out,
                 struct reply *reply);
bool need_choice(const struct line *request, const char *key, const char *words, size_t *out,
                 struct reply *reply);
/* show=FIELD,FIELD,...: which fields of a region the reply is to have, bit i for names[i]; all without it. There are
 * `count` names, 31 at most. */
bool take_shown(const struct line *request, const char *const *names, unsigned count, unsigned *out,
                struct reply *reply);
/* A value without a byte 0 in it. */
bool need_word(const struct line *request, const char *key, const char **out, struct reply *reply);
/* The same in UTF-16; `out` has VALUE_UNITS units. */
#define VALUE_UNITS (LINE_BYTES + 4)
bool need_wide(const struct line *request, const char *key, WCHAR *out, struct reply *reply);
bool argument_has(const struct line *request, const char *key);

/* An object name: name=N, followed by name-repeat=N times the letter n. It is for the W functions (`wide`) or,
 * if `ansi`, for the A functions (`bytes`, as they came). NULL if there is neither key, "" for name= alone. */
#define NAME_REPEAT_MOST 40000
struct name {
    WCHAR *wide;
    char *bytes;
    size_t wide_length; /* in units */
};
/* On true the caller owns the name. */
bool take_name(const struct line *request, struct name *out, bool ansi, struct reply *reply);
void name_free(struct name *name);

/* OpenProcess (page nf-processthreadsapi-openprocess), for the keys that name a process. The caller closes the handle.
 * NULL after answering `fail ... call=OpenProcess`. */
HANDLE other_process_open(uint64_t pid, DWORD rights, struct reply *reply);

#endif
