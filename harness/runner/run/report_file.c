#include "report_file.h"

#include <windows.h>

#include <stdlib.h>
#include <string.h>

#include "../../common/utf16.h"

#define PATH_UNITS 1024
#define TRIES 50
#define PAUSE_MS 20

struct report_file {
    HANDLE lock; /* opened without sharing; deleted when the handle is closed */
    wchar_t path[PATH_UNITS];
    wchar_t next[PATH_UNITS]; /* where the next version is written */
};

static bool append(wchar_t *out, const wchar_t *path, const wchar_t *suffix)
{
    if (wcslen(path) + wcslen(suffix) >= PATH_UNITS)
        return false;
    wcscpy(out, path);
    wcscat(out, suffix);
    return true;
}

static void explain_lock(const wchar_t *path, DWORD code, struct text *error)
{
    if (code == ERROR_SHARING_VIOLATION)
        text_format(error, "another run is writing the report %s; wait for it, or choose another --junit",
                    utf8(path));
    else if (code == ERROR_PATH_NOT_FOUND || code == ERROR_FILE_NOT_FOUND)
        text_format(error, "the folder of the report %s does not exist; create it first", utf8(path));
    else
        text_format(error, "the report %s cannot be written (error %lu); check the folder's permissions",
                    utf8(path), (unsigned long)code);
}

/* Calls `once` with these paths until it succeeds, for a second at most: another program (a virus scanner, a viewer) may
 * have a file open for a moment. Zero, or the error code. */
static DWORD insist(BOOL (*once)(const wchar_t *from, const wchar_t *to), const wchar_t *from,
                    const wchar_t *to)
{
    DWORD error = ERROR_SUCCESS;
    for (int i = 0; i < TRIES; i++) {
        if (once(from, to))
            return ERROR_SUCCESS;
        error = GetLastError();
        if (error != ERROR_ACCESS_DENIED && error != ERROR_SHARING_VIOLATION)
            break;
        Sleep(PAUSE_MS); /* Windows has no event that tells when another program closes its handle */
    }
    return error;
}

static BOOL remove_once(const wchar_t *path, const wchar_t *none)
{
    (void)none;
    return DeleteFileW(path) || GetLastError() == ERROR_FILE_NOT_FOUND;
}

static BOOL move_once(const wchar_t *from, const wchar_t *to)
{
    return MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING);
}

/* What has this name if it is not a file; NULL if it is one, or if nothing has the name. */
static const char *other_than_file(const wchar_t *path)
{
    DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY)
        return "a folder";
    HANDLE there = CreateFileW(path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (there == INVALID_HANDLE_VALUE)
        return NULL;
    const bool is_file = GetFileType(there) == FILE_TYPE_DISK;
    CloseHandle(there);
    return is_file ? NULL : "a device or a pipe";
}

struct report_file *report_file_open(const wchar_t *path, struct text *error)
{
    wchar_t lock[PATH_UNITS];
    struct report_file *file = calloc(1, sizeof *file);
    if (!file || !append(lock, path, L".lock") || !append(file->next, path, L".tmp") ||
        !append(file->path, path, L"")) {
        text_format(error, "the path of the report is longer than %d characters", PATH_UNITS - 6);
        free(file);
        return NULL;
    }
    const char *other = other_than_file(path);
    if (other) {
        text_format(error, "the report %s is %s; name a file", utf8(path), other);
        free(file);
        return NULL;
    }
    file->lock =
        CreateFileW(lock, GENERIC_WRITE | DELETE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file->lock == INVALID_HANDLE_VALUE) {
        explain_lock(path, GetLastError(), error);
        free(file);
        return NULL;
    }
    DWORD code = insist(remove_once, path, NULL);
    if (code) {
        text_format(error, "the report of an earlier run, %s, cannot be removed: error %lu", utf8(path),
                    (unsigned long)code);
        report_file_close(file);
        return NULL;
    }
    return file;
}

static DWORD write_next(const struct report_file *file, const struct buffer *report)
{
    DWORD error = ERROR_SUCCESS;
    HANDLE out = CreateFileW(file->next, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (out == INVALID_HANDLE_VALUE)
        return GetLastError();
    for (size_t at = 0; at < report->length && !error;) {
        size_t left = report->length - at;
        DWORD wanted = left < (1u << 30) ? (DWORD)left : 1u << 30, written = 0;
        if (!WriteFile(out, report->at + at, wanted, &written, NULL))
            error = GetLastError();
        else if (written == 0)
            error = ERROR_DISK_FULL;
        at += written;
    }
    if (!CloseHandle(out) && !error)
        error = GetLastError();
    return error;
}

static DWORD move_over(const struct report_file *file)
{
    return insist(move_once, file->next, file->path);
}

bool report_file_write(struct report_file *file, const struct buffer *report, struct text *error)
{
    DWORD code = write_next(file, report);
    if (!code)
        code = move_over(file);
    if (!code)
        return true;
    DeleteFileW(file->next);
    text_format(error, "the report %s cannot be written: error %lu%s", utf8(file->path), (unsigned long)code,
                code == ERROR_DISK_FULL || code == ERROR_HANDLE_DISK_FULL ? ", the disk is full" : "");
    return false;
}

void report_file_close(struct report_file *file)
{
    if (!file)
        return;
    CloseHandle(file->lock);
    free(file);
}
