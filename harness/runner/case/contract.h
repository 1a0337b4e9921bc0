/* The contract as a table: how each row's outcome is known, how its error code or exact number is known, and how strong
 * the evidence is. The build makes the table from cases/contract.toml (harness/cmake/contract_table.py); that file
 * explains the bases and the strengths. Plain C. Everything here is read-only and lives as long as the process. */
#ifndef SHMCHECK_CONTRACT_H
#define SHMCHECK_CONTRACT_H

#include <stddef.h>

enum basis {
    BASIS_DOCUMENTED, /* a Microsoft page says so: not meeting it is the verdict `fail` */
    BASIS_OBSERVED,   /* seen on Windows by others, or expected from how it works: `deviates` */
    BASIS_RECORD      /* no expectation: the value is recorded, and nothing can fail */
};

/* How well a row's outcome is known for Windows, from its evidence. Only the first two can be the verdict `fail`. */
enum strength {
    STRENGTH_ASSERTED,   /* a test asserts it that is run on Windows */
    STRENGTH_DOCUMENTED, /* a Microsoft page states it */
    STRENGTH_REPORTED,   /* a published observation on Windows */
    STRENGTH_HYPOTHESIS  /* it follows from how the system works; no evidence from Windows */
};

/* Stands behind "; " at the end of a finding against a hypothesis. */
#define NO_EVIDENCE "no evidence from Windows yet"

struct contract_row {
    const char *id;     /* kebab-case, unique */
    enum basis outcome; /* of the statement: that the call succeeds, fails, shows these bytes */
    enum basis code;    /* of the error code or exact number; never better known than the outcome */
    const char *source; /* slugs of pages, then tests and reports, joined by "; " */
    enum strength strength;
};

/* Sorted by id, in strcmp's order. */
extern const struct contract_row contract_rows[];
extern const size_t contract_row_count;

/* The row of this id, or NULL if the contract has none. */
const struct contract_row *contract_find(const char *id);

#endif
