#include "note.h"

#include <stdio.h>
#include <wchar.h>

#define NOTES_MOST 64
#define NAME_UNITS (32768 + 16)

static struct {
    uint64_t key;
    struct note *page;
} notes[NOTES_MOST];

uint64_t note_key(const WCHAR *name)
{
    static const WCHAR local[] = L"Local\\";
    uint64_t key = 0xCBF29CE484222325u; /* FNV-1a */
    if (!name || !*name)
        return 0;
    if (wcsncmp(name, local, wcslen(local)) == 0)
        name += wcslen(local);
    for (; *name; name++)
        key = (key ^ (uint64_t)*name) * 0x100000001B3u;
    return key ? key : 1;
}

/* The handle stays open: here to the end, and in the parent, so that the note outlives an actor that ends. */
static struct note *open_note(uint64_t key)
{
    WCHAR name[64];
    swprintf(name, 64, L"Local\\shmcheck-note-%016llx", (unsigned long long)key);
    HANDLE handle = real.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
    if (!handle)
        return NULL;
    leak_to_parent(handle);
    return real.MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);
}

struct note *note_of(uint64_t key)
{
    DWORD before = GetLastError();
    struct note *note = NULL;
    for (size_t i = 0; key && !note && i < NOTES_MOST; i++) {
        if (!notes[i].key) {
            notes[i].page = open_note(key);
            notes[i].key = notes[i].page ? key : 0;
            note = notes[i].page;
            break;
        }
        if (notes[i].key == key)
            note = notes[i].page;
    }
    SetLastError(before);
    return note;
}

const WCHAR *note_name(const WCHAR *name)
{
    static WCHAR later[NAME_UNITS];
    const struct note *note = note_of(note_key(name));
    if (!note || note->generation == 0 || wcslen(name) + 16 > NAME_UNITS)
        return name;
    swprintf(later, NAME_UNITS, L"%ls~%ld", name, note->generation);
    return later;
}

void note_add_user(struct note *note)
{
    DWORD own = GetCurrentProcessId();
    LONG count = note->user_count < NOTE_USERS ? note->user_count : NOTE_USERS;
    for (LONG i = 0; i < count; i++)
        if (note->users[i] == own)
            return;
    LONG place = InterlockedIncrement(&note->user_count) - 1;
    if (place < NOTE_USERS)
        note->users[place] = own;
}

/* An open handle keeps the exit code of a process that has ended. */
static HANDLE process_of(DWORD id)
{
    static struct {
        DWORD id;
        HANDLE handle;
    } known[NOTE_USERS];
    for (size_t i = 0; i < NOTE_USERS; i++) {
        if (known[i].id == id)
            return known[i].handle;
        if (known[i].id == 0) {
            known[i].id = id;
            known[i].handle = real.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
            return known[i].handle;
        }
    }
    return NULL;
}

int note_ends(struct note *note)
{
    int ends = USER_NONE;
    DWORD before = GetLastError();
    for (LONG i = 0; i < note->user_count && i < NOTE_USERS; i++) {
        DWORD id = note->users[i], code = STILL_ACTIVE;
        if (id == 0 || id == GetCurrentProcessId())
            continue;
        HANDLE process = process_of(id);
        if (!process || !GetExitCodeProcess(process, &code))
            ends |= USER_EXITED;
        else if (code != STILL_ACTIVE)
            ends |= code == 0 ? USER_EXITED : USER_KILLED;
    }
    SetLastError(before);
    return ends;
}
