/* leftovers.exe: lists what runs of shmcheck have left behind, one item a line: processes of its programs, and named
 * objects. Exit code 0: nothing; 1: something; 3: it cannot tell. */
#include <windows.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <tlhelp32.h>
#include <wchar.h>

#include "../common/text.h"
#include "../common/utf16.h"

#define PREFIX L"shmcheck"
#define PATH_UNITS 1024
#define DEPTH_MOST 8

/* Pages ntopendirectoryobject and ntquerydirectoryobject. Not every SDK has these types. */
struct counted {
    USHORT length, room; /* in bytes */
    WCHAR *text;
};
struct attributes {
    ULONG size;
    HANDLE root;
    struct counted *name;
    ULONG flags;
    void *descriptor, *quality;
};
struct entry {
    struct counted name, type;
};
typedef LONG NTAPI open_directory(HANDLE *, ACCESS_MASK, struct attributes *);
typedef LONG NTAPI query_directory(HANDLE, void *, ULONG, BOOLEAN, BOOLEAN, ULONG *, ULONG *);

static open_directory *nt_open;
static query_directory *nt_query;
static unsigned found;

static void say(const char *kind, const WCHAR *text, size_t units)
{
    char bytes[4 * PATH_UNITS], line[12 * PATH_UNITS];
    struct text escaped = text_over(line, sizeof line);
    size_t length = utf16_to_bytes(bytes, sizeof bytes, (const uint16_t *)text, units);
    escape_add(&escaped, bytes, length == SIZE_MAX ? 0 : length);
    printf("%s %s\n", kind, escaped.at);
    found++;
}

static bool is_type(const struct counted *type, const WCHAR *name)
{
    return type->length == wcslen(name) * sizeof(WCHAR) && memcmp(type->text, name, type->length) == 0;
}

static bool is_ours(const struct counted *name)
{
    size_t units = name->length / sizeof(WCHAR), wanted = wcslen(PREFIX);
    return units >= wanted && wmemcmp(name->text, PREFIX, wanted) == 0;
}

/* Prints the objects of shmcheck in a directory and in those below it. False if the directory does not exist. */
static bool look_into(const WCHAR *path, unsigned depth)
{
    union {
        struct entry entry;
        char bytes[4096];
    } got;
    HANDLE directory;
    ULONG context = 0, size;
    struct counted name = {(USHORT)(wcslen(path) * sizeof(WCHAR)), (USHORT)(wcslen(path) * sizeof(WCHAR)),
                           (WCHAR *)(uintptr_t)path};
    struct attributes attributes = {.size = sizeof attributes, .name = &name};
    if (nt_open(&directory, 1 /* DIRECTORY_QUERY */, &attributes) < 0)
        return false;
    while (nt_query(directory, &got, sizeof got, TRUE, FALSE, &context, &size) == 0) {
        WCHAR whole[PATH_UNITS];
        size_t units = got.entry.name.length / sizeof(WCHAR);
        if (wcslen(path) + units + 2 > PATH_UNITS)
            continue;
        swprintf(whole, PATH_UNITS, L"%ls\\", path);
        wmemcpy(whole + wcslen(path) + 1, got.entry.name.text, units);
        size_t length = wcslen(path) + 1 + units;
        whole[length] = L'\0';
        if (is_ours(&got.entry.name))
            say("object", whole, length);
        if (depth < DEPTH_MOST && is_type(&got.entry.type, L"Directory"))
            look_into(whole, depth + 1);
    }
    CloseHandle(directory);
    return true;
}

static bool look_for_objects(void)
{
    WCHAR own[64];
    DWORD session = 0;
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    swprintf(own, 64, L"\\Sessions\\%lu", session);
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    nt_open = (open_directory *)(void (*)(void))GetProcAddress(ntdll, "NtOpenDirectoryObject");
    nt_query = (query_directory *)(void (*)(void))GetProcAddress(ntdll, "NtQueryDirectoryObject");
    if (!nt_open || !nt_query || !look_into(L"\\BaseNamedObjects", 0))
        return false;
    if (session != 0)
        look_into(own, 0); /* some systems have no such directory, and put all objects into the other one */
    return true;
}

static bool look_for_processes(void)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE)
        return false;
    for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry))
        if (wcsncmp(entry.szExeFile, L"shmcheck", 8) == 0 || wcsncmp(entry.szExeFile, L"shmactor", 8) == 0)
            say("process", entry.szExeFile, wcslen(entry.szExeFile));
    CloseHandle(snapshot);
    return true;
}

int main(void)
{
    if (!look_for_processes()) {
        fprintf(stderr, "leftovers: the processes cannot be listed (error %lu)\n", GetLastError());
        return 3;
    }
    if (!look_for_objects()) {
        fputs("leftovers: the named objects cannot be listed\n", stderr);
        return 3;
    }
    return found > 0;
}
