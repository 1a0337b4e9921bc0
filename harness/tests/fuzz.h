/* What the fuzz targets share. Each fuzz_*.c is one program, linked with report_rules.c, xml_scan.c and the sources of
 * harness/common and harness/report. With clang's libFuzzer:
 *
 *   clang -g -fsanitize=fuzzer,address,undefined ...
 *   ./fuzz_line -max_total_time=60 WORK corpus/line        (new inputs go to the folder WORK)
 *
 * With any compiler, and fuzz_replay.c besides, the program runs the files that it is given. */
#ifndef SHMCHECK_FUZZ_H
#define SHMCHECK_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, as the fuzzer wants it, if a statement about the code under test does not hold. */
#define ALWAYS(statement)                                                                                    \
    do {                                                                                                     \
        if (!(statement)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #statement);                    \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
