/* Files, for sections over them. They lie in the folder for temporary files under names that the runner makes, and the
 * runner removes what is left of them. */
#include <string.h>

#include "../arguments.h"
#include "../footprint.h"
#include "../held.h"
#include "../objects.h"
#include "verbs.h"

#define GIB (UINT64_C(1) << 30)

/* 2001-01-01 00:00 UTC, in units of 100 ns since 1601: a time that every file system can hold, and long past. */
#define PAST_TIME UINT64_C(126227808000000000)

/* The path of the folder, with a backslash at its end; 0 if there is none. */
static DWORD folder(bool of_system, WCHAR *path)
{
    if (!of_system)
        return GetTempPathW(MAX_PATH, path);
    DWORD length = GetSystemDirectoryW(path, MAX_PATH);
    if (length == 0 || length >= MAX_PATH)
        return 0;
    wcscpy(path + length, L"\\");
    return length + 1;
}

/* The path of a file: name= behind the folder for temporary files, or that of the system. */
static bool take_path(const struct line *request, bool of_system, WCHAR *path, struct reply *reply)
{
    struct name name;
    if (!take_name(request, &name, false, reply))
        return false;
    DWORD length = folder(of_system, path);
    bool fits = name.wide && length > 0 && length < MAX_PATH && length + name.wide_length < PATH_UNITS;
    if (fits)
        wcscpy(path + length, name.wide);
    name_free(&name);
    return fits || reply_bad(reply, "a file needs name=, and a folder for temporary files");
}

static bool set_size(HANDLE file, uint64_t size)
{
    LARGE_INTEGER end = {.QuadPart = (LONGLONG)size};
    return SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file);
}

void verb_file(const struct line *request, struct reply *reply)
{
    static WCHAR path[PATH_UNITS];
    static const DWORD shares[] = {FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_SHARE_READ,
                                   0};
    struct object *object = object_place(request->label, reply);
    uint64_t size = argument_number(request, "size");
    DWORD access = argument_constants(request, "access");
    size_t share = argument_choice(request, "share", "all read none");
    const bool new_file = argument_is(request, "open", "new");
    if (!object || !take_path(request, argument_is(request, "in", "system"), path, reply))
        return;
    if (new_file && argument_has(request, "in")) {
        reply_bad(reply, "in= goes with open=existing");
        return;
    }
    call_begins();
    HANDLE file = CreateFileW(path, access, shares[share], NULL, new_file ? CREATE_ALWAYS : OPEN_EXISTING,
                              FILE_ATTRIBUTE_TEMPORARY |
                                  (argument_yes(request, "delete-on-close") ? FILE_FLAG_DELETE_ON_CLOSE : 0),
                              NULL);
    struct call_result seen = call_ended();
    if (file == INVALID_HANDLE_VALUE) {
        reply_fail(reply, seen);
        return;
    }
    if (size > 0 && !set_size(file, size)) {
        reply_bad(reply, "the file cannot be made that large: error %lu", (unsigned long)GetLastError());
        CloseHandle(file);
        return;
    }
    object->kind = OBJECT_HANDLE;
    object->handle = file;
    reply_ok(reply);
    reply_add_handle(reply, file);
}

/* A pipe that no other program opens: its handle has the type of files, and no section can be created over it. */
void verb_pipe(const struct line *request, struct reply *reply)
{
    HANDLE end, other;
    struct object *object = object_place(request->label, reply);
    if (!object)
        return;
    call_begins();
    BOOL made = CreatePipe(&end, &other, NULL, 0);
    struct call_result seen = call_ended();
    if (!made) {
        reply_fail(reply, seen);
        return;
    }
    CloseHandle(other);
    object->kind = OBJECT_HANDLE;
    object->handle = end;
    reply_ok(reply);
    reply_add_handle(reply, end);
}

void verb_filesize(const struct line *request, struct reply *reply)
{
    LARGE_INTEGER size;
    const struct object *file = object_handle(request->label, reply);
    uint64_t wanted = argument_number(request, "to");
    if (!file)
        return;
    call_begins();
    BOOL done =
        argument_has(request, "to") ? set_size(file->handle, wanted) : GetFileSizeEx(file->handle, &size);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
    if (done && !argument_has(request, "to"))
        reply_add(reply, "size=%llu", (unsigned long long)size.QuadPart);
}

/* A time is different in every run, so this sets a fixed one and compares with that. */
void verb_filetime(const struct line *request, struct reply *reply)
{
    FILETIME past = {.dwLowDateTime = (DWORD)(PAST_TIME & UINT32_MAX), .dwHighDateTime = PAST_TIME >> 32},
             now;
    const struct object *file = object_handle(request->label, reply);
    bool set = argument_yes(request, "set");
    if (!file)
        return;
    call_begins();
    BOOL done =
        set ? SetFileTime(file->handle, NULL, NULL, &past) : GetFileTime(file->handle, NULL, NULL, &now);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
    if (done && !set)
        reply_add(reply, "moved=%s", CompareFileTime(&now, &past) == 0 ? "no" : "yes");
}

void verb_diskspace(const struct line *request, struct reply *reply)
{
    static WCHAR path[PATH_UNITS];
    ULARGE_INTEGER available, total;
    (void)request;
    if (folder(false, path) == 0) {
        reply_bad(reply, "there is no folder for temporary files");
        return;
    }
    call_begins();
    BOOL done = GetDiskFreeSpaceExW(path, &available, &total, NULL);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
    if (!done)
        return;
    reply_add(reply, "~available=%llu", (unsigned long long)available.QuadPart);
    reply_add(reply, "~beyond=%llu", (unsigned long long)(total.QuadPart + GIB));
}

void verb_fileread(const struct line *request, struct reply *reply)
{
    char bytes[READ_BYTES_MOST];
    DWORD got = 0;
    const struct object *file = object_handle(request->label, reply);
    uint64_t at = argument_number(request, "at");
    uint64_t length = argument_number(request, "length");
    if (!file)
        return;
    OVERLAPPED where = {.Offset = (DWORD)(at & UINT32_MAX), .OffsetHigh = (DWORD)(at >> 32)};
    call_begins();
    BOOL done = ReadFile(file->handle, bytes, (DWORD)length, &got, &where);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
    if (done)
        reply_add_bytes(reply, "text", bytes, got);
}

void verb_filewrite(const struct line *request, struct reply *reply)
{
    DWORD written = 0;
    const struct object *file = object_handle(request->label, reply);
    const struct field *text = line_field(request, "text");
    uint64_t at = argument_number(request, "at");
    if (!file)
        return;
    if (!text) {
        reply_bad(reply, "text= is missing");
        return;
    }
    OVERLAPPED where = {.Offset = (DWORD)(at & UINT32_MAX), .OffsetHigh = (DWORD)(at >> 32)};
    call_begins();
    BOOL done = WriteFile(file->handle, text->value, (DWORD)text->length, &written, &where);
    struct call_result seen = call_ended();
    reply_done(reply, done && written == text->length, seen);
}

void verb_filelock(const struct line *request, struct reply *reply)
{
    const struct object *file = object_handle(request->label, reply);
    uint64_t at = argument_number(request, "at");
    uint64_t length = argument_number(request, "length");
    if (!file)
        return;
    OVERLAPPED where = {.Offset = (DWORD)(at & UINT32_MAX), .OffsetHigh = (DWORD)(at >> 32)};
    call_begins();
    BOOL done = LockFileEx(file->handle, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0,
                           (DWORD)(length & UINT32_MAX), (DWORD)(length >> 32), &where);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
    if (done && !held_lock_add(file->handle, at, length))
        footprint_cannot_return();
}

void verb_fileremove(const struct line *request, struct reply *reply)
{
    static WCHAR path[PATH_UNITS];
    if (!take_path(request, false, path, reply))
        return;
    call_begins();
    BOOL done = DeleteFileW(path);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}

/* A file that every Windows has, as the content that is put over another file. */
static bool system_file(WCHAR *path)
{
    static const WCHAR name[] = L"version.dll";
    DWORD length = folder(true, path);
    if (length == 0 || length + sizeof name / sizeof name[0] > PATH_UNITS)
        return false;
    wcscpy(path + length, name);
    return true;
}

void verb_filecopy(const struct line *request, struct reply *reply)
{
    static WCHAR path[PATH_UNITS], source[PATH_UNITS];
    if (!take_path(request, false, path, reply))
        return;
    if (!system_file(source)) {
        reply_bad(reply, "the path of the system's folder is too long");
        return;
    }
    call_begins();
    BOOL done = CopyFileW(source, path, FALSE);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}

void verb_filereplace(const struct line *request, struct reply *reply)
{
    static WCHAR path[PATH_UNITS], source[PATH_UNITS], fresh[PATH_UNITS];
    static const WCHAR behind[] = L"-new";
    if (!take_path(request, false, path, reply))
        return;
    if (!system_file(source) || wcslen(path) + sizeof behind / sizeof behind[0] > PATH_UNITS) {
        reply_bad(reply, "a path is too long");
        return;
    }
    wcscat(wcscpy(fresh, path), behind);
    if (!CopyFileW(source, fresh, FALSE)) {
        reply_bad(reply, "the file to put in its place cannot be made: error %lu",
                  (unsigned long)GetLastError());
        return;
    }
    call_begins();
    BOOL done = MoveFileExW(fresh, path, MOVEFILE_REPLACE_EXISTING);
    struct call_result seen = call_ended();
    if (!done)
        DeleteFileW(fresh);
    reply_done(reply, done, seen);
}

void verb_filetype(const struct line *request, struct reply *reply)
{
    static const char *const types[] = {
        [FILE_TYPE_UNKNOWN] = "unknown",
        [FILE_TYPE_DISK] = "disk",
        [FILE_TYPE_CHAR] = "char",
        [FILE_TYPE_PIPE] = "pipe",
    };
    const struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    call_begins();
    DWORD type = GetFileType(object->handle);
    struct call_result seen = call_ended();
    reply_ok(reply);
    reply_add(reply, "type=%s", type < sizeof types / sizeof types[0] ? types[type] : "other");
    if (type == FILE_TYPE_UNKNOWN)
        reply_add_error(reply, seen.error);
}

void verb_flush(const struct line *request, struct reply *reply)
{
    const struct object *view = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    uintptr_t length = argument_address(request, "length");
    if (!view)
        return;
    call_begins();
    BOOL done = sys.FlushViewOfFile((const void *)(view->base + at), length);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}

void verb_fileflush(const struct line *request, struct reply *reply)
{
    const struct object *file = object_handle(request->label, reply);
    if (!file)
        return;
    call_begins();
    BOOL done = FlushFileBuffers(file->handle);
    struct call_result seen = call_ended();
    reply_done(reply, done, seen);
}
