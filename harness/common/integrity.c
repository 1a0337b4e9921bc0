#include "integrity.h"

#include <stddef.h>

const char *integrity_name(uint64_t rid)
{
    switch (rid) {
#define ENTRY(id, name, value)                                                                               \
    case value:                                                                                              \
        return name;
#include "integrity_levels.def"
#undef ENTRY
    default:
        return NULL;
    }
}
