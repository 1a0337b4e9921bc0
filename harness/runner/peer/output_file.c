#include "output_file.h"

#include <stdio.h>

#define PIECE 32768

#define PATH_UNITS (MAX_PATH + 80)

static bool new_path(wchar_t path[PATH_UNITS])
{
    static volatile LONG counter;
    wchar_t folder[MAX_PATH + 1];
    if (!GetTempPathW(MAX_PATH + 1, folder))
        return false;
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    swprintf(path, PATH_UNITS, L"%lsshmcheck-%lx-%lx-%llx.out", folder, (unsigned long)GetCurrentProcessId(),
             (unsigned long)InterlockedIncrement(&counter), (unsigned long long)now.QuadPart);
    return true;
}

HANDLE output_file_new(void)
{
    wchar_t path[PATH_UNITS];
    if (!new_path(path))
        return INVALID_HANDLE_VALUE;
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    /* The children write through duplicates of this handle, which share one file position, so none overwrites another. */
    return CreateFileW(path, GENERIC_READ | GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE,
                       &inheritable, CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
}

HANDLE output_file_new_with_reader(HANDLE *reader)
{
    wchar_t path[PATH_UNITS];
    const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    *reader = INVALID_HANDLE_VALUE;
    if (!new_path(path))
        return INVALID_HANDLE_VALUE;
    *reader = CreateFileW(path, GENERIC_READ | DELETE, share, NULL, CREATE_NEW,
                          FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (*reader == INVALID_HANDLE_VALUE)
        return INVALID_HANDLE_VALUE;
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    HANDLE file =
        CreateFileW(path, GENERIC_WRITE, share, &inheritable, OPEN_EXISTING, FILE_ATTRIBUTE_TEMPORARY, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        DWORD error = GetLastError();
        CloseHandle(*reader);
        *reader = INVALID_HANDLE_VALUE;
        SetLastError(error);
    }
    return file;
}

size_t output_file_read(HANDLE file, uint64_t offset, char *out, size_t size)
{
    OVERLAPPED where = {.Offset = (DWORD)(offset & 0xFFFFFFFF), .OffsetHigh = (DWORD)(offset >> 32)};
    DWORD got = 0;
    return ReadFile(file, out, (DWORD)size, &got, &where) ? got : 0;
}

static void read_at(HANDLE file, LONGLONG offset, size_t length, struct buffer *out)
{
    static char piece[PIECE];
    buffer_add(out, piece, output_file_read(file, (uint64_t)offset, piece, length));
}

void output_file_clear(HANDLE file)
{
    LARGE_INTEGER start = {.QuadPart = 0};
    if (SetFilePointerEx(file, start, NULL, FILE_BEGIN))
        SetEndOfFile(file);
}

void output_file_take(HANDLE file, struct buffer *out)
{
    LARGE_INTEGER size;
    if (!GetFileSizeEx(file, &size) || size.QuadPart == 0)
        return;
    if (size.QuadPart <= 2 * PIECE) {
        read_at(file, 0, size.QuadPart < PIECE ? (size_t)size.QuadPart : PIECE, out);
        if (size.QuadPart > PIECE)
            read_at(file, PIECE, (size_t)(size.QuadPart - PIECE), out);
    } else {
        read_at(file, 0, PIECE, out);
        buffer_format(out, "\n[%lld bytes left out]\n", (long long)(size.QuadPart - 2 * PIECE));
        read_at(file, size.QuadPart - PIECE, PIECE, out);
    }
    output_file_clear(file);
}
