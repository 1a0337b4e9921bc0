/* Programs on disk: the runner itself and the actors that it starts. */
#ifndef SHMCHECK_PROGRAM_H
#define SHMCHECK_PROGRAM_H

#include <stdbool.h>
#include <wchar.h>

#include "../../common/arch.h"
#include "../../common/text.h"
#include "../platform/sha256.h"

#define PROGRAM_PATH_UNITS 520

struct programs {
    wchar_t self[PROGRAM_PATH_UNITS];
    wchar_t actors[ARCH_COUNT][PROGRAM_PATH_UNITS]; /* "" if none runs here; then */
    char missing[ARCH_COUNT][400];                  /* why not */
    unsigned long job_refusal;                      /* of job.h: 0 if job objects work here */
    /* SHA-256 of these files, read at the start; "" where there is none. */
    char self_sha256[SHA256_TEXT_BYTES];
    char actor_sha256[ARCH_COUNT][SHA256_TEXT_BYTES];
};

/* Finds the programs. The actor of this program's own architecture is `actor`, a path from the user, or if that is NULL
 * shmactor.exe beside this program. The others are shmactor-x86.exe and so on beside it. Each is started once, to check
 * that it runs, that it is built for its architecture and that it has this version of the protocol. False, with a message
 * in `error`, if there is no actor of this program's architecture; the others are optional. */
bool programs_find(struct programs *out, const wchar_t *actor, struct text *error);

/* The path beside this program at which the actor of another architecture must be. False if the path is too long. */
bool programs_beside(wchar_t out[PROGRAM_PATH_UNITS], const wchar_t *self, enum arch arch);

#endif
