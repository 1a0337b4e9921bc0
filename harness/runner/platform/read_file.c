#include "read_file.h"

#include <windows.h>

#include <stdlib.h>

#include "../../common/utf16.h"

static char *read_handle(HANDLE file, const wchar_t *path, size_t most, size_t *length, struct text *error)
{
    LARGE_INTEGER size = {0};
    DWORD got = 0;
    if (!GetFileSizeEx(file, &size)) {
        text_format(error, "%s cannot be read: error %lu", utf8(path), (unsigned long)GetLastError());
        return NULL;
    }
    if ((ULONGLONG)size.QuadPart > most) {
        text_format(error, "%s has more than %llu bytes", utf8(path), (unsigned long long)most);
        return NULL;
    }
    char *bytes = malloc((size_t)size.QuadPart + 1);
    if (!bytes) {
        text_format(error, "not enough memory to read %s", utf8(path));
        return NULL;
    }
    if (!ReadFile(file, bytes, (DWORD)size.QuadPart, &got, NULL)) {
        text_format(error, "%s cannot be read: error %lu", utf8(path), (unsigned long)GetLastError());
        free(bytes);
        return NULL;
    }
    *length = got;
    return bytes;
}

char *read_file(const wchar_t *path, size_t most, size_t *length, struct text *error)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        text_format(error, "%s cannot be opened: error %lu", utf8(path), (unsigned long)GetLastError());
        return NULL;
    }
    char *bytes = read_handle(file, path, most, length, error);
    CloseHandle(file);
    return bytes;
}
