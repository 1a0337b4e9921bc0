#include "catalogue.h"

#include <string.h>

#include "../../common/text.h"

/* The topics of the catalogue; NULL: those that are built in. */
static const struct topic *const *used;
static size_t used_count;
/* Where the last case was found: cases are nearly always looked up in their order. */
static size_t last_found;

void catalogue_use(const struct topic *const *other, size_t count)
{
    used = other;
    used_count = count;
    last_found = 0;
}

static const struct topic *topic_at(size_t index)
{
    return used ? used[index] : topics[index];
}

size_t catalogue_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < (used ? used_count : topic_count); i++)
        count += topic_at(i)->count;
    return count;
}

struct catalogued catalogue_at(size_t index)
{
    size_t i = 0;
    for (; index >= topic_at(i)->count; i++)
        index -= topic_at(i)->count;
    return (struct catalogued){topic_at(i), &topic_at(i)->cases[index]};
}

size_t catalogue_find(const char *id)
{
    char other[CASE_ID_BYTES];
    size_t count = catalogue_count();
    for (size_t i = 0; i < count; i++) {
        size_t place = (last_found + i) % count;
        case_id(catalogue_at(place).test, other);
        if (strcmp(id, other) == 0)
            return last_found = place;
    }
    return SIZE_MAX;
}

static bool topic_has(const struct topic *topic, const char *glob)
{
    char id[CASE_ID_BYTES];
    for (size_t i = 0; i < topic->count; i++) {
        case_id(&topic->cases[i], id);
        if (glob_matches(glob, id))
            return true;
    }
    return false;
}

bool catalogue_has(const char *glob)
{
    for (size_t i = 0; i < topic_count; i++)
        if (topic_has(topics[i], glob))
            return true;
    for (size_t i = 0; used && i < used_count; i++)
        if (topic_has(used[i], glob))
            return true;
    return false;
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
