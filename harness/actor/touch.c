#include "touch.h"

#include <string.h>

#include "../common/text.h"

#if defined(_MSC_VER) && defined(_M_IX86)
#include <emmintrin.h>
#endif

/* Through volatile, so that exactly these accesses are made. */
static volatile unsigned char *byte_at(uintptr_t address)
{
    return (volatile unsigned char *)address;
}

/* 32-bit x86 has no plain 64-bit access; two halves would not be what the case asked for. */
static uint64_t load_64(uintptr_t address)
{
#if defined(_MSC_VER) && defined(_M_IX86)
    uint64_t value;
    _mm_storel_epi64((__m128i *)&value, _mm_loadl_epi64((const __m128i *)address));
    _mm_lfence(); /* the compiler moves no access across it; _ReadWriteBarrier, which is meant for that, is deprecated */
    return value;
#elif defined(__i386__)
    return __atomic_load_n((volatile uint64_t *)address, __ATOMIC_RELAXED);
#else
    return *(volatile uint64_t *)address;
#endif
}

static void store_64(uintptr_t address, uint64_t value)
{
#if defined(_MSC_VER) && defined(_M_IX86)
    _mm_storel_epi64((__m128i *)address, _mm_loadl_epi64((const __m128i *)&value));
    _mm_sfence();
#elif defined(__i386__)
    __atomic_store_n((volatile uint64_t *)address, value, __ATOMIC_RELAXED);
#else
    *(volatile uint64_t *)address = value;
#endif
}

void touch_load(void *context)
{
    struct touch *touch = context;
    for (uintptr_t i = 0; i < touch->length; i++)
        touch->bytes[i] = *byte_at(touch->address + i);
}

void touch_store(void *context)
{
    struct touch *touch = context;
    for (uintptr_t i = 0; i < touch->length; i++)
        *byte_at(touch->address + i) = touch->bytes[i];
}

void touch_load_number(void *context)
{
    struct touch *touch = context;
    if (touch->length == 1)
        touch->number = *byte_at(touch->address);
    else if (touch->length == 2)
        touch->number = *(volatile uint16_t *)touch->address;
    else if (touch->length == 4)
        touch->number = *(volatile uint32_t *)touch->address;
    else
        touch->number = load_64(touch->address);
}

void touch_store_number(void *context)
{
    struct touch *touch = context;
    uint64_t number = touch->number;
    if (touch->length == 1)
        *byte_at(touch->address) = (unsigned char)number;
    else if (touch->length == 2)
        *(volatile uint16_t *)touch->address = (uint16_t)number;
    else if (touch->length == 4)
        *(volatile uint32_t *)touch->address = (uint32_t)number;
    else
        store_64(touch->address, number);
}

uint8_t pattern_byte(uint64_t seed, uint64_t at)
{
    uint64_t x = at + seed * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27;
    return (uint8_t)(1 + x % 255);
}

void touch_fill(void *context)
{
    struct touch *touch = context;
    for (uintptr_t i = 0; i < touch->length; i++)
        *byte_at(touch->address + i) = pattern_byte(touch->seed, touch->origin + i);
}

void touch_verify(void *context)
{
    struct touch *touch = context;
    uintptr_t i = 0;
    for (; i < touch->length; i++) {
        unsigned char found = *byte_at(touch->address + i);
        touch->found = found;
        if (found != pattern_byte(touch->seed, touch->origin + i))
            break;
    }
    touch->first = i;
}

void touch_zero(void *context)
{
    struct touch *touch = context;
    uintptr_t i = 0;
    for (; i < touch->length; i++) {
        unsigned char found = *byte_at(touch->address + i);
        touch->found = found;
        if (found != 0)
            break;
    }
    touch->first = i;
}

void touch_sum(void *context)
{
    struct touch *touch = context;
    touch->sum = checksum_add(CHECKSUM_START, byte_at(touch->address), touch->length);
}

/* Control Flow Guard would end the process at a page that is not executable, before the processor raises the fault that the
 * step is about. */
#if defined(_MSC_VER)
__declspec(guard(nocf))
#endif
    void touch_execute(void *context)
{
    struct touch *touch = context;
    ((void (*)(void))touch->address)();
}

void touch_execute_checked(void *context)
{
    struct touch *touch = context;
    ((void (*)(void))touch->address)();
}

void touch_increment(void *touch)
{
    struct touch *at = touch;
    at->number = (uint32_t)InterlockedIncrement((volatile LONG *)at->address);
}

void reply_fault(struct reply *reply, const struct raised_exception *fault, const struct touch *touch,
                 uintptr_t base)
{
    text_clear(&reply->text);
    text_add(&reply->text, "fault");
    reply_add(reply, "code=0x%08lX", fault->code);
    reply_add(reply, "access=%s", fault->access);
    if (strcmp(fault->access, "unknown") != 0 && fault->address - touch->address < touch->length)
        reply_add_distance(reply, "at", fault->address, base);
    else
        reply_add(reply, "at=elsewhere");
}
