/* The prompt's `same A B`: whether two labels, handles or views, belong to one section. */
#ifndef SHMCHECK_SAME_H
#define SHMCHECK_SAME_H

#include "../common/text.h"

/* Two handles: CompareObjectHandles. A view and a handle, or two views: a byte that is changed for a moment through one is
 * looked at through the other, and put back; a view of the handle is mapped for that. Where neither may be written, equal
 * contents prove nothing, and the answer says so. */
void same_add(struct text *out, const char *first, const char *second);

#endif
