/* All cases, in the order of the topics. The table `topics` comes from cases/. */
#ifndef SHMCHECK_CATALOGUE_H
#define SHMCHECK_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../common/text.h"
#include "test_case.h"

#define CASE_ID_BYTES WORD_BYTES

extern const struct topic *const topics[];
extern const size_t topic_count;

struct catalogued {
    const struct topic *topic;
    const struct test_case *test;
};

/* Makes these topics the catalogue; they must outlive its use. NULL: the built-in topics. */
void catalogue_use(const struct topic *const *topics, size_t count);

size_t catalogue_count(void);
struct catalogued catalogue_at(size_t index);
/* The index of the case with this id, or SIZE_MAX. */
size_t catalogue_find(const char *id);

/* Whether the pattern matches the id of a built-in case or of a case of the catalogue. */
bool catalogue_has(const char *glob);

/* The function's name with '-' for '_'. */
void case_id(const struct test_case *test, char out[CASE_ID_BYTES]);
/* The rows that a case checks, blank-separated: test->rows, or its id, for which `id` is the buffer. */
const char *case_rows(const struct test_case *test, char id[CASE_ID_BYTES]);

#endif
