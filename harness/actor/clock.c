#include "clock.h"

#include "system.h"

uint64_t clock_milliseconds(void)
{
    LARGE_INTEGER now, frequency;
    if (sys.GetTickCount64)
        return sys.GetTickCount64();
    /* Both always succeed: page nf-profileapi-queryperformancecounter. */
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    uint64_t ticks = (uint64_t)now.QuadPart, second = (uint64_t)frequency.QuadPart;
    return ticks / second * 1000 + ticks % second * 1000 / second;
}
