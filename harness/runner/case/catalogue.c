#include "catalogue.h"

#include <string.h>

size_t catalogue_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < topic_count; i++)
        count += topics[i]->count;
    return count;
}

struct catalogued catalogue_at(size_t index)
{
    size_t i = 0;
    for (; index >= topics[i]->count; i++)
        index -= topics[i]->count;
    return (struct catalogued){topics[i], &topics[i]->cases[index]};
}

size_t catalogue_find(const char *id)
{
    char other[CASE_ID_BYTES];
    size_t count = catalogue_count();
    for (size_t i = 0; i < count; i++) {
        case_id(catalogue_at(i).test, other);
        if (strcmp(id, other) == 0)
            return i;
    }
    return SIZE_MAX;
}

void case_id(const struct test_case *test, char out[CASE_ID_BYTES])
{
    size_t i = 0;
    for (; test->name[i] && i < CASE_ID_BYTES - 1; i++)
        out[i] = test->name[i] == '_' ? '-' : test->name[i];
    out[i] = '\0';
}

const char *case_rows(const struct test_case *test, char id[CASE_ID_BYTES])
{
    case_id(test, id);
    return test->rows ? test->rows : id;
}
