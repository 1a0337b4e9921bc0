#include "win32_constants.h"

#include <string.h>

enum use { USE_READ, USE_WRITTEN };

static const struct {
    const char *name;
    uint64_t value;
    enum constant_kind kind;
    enum use use;
} names[] = {
#define ENTRY(name, value, kind, use) {#name, value, CONSTANT_##kind, USE_##use},
#include "constants.def"
#undef ENTRY
};

static bool parse_one(const char *word, uint64_t *out)
{
    if (number_parse(word, out))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i].name, word) == 0) {
            *out = names[i].value;
            return true;
        }
    }
    return false;
}

bool constants_parse(const char *words, uint64_t *out)
{
    uint64_t value = 0;
    for (;;) {
        char word[64];
        size_t length = strcspn(words, "|");
        uint64_t bits;
        if (length >= sizeof word)
            return false;
        memcpy(word, words, length);
        word[length] = '\0';
        if (!parse_one(word, &bits))
            return false;
        value |= bits;
        if (!words[length])
            break;
        words += length + 1;
    }
    *out = value;
    return true;
}

void constants_list(struct text *out)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        text_format(out, "%s 0x%llX\n", names[i].name, (unsigned long long)names[i].value);
}

void constants_add(struct text *out, enum constant_kind kind, uint64_t value)
{
    const char *separator = "";
    if (value == 0)
        text_add(out, "0");
    for (size_t i = 0; i < sizeof names / sizeof names[0] && value; i++) {
        if (names[i].kind != kind || names[i].use != USE_WRITTEN ||
            (value & names[i].value) != names[i].value)
            continue;
        text_format(out, "%s%s", separator, names[i].name);
        value &= ~names[i].value;
        separator = "|";
    }
    if (value)
        text_format(out, "%s0x%llX", separator, (unsigned long long)value);
}

struct code {
    uint32_t code;
    const char *name;
};

static const char *find_code(const struct code *codes, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i].code == code)
            return codes[i].name;
    return NULL;
}

const char *error_name(uint32_t code)
{
    static const struct code codes[] = {
#define ENTRY(name, code) {code, #name},
#include "errors.def"
#undef ENTRY
    };
    return find_code(codes, sizeof codes / sizeof codes[0], code);
}

const char *status_name(uint32_t code)
{
    static const struct code codes[] = {
#define ENTRY(name, code, error) {code, #name},
#include "statuses.def"
#undef ENTRY
    };
    return find_code(codes, sizeof codes / sizeof codes[0], code);
}

uint32_t status_error(uint32_t status)
{
    switch (status) {
#define ENTRY(name, code, error)                                                                             \
    case code:                                                                                               \
        return error;
#include "statuses.def"
#undef ENTRY
    default:
        return 0;
    }
}

const uint32_t status_codes[] = {
#define ENTRY(name, code, error) code,
#include "statuses.def"
#undef ENTRY
};
const size_t status_count = sizeof status_codes / sizeof status_codes[0];

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
