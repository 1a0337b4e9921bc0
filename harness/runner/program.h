/* Programs on disk: the runner itself and the actors that it starts. */
#ifndef SHMCHECK_PROGRAM_H
#define SHMCHECK_PROGRAM_H

#include <stdbool.h>
#include <wchar.h>

#include "../common/text.h"
#include "sha256.h"

#define PROGRAM_PATH_UNITS 520

struct programs {
    wchar_t self[PROGRAM_PATH_UNITS];
    wchar_t actor[PROGRAM_PATH_UNITS];
    wchar_t actor_x86[PROGRAM_PATH_UNITS]; /* "" if there is none that runs here */
    /* SHA-256 of these files, read at the start; "" where there is none. */
    char self_sha256[SHA256_TEXT_BYTES];
    char actor_sha256[SHA256_TEXT_BYTES];
    char actor_x86_sha256[SHA256_TEXT_BYTES];
};

/* Finds the programs: `actor` is a path that the user gave, or NULL for the one beside this program. The
 * actor is started once, to see that it runs, is made for this architecture and speaks this protocol. False,
 * and a sentence in `error`, if not. */
bool programs_find(struct programs *out, const wchar_t *actor, struct text *error);

#endif
