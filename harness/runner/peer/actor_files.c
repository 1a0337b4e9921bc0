#include "actor_files.h"

#include <windows.h>

#include <stdint.h>
#include <stdio.h>

static uint64_t ticks(FILETIME time)
{
    return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

/* The latest of the three times; a case may have set any one of them. */
static uint64_t last_seen(const WIN32_FIND_DATAW *file)
{
    uint64_t made = ticks(file->ftCreationTime), read = ticks(file->ftLastAccessTime),
             written = ticks(file->ftLastWriteTime), later = made > read ? made : read;
    return later > written ? later : written;
}

/* Deletes the files whose names begin with the prefix and that were last used before this time. */
static void remove_files(const wchar_t *prefix, uint64_t before)
{
    wchar_t folder[MAX_PATH + 1], path[MAX_PATH * 2 + 2];
    WIN32_FIND_DATAW found;
    if (!GetTempPathW(MAX_PATH + 1, folder))
        return;
    swprintf(path, sizeof path / sizeof path[0], L"%ls%ls*", folder, prefix);
    HANDLE search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        swprintf(path, sizeof path / sizeof path[0], L"%ls%ls", folder, found.cFileName);
        if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) && last_seen(&found) < before)
            DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

void actor_files_remove(const char *run)
{
    wchar_t prefix[80];
    swprintf(prefix, sizeof prefix / sizeof prefix[0], L"shmcheck-%hs-", run);
    remove_files(prefix, UINT64_MAX);
}

#define DAY_TICKS (UINT64_C(24) * 3600 * 10000000) /* of 100 ns */

void actor_files_remove_old(void)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    remove_files(L"shmcheck-", ticks(now) - DAY_TICKS);
}
