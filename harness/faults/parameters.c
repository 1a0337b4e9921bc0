#include "parameters.h"

#include <stdlib.h>
#include <string.h>

static struct {
    char key[PARAMETER_BYTES], value[PARAMETER_BYTES];
} given[PARAMETERS_MOST];
static size_t count;

bool parameter_set(const char *key, const char *value)
{
    if (count == PARAMETERS_MOST || *parameter(key) || strlen(key) >= PARAMETER_BYTES ||
        strlen(value) >= PARAMETER_BYTES)
        return false;
    strcpy(given[count].key, key);
    strcpy(given[count].value, value);
    count++;
    return true;
}

void parameters_forget(void)
{
    count = 0;
}

const char *parameter(const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(given[i].key, key) == 0)
            return given[i].value;
    return "";
}

bool parameter_is(const char *key, const char *value)
{
    return strcmp(parameter(key), value) == 0;
}

uint64_t parameter_number(const char *key)
{
    char *end;
    uint64_t number = strtoull(parameter(key), &end, 10);
    if (*end == 'K')
        return number << 10;
    if (*end == 'M')
        return number << 20;
    return *end == 'G' ? number << 30 : number;
}
