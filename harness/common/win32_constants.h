/* Constants of the Windows headers, error codes, NTSTATUS values and integrity levels by name. The lists are
 * constants.def, errors.def, statuses.def and integrity_levels.def. Plain C: the numbers are part of the ABI, and the
 * native build has no windows.h. All strings are static. */
#ifndef SHMCHECK_WIN32_CONSTANTS_H
#define SHMCHECK_WIN32_CONSTANTS_H

#include "text.h"

/* Which names a number is written with: the same number has different names in different arguments. */
enum constant_kind {
    CONSTANT_PROTECT,    /* PAGE_ */
    CONSTANT_SECTION,    /* SEC_ */
    CONSTANT_MAP_ACCESS, /* FILE_MAP_, standard and generic rights */
    CONSTANT_STATE,      /* MEM_COMMIT, MEM_RESERVE, MEM_FREE */
    CONSTANT_TYPE,       /* MEM_MAPPED, MEM_PRIVATE, MEM_IMAGE */
    CONSTANT_PROCESS     /* PROCESS_, rights to a process */
};

/* Reads names and numbers joined by '|': "PAGE_READWRITE|SEC_RESERVE", "0x4|FILE_MAP_WRITE". Names of every kind are
 * accepted, because cases pass constants of the wrong kind on purpose. False, and *out unchanged, if a name is
 * unknown. */
bool constants_parse(const char *words, uint64_t *out);

/* Adds the name or names of a value; bits without a name are added as one hexadecimal number. 0 is "0". */
void constants_add(struct text *out, enum constant_kind kind, uint64_t value);

/* Adds a line "NAME 0xX" for each constant that constants_parse knows, for help. */
void constants_list(struct text *out);

/* "ERROR_ACCESS_DENIED", or NULL for a code that is not in errors.def. */
const char *error_name(uint32_t code);
/* "STATUS_ACCESS_DENIED", or NULL for a code that is not in statuses.def. */
const char *status_name(uint32_t code);

/* The Win32 error that RtlNtStatusToDosError returns for this NTSTATUS; 0 if the project makes no statement about it. */
uint32_t status_error(uint32_t status);

/* Every NTSTATUS of statuses.def. */
extern const uint32_t status_codes[];
extern const size_t status_count;

/* "low" for 0x1000: the name of the integrity level whose SID is S-1-16-rid. NULL if that level has no name.
 * Page: windows/win32/secauthz/well-known-sids. */
const char *integrity_name(uint64_t rid);

#endif
