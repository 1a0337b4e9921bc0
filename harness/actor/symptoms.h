/* Rows of the contract that name an error, as the prompt's `why` shows them. harness/cmake/symptom_table.py makes the table
 * from cases/contract.toml and cases/problems.toml when the program is built. */
#ifndef SHMCHECK_SYMPTOMS_H
#define SHMCHECK_SYMPTOMS_H

#include <stddef.h>

/* All strings are static and never NULL. */
struct symptom_row {
    const char *id;
    const char
        *functions; /* words between blanks: " MapViewOfFile3 *MapViewOfFile "; behind '*' its plain form */
    const char *codes;    /* the same: " 5 STATUS_INVALID_VIEW_SIZE " */
    const char *expected; /* the outcome that the row states */
    const char *statement;
    const char *problem; /* the frequent problem that its case shows, "P01: ..."; "" if there is none */
};

extern const struct symptom_row symptom_rows[];
extern const size_t symptom_row_count;

#endif
