#include "note.h"

#include <stdio.h>
#include <wchar.h>

#define NOTES_MOST 4096 /* of all cases of a run */
#define NAME_UNITS (32768 + 16)

static struct note *notes; /* NOTES_MOST of them; NULL: there are none */

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

/* The handle stays open: here to the end, and in the parent, so that the notes outlive an actor that ends. */
void notes_start(void)
{
    DWORD before = GetLastError();
    HANDLE handle = real.CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                            NOTES_MOST * sizeof(struct note), L"Local\\shmcheck-fault-notes");
    if (handle) {
        leak_to_parent(handle);
        notes = real.MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);
    }
    SetLastError(before);
}

struct note *note_of(uint64_t key)
{
    for (size_t i = 0; key && notes && i < NOTES_MOST; i++) {
        struct note *note = &notes[(key + i) % NOTES_MOST];
        LONG64 found = InterlockedCompareExchange64(&note->key, (LONG64)key, 0);
        if (found == 0 || found == (LONG64)key)
            return note;
    }
    return NULL;
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
