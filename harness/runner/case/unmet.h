/* An expectation that was not met, for the files that judge replies. */
#ifndef SHMCHECK_UNMET_H
#define SHMCHECK_UNMET_H

struct stage;

/* What an expectation is about. A row states a basis for the outcome and one for the code. */
enum aspect { ASPECT_OUTCOME, ASPECT_CODE, ASPECT_STATUS };

/* Reports an expectation that is not met: "[row] what: expected ..., got ...". It is a failure if a page states this aspect
 * of the row and the evidence for the row is strong enough (contract.h); otherwise it deviates. */
void check_unmet(struct stage *stage, int line, enum aspect aspect, const char *what, const char *expected,
                 const char *got);

#endif
