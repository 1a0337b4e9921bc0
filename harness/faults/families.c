#include "families.h"

#include <stdio.h>
#include <string.h>

#include "parameters.h"

/* ---- values of gates (gate.h), for families.def ---- */

#define SIZES "size=8K|68K|1M "
/* Not for faults of committed pages: sections of that size are in the cases of --allow-large alone. */
#define LARGE "size=8K|68K|1M|2G|4G "
#define OBJECTS "object=2|3|9 "
#define HANDLES "handle=2|3|9 "
#define VIEWS "view=2|3|9 "
#define CALLS "call=2|3 "
#define OPENS "open=2|3|9 process=2|3 "
#define WHOSE "whose=creator|opener|duplicate|first|second "
#define WHOSE_LOW                                                                                            \
    "whose=opener|duplicate|first|second " /* who creates a section always has the rights of its protection */
#define AFTER "after=3|50|1500 "
#define AFTER_FAILURE "event=failure "
#define HAPPENED "event=close|unmap|failure|re-creation|exit|kill "
#define CREATES "way=W|A|Numa|FromApp "
#define OPENING "way=W|A|FromApp "
#define MAPS "way=plain|Ex|FromApp|3 "
#define UNMAPS "way=plain|Ex|2 "
#define NAMED "name=blank|dot|beyond-ascii|beyond-bmp|long|separator|local|plain "
#define NAMES "name=none|blank|dot|beyond-ascii|beyond-bmp|long|separator|local|plain "
#define BACKINGS "backing=pagefile|file|reserve "
#define NO_GATE ""
#define ONE_PAGE "page=first|middle|last"

#define FAMILY(id, areas, topics, own, gates, sentence)                                                      \
    {#id, areas, topics, own, gates, sentence, &hooks_##id},
#define NEEDS(id, cases)
const struct family families[] = {
#include "families.def"
};
#undef FAMILY
#undef NEEDS
const size_t family_count = sizeof families / sizeof families[0];

#define FAMILY(id, areas, topics, own, gates, sentence)
#define NEEDS(id, cases) {#id, cases},
static const struct {
    const char *id, *cases;
} needs[] = {
#include "families.def"
};
#undef FAMILY
#undef NEEDS

const char *family_needs(const struct family *family)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (strcmp(needs[i].id, family->id) == 0)
            return needs[i].cases;
    return "";
}

void family_name(const struct family *family, char *out)
{
    snprintf(out, FAMILY_NAME_BYTES, "%s", family->id);
    for (; *out; out++)
        if (*out == '_')
            *out = '-';
}

static const struct family *find(const char *name)
{
    char known[FAMILY_NAME_BYTES];
    for (size_t i = 0; i < family_count; i++) {
        family_name(&families[i], known);
        if (strcmp(known, name) == 0)
            return &families[i];
    }
    return NULL;
}

/* Whether `list` ("key=value|value key=...") has the pair. */
static bool lists(const char *list, const char *key, const char *value)
{
    size_t key_length = strlen(key), value_length = strlen(value);
    for (const char *at = list; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        const char *end = at + length, *one = at + key_length + 1;
        bool mine = length > key_length && at[key_length] == '=' && strncmp(at, key, key_length) == 0;
        while (mine && one < end) {
            size_t one_length = strcspn(one, "| ");
            if (one_length == value_length && strncmp(one, value, value_length) == 0)
                return true;
            one += one_length + 1;
        }
        at = end;
    }
    return false;
}

/* Gives every key of `list` that is not given yet its first value. */
static void set_defaults(const char *list)
{
    for (const char *at = list; *at; at += strspn(at, " ")) {
        char key[PARAMETER_BYTES], value[PARAMETER_BYTES];
        if (sscanf(at, "%31[^=]=%31[^| ]", key, value) == 2 && !*parameter(key))
            parameter_set(key, value);
        at += strcspn(at, " ");
    }
}

/* Reads "key=value,key=value". */
static bool set_parameters(const struct family *family, const char *text, char *problem, size_t problem_size)
{
    while (*text) {
        char key[PARAMETER_BYTES] = "", value[PARAMETER_BYTES] = "";
        size_t length = strcspn(text, ",");
        int read = 0;
        bool pair = sscanf(text, "%31[^=,]=%31[^,]%n", key, value, &read) == 2 && (size_t)read == length;
        if (!pair || (!lists(family->own, key, value) && !lists(family->gates, key, value)) ||
            !parameter_set(key, value)) {
            snprintf(problem, problem_size,
                     "'%.*s' is not a parameter of this fault, or is given twice; its parameters are: %s%s%s",
                     (int)length, text, family->own, *family->own ? " " : "", family->gates);
            return false;
        }
        text += length + (text[length] == ',');
    }
    return true;
}

const struct family *family_choose(const char *system, char *problem, size_t problem_size)
{
    char name[FAMILY_NAME_BYTES];
    size_t length = strcspn(system, ":");
    snprintf(name, sizeof name, "%.*s", (int)length, system);
    const struct family *family = length < sizeof name ? find(name) : NULL;
    if (!family) {
        snprintf(problem, problem_size, "there is no fault '%.*s'", (int)length, system);
        return NULL;
    }
    if (!set_parameters(family, system[length] ? system + length + 1 : "", problem, problem_size))
        return NULL;
    set_defaults(family->own);
    return family;
}
