/* For cases in which a child gets no handle: whether the value of its parent's handle is a section there. */
#ifndef SHMCHECK_NO_SECTION_H
#define SHMCHECK_NO_SECTION_H

#include <string.h>

#include "topic.h"

/* In the child the value is no handle, or a handle of another type. By chance it may also be the handle of a section that the
 * child has made itself or that another process gave it. Such a section has another size than the parent's, `bytes`. */
static inline void is_no_section(struct stage *s, const char *child, const char *label, const char *bytes)
{
    records(s, child, step("size %s", label));
    const char *size = value(s, child, "size"); /* "" if it is no section */
    if (size[0] && strcmp(size, bytes) != 0) {
        says(s, "the value is the handle of another section of %s", child);
        return;
    }
    fails(s, child, step("map view of=%s access=FILE_MAP_READ", label), ERROR_INVALID_HANDLE);
}

#endif
