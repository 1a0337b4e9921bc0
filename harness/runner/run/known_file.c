#include "known_file.h"

#include <windows.h>

#include <stdlib.h>

#include "../../common/text.h"
#include "../case/catalogue.h"
#include "../platform/platform.h"
#include "../../common/utf16.h"

#define KNOWN_FILE_BYTES (4u << 20)

/* The whole file on the heap, or NULL. */
static char *read_file(const wchar_t *path, DWORD *length, struct text *error)
{
    char *bytes = NULL;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    LARGE_INTEGER size = {0};
    if (file == INVALID_HANDLE_VALUE || !GetFileSizeEx(file, &size)) {
        text_format(error, "%s cannot be read: error %lu", utf8(path), (unsigned long)GetLastError());
    } else if (size.QuadPart > KNOWN_FILE_BYTES) {
        text_format(error, "%s has more than %u bytes", utf8(path), KNOWN_FILE_BYTES);
    } else {
        bytes = malloc((size_t)size.QuadPart + 1);
        if (!bytes || !ReadFile(file, bytes, (DWORD)size.QuadPart, length, NULL)) {
            text_format(error, "%s cannot be read", utf8(path));
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return bytes;
}

static bool names_some_case(const char *glob)
{
    char id[CASE_ID_BYTES];
    size_t count = catalogue_count();
    for (size_t i = 0; i < count; i++) {
        case_id(catalogue_at(i).test, id);
        if (glob_matches(glob, id))
            return true;
    }
    return false;
}

bool known_file_read(struct known *out, const wchar_t *path, struct text *error)
{
    char why[600];
    struct text reason = text_over(why, sizeof why);
    DWORD length = 0;
    char *bytes = read_file(path, &length, error);
    if (!bytes)
        return false;
    bool fine = known_parse(out, bytes, length, fact_condition_names, fact_condition_name_count, &reason);
    free(bytes);
    if (!fine) {
        text_format(error, "%s, %s", utf8(path), why);
        return false;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (!names_some_case(out->entries[i].case_glob)) {
            text_format(error, "%s, line %d: no case is called '%s'", utf8(path), out->entries[i].line,
                        out->entries[i].case_glob);
            known_free(out);
            return false;
        }
    }
    return true;
}
