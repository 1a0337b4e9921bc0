#include "output_file.h"

#include <stdio.h>

#define PIECE 32768

HANDLE output_file_new(void)
{
    static volatile LONG counter;
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 80];
    if (!GetTempPathW(MAX_PATH + 1, folder))
        return INVALID_HANDLE_VALUE;
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    swprintf(path, sizeof path / sizeof path[0], L"%lsshmcheck-%lx-%lx-%llx.out", folder,
             (unsigned long)GetCurrentProcessId(), (unsigned long)InterlockedIncrement(&counter),
             (unsigned long long)now.QuadPart);
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    /* The children write through duplicates of this handle, which share one file position, so none overwrites another. */
    return CreateFileW(path, GENERIC_READ | GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_DELETE,
                       &inheritable, CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
}

static void read_at(HANDLE file, LONGLONG offset, size_t length, struct buffer *out)
{
    static char piece[PIECE];
    OVERLAPPED where = {.Offset = (DWORD)(offset & 0xFFFFFFFF), .OffsetHigh = (DWORD)(offset >> 32)};
    DWORD got = 0;
    if (ReadFile(file, piece, (DWORD)length, &got, &where))
        buffer_add(out, piece, got);
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
