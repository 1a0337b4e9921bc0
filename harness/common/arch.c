#include "arch.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned bits;
    uint16_t machine;
} kinds[ARCH_COUNT] = {
    [ARCH_X64] = {"x64", 64, 0x8664},
    [ARCH_X86] = {"x86", 32, 0x014C},
    [ARCH_ARM64] = {"arm64", 64, 0xAA64},
};

const char *arch_name(enum arch arch)
{
    return kinds[arch].name;
}

unsigned arch_bits(enum arch arch)
{
    return kinds[arch].bits;
}

uint16_t arch_machine(enum arch arch)
{
    return kinds[arch].machine;
}

bool arch_find(const char *name, enum arch *out)
{
    for (int i = 0; i < ARCH_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *out = (enum arch)i;
            return true;
        }
    }
    return false;
}

bool arch_of_machine(uint16_t machine, enum arch *out)
{
    for (int i = 0; i < ARCH_COUNT; i++) {
        if (kinds[i].machine == machine) {
            *out = (enum arch)i;
            return true;
        }
    }
    return false;
}

void pair_name(struct pair pair, char out[PAIR_BYTES])
{
    snprintf(out, PAIR_BYTES, "%s-%s", arch_name(pair.writer), arch_name(pair.reader));
}

bool pair_find(const char *name, struct pair *out)
{
    char writer[PAIR_BYTES];
    const char *dash = strchr(name, '-');
    if (!dash || (size_t)(dash - name) >= sizeof writer)
        return false;
    memcpy(writer, name, (size_t)(dash - name));
    writer[dash - name] = '\0';
    return arch_find(writer, &out->writer) && arch_find(dash + 1, &out->reader);
}
