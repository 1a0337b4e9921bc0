/* Where in a section a fault strikes: the parameter page=all|first|middle|last. */
#ifndef SHMCHECK_FAULTS_PLACES_H
#define SHMCHECK_FAULTS_PLACES_H

#include "books.h"

struct place {
    uint64_t at;   /* offset in the section */
    size_t length; /* in bytes */
};

#define PLACE_MOST 0x100000u /* bytes of page=all: more would only take time */

/* The page of a section of that size in bytes; without the parameter, or with page=all, the start of it. */
struct place place_in(uint64_t size);
/* The bytes of the place that lie in the view, by its shadow; NULL and a length of 0 if there are none, they are not
 * committed, or the view has no shadow. */
unsigned char *place_in_shadow(const struct view *view, struct place place, size_t *length);
/* Fills the place in the section with a byte, whatever the rights of the handle. Keeps the last error. */
void place_fill(HANDLE section, struct place place, unsigned char byte);
/* Copies at most `most` bytes of the place out of the section, or into it. Returns how many; keeps the last error. */
size_t place_copy(HANDLE section, struct place place, unsigned char *bytes, size_t most, bool into);

#endif
