#include "pattern.h"

uint8_t pattern_byte(uint64_t seed, uint64_t at)
{
    uint64_t x = at + seed * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27;
    return (uint8_t)(1 + x % 255);
}

uint64_t checksum_add(uint64_t sum, const volatile void *bytes, size_t length)
{
    const volatile uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ at[i]) * UINT64_C(0x100000001B3);
    return sum;
}
