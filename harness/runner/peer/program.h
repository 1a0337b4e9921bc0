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
    wchar_t actors[ARCH_COUNT][PROGRAM_PATH_UNITS]; /* "" if there is none that runs here, and then: */
    char missing[ARCH_COUNT][400];                  /* why */
    unsigned long job_refusal;                      /* of job.h: 0 if job objects work here */
    /* SHA-256 of these files, read at the start; "" where there is none. */
    char self_sha256[SHA256_TEXT_BYTES];
    char actor_sha256[ARCH_COUNT][SHA256_TEXT_BYTES];
};

/* Finds the programs: the actor of this program's own architecture is `actor`, a path that the user gave, or if that
 * is NULL shmactor.exe beside this program; those of others are shmactor-x86.exe and so on beside it. Each is started
 * once, to check that it runs, is made for its architecture and has this version of the protocol. False, with a message in
 * `error`, if there is no actor of the own architecture; the others are optional. */
bool programs_find(struct programs *out, const wchar_t *actor, struct text *error);

/* Where the actor of another architecture than this program's is looked for. False if the path is too long. */
bool programs_beside(wchar_t out[PROGRAM_PATH_UNITS], const wchar_t *self, enum arch arch);

#endif
