/* Win32 constants by the names that their headers give them. No windows.h: the numbers are part of the ABI
 * and the native build has none. Source: the SDK pages memory-protection-constants,
 * file-mapping-security-and-access-rights, process-security-and-access-rights, nf-winbase-createfilemappinga, ns-winnt-memory_basic_information,
 * system-error-codes. */
#ifndef SHMCHECK_WIN32_CONSTANTS_H
#define SHMCHECK_WIN32_CONSTANTS_H

#include "text.h"

/* Which names a number is written with: the same number means different things in different arguments. */
enum constant_kind {
    CONSTANT_PROTECT,    /* PAGE_ */
    CONSTANT_SECTION,    /* SEC_ */
    CONSTANT_MAP_ACCESS, /* FILE_MAP_, standard and generic rights */
    CONSTANT_STATE,      /* MEM_COMMIT, MEM_RESERVE, MEM_FREE */
    CONSTANT_TYPE,       /* MEM_MAPPED, MEM_PRIVATE, MEM_IMAGE */
    CONSTANT_PROCESS     /* PROCESS_, rights to a process */
};

/* Reads names and numbers joined by '|', of any kind: "PAGE_READWRITE|SEC_RESERVE", "0x4|FILE_MAP_WRITE". Any
 * kind, because passing a constant of the wrong one is a mistake that cases must be able to make. False, and
 * *out left alone, at a name that is not known. */
bool constants_parse(const char *words, uint64_t *out);

/* Adds the name or names of a value; bits without a name are added as one hexadecimal number. 0 is "0". */
void constants_add(struct text *out, enum constant_kind kind, uint64_t value);

/* "ERROR_ACCESS_DENIED", or NULL for a code that is not in errors.def. */
const char *error_name(uint32_t code);
/* "STATUS_ACCESS_DENIED", or NULL for a code that is not in statuses.def. */
const char *status_name(uint32_t code);

/* The Win32 error that RtlNtStatusToDosError returns for this NTSTATUS; 0 if the project makes no statement about it. */
uint32_t status_error(uint32_t status);

/* Every NTSTATUS of statuses.def. */
extern const uint32_t status_codes[];
extern const size_t status_count;

#endif
