/* Addresses for cases about one address in one or several processes. The system may have put a stack, a heap or a DLL at any
 * address, and most often in a 32-bit process, so several are tried. */
#ifndef SHMCHECK_FREE_PLACE_H
#define SHMCHECK_FREE_PLACE_H

#include "topic.h"

/* Below 2 GiB, so that 32-bit processes have them. */
static const unsigned long long low_places[] = {0x18000000, 0x28000000, 0x38000000,
                                                0x48000000, 0x58000000, 0x68000000};
/* Far above 4 GiB, and far below the end of the address space of 64-bit processes. */
static const unsigned long long high_places[] = {0x2018000000, 0x3018000000, 0x5018000000, 0x9018000000};

/* The first of the addresses below 2 GiB that is free in the processes of all these roles (blank-separated), with `size`
 * (text) bytes behind it. 0, and the case has no power, if none is: the case ends there, by REQUIRE(place). A transcript
 * names the addresses that were taken. */
#define free_place(s, roles, size)                                                                           \
    free_place_of(s, __LINE__, roles, size, low_places, sizeof low_places / sizeof low_places[0])
/* The same far above 4 GiB. */
#define high_place(s, roles, size)                                                                           \
    free_place_of(s, __LINE__, roles, size, high_places, sizeof high_places / sizeof high_places[0])

static inline bool is_free_at(struct stage *s, int line, const char *role, const char *size,
                              unsigned long long place)
{
    check_records(s, line, role, step("reserve room size=%s base=0x%llx", size, place));
    if (case_value(s, role, "error")[0])
        return false;
    check_must(s, line, role, "release room");
    return true;
}

static inline bool is_free_in_all(struct stage *s, int line, const char *roles, const char *size,
                                  unsigned long long place)
{
    char role[WORD_BYTES];
    while (word_next(&roles, role))
        if (!is_free_at(s, line, role, size, place))
            return false;
    return true;
}

static inline unsigned long long free_place_of(struct stage *s, int line, const char *roles, const char *size,
                                               const unsigned long long *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_free_in_all(s, line, roles, size, places[i]))
            return places[i];
    check_powered(s, line, "one of the addresses that the case may use is free", false);
    return 0;
}

#endif
