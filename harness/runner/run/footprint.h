/* Open handles and memory of the runner and its workers, early in a run and at its end: a leak in each case makes them
 * grow. */
#ifndef SHMCHECK_FOOTPRINT_H
#define SHMCHECK_FOOTPRINT_H

#include <stdint.h>

#include "../../report/junit.h"

/* After this many cases everything that the runner loads or opens only once is loaded or open. */
#define FOOTPRINT_WARM 20

struct footprint {
    uint64_t handles;        /* open handles of this process */
    uint64_t private_kib;    /* its commit charge; it grows with the report, which is held in memory */
    uint64_t worker_handles; /* open handles of the worker that ran the last case */
};

struct footprints {
    uint64_t cases;
    struct footprint first, last; /* after FOOTPRINT_WARM cases, and after the last one */
};

/* A case has finished, in a worker that then had so many handles open. */
void footprint_case(struct footprints *prints, uint64_t worker_handles);
/* Adds the properties runner_handles_first, _last and so on; none if there were too few cases. */
void footprint_report(const struct footprints *prints, struct junit *report);

#endif
