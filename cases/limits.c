/* Topic limits: the limits of an address space and of a system. */
#include "topic.h"

/* A view needs one free range of its size, and no 32-bit process has 3 GiB in one piece. The error is 8 where no free range
 * is that long, and 87 where the process has fewer addresses than that. */
static void size_view_needs_contiguous_space(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0xC0000000 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (fails_somehow(s, "reader", "map whole of=section access=FILE_MAP_READ length=0xC0000000")) {
        const uint64_t error = number(s, "reader", "error");
        holds(s, "the error is 8 or 87",
              error == ERROR_NOT_ENOUGH_MEMORY || error == ERROR_INVALID_PARAMETER);
    }
    succeeds(s, "reader", "map part of=section access=FILE_MAP_READ length=65536");
}

/* Length 0 asks for the whole section, which may be more than a process has addresses for. The error is 8 in a 32-bit process
 * of a 64-bit system and 5 on a 32-bit system. */
static void size_whole_view_too_large(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x200000000 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (fails_somehow(s, "reader", "map whole of=section access=FILE_MAP_READ length=0")) {
        const uint64_t error = number(s, "reader", "error");
        holds(s, "the error is 8 or 5", error == ERROR_NOT_ENOUGH_MEMORY || error == ERROR_ACCESS_DENIED);
    }
    succeeds(s, "reader", "map part of=section access=FILE_MAP_READ length=65536");
}

/* A hundred thousand small named sections can exist, and other sections still work. */
static void size_many_sections(struct stage *s)
{
    must(s, "writer", "hold gate kind=event name=@gate");
    must(s, "writer", "signal gate");
    for (unsigned i = 0; i < 98; i++)
        gives(s, "writer", step("race b%u name=^r%u rounds=1024 gate=gate", i, i),
              "rounds=1024 failed=0 other=0");
    must(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    succeeds(s, "reader", "write view at=0 text=bytes");
    succeeds(s, "reader", "open first name=^r0-0 access=FILE_MAP_READ");
    succeeds(s, "reader", "open last name=^r97-1023 access=FILE_MAP_READ");
}

static const struct test_case limits_cases[] = {
    {CASE(size_view_needs_contiguous_space), .needs = "32-bit"},
    {CASE(size_whole_view_too_large), .needs = "32-bit"},
    {CASE(size_many_sections), .needs = "large"},
};

TOPIC(limits, limits_cases)
