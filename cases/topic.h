/* Every topic includes this header: checks.h, NTSTATUS values, the texts of query replies, and short forms of expectations
 * and preconditions that several topics need. */
#ifndef SHMCHECK_TOPIC_H
#define SHMCHECK_TOPIC_H

#include "../harness/runner/case/checks.h"

#include <statuses.h> /* made from harness/common/statuses.def; after windows.h */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#ifndef ERROR_DYNAMIC_CODE_BLOCKED
#define ERROR_DYNAMIC_CODE_BLOCKED 1655L /* page system-error-codes--1300-1699- */
#endif

/* ---- expectations ---- */

/* The step fails because no object has the name. */
#define not_found(s, role, step)                                                                             \
    fails_status(s, role, step, ERROR_FILE_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND)
/* The step fails because a handle, a descriptor or a token lacks a right. */
#define denied(s, role, step) fails_status(s, role, step, ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED)
/* Returns from the case's function unless the expectation is met, because the next steps cannot work without it. */
#define REQUIRE(expectation)                                                                                 \
    do {                                                                                                     \
        if (!(expectation))                                                                                  \
            return;                                                                                          \
    } while (0)

/* ---- replies of the verb query: every field that VirtualQuery documents (ns-winnt-memory_basic_information) ---- */

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

/* The writer has the section @x of 4,096 bytes, a view of it, and the text "bytes" at its start. */
#define writer_writes(s) writer_writes_at(s, __LINE__)

static inline void writer_writes_at(struct stage *s, int line)
{
    check_must(s, line, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    check_must(s, line, "writer", "map view of=section access=FILE_MAP_WRITE");
    check_must(s, line, "writer", "write view at=0 text=bytes");
}

#endif
