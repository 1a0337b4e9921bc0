/* The input is a file known.toml. */
#include "fuzz.h"

#include <string.h>

#include "../report/known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"platform", "wine_version"};
    static const struct fact facts[] = {{"platform", "wine"}, {"wine_version", "8.0"}};
    struct known known;
    char room[200];
    struct text error = text_over(room, sizeof room);
    if (!known_parse(&known, (const char *)data, size, names, 2, &error)) {
        ALWAYS(strncmp(room, "line ", 5) == 0 && strstr(room, ": "));
        ALWAYS(known.count == 0 && !known.entries);
        return 0;
    }
    ALWAYS(room[0] == '\0');
    int line = 0;
    known_apply(&known, facts, 2);
    for (size_t i = 0; i < known.count; i++) {
        struct known_entry *entry = &known.entries[i];
        ALWAYS(entry->line > line && *entry->case_glob && *entry->check_glob && *entry->reason);
        line = entry->line;
        for (size_t j = 0; j < entry->condition_count; j++)
            ALWAYS(*entry->conditions[j].glob && *entry->conditions[j].fact);
        if (size < 4096)
            ALWAYS(!entry->applies || strpbrk(entry->case_glob, "*?") || strpbrk(entry->check_glob, "*?") ||
                   known_find(&known, entry->case_glob, entry->check_glob));
    }
    known_free(&known);
    return 0;
}
