/* What query replies for a view of committed pages that all have the protection they were mapped with: every field that
 * VirtualQuery documents for it. Page: ns-winnt-memory_basic_information. */
#ifndef SHMCHECK_VIEWS_H
#define SHMCHECK_VIEWS_H

/* Both are string literals: the bytes of the view, in whole pages, and the name of its protection. */
#define WHOLE_VIEW(bytes, protection)                                                                        \
    "base=+0 size=" bytes " state=MEM_COMMIT protect=" protection                                            \
    " type=MEM_MAPPED allocation-base=+0 allocation-protect=" protection

/* A part of a view that starts `base` bytes in, with a protection of its own; `mapped` is that of the view. */
#define VIEW_PART(base, bytes, protection, mapped)                                                           \
    "base=+" base " size=" bytes " state=MEM_COMMIT protect=" protection                                     \
    " type=MEM_MAPPED allocation-base=+0 allocation-protect=" mapped

/* A part whose pages are only reserved, which have no protection. */
#define RESERVED_PART(base, bytes, mapped)                                                                   \
    "base=+" base " size=" bytes                                                                             \
    " state=MEM_RESERVE type=MEM_MAPPED allocation-base=+0 allocation-protect=" mapped

#endif
