/* Verdicts of a case and kinds of error; the words and what follows from them are in verdicts.def and error_kinds.def.
 * Plain C. */
#ifndef SHMCHECK_VERDICT_H
#define SHMCHECK_VERDICT_H

enum verdict {
#define ENTRY(id, word, exit_code, element, type, severity, meaning) VERDICT_##id,
#include "verdicts.def"
#undef ENTRY
};

enum error_kind {
#define ENTRY(id, word, meaning) ERROR_KIND_##id,
#include "error_kinds.def"
#undef ENTRY
};

enum {
    VERDICT_COUNT = 0
#define ENTRY(id, word, exit_code, element, type, severity, meaning) +1
#include "verdicts.def"
#undef ENTRY
    ,
    ERROR_KIND_COUNT = 0
#define ENTRY(id, word, meaning) +1
#include "error_kinds.def"
#undef ENTRY
};

/* What follows from a verdict. */
struct verdict_facts {
    const char *word;    /* "pass", "fail", ... */
    const char *element; /* of JUnit XML, "failure"; "" if there is none */
    const char
        *type; /* its type attribute, "shmcheck.Failure"; "" if there is none; of an error only the start */
    int exit_code; /* the exit code of a run with such a case; the highest one counts */
    int severity;  /* of a repeated case the verdict with the highest one counts */
};

/* All strings are static. */
const struct verdict_facts *verdict_facts(enum verdict verdict);
const char *verdict_name(enum verdict verdict);    /* "pass", "fail", ... */
const char *error_kind_name(enum error_kind kind); /* "Harness", "Crash", ... */

#endif
