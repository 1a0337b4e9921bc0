#include "known_file.h"

#include <stdlib.h>

#include "../../common/utf16.h"
#include "../case/catalogue.h"
#include "../platform/read_file.h"

#define KNOWN_FILE_BYTES (4u << 20)

bool known_file_read(struct known *out, const wchar_t *path, struct text *error)
{
    char why[600];
    struct text reason = text_over(why, sizeof why);
    size_t length = 0;
    char *bytes = read_file(path, KNOWN_FILE_BYTES, &length, error);
    if (!bytes)
        return false;
    bool fine = known_parse(out, bytes, length, fact_condition_names, fact_condition_name_count, &reason);
    free(bytes);
    if (!fine) {
        text_format(error, "%s, %s", utf8(path), why);
        return false;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (!catalogue_has(out->entries[i].case_glob)) {
            text_format(error, "%s, line %d: no case is called '%s'", utf8(path), out->entries[i].line,
                        out->entries[i].case_glob);
            known_free(out);
            return false;
        }
    }
    return true;
}
