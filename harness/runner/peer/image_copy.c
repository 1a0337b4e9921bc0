#include "image_copy.h"

#include <stdio.h>
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

/* programs_find has checked that the file is a program. */
static bool set_flag(HANDLE file, bool aware)
{
    DWORD header;
    WORD flags;
    if (!move_bytes(file, FIELD_OFFSET(IMAGE_DOS_HEADER, e_lfanew), &header, sizeof header, false) ||
        !move_bytes(file, header + CHARACTERISTICS_AT, &flags, sizeof flags, false))
        return false;
    flags = (WORD)(aware ? flags | IMAGE_FILE_LARGE_ADDRESS_AWARE : flags & ~IMAGE_FILE_LARGE_ADDRESS_AWARE);
    return move_bytes(file, header + CHARACTERISTICS_AT, &flags, sizeof flags, true);
}

DWORD image_set_large_address_aware(const wchar_t *path, bool aware)
{
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError();
    SetLastError(ERROR_BAD_EXE_FORMAT); /* of a file that ends too early */
    DWORD error = set_flag(file, aware) ? ERROR_SUCCESS : GetLastError();
    CloseHandle(file);
    return error;
}

DWORD image_copy(const wchar_t *program, const char *run, wchar_t out[MAX_PATH + 1], const char **failed)
{
    static volatile LONG counter;
    wchar_t folder[MAX_PATH + 1];
    *failed = "GetTempPath";
    DWORD length = GetTempPathW(MAX_PATH + 1, folder);
    if (length == 0)
        return GetLastError();
    if (length > MAX_PATH ||
        swprintf(out, MAX_PATH + 1, L"%lsshmcheck-%hs-program-%lx-%lx.exe", folder, run,
                 (unsigned long)GetCurrentProcessId(), (unsigned long)InterlockedIncrement(&counter)) < 0)
        return ERROR_FILENAME_EXCED_RANGE;
    *failed = "CopyFile";
    return CopyFileW(program, out, TRUE) ? ERROR_SUCCESS : GetLastError();
}
