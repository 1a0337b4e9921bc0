/* The prompt's `names`: what is in the directories of named objects that Local\ and Global\ stand for.
 * Pages: devnotes/ntopendirectoryobject, devnotes/ntquerydirectoryobject. */
#ifndef SHMCHECK_NAME_LIST_H
#define SHMCHECK_NAME_LIST_H

#include "../common/text.h"

/* Adds the objects whose names begin with the prefix, as a step writes them after name=. A prefix that begins with Local\ or
 * Global\ looks in that directory alone. A directory that cannot be read is named, with the NTSTATUS. */
void name_list_add(struct text *out, const char *prefix);

#endif
