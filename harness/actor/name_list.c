#include "name_list.h"

#include <string.h>
#include <wchar.h>

#include "../common/line.h"
#include "../common/utf16.h"
#include "../common/win32_constants.h"
#include "system.h"

#define DIRECTORY_QUERY_RIGHT 0x1
#define NO_MORE_ENTRIES ((LONG)0x8000001A)
#define ENTRY_BYTES 4096

/* OBJECT_DIRECTORY_INFORMATION of the page. */
struct entry {
    UNICODE_STRING name, type;
};

static void add_status(struct text *out, LONG status)
{
    const char *name = status_name((uint32_t)status);
    text_format(out, "status 0x%08lX%s%s", (unsigned long)status, name ? " " : "", name ? name : "");
}

/* The name as a step writes it, with percent-escapes. False if it is longer than a step. */
static bool name_as_written(const UNICODE_STRING *name, struct text *out)
{
    char bytes[1600];
    size_t length =
        utf16_to_bytes(bytes, sizeof bytes, (const uint16_t *)name->Buffer, name->Length / sizeof(WCHAR));
    if (length == SIZE_MAX)
        return false;
    escape_add(out, bytes, length);
    return !out->cut;
}

static void add_entry(struct text *out, const struct entry *entry, const char *place, const char *prefix,
                      size_t *shown)
{
    char name_room[LINE_BYTES], type_room[64];
    struct text name = text_over(name_room, sizeof name_room), type = text_over(type_room, sizeof type_room);
    if (!name_as_written(&entry->name, &name) || !name_as_written(&entry->type, &type) ||
        strncmp(name.at, prefix, strlen(prefix)) != 0)
        return;
    text_format(out, "    %-14s %s%s\n", type.at, place, name.at);
    ++*shown;
}

static void add_entries(struct text *out, HANDLE directory, const char *place, const char *prefix)
{
    static union {
        struct entry entry;
        char bytes[ENTRY_BYTES];
    } room;
    ULONG context = 0;
    size_t shown = 0;
    LONG status;
    while ((status = sys.NtQueryDirectoryObject(directory, &room, sizeof room, TRUE, FALSE, &context,
                                                NULL)) >= 0 &&
           status != NO_MORE_ENTRIES)
        add_entry(out, &room.entry, place, prefix, &shown);
    if (status != NO_MORE_ENTRIES) {
        text_add(out, "    the list ends here: ");
        add_status(out, status);
        text_add(out, "\n");
    } else if (shown == 0) {
        text_add(out, *prefix ? "    no name begins so\n" : "    no names\n");
    }
}

static void add_directory(struct text *out, const wchar_t *path, const char *place, const char *prefix)
{
    HANDLE directory;
    UNICODE_STRING name = {.Buffer = (WCHAR *)(uintptr_t)path,
                           .Length = (USHORT)(wcslen(path) * sizeof(WCHAR))};
    name.MaximumLength = name.Length;
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes, .ObjectName = &name};
    text_format(out, "%ls, which %s stands for:\n", path, place);
    LONG status = sys.NtOpenDirectoryObject(&directory, DIRECTORY_QUERY_RIGHT, &attributes);
    if (status < 0) {
        text_add(out, "    it cannot be read: ");
        add_status(out, status);
        text_add(out, "\n");
        return;
    }
    add_entries(out, directory, place, prefix);
    sys.CloseHandle(directory);
}

void name_list_add(struct text *out, const char *prefix)
{
    static const char local[] = "Local\\", global[] = "Global\\";
    wchar_t path[80] = L"\\BaseNamedObjects";
    DWORD session = 0;
    const bool only_local = strncmp(prefix, local, sizeof local - 1) == 0,
               only_global = strncmp(prefix, global, sizeof global - 1) == 0;
    if (!sys.NtOpenDirectoryObject || !sys.NtQueryDirectoryObject) {
        text_add(out, "this system does not have NtOpenDirectoryObject and NtQueryDirectoryObject\n");
        return;
    }
    if (only_local)
        prefix += sizeof local - 1;
    if (only_global)
        prefix += sizeof global - 1;
    /* The objects of session 0 are those of Global\. */
    if (!only_global && ProcessIdToSessionId(GetCurrentProcessId(), &session) && session != 0)
        swprintf(path, sizeof path / sizeof path[0], L"\\Sessions\\%lu\\BaseNamedObjects",
                 (unsigned long)session);
    if (!only_global)
        add_directory(out, path, local, prefix);
    if (only_global || (!only_local && session != 0))
        add_directory(out, L"\\BaseNamedObjects", global, prefix);
}
