#include "arch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned bits;
    uint16_t machine;
} kinds[] = {
#define ENTRY(id, name, bits, machine) [ARCH_##id] = {name, bits, machine},
#include "architectures.def"
#undef ENTRY
};
static_assert(sizeof kinds / sizeof kinds[0] == ARCH_COUNT, "every architecture has its entry");

static const char separated[] =
#define ENTRY(id, name, bits, machine) ", " name
#include "architectures.def"
#undef ENTRY
    ;
const char *const arch_names = separated + sizeof ", " - 1;

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
