/* The families of faults: one line each in families.def. */
#ifndef SHMCHECK_FAULTS_FAMILIES_H
#define SHMCHECK_FAULTS_FAMILIES_H

#include "fault.h"

struct family {
    const char *id;       /* of C; in the name every _ is a - */
    const char *areas;    /* numbers of the contract's areas, blank-separated; "control": it has no fault */
    const char *topics;   /* of cases/, blank-separated: where cases are that should notice */
    const char *own;      /* "key=value|value ..."; each is always given, by default its first value */
    const char *gates;    /* likewise; each may be given: gate.h */
    const char *sentence; /* what this system does wrong; no tab in it */
    const struct hooks *hooks;
};

extern const struct family families[];
extern const size_t family_count;
/* Ids of cases, blank-separated: a sample needs one that passes without a fault. "": it needs none. */
const char *family_needs(const struct family *family);

#define FAMILY_NAME_BYTES 64
/* The name, "names-cut". `out` has FAMILY_NAME_BYTES bytes. */
void family_name(const struct family *family, char *out);
/* The family of a system like "names-cut" or "names-cut:units=63,way=A", whose parameters it sets. NULL if there is none,
 * or if a parameter is wrong: `problem` says what is wrong, and which parameters the family has. */
const struct family *family_choose(const char *system, char *problem, size_t problem_size);

#define FAMILY(id, areas, topics, own, gates, sentence) extern const struct hooks hooks_##id;
#define NEEDS(id, cases)
#include "families.def"
#undef FAMILY
#undef NEEDS

#endif
