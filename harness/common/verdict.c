#include "verdict.h"

#include <assert.h>

static const struct verdict_facts facts[] = {
#define ENTRY(id, word, exit_code, element, type, severity, meaning)                                         \
    [VERDICT_##id] = {word, element, type, exit_code, severity},
#include "verdicts.def"
#undef ENTRY
};
static_assert(sizeof facts / sizeof facts[0] == VERDICT_COUNT, "every verdict has its facts");

static const char *const kinds[] = {
#define ENTRY(id, word, meaning) [ERROR_KIND_##id] = word,
#include "error_kinds.def"
#undef ENTRY
};
static_assert(sizeof kinds / sizeof kinds[0] == ERROR_KIND_COUNT, "every kind of error has its word");

const struct verdict_facts *verdict_facts(enum verdict verdict)
{
    return &facts[verdict];
}

const char *verdict_name(enum verdict verdict)
{
    return facts[verdict].word;
}

const char *error_kind_name(enum error_kind kind)
{
    return kinds[kind];
}
