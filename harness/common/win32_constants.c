#include "win32_constants.h"

#include <string.h>

#include "line.h"

struct name {
    const char *name;
    uint64_t value;
    enum constant_kind kind;
    bool written; /* false: understood when read, never used to write a value */
};

/* Within one kind, names of several bits stand before names of their parts, so that writing finds them first.
 */
static const struct name names[] = {
    {"PAGE_NOACCESS", 0x01, CONSTANT_PROTECT, true},
    {"PAGE_READONLY", 0x02, CONSTANT_PROTECT, true},
    {"PAGE_READWRITE", 0x04, CONSTANT_PROTECT, true},
    {"PAGE_WRITECOPY", 0x08, CONSTANT_PROTECT, true},
    {"PAGE_EXECUTE", 0x10, CONSTANT_PROTECT, true},
    {"PAGE_EXECUTE_READ", 0x20, CONSTANT_PROTECT, true},
    {"PAGE_EXECUTE_READWRITE", 0x40, CONSTANT_PROTECT, true},
    {"PAGE_EXECUTE_WRITECOPY", 0x80, CONSTANT_PROTECT, true},
    {"PAGE_GUARD", 0x100, CONSTANT_PROTECT, true},
    {"PAGE_NOCACHE", 0x200, CONSTANT_PROTECT, true},
    {"PAGE_WRITECOMBINE", 0x400, CONSTANT_PROTECT, true},
    {"PAGE_TARGETS_INVALID", 0x40000000, CONSTANT_PROTECT, false},

    {"SEC_IMAGE_NO_EXECUTE", 0x11000000, CONSTANT_SECTION, true},
    {"SEC_FILE", 0x00800000, CONSTANT_SECTION, true},
    {"SEC_IMAGE", 0x01000000, CONSTANT_SECTION, true},
    {"SEC_PROTECTED_IMAGE", 0x02000000, CONSTANT_SECTION, true},
    {"SEC_RESERVE", 0x04000000, CONSTANT_SECTION, true},
    {"SEC_COMMIT", 0x08000000, CONSTANT_SECTION, true},
    {"SEC_NOCACHE", 0x10000000, CONSTANT_SECTION, true},
    {"SEC_WRITECOMBINE", 0x40000000, CONSTANT_SECTION, true},
    {"SEC_LARGE_PAGES", 0x80000000, CONSTANT_SECTION, true},

    {"FILE_MAP_ALL_ACCESS", 0xF001F, CONSTANT_MAP_ACCESS, true},
    {"STANDARD_RIGHTS_REQUIRED", 0xF0000, CONSTANT_MAP_ACCESS, false},
    {"FILE_MAP_COPY", 0x01, CONSTANT_MAP_ACCESS, true},
    {"SECTION_QUERY", 0x01, CONSTANT_MAP_ACCESS, false},
    {"FILE_MAP_WRITE", 0x02, CONSTANT_MAP_ACCESS, true},
    {"SECTION_MAP_WRITE", 0x02, CONSTANT_MAP_ACCESS, false},
    {"FILE_MAP_READ", 0x04, CONSTANT_MAP_ACCESS, true},
    {"SECTION_MAP_READ", 0x04, CONSTANT_MAP_ACCESS, false},
    {"SECTION_MAP_EXECUTE", 0x08, CONSTANT_MAP_ACCESS, true},
    {"SECTION_EXTEND_SIZE", 0x10, CONSTANT_MAP_ACCESS, true},
    {"FILE_MAP_EXECUTE", 0x20, CONSTANT_MAP_ACCESS, true},
    {"DELETE", 0x10000, CONSTANT_MAP_ACCESS, true},
    {"READ_CONTROL", 0x20000, CONSTANT_MAP_ACCESS, true},
    {"WRITE_DAC", 0x40000, CONSTANT_MAP_ACCESS, true},
    {"WRITE_OWNER", 0x80000, CONSTANT_MAP_ACCESS, true},
    {"SYNCHRONIZE", 0x100000, CONSTANT_MAP_ACCESS, true},
    {"ACCESS_SYSTEM_SECURITY", 0x01000000, CONSTANT_MAP_ACCESS, true},
    {"MAXIMUM_ALLOWED", 0x02000000, CONSTANT_MAP_ACCESS, true},
    {"GENERIC_ALL", 0x10000000, CONSTANT_MAP_ACCESS, true},
    {"GENERIC_EXECUTE", 0x20000000, CONSTANT_MAP_ACCESS, true},
    {"GENERIC_WRITE", 0x40000000, CONSTANT_MAP_ACCESS, true},
    {"GENERIC_READ", 0x80000000, CONSTANT_MAP_ACCESS, true},
    {"FILE_MAP_LARGE_PAGES", 0x20000000, CONSTANT_MAP_ACCESS, false},
    {"FILE_MAP_TARGETS_INVALID", 0x40000000, CONSTANT_MAP_ACCESS, false},
    {"FILE_MAP_RESERVE", 0x80000000, CONSTANT_MAP_ACCESS, false},

    {"MEM_COMMIT", 0x1000, CONSTANT_STATE, true},
    {"MEM_RESERVE", 0x2000, CONSTANT_STATE, true},
    {"MEM_FREE", 0x10000, CONSTANT_STATE, true},
    {"MEM_REPLACE_PLACEHOLDER", 0x4000, CONSTANT_STATE, false},
    {"MEM_PRESERVE_PLACEHOLDER", 0x2, CONSTANT_STATE, false},
    {"MEM_UNMAP_WITH_TRANSIENT_BOOST", 0x1, CONSTANT_STATE, false},
    {"MEM_RELEASE", 0x8000, CONSTANT_STATE, false},

    {"MEM_PRIVATE", 0x20000, CONSTANT_TYPE, true},
    {"MEM_MAPPED", 0x40000, CONSTANT_TYPE, true},
    {"MEM_IMAGE", 0x1000000, CONSTANT_TYPE, true},

    {"PROCESS_CREATE_PROCESS", 0x80, CONSTANT_PROCESS, true},
    {"PROCESS_DUP_HANDLE", 0x40, CONSTANT_PROCESS, true},
    {"PROCESS_QUERY_LIMITED_INFORMATION", 0x1000, CONSTANT_PROCESS, true},
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

void constants_add(struct text *out, enum constant_kind kind, uint64_t value)
{
    const char *separator = "";
    if (value == 0)
        text_add(out, "0");
    for (size_t i = 0; i < sizeof names / sizeof names[0] && value; i++) {
        if (names[i].kind != kind || !names[i].written || (value & names[i].value) != names[i].value)
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
