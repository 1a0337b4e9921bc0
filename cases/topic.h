/* What every topic includes: checks.h, NTSTATUS values, the texts of query replies, and short forms of expectations and
 * preconditions that several topics need. */
#ifndef SHMCHECK_TOPIC_H
#define SHMCHECK_TOPIC_H

#include "../harness/runner/case/checks.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- NTSTATUS values that windows.h does not name, from Microsoft's list of NTSTATUS values ---- */

#define STATUS_INFO_LENGTH_MISMATCH UINT32_C(0xC0000004)
#define STATUS_CONFLICTING_ADDRESSES UINT32_C(0xC0000018)
#define STATUS_NOT_MAPPED_VIEW UINT32_C(0xC0000019)
#define STATUS_INVALID_VIEW_SIZE UINT32_C(0xC000001F)
#define STATUS_INVALID_FILE_FOR_SECTION UINT32_C(0xC0000020)
#define STATUS_ACCESS_DENIED UINT32_C(0xC0000022)
#define STATUS_OBJECT_TYPE_MISMATCH UINT32_C(0xC0000024)
#define STATUS_OBJECT_NAME_NOT_FOUND UINT32_C(0xC0000034)
#define STATUS_OBJECT_PATH_NOT_FOUND UINT32_C(0xC000003A)
#define STATUS_OBJECT_PATH_SYNTAX_BAD UINT32_C(0xC000003B)
#define STATUS_SECTION_TOO_BIG UINT32_C(0xC0000040)
#define STATUS_SHARING_VIOLATION UINT32_C(0xC0000043)
#define STATUS_SECTION_NOT_IMAGE UINT32_C(0xC0000049)
#define STATUS_SECTION_PROTECTION UINT32_C(0xC000004E)
#define STATUS_FILE_LOCK_CONFLICT UINT32_C(0xC0000054)
#define STATUS_PRIVILEGE_NOT_HELD UINT32_C(0xC0000061)
#define STATUS_DISK_FULL UINT32_C(0xC000007F)
#define STATUS_WORKING_SET_QUOTA UINT32_C(0xC00000A1)
#define STATUS_INVALID_PARAMETER_2 UINT32_C(0xC00000F0)
#define STATUS_INVALID_PARAMETER_9 UINT32_C(0xC00000F7)
#define STATUS_MAPPED_FILE_SIZE_ZERO UINT32_C(0xC000011E)
#define STATUS_COMMITMENT_LIMIT UINT32_C(0xC000012D)
#define STATUS_INVALID_IMAGE_NOT_MZ UINT32_C(0xC000012F)
#define STATUS_MAPPED_ALIGNMENT UINT32_C(0xC0000220)
#define STATUS_USER_MAPPED_FILE UINT32_C(0xC0000243)

/* ---- expectations ---- */

/* The step fails because no object has the name. */
#define not_found(s, role, step)                                                                             \
    fails_status(s, role, step, ERROR_FILE_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND)
/* The step fails because a handle, a descriptor or a token lacks a right. */
#define denied(s, role, step) fails_status(s, role, step, ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED)
/* Returns from the case's function unless the expectation held: what follows cannot work without it. */
#define REQUIRE(expectation)                                                                                 \
    do {                                                                                                     \
        if (!(expectation))                                                                                  \
            return;                                                                                          \
    } while (0)

/* ---- what query replies: every field that VirtualQuery documents (ns-winnt-memory_basic_information) ---- */

/* A view of committed pages that all have the protection that the view was mapped with. Both arguments are string
 * literals: the bytes of the view, in whole pages, and the name of the protection. */
#define WHOLE_VIEW(bytes, protection)                                                                        \
    "base=+0 size=" bytes " state=MEM_COMMIT protect=" protection                                            \
    " type=MEM_MAPPED allocation-base=+0 allocation-protect=" protection

/* Part of a view, `base` bytes behind the start of the view, with a protection of its own; `mapped` is the protection
 * that the view was mapped with. */
#define VIEW_PART(base, bytes, protection, mapped)                                                           \
    "base=+" base " size=" bytes " state=MEM_COMMIT protect=" protection                                     \
    " type=MEM_MAPPED allocation-base=+0 allocation-protect=" mapped

/* Part of a view whose pages are only reserved. Such pages have no protection. */
#define RESERVED_PART(base, bytes, mapped)                                                                   \
    "base=+" base " size=" bytes                                                                             \
    " state=MEM_RESERVE type=MEM_MAPPED allocation-base=+0 allocation-protect=" mapped

/* ---- preconditions ---- */

/* Two addresses for cases about the same address in several processes. They are low, so that 32-bit processes have them,
 * and programs and DLLs are not usually loaded there; must_be_free makes sure. */
#define PLACE "0x18000000"
#define OTHER_PLACE "0x1C000000"

/* The 64 KiB at this address are free in the role's process. */
#define must_be_free(s, role, place) must_be_free_at(s, __LINE__, role, place)

static inline void must_be_free_at(struct stage *s, int line, const char *role, const char *place)
{
    check_must(s, line, role, step("reserve room size=0x10000 base=%s", place));
    check_must(s, line, role, "release room");
}

/* The writer has the section @x of 4,096 bytes, a view of it, and the text "bytes" at its start. */
#define writer_writes(s) writer_writes_at(s, __LINE__)

static inline void writer_writes_at(struct stage *s, int line)
{
    check_must(s, line, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    check_must(s, line, "writer", "map view of=section access=FILE_MAP_WRITE");
    check_must(s, line, "writer", "write view at=0 text=bytes");
}

#endif
