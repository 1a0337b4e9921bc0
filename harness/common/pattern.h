/* Patterns: long data that both sides compute from a seed, so that only a checksum crosses the pipe. */
#ifndef SHMCHECK_PATTERN_H
#define SHMCHECK_PATTERN_H

#include <stddef.h>
#include <stdint.h>

/* The byte of pattern `seed` at offset `at`. Never 0, so that it differs from fresh memory; neighbouring
 * bytes, pages and seeds differ. */
uint8_t pattern_byte(uint64_t seed, uint64_t at);

/* FNV-1a, 64 bits. Start with CHECKSUM_START; sums of pieces chain. */
#define CHECKSUM_START UINT64_C(0xCBF29CE484222325)
uint64_t checksum_add(uint64_t sum, const volatile void *bytes, size_t length);

#endif
