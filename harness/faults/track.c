#include "track.h"

#include <string.h>

#include "note.h"

#define SECTIONS_MOST 4096 /* a race keeps some 1,000 */
#define VIEWS_MOST 512

static struct section sections[SECTIONS_MOST];
static struct view views[VIEWS_MOST];
static size_t section_count, view_count;

static size_t find_section(HANDLE handle)
{
    size_t i = 0;
    while (i < section_count && sections[i].handle != handle)
        i++;
    return i;
}

const struct section *section_of(HANDLE handle)
{
    size_t i = find_section(handle);
    return i < section_count ? &sections[i] : NULL;
}

static void forget_section(HANDLE handle)
{
    size_t i = find_section(handle);
    if (i < section_count)
        sections[i] = sections[--section_count];
}

/* A handle value that is known is one that was closed behind the table's back. */
static void note_section(HANDLE handle, uint64_t key, bool created)
{
    const struct note *note = chosen_fault->notes ? note_of(key) : NULL;
    forget_section(handle);
    if (section_count < SECTIONS_MOST)
        sections[section_count++] = (struct section){handle, key, created, note ? note->generation : 0};
}

static bool lies_in(const struct view *view, uintptr_t address)
{
    MEMORY_BASIC_INFORMATION region;
    return address >= view->base && real.VirtualQuery((const void *)address, &region, sizeof region) != 0 &&
           (uintptr_t)region.AllocationBase == view->base && region.State != MEM_FREE;
}

const struct view *view_at(uintptr_t address)
{
    for (size_t i = 0; i < view_count; i++)
        if (lies_in(&views[i], address))
            return &views[i];
    return NULL;
}

const struct view *view_number(size_t number)
{
    return number < view_count ? &views[number] : NULL;
}

bool same_section(const struct section *one, const struct section *other)
{
    return one->handle == other->handle || (one->key != 0 && one->key == other->key);
}

static void forget_view(uintptr_t base)
{
    for (size_t i = 0; i < view_count; i++) {
        if (views[i].base == base) {
            views[i] = views[--view_count];
            return;
        }
    }
}

/* ---- the calls ---- */

static HANDLE created(HANDLE handle, const WCHAR *name)
{
    DWORD error = GetLastError();
    if (handle)
        note_section(handle, note_key(name), error != ERROR_ALREADY_EXISTS);
    SetLastError(error);
    return handle;
}

static HANDLE WINAPI track_create(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                  DWORD low, LPCWSTR name)
{
    return created(faulty.CreateFileMappingW(file, attributes, protect, high, low, name), name);
}

/* The name for the W functions; NULL if the A function must say itself what is wrong with it. */
static const WCHAR *widened(const char *name, WCHAR *out)
{
    return name && MultiByteToWideChar(CP_ACP, 0, name, -1, out, MAX_PATH) > 0 ? out : NULL;
}

static HANDLE WINAPI track_create_ansi(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                       DWORD high, DWORD low, LPCSTR name)
{
    WCHAR wide[MAX_PATH];
    const WCHAR *widest = widened(name, wide);
    bool own = faulty.CreateFileMappingA != real.CreateFileMappingA;
    if (!own && (widest || !name))
        return track_create(file, attributes, protect, high, low, widest);
    return created(faulty.CreateFileMappingA(file, attributes, protect, high, low, name), widest);
}

static HANDLE opened(HANDLE handle, const WCHAR *name)
{
    DWORD error = GetLastError();
    if (handle)
        note_section(handle, note_key(name), false);
    SetLastError(error);
    return handle;
}

static HANDLE WINAPI track_open(DWORD access, BOOL inherit, LPCWSTR name)
{
    return opened(faulty.OpenFileMappingW(access, inherit, name), name);
}

static HANDLE WINAPI track_open_ansi(DWORD access, BOOL inherit, LPCSTR name)
{
    WCHAR wide[MAX_PATH];
    const WCHAR *widest = widened(name, wide);
    bool own = faulty.OpenFileMappingA != real.OpenFileMappingA;
    if (!own && (widest || !name))
        return track_open(access, inherit, widest);
    return opened(faulty.OpenFileMappingA(access, inherit, name), widest);
}

static LPVOID WINAPI track_map_at(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    void *at = faulty.MapViewOfFileEx(section, access, high, low, length, base);
    DWORD error = GetLastError();
    const struct section *known = section_of(section);
    if (at && view_count < VIEWS_MOST) {
        forget_view((uintptr_t)at);
        views[view_count++] =
            (struct view){(uintptr_t)at, known ? *known : (struct section){.handle = section}, access,
                          ((uint64_t)high << 32) | low};
    }
    SetLastError(error);
    return at;
}

static LPVOID WINAPI track_map(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length)
{
    return track_map_at(section, access, high, low, length, NULL);
}

static BOOL WINAPI track_unmap(LPCVOID address)
{
    const struct view *view = view_at((uintptr_t)address);
    uintptr_t base = view ? view->base : 0;
    BOOL done = faulty.UnmapViewOfFile(address);
    DWORD error = GetLastError();
    if (done && view)
        forget_view(base);
    SetLastError(error);
    return done;
}

static BOOL WINAPI track_close(HANDLE handle)
{
    BOOL done = faulty.CloseHandle(handle);
    if (done)
        forget_section(handle);
    return done;
}

static BOOL WINAPI track_duplicate(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                   BOOL inherit, DWORD options)
{
    const struct section *known = section_of(source);
    struct section section = known ? *known : (struct section){0};
    BOOL done = faulty.DuplicateHandle(from, source, to, out, access, inherit, options);
    DWORD error = GetLastError();
    if (known && (options & DUPLICATE_CLOSE_SOURCE))
        forget_section(source);
    if (done && known && to == GetCurrentProcess())
        note_section(*out, section.key, false);
    SetLastError(error);
    return done;
}

void track_install(struct system_calls *calls)
{
    calls->CreateFileMappingW = track_create;
    calls->CreateFileMappingA = track_create_ansi;
    calls->OpenFileMappingW = track_open;
    calls->OpenFileMappingA = track_open_ansi;
    calls->MapViewOfFile = track_map;
    calls->MapViewOfFileEx = track_map_at;
    calls->UnmapViewOfFile = track_unmap;
    calls->CloseHandle = track_close;
    calls->DuplicateHandle = track_duplicate;
}
