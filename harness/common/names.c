#include "names.h"

#include <string.h>

#include "line.h"

struct name {
    const char *name;
    uint64_t value;
    enum name_kind kind;
    bool written; /* false: understood when read, never used to write a value */
};

/* Within one kind, names of several bits stand before names of their parts, so that writing finds them first.
 */
static const struct name names[] = {
    {"PAGE_NOACCESS", 0x01, NAME_PROTECT, true},
    {"PAGE_READONLY", 0x02, NAME_PROTECT, true},
    {"PAGE_READWRITE", 0x04, NAME_PROTECT, true},
    {"PAGE_WRITECOPY", 0x08, NAME_PROTECT, true},
    {"PAGE_EXECUTE", 0x10, NAME_PROTECT, true},
    {"PAGE_EXECUTE_READ", 0x20, NAME_PROTECT, true},
    {"PAGE_EXECUTE_READWRITE", 0x40, NAME_PROTECT, true},
    {"PAGE_EXECUTE_WRITECOPY", 0x80, NAME_PROTECT, true},
    {"PAGE_GUARD", 0x100, NAME_PROTECT, true},
    {"PAGE_NOCACHE", 0x200, NAME_PROTECT, true},
    {"PAGE_WRITECOMBINE", 0x400, NAME_PROTECT, true},
    {"PAGE_TARGETS_INVALID", 0x40000000, NAME_PROTECT, false},

    {"SEC_IMAGE_NO_EXECUTE", 0x11000000, NAME_SECTION, true},
    {"SEC_FILE", 0x00800000, NAME_SECTION, true},
    {"SEC_IMAGE", 0x01000000, NAME_SECTION, true},
    {"SEC_PROTECTED_IMAGE", 0x02000000, NAME_SECTION, true},
    {"SEC_RESERVE", 0x04000000, NAME_SECTION, true},
    {"SEC_COMMIT", 0x08000000, NAME_SECTION, true},
    {"SEC_NOCACHE", 0x10000000, NAME_SECTION, true},
    {"SEC_WRITECOMBINE", 0x40000000, NAME_SECTION, true},
    {"SEC_LARGE_PAGES", 0x80000000, NAME_SECTION, true},

    {"FILE_MAP_ALL_ACCESS", 0xF001F, NAME_MAP_ACCESS, true},
    {"STANDARD_RIGHTS_REQUIRED", 0xF0000, NAME_MAP_ACCESS, false},
    {"FILE_MAP_COPY", 0x01, NAME_MAP_ACCESS, true},
    {"SECTION_QUERY", 0x01, NAME_MAP_ACCESS, false},
    {"FILE_MAP_WRITE", 0x02, NAME_MAP_ACCESS, true},
    {"SECTION_MAP_WRITE", 0x02, NAME_MAP_ACCESS, false},
    {"FILE_MAP_READ", 0x04, NAME_MAP_ACCESS, true},
    {"SECTION_MAP_READ", 0x04, NAME_MAP_ACCESS, false},
    {"SECTION_MAP_EXECUTE", 0x08, NAME_MAP_ACCESS, true},
    {"SECTION_EXTEND_SIZE", 0x10, NAME_MAP_ACCESS, true},
    {"FILE_MAP_EXECUTE", 0x20, NAME_MAP_ACCESS, true},
    {"DELETE", 0x10000, NAME_MAP_ACCESS, true},
    {"READ_CONTROL", 0x20000, NAME_MAP_ACCESS, true},
    {"WRITE_DAC", 0x40000, NAME_MAP_ACCESS, true},
    {"WRITE_OWNER", 0x80000, NAME_MAP_ACCESS, true},
    {"SYNCHRONIZE", 0x100000, NAME_MAP_ACCESS, true},
    {"ACCESS_SYSTEM_SECURITY", 0x01000000, NAME_MAP_ACCESS, true},
    {"MAXIMUM_ALLOWED", 0x02000000, NAME_MAP_ACCESS, true},
    {"GENERIC_ALL", 0x10000000, NAME_MAP_ACCESS, true},
    {"GENERIC_EXECUTE", 0x20000000, NAME_MAP_ACCESS, true},
    {"GENERIC_WRITE", 0x40000000, NAME_MAP_ACCESS, true},
    {"GENERIC_READ", 0x80000000, NAME_MAP_ACCESS, true},
    {"FILE_MAP_LARGE_PAGES", 0x20000000, NAME_MAP_ACCESS, false},
    {"FILE_MAP_TARGETS_INVALID", 0x40000000, NAME_MAP_ACCESS, false},
    {"FILE_MAP_RESERVE", 0x80000000, NAME_MAP_ACCESS, false},

    {"MEM_COMMIT", 0x1000, NAME_STATE, true},
    {"MEM_RESERVE", 0x2000, NAME_STATE, true},
    {"MEM_FREE", 0x10000, NAME_STATE, true},
    {"MEM_REPLACE_PLACEHOLDER", 0x4000, NAME_STATE, false},
    {"MEM_PRESERVE_PLACEHOLDER", 0x2, NAME_STATE, false},
    {"MEM_UNMAP_WITH_TRANSIENT_BOOST", 0x1, NAME_STATE, false},
    {"MEM_RELEASE", 0x8000, NAME_STATE, false},

    {"MEM_PRIVATE", 0x20000, NAME_TYPE, true},
    {"MEM_MAPPED", 0x40000, NAME_TYPE, true},
    {"MEM_IMAGE", 0x1000000, NAME_TYPE, true},

    {"PROCESS_CREATE_PROCESS", 0x80, NAME_PROCESS, true},
    {"PROCESS_DUP_HANDLE", 0x40, NAME_PROCESS, true},
    {"PROCESS_QUERY_LIMITED_INFORMATION", 0x1000, NAME_PROCESS, true},
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

bool names_parse(const char *words, uint64_t *out)
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

void names_add(struct text *out, enum name_kind kind, uint64_t value)
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
        {0, "NO_ERROR"},
        {2, "ERROR_FILE_NOT_FOUND"},
        {3, "ERROR_PATH_NOT_FOUND"},
        {5, "ERROR_ACCESS_DENIED"},
        {6, "ERROR_INVALID_HANDLE"},
        {8, "ERROR_NOT_ENOUGH_MEMORY"},
        {24, "ERROR_BAD_LENGTH"},
        {31, "ERROR_GEN_FAILURE"},
        {32, "ERROR_SHARING_VIOLATION"},
        {33, "ERROR_LOCK_VIOLATION"},
        {50, "ERROR_NOT_SUPPORTED"},
        {87, "ERROR_INVALID_PARAMETER"},
        {112, "ERROR_DISK_FULL"},
        {120, "ERROR_CALL_NOT_IMPLEMENTED"},
        {122, "ERROR_INSUFFICIENT_BUFFER"},
        {123, "ERROR_INVALID_NAME"},
        {127, "ERROR_PROC_NOT_FOUND"},
        {161, "ERROR_BAD_PATHNAME"},
        {183, "ERROR_ALREADY_EXISTS"},
        {193, "ERROR_BAD_EXE_FORMAT"},
        {206, "ERROR_FILENAME_EXCED_RANGE"},
        {487, "ERROR_INVALID_ADDRESS"},
        {998, "ERROR_NOACCESS"},
        {1006, "ERROR_FILE_INVALID"},
        {1132, "ERROR_MAPPED_ALIGNMENT"},
        {1224, "ERROR_USER_MAPPED_FILE"},
        {1300, "ERROR_NOT_ALL_ASSIGNED"},
        {1314, "ERROR_PRIVILEGE_NOT_HELD"},
        {1338, "ERROR_INVALID_SECURITY_DESCR"},
        {1450, "ERROR_NO_SYSTEM_RESOURCES"},
        {1453, "ERROR_WORKING_SET_QUOTA"},
        {1455, "ERROR_COMMITMENT_LIMIT"},
        {1460, "ERROR_TIMEOUT"},
        {1656, "ERROR_NOT_SAME_OBJECT"},
    };
    return find_code(codes, sizeof codes / sizeof codes[0], code);
}

const char *status_name(uint32_t code)
{
    static const struct code codes[] = {
        {0x40000000, "STATUS_OBJECT_NAME_EXISTS"},
        {0x80000001, "STATUS_GUARD_PAGE_VIOLATION"},
        {0x80000002, "STATUS_DATATYPE_MISALIGNMENT"},
        {0x80000003, "STATUS_BREAKPOINT"},
        {0xC0000002, "STATUS_NOT_IMPLEMENTED"},
        {0xC0000004, "STATUS_INFO_LENGTH_MISMATCH"},
        {0xC0000005, "STATUS_ACCESS_VIOLATION"},
        {0xC0000006, "STATUS_IN_PAGE_ERROR"},
        {0xC0000008, "STATUS_INVALID_HANDLE"},
        {0xC000000D, "STATUS_INVALID_PARAMETER"},
        {0xC0000017, "STATUS_NO_MEMORY"},
        {0xC0000018, "STATUS_CONFLICTING_ADDRESSES"},
        {0xC0000019, "STATUS_NOT_MAPPED_VIEW"},
        {0xC000001D, "STATUS_ILLEGAL_INSTRUCTION"},
        {0xC000001F, "STATUS_INVALID_VIEW_SIZE"},
        {0xC0000020, "STATUS_INVALID_FILE_FOR_SECTION"},
        {0xC0000022, "STATUS_ACCESS_DENIED"},
        {0xC0000024, "STATUS_OBJECT_TYPE_MISMATCH"},
        {0xC0000033, "STATUS_OBJECT_NAME_INVALID"},
        {0xC0000034, "STATUS_OBJECT_NAME_NOT_FOUND"},
        {0xC0000035, "STATUS_OBJECT_NAME_COLLISION"},
        {0xC000003A, "STATUS_OBJECT_PATH_NOT_FOUND"},
        {0xC000003B, "STATUS_OBJECT_PATH_SYNTAX_BAD"},
        {0xC0000040, "STATUS_SECTION_TOO_BIG"},
        {0xC0000043, "STATUS_SHARING_VIOLATION"},
        {0xC0000045, "STATUS_INVALID_PAGE_PROTECTION"},
        {0xC0000049, "STATUS_SECTION_NOT_IMAGE"},
        {0xC000004E, "STATUS_SECTION_PROTECTION"},
        {0xC0000054, "STATUS_FILE_LOCK_CONFLICT"},
        {0xC0000061, "STATUS_PRIVILEGE_NOT_HELD"},
        {0xC000007F, "STATUS_DISK_FULL"},
        {0xC000009A, "STATUS_INSUFFICIENT_RESOURCES"},
        {0xC00000A1, "STATUS_WORKING_SET_QUOTA"},
        {0xC00000EF, "STATUS_INVALID_PARAMETER_1"},
        {0xC00000F0, "STATUS_INVALID_PARAMETER_2"},
        {0xC00000F1, "STATUS_INVALID_PARAMETER_3"},
        {0xC00000F2, "STATUS_INVALID_PARAMETER_4"},
        {0xC00000F3, "STATUS_INVALID_PARAMETER_5"},
        {0xC00000F4, "STATUS_INVALID_PARAMETER_6"},
        {0xC00000F5, "STATUS_INVALID_PARAMETER_7"},
        {0xC00000F6, "STATUS_INVALID_PARAMETER_8"},
        {0xC00000F7, "STATUS_INVALID_PARAMETER_9"},
        {0xC00000FD, "STATUS_STACK_OVERFLOW"},
        {0xC000011E, "STATUS_MAPPED_FILE_SIZE_ZERO"},
        {0xC000012D, "STATUS_COMMITMENT_LIMIT"},
        {0xC000012F, "STATUS_INVALID_IMAGE_NOT_MZ"},
        {0xC0000141, "STATUS_INVALID_ADDRESS"},
        {0xC00001AC, "STATUS_NOT_SAME_OBJECT"},
        {0xC0000220, "STATUS_MAPPED_ALIGNMENT"},
        {0xC0000243, "STATUS_USER_MAPPED_FILE"},
        {0xC0000409, "STATUS_STACK_BUFFER_OVERRUN"},
    };
    return find_code(codes, sizeof codes / sizeof codes[0], code);
}

const struct status_pair status_pairs[] = {
    {0xC0000034, 2},    {0xC000003A, 3},    {0xC0000022, 5},    {0xC000001F, 5},    {0xC0000008, 6},
    {0xC0000024, 6},    {0xC0000017, 8},    {0xC0000040, 8},    {0xC0000054, 33},   {0xC000000D, 87},
    {0xC00000EF, 87},   {0xC0000045, 87},   {0xC000004E, 87},   {0xC000007F, 112},  {0xC0000033, 123},
    {0xC000003B, 161},  {0xC0000035, 183},  {0xC000012F, 193},  {0xC0000020, 193},  {0xC0000018, 487},
    {0xC0000019, 487},  {0xC0000005, 998},  {0xC000011E, 1006}, {0xC0000220, 1132}, {0xC0000243, 1224},
    {0xC0000061, 1314}, {0xC000009A, 1450}, {0xC00000A1, 1453}, {0xC000012D, 1455}, {0xC00001AC, 1656},
};
const size_t status_pair_count = sizeof status_pairs / sizeof status_pairs[0];
