#include "glob.h"

#include <stddef.h>

bool glob_matches(const char *pattern, const char *word)
{
    const char *star = NULL, *resume = NULL;
    while (*word) {
        if (*pattern == '*') {
            star = pattern++;
            resume = word;
        } else if (*pattern == '?' || *pattern == *word) {
            pattern++;
            word++;
        } else if (star) {
            pattern = star + 1;
            word = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}
