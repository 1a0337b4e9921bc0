/* The accesses to memory under test, each for guard_run. Addresses are numbers, because there may be no memory at them. */
#ifndef SHMCHECK_TOUCH_H
#define SHMCHECK_TOUCH_H

#include <stddef.h>

#include "guard.h"
#include "reply.h"

/* One stretch of memory and what is to be done to it. */
struct touch {
    uintptr_t address;
    uintptr_t length;
    unsigned char *bytes;         /* of touch_load and touch_store: `length` bytes of the caller */
    volatile uint64_t number;     /* of touch_load_number (out) and touch_store_number (in) */
    uint64_t seed, origin;        /* of patterns: the byte at `address` is pattern_byte(seed, origin) */
    volatile uintptr_t first;     /* how many bytes were as expected; `length`: all */
    volatile unsigned char found; /* the byte that was not */
    uint64_t sum;                 /* out, of touch_sum */
};

/* All for guard_run, with a struct touch as context. Numbers have a `length` of 1, 2, 4 or 8 bytes and are
 * moved in one access; everything else byte by byte, upwards. */
void touch_load(void *touch);
void touch_store(void *touch);
void touch_load_number(void *touch);
void touch_store_number(void *touch);
void touch_fill(void *touch);   /* the pattern */
void touch_verify(void *touch); /* stops at the first byte that is not of the pattern */
void touch_zero(void *touch);   /* stops at the first byte that is not 0 */
void touch_sum(void *touch);
void touch_increment(void *touch); /* InterlockedIncrement, of 32 bits; .number takes the new value */
void touch_execute(
    void *touch); /* calls the address as a function without arguments, unchecked by Control Flow Guard */
void touch_execute_checked(
    void *touch); /* the same, checked where the program is built with Control Flow Guard */

/* The byte of pattern `seed` at offset `at`: actors compute patterns, so that long data need not cross the pipe. It is never
 * 0, so that it differs from new memory; neighbouring bytes, pages and seeds differ. */
uint8_t pattern_byte(uint64_t seed, uint64_t at);

/* `fault code=0xX access=A at=+N`: at is the distance from `base`, the label's address, or `elsewhere` if the fault was at
 * none of the bytes to touch. */
void reply_fault(struct reply *reply, const struct raised_exception *fault, const struct touch *touch,
                 uintptr_t base);

#endif
