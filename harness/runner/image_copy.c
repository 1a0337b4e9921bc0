#include "image_copy.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The offset of the field Characteristics behind the signature: the file header's last two bytes. */
#define CHARACTERISTICS_AT (4 + FIELD_OFFSET(IMAGE_FILE_HEADER, Characteristics))

static bool move_bytes(HANDLE file, DWORD at, void *bytes, DWORD size, bool write)
{
    DWORD moved;
    if (SetFilePointer(file, (LONG)at, NULL, FILE_BEGIN) == INVALID_SET_FILE_POINTER)
        return false;
    BOOL done =
        write ? WriteFile(file, bytes, size, &moved, NULL) : ReadFile(file, bytes, size, &moved, NULL);
    return done && moved == size;
}

/* That the file is a program was checked when the actors were looked for. */
static bool set_flag(HANDLE file, bool large_address_aware)
{
    DWORD header;
    WORD flags;
    if (!move_bytes(file, FIELD_OFFSET(IMAGE_DOS_HEADER, e_lfanew), &header, sizeof header, false) ||
        !move_bytes(file, header + CHARACTERISTICS_AT, &flags, sizeof flags, false))
        return false;
    flags = (WORD)(large_address_aware ? flags | IMAGE_FILE_LARGE_ADDRESS_AWARE
                                       : flags & ~IMAGE_FILE_LARGE_ADDRESS_AWARE);
    return move_bytes(file, header + CHARACTERISTICS_AT, &flags, sizeof flags, true);
}

static DWORD change_file(const wchar_t *path, bool large_address_aware)
{
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError();
    DWORD error = set_flag(file, large_address_aware) ? ERROR_SUCCESS : GetLastError();
    CloseHandle(file);
    return error;
}

DWORD image_copy(const wchar_t *program, bool large_address_aware, wchar_t **out, const char **failed)
{
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH + 1];
    *out = NULL;
    *failed = "GetTempFileName";
    if (!GetTempPathW(MAX_PATH + 1, folder) || !GetTempFileNameW(folder, L"shm", 0, path))
        return GetLastError();
    DWORD error = ERROR_SUCCESS;
    *failed = "CopyFile";
    if (!CopyFileW(program, path, FALSE))
        error = GetLastError();
    if (!error) {
        *failed = "changing the program's header";
        error = change_file(path, large_address_aware);
    }
    if (!error && !(*out = _wcsdup(path)))
        error = ERROR_NOT_ENOUGH_MEMORY;
    if (error)
        DeleteFileW(path);
    return error;
}
