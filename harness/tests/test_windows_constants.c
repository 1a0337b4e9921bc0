/* The numbers of win32_constants.c against those of the system headers. */
#include "testing.h"

#define WIN32_NO_STATUS
#include <windows.h>
#include <winternl.h> /* NTSTATUS, which ntstatus.h casts to */
#undef WIN32_NO_STATUS
#include <ntstatus.h>

#include "../common/win32_constants.h"

struct constant {
    const char *name;
    uint32_t value;
};
#define CONSTANT(name) #name, (uint32_t)(name)

/* Some headers (of mingw-w64 10, for one) lack these; the numbers are those of the SDK's page. */
#ifndef SEC_IMAGE_NO_EXECUTE
#define SEC_IMAGE_NO_EXECUTE 0x11000000
#endif
#ifndef FILE_MAP_TARGETS_INVALID
#define FILE_MAP_TARGETS_INVALID 0x40000000
#endif
#ifndef ERROR_NOT_SAME_OBJECT
#define ERROR_NOT_SAME_OBJECT 1656
#endif
#ifndef STATUS_NOT_SAME_OBJECT
#define STATUS_NOT_SAME_OBJECT 0xC00001AC
#endif

TEST(constants_are_those_of_windows)
{
    static const struct constant table[] = {
        {CONSTANT(PAGE_NOACCESS)},
        {CONSTANT(PAGE_READONLY)},
        {CONSTANT(PAGE_READWRITE)},
        {CONSTANT(PAGE_WRITECOPY)},
        {CONSTANT(PAGE_EXECUTE)},
        {CONSTANT(PAGE_EXECUTE_READ)},
        {CONSTANT(PAGE_EXECUTE_READWRITE)},
        {CONSTANT(PAGE_EXECUTE_WRITECOPY)},
        {CONSTANT(PAGE_GUARD)},
        {CONSTANT(PAGE_NOCACHE)},
        {CONSTANT(PAGE_WRITECOMBINE)},
        {CONSTANT(PAGE_TARGETS_INVALID)},
        {CONSTANT(SEC_IMAGE_NO_EXECUTE)},
        {CONSTANT(SEC_FILE)},
        {CONSTANT(SEC_IMAGE)},
        {CONSTANT(SEC_PROTECTED_IMAGE)},
        {CONSTANT(SEC_RESERVE)},
        {CONSTANT(SEC_COMMIT)},
        {CONSTANT(SEC_NOCACHE)},
        {CONSTANT(SEC_WRITECOMBINE)},
        {CONSTANT(SEC_LARGE_PAGES)},
        {CONSTANT(FILE_MAP_ALL_ACCESS)},
        {CONSTANT(STANDARD_RIGHTS_REQUIRED)},
        {CONSTANT(FILE_MAP_COPY)},
        {CONSTANT(SECTION_QUERY)},
        {CONSTANT(FILE_MAP_WRITE)},
        {CONSTANT(SECTION_MAP_WRITE)},
        {CONSTANT(FILE_MAP_READ)},
        {CONSTANT(SECTION_MAP_READ)},
        {CONSTANT(SECTION_MAP_EXECUTE)},
        {CONSTANT(SECTION_EXTEND_SIZE)},
        {CONSTANT(FILE_MAP_EXECUTE)},
        {CONSTANT(DELETE)},
        {CONSTANT(READ_CONTROL)},
        {CONSTANT(WRITE_DAC)},
        {CONSTANT(WRITE_OWNER)},
        {CONSTANT(SYNCHRONIZE)},
        {CONSTANT(ACCESS_SYSTEM_SECURITY)},
        {CONSTANT(MAXIMUM_ALLOWED)},
        {CONSTANT(GENERIC_ALL)},
        {CONSTANT(GENERIC_EXECUTE)},
        {CONSTANT(GENERIC_WRITE)},
        {CONSTANT(GENERIC_READ)},
        {CONSTANT(FILE_MAP_LARGE_PAGES)},
        {CONSTANT(FILE_MAP_TARGETS_INVALID)},
        {CONSTANT(FILE_MAP_RESERVE)},
        {CONSTANT(MEM_COMMIT)},
        {CONSTANT(MEM_RESERVE)},
        {CONSTANT(MEM_FREE)},
        {CONSTANT(MEM_PRIVATE)},
        {CONSTANT(MEM_MAPPED)},
        {CONSTANT(MEM_IMAGE)},
        {CONSTANT(PROCESS_CREATE_PROCESS)},
        {CONSTANT(PROCESS_DUP_HANDLE)},
        {CONSTANT(PROCESS_QUERY_LIMITED_INFORMATION)},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint64_t value;
        if (!constants_parse(table[i].name, &value) || value != table[i].value)
            fail_msg("%s is 0x%X", table[i].name, (unsigned)table[i].value);
    }
}

/* Both ways: the header's name is the one that is written for its number. */
TEST(errors_are_those_of_windows)
{
    static const struct constant table[] = {
        {CONSTANT(NO_ERROR)},
        {CONSTANT(ERROR_FILE_NOT_FOUND)},
        {CONSTANT(ERROR_PATH_NOT_FOUND)},
        {CONSTANT(ERROR_ACCESS_DENIED)},
        {CONSTANT(ERROR_INVALID_HANDLE)},
        {CONSTANT(ERROR_NOT_ENOUGH_MEMORY)},
        {CONSTANT(ERROR_BAD_LENGTH)},
        {CONSTANT(ERROR_GEN_FAILURE)},
        {CONSTANT(ERROR_LOCK_VIOLATION)},
        {CONSTANT(ERROR_NOT_SUPPORTED)},
        {CONSTANT(ERROR_INVALID_PARAMETER)},
        {CONSTANT(ERROR_DISK_FULL)},
        {CONSTANT(ERROR_CALL_NOT_IMPLEMENTED)},
        {CONSTANT(ERROR_INSUFFICIENT_BUFFER)},
        {CONSTANT(ERROR_INVALID_NAME)},
        {CONSTANT(ERROR_PROC_NOT_FOUND)},
        {CONSTANT(ERROR_BAD_PATHNAME)},
        {CONSTANT(ERROR_ALREADY_EXISTS)},
        {CONSTANT(ERROR_BAD_EXE_FORMAT)},
        {CONSTANT(ERROR_FILENAME_EXCED_RANGE)},
        {CONSTANT(ERROR_INVALID_ADDRESS)},
        {CONSTANT(ERROR_NOACCESS)},
        {CONSTANT(ERROR_FILE_INVALID)},
        {CONSTANT(ERROR_MAPPED_ALIGNMENT)},
        {CONSTANT(ERROR_USER_MAPPED_FILE)},
        {CONSTANT(ERROR_NOT_ALL_ASSIGNED)},
        {CONSTANT(ERROR_PRIVILEGE_NOT_HELD)},
        {CONSTANT(ERROR_INVALID_SECURITY_DESCR)},
        {CONSTANT(ERROR_NO_SYSTEM_RESOURCES)},
        {CONSTANT(ERROR_WORKING_SET_QUOTA)},
        {CONSTANT(ERROR_COMMITMENT_LIMIT)},
        {CONSTANT(ERROR_TIMEOUT)},
        {CONSTANT(ERROR_NOT_SAME_OBJECT)},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *name = error_name(table[i].value);
        if (!name || strcmp(name, table[i].name) != 0)
            fail_msg("%s is %u", table[i].name, (unsigned)table[i].value);
    }
}

TEST(statuses_are_those_of_windows)
{
    static const struct constant table[] = {
        {CONSTANT(STATUS_OBJECT_NAME_EXISTS)},
        {CONSTANT(STATUS_GUARD_PAGE_VIOLATION)},
        {CONSTANT(STATUS_DATATYPE_MISALIGNMENT)},
        {CONSTANT(STATUS_BREAKPOINT)},
        {CONSTANT(STATUS_NOT_IMPLEMENTED)},
        {CONSTANT(STATUS_INFO_LENGTH_MISMATCH)},
        {CONSTANT(STATUS_ACCESS_VIOLATION)},
        {CONSTANT(STATUS_IN_PAGE_ERROR)},
        {CONSTANT(STATUS_INVALID_HANDLE)},
        {CONSTANT(STATUS_INVALID_PARAMETER)},
        {CONSTANT(STATUS_NO_MEMORY)},
        {CONSTANT(STATUS_CONFLICTING_ADDRESSES)},
        {CONSTANT(STATUS_NOT_MAPPED_VIEW)},
        {CONSTANT(STATUS_ILLEGAL_INSTRUCTION)},
        {CONSTANT(STATUS_INVALID_VIEW_SIZE)},
        {CONSTANT(STATUS_INVALID_FILE_FOR_SECTION)},
        {CONSTANT(STATUS_ACCESS_DENIED)},
        {CONSTANT(STATUS_OBJECT_TYPE_MISMATCH)},
        {CONSTANT(STATUS_OBJECT_NAME_INVALID)},
        {CONSTANT(STATUS_OBJECT_NAME_NOT_FOUND)},
        {CONSTANT(STATUS_OBJECT_NAME_COLLISION)},
        {CONSTANT(STATUS_OBJECT_PATH_NOT_FOUND)},
        {CONSTANT(STATUS_OBJECT_PATH_SYNTAX_BAD)},
        {CONSTANT(STATUS_SECTION_TOO_BIG)},
        {CONSTANT(STATUS_INVALID_PAGE_PROTECTION)},
        {CONSTANT(STATUS_SECTION_NOT_IMAGE)},
        {CONSTANT(STATUS_SECTION_PROTECTION)},
        {CONSTANT(STATUS_FILE_LOCK_CONFLICT)},
        {CONSTANT(STATUS_PRIVILEGE_NOT_HELD)},
        {CONSTANT(STATUS_DISK_FULL)},
        {CONSTANT(STATUS_INSUFFICIENT_RESOURCES)},
        {CONSTANT(STATUS_WORKING_SET_QUOTA)},
        {CONSTANT(STATUS_STACK_OVERFLOW)},
        {CONSTANT(STATUS_MAPPED_FILE_SIZE_ZERO)},
        {CONSTANT(STATUS_COMMITMENT_LIMIT)},
        {CONSTANT(STATUS_INVALID_IMAGE_NOT_MZ)},
        {CONSTANT(STATUS_INVALID_ADDRESS)},
        {CONSTANT(STATUS_NOT_SAME_OBJECT)},
        {CONSTANT(STATUS_MAPPED_ALIGNMENT)},
        {CONSTANT(STATUS_USER_MAPPED_FILE)},
        {CONSTANT(STATUS_STACK_BUFFER_OVERRUN)},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const char *name = status_name(table[i].value);
        if (!name || strcmp(name, table[i].name) != 0)
            fail_msg("%s is 0x%08X", table[i].name, (unsigned)table[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_those_of_windows),
        cmocka_unit_test(errors_are_those_of_windows),
        cmocka_unit_test(statuses_are_those_of_windows),
    };
    return cmocka_run_group_tests_name("windows constants", tests, NULL, NULL);
}
