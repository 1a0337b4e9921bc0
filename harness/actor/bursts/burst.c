#include "burst.h"
#include "../clock.h"

#include "../arguments.h"
#include "../objects.h"

#define LOOK_EVERY 256u /* turns of a loop */

/* Whether the whole range is committed and writable. A burst is not guarded against faults. */
static bool is_writable(uintptr_t address, uintptr_t length)
{
    const DWORD writable = PAGE_READWRITE | PAGE_EXECUTE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY;
    const uintptr_t end = address + length;
    MEMORY_BASIC_INFORMATION region;
    while (address < end) {
        if (!VirtualQuery((const void *)address, &region, sizeof region) || region.State != MEM_COMMIT ||
            !(region.Protect & writable) || (region.Protect & PAGE_GUARD))
            return false;
        address = (uintptr_t)region.BaseAddress + region.RegionSize;
    }
    return true;
}

/* Binds the thread to the side's processor among those that this process may use. Returns the affinity before; 0 if that
 * failed, and the thread keeps all of them. */
static DWORD_PTR take_processor(unsigned side)
{
    DWORD_PTR ours = 0, all, bit = 1;
    unsigned count = 0;
    if (!GetProcessAffinityMask(GetCurrentProcess(), &ours, &all) || !ours)
        return 0;
    for (DWORD_PTR left = ours; left; left &= left - 1)
        count++;
    for (unsigned skip = side % count; !(ours & bit) || skip > 0; bit <<= 1)
        skip -= (ours & bit) != 0;
    return SetThreadAffinityMask(GetCurrentThread(), bit);
}

bool burst_take(const struct line *request, struct burst *burst, uint64_t rounds_most, size_t more,
                struct reply *reply)
{
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    burst->rounds = argument_number(request, "rounds");
    uint64_t crowd = argument_number(request, "crowd");
    uint64_t side = argument_number(request, "side");
    uint64_t seed = argument_number(request, "seed");
    if (!memory)
        return false;
    if (burst->rounds > rounds_most)
        return reply_bad(reply, "rounds= is more than %llu", (unsigned long long)rounds_most);
    if (burst->rounds == 0 || side >= crowd || seed == 0)
        return reply_bad(reply, "rounds= and seed= must be at least 1, and side= below crowd=");
    burst->block = memory->base + at;
    if (burst->block % BURST_LINE != 0 || !is_writable(burst->block, BURST_BLOCK + more))
        return reply_bad(reply, "at= is not an aligned block of %u writable bytes",
                         (unsigned)(BURST_BLOCK + more));
    burst->crowd = (unsigned)crowd;
    burst->side = (unsigned)side;
    burst->meetings = burst->spins = 0;
    burst->random = (uint32_t)seed * 2654435761u + burst->side * 40503u;
    burst->random += burst->random == 0;
    burst->run_until = clock_milliseconds() + BURST_MEETING_MS;
    burst->affinity = take_processor(burst->side);
    return true;
}

volatile LONG *burst_word(const struct burst *burst, unsigned line)
{
    return (volatile LONG *)(burst->block + line * BURST_LINE);
}

volatile uint64_t *burst_long(const struct burst *burst, unsigned line)
{
    return (volatile uint64_t *)(burst->block + line * BURST_LINE);
}

bool burst_meet(struct burst *burst, struct reply *reply)
{
    const LONG wanted = (LONG)(++burst->meetings * burst->crowd);
    const uint64_t run_until = burst->run_until;
    bool in_time = true;
    burst->run_until = clock_milliseconds() + BURST_MEETING_MS;
    InterlockedIncrement(burst_word(burst, LINE_ARRIVED));
    while (in_time && *burst_word(burst, LINE_ARRIVED) < wanted)
        in_time = burst_wait(burst);
    /* The time limit starts when all have passed the start gate. */
    burst->run_until = burst->meetings == 1 ? clock_milliseconds() + BURST_LIMIT_MS : run_until;
    MemoryBarrier();
    if (in_time)
        return true;
    reply_fail_code(reply, ERROR_TIMEOUT, (struct call_result){0});
    reply_add(reply, "call=meet");
    return false;
}

bool burst_wait(struct burst *burst)
{
    if (++burst->spins % LOOK_EVERY != 0) {
        YieldProcessor();
        return true;
    }
    SwitchToThread();
    return clock_milliseconds() < burst->run_until;
}

bool burst_goes_on(struct burst *burst)
{
    return ++burst->spins % LOOK_EVERY != 0 || clock_milliseconds() < burst->run_until;
}

uint32_t burst_random(struct burst *burst, uint32_t below)
{
    burst->random ^= burst->random << 13; /* Marsaglia's xorshift, 32 bits: period 2^32-1 */
    burst->random ^= burst->random >> 17;
    burst->random ^= burst->random << 5;
    return burst->random % below;
}

void burst_pause(struct burst *burst, uint32_t below)
{
    for (uint32_t left = burst_random(burst, below); left > 0; left--)
        YieldProcessor();
}

void burst_end(const struct burst *burst, struct reply *reply)
{
    SYSTEM_INFO system;
    if (burst->affinity)
        SetThreadAffinityMask(GetCurrentThread(), burst->affinity);
    GetSystemInfo(&system);
    reply_add(reply, "~processors=%lu", system.dwNumberOfProcessors);
}
