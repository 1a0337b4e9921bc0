/* The table that the actor's verbs call: sections, handles and views. */
#include "layers.h"

#include <string.h>
#include <wchar.h>

#include "../actor/verbs.h"
#include "name_kinds.h"
#include "note.h"

const struct hooks *hooks;

void layers_choose(const struct hooks *chosen)
{
    hooks = chosen;
    gate_start(chosen->tells);
}

/* ---- what a call is about ---- */

bool layers_use_notes(void)
{
    return hooks->notes || gate_needs_notes();
}

static struct section asked_section(const WCHAR *name)
{
    struct section section = {.key = note_key(name), .names = name_kinds(name)};
    section.object = section.key & ~(1ull << 63);
    return section;
}

struct occasion creating(enum way way, HANDLE file, DWORD protect, uint64_t size, const WCHAR *name)
{
    struct occasion occasion = {way, ADDS_HANDLE, true, asked_section(name)};
    occasion.section.size = size;
    if (file != INVALID_HANDLE_VALUE)
        occasion.section.backing = BACKING_FILE;
    else if (protect & SEC_RESERVE)
        occasion.section.backing = BACKING_RESERVE;
    return occasion;
}

struct occasion opening(enum way way, const WCHAR *name)
{
    DWORD before = GetLastError();
    struct occasion occasion = {way, ADDS_HANDLE, true, asked_section(name)};
    HANDLE there = gate_needs_sizes() && name ? real.OpenFileMappingW(FILE_MAP_READ, FALSE, name) : NULL;
    if (there) {
        occasion.section.size = section_size(there);
        real.CloseHandle(there);
    }
    SetLastError(before);
    return occasion;
}

/* The name of a section after BaseNamedObjects\; "" if it has none or the system does not return it. */
static const WCHAR *name_of(HANDLE section)
{
    static union {
        UNICODE_STRING name;
        unsigned char bytes[4096];
    } told;
    static const WCHAR folder[] = L"BaseNamedObjects\\";
    memset(&told, 0, sizeof told);
    if (!real.NtQueryObject || real.NtQueryObject(section, 1, &told, sizeof told - sizeof(WCHAR), NULL) < 0 ||
        !told.name.Buffer)
        return L"";
    const WCHAR *found = wcsstr(told.name.Buffer, folder);
    return found ? found + wcslen(folder) : L"";
}

/* A handle may come from another process. */
static const struct section *learned(HANDLE handle)
{
    const struct section *known = section_of(handle);
    uint64_t size = known ? 0 : section_size(handle);
    if (size == 0)
        return known;
    const WCHAR *name = name_of(handle);
    struct section section = asked_section(name);
    section.handle = handle;
    section.size = size;
    section.origin = ORIGIN_DUPLICATE;
    section.since = GetTickCount64();
    books_add_section(section);
    return section_of(handle);
}

struct occasion about_handle(HANDLE handle)
{
    const struct section *known = section_of(handle);
    struct occasion occasion = {.known = known != NULL};
    if (known)
        occasion.section = *known;
    return occasion;
}

struct occasion mapping(enum way way, HANDLE section)
{
    DWORD before = GetLastError();
    learned(section);
    struct occasion occasion = about_handle(section);
    occasion.way = way;
    occasion.adds = ADDS_VIEW;
    occasion.section.handle = section;
    SetLastError(before);
    return occasion;
}

struct occasion about_address(const void *address, enum way way)
{
    const struct view *view = view_at((uintptr_t)address);
    struct occasion occasion = {.way = way, .known = view != NULL};
    if (view)
        occasion.section = view->section;
    return occasion;
}

/* ---- results ---- */

BOOL judged(BOOL done)
{
    if (!done)
        gate_note_failure();
    return done;
}

static void add_to_note(const struct section *section)
{
    struct note *note = layers_use_notes() ? note_of(section->key) : NULL;
    if (!note)
        return;
    note_add_user(note);
    if (section->origin == ORIGIN_CREATED) {
        InterlockedIncrement(&note->creations);
        note->size = section->size;
        if (note->born == 0)
            note->born = GetTickCount64();
    } else {
        InterlockedIncrement(&note->opens);
    }
}

static HANDLE made(HANDLE handle, struct occasion occasion, enum origin origin)
{
    DWORD error = GetLastError();
    struct section *section = &occasion.section;
    if (judged(handle != NULL)) {
        struct note *note = layers_use_notes() ? note_of(section->key) : NULL;
        section->handle = handle;
        section->origin = origin;
        section->since = GetTickCount64();
        section->generation = note ? note->generation : 0;
        add_to_note(section);
        if (gate_needs_sizes() || section->size == 0)
            section->size = section_size(handle);
        books_add_section(*section);
    }
    SetLastError(error);
    return handle;
}

HANDLE created(HANDLE handle, struct occasion occasion)
{
    return made(handle, occasion, GetLastError() == ERROR_ALREADY_EXISTS ? ORIGIN_EXISTED : ORIGIN_CREATED);
}

HANDLE opened(HANDLE handle, struct occasion occasion)
{
    return made(handle, occasion, ORIGIN_OPENED);
}

/* Far from where the system puts views, so that the addresses beside those stay as free as they are without it. */
static void *shadow_base(size_t size)
{
#ifdef _WIN64
    static uintptr_t next = 0x200000000000u;
    uintptr_t base = next;
    next += (size + GRANULE_BYTES - 1) / GRANULE_BYTES * GRANULE_BYTES;
    return (void *)base;
#else
    (void)size;
    return NULL;
#endif
}

static void *shadow_of(HANDLE section, uint64_t offset, size_t size)
{
    HANDLE able = with_all_rights(section);
    void *at = able ? real.MapViewOfFileEx(able, FILE_MAP_WRITE, (DWORD)(offset >> 32),
                                           (DWORD)(offset & UINT32_MAX), size, shadow_base(size))
                    : NULL;
    if (able)
        real.CloseHandle(able);
    return at;
}

void *mapped(void *at, const struct occasion *occasion, DWORD access, uint64_t offset)
{
    DWORD error = GetLastError();
    if (judged(at != NULL)) {
        struct view view = {(uintptr_t)at, occasion->section, access, offset, allocation_size(at), NULL,
                            false};
        if (hooks->shadow)
            view.shadow = shadow_of(occasion->section.handle, offset, view.size);
        books_add_view(view);
    }
    SetLastError(error);
    return at;
}

BOOL unmapped(BOOL done, uintptr_t base)
{
    DWORD error = GetLastError();
    const struct view *view;
    judged(done);
    for (size_t i = 0; done && base && (view = view_number(i)) != NULL; i++) {
        if (view->base != base)
            continue;
        history_of(view->section.object)->unmapped++;
        books_remove_view(base);
        break;
    }
    SetLastError(error);
    return done;
}

/* ---- create and open ---- */

create_function *create_instead(const struct occasion *occasion)
{
    if (hooks->calls.CreateFileMappingW && gate_opens(occasion))
        return hooks->calls.CreateFileMappingW;
    return hooks->follow.CreateFileMappingW;
}

open_function *open_instead(const struct occasion *occasion)
{
    if (hooks->calls.OpenFileMappingW && gate_opens(occasion))
        return hooks->calls.OpenFileMappingW;
    return hooks->follow.OpenFileMappingW;
}

static HANDLE WINAPI layer_create(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect, DWORD high,
                                  DWORD low, LPCWSTR name)
{
    struct occasion occasion = creating(WAY_W, file, protect, ((uint64_t)high << 32) | low, name);
    create_function *instead = create_instead(&occasion);
    HANDLE handle = (instead ? instead : real.CreateFileMappingW)(file, attributes, protect, high, low, name);
    return created(handle, occasion);
}

/* The name for the W functions; NULL if the A function itself must report what is wrong with it. */
static const WCHAR *widened(const char *name, WCHAR *out)
{
    return name && MultiByteToWideChar(CP_ACP, 0, name, -1, out, MAX_PATH) > 0 ? out : NULL;
}

static HANDLE WINAPI layer_create_ansi(HANDLE file, SECURITY_ATTRIBUTES *attributes, DWORD protect,
                                       DWORD high, DWORD low, LPCSTR name)
{
    WCHAR wide[MAX_PATH];
    const WCHAR *widest = widened(name, wide);
    struct occasion occasion = creating(WAY_A, file, protect, ((uint64_t)high << 32) | low, widest);
    bool convertible = widest || !name;
    create_function *instead = convertible ? create_instead(&occasion) : NULL;
    if (hooks->calls.CreateFileMappingA || !instead)
        return created(PICK(CreateFileMappingA, &occasion)(file, attributes, protect, high, low, name),
                       occasion);
    return created(instead(file, attributes, protect, high, low, widest), occasion);
}

static HANDLE WINAPI layer_open(DWORD access, BOOL inherit, LPCWSTR name)
{
    struct occasion occasion = opening(WAY_W, name);
    open_function *instead = open_instead(&occasion);
    return opened((instead ? instead : real.OpenFileMappingW)(access, inherit, name), occasion);
}

static HANDLE WINAPI layer_open_ansi(DWORD access, BOOL inherit, LPCSTR name)
{
    WCHAR wide[MAX_PATH];
    const WCHAR *widest = widened(name, wide);
    struct occasion occasion = opening(WAY_A, widest);
    open_function *instead = widest || !name ? open_instead(&occasion) : NULL;
    if (hooks->calls.OpenFileMappingA || !instead)
        return opened(PICK(OpenFileMappingA, &occasion)(access, inherit, name), occasion);
    return opened(instead(access, inherit, widest), occasion);
}

/* ---- map and unmap ---- */

map_function *map_instead(const struct occasion *occasion)
{
    if (hooks->calls.MapViewOfFileEx && gate_opens(occasion))
        return hooks->calls.MapViewOfFileEx;
    return hooks->follow.MapViewOfFileEx;
}

unmap_function *unmap_instead(const struct occasion *occasion)
{
    if (hooks->calls.UnmapViewOfFile && gate_opens(occasion))
        return hooks->calls.UnmapViewOfFile;
    return hooks->follow.UnmapViewOfFile;
}

static LPVOID WINAPI layer_map_at(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length,
                                  LPVOID base)
{
    struct occasion occasion = mapping(WAY_EX, section);
    map_function *instead = map_instead(&occasion);
    void *at = (instead ? instead : real.MapViewOfFileEx)(section, access, high, low, length, base);
    return mapped(at, &occasion, access, ((uint64_t)high << 32) | low);
}

static LPVOID WINAPI layer_map(HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T length)
{
    struct occasion occasion = mapping(WAY_PLAIN, section);
    map_function *instead = map_instead(&occasion);
    void *at = instead ? instead(section, access, high, low, length, NULL)
                       : real.MapViewOfFile(section, access, high, low, length);
    return mapped(at, &occasion, access, ((uint64_t)high << 32) | low);
}

static BOOL WINAPI layer_unmap(LPCVOID address)
{
    const struct view *view = view_at((uintptr_t)address);
    uintptr_t base = view ? view->base : 0;
    struct occasion occasion = about_address(address, WAY_PLAIN);
    unmap_function *instead = unmap_instead(&occasion);
    return unmapped((instead ? instead : real.UnmapViewOfFile)(address), base);
}

/* ---- handles ---- */

static BOOL WINAPI layer_close(HANDLE handle)
{
    struct occasion occasion = about_handle(handle);
    BOOL done = PICK(CloseHandle, &occasion)(handle);
    DWORD error = GetLastError();
    if (done && occasion.known) {
        history_of(occasion.section.object)->closed++;
        books_remove_section(handle);
    }
    SetLastError(error);
    return done;
}

static BOOL WINAPI layer_duplicate(HANDLE from, HANDLE source, HANDLE to, HANDLE *out, DWORD access,
                                   BOOL inherit, DWORD options)
{
    bool own = from == GetCurrentProcess();
    if (own)
        learned(source);
    struct occasion occasion = own ? about_handle(source) : (struct occasion){0};
    occasion.adds = ADDS_HANDLE;
    BOOL done = PICK(DuplicateHandle, &occasion)(from, source, to, out, access, inherit, options);
    DWORD error = GetLastError();
    if (occasion.known && (options & DUPLICATE_CLOSE_SOURCE))
        books_remove_section(source);
    if (done && occasion.known && to == GetCurrentProcess()) {
        struct section section = occasion.section;
        section.handle = *out;
        section.origin = ORIGIN_DUPLICATE;
        section.since = GetTickCount64();
        books_add_section(section);
    }
    SetLastError(error);
    return done;
}

void layers_install_named(struct system_calls *calls)
{
    calls->CreateFileMappingW = layer_create;
    calls->CreateFileMappingA = layer_create_ansi;
    calls->OpenFileMappingW = layer_open;
    calls->OpenFileMappingA = layer_open_ansi;
    calls->MapViewOfFile = layer_map;
    calls->MapViewOfFileEx = layer_map_at;
    calls->UnmapViewOfFile = layer_unmap;
    calls->CloseHandle = layer_close;
    calls->DuplicateHandle = layer_duplicate;
}

/* ---- memory and requests ---- */

bool touch_stores(touch_function *how)
{
    return how == touch_store || how == touch_store_number || how == touch_fill || how == touch_increment;
}

static bool touches_memory(touch_function *how)
{
    return touch_stores(how) || how == touch_load || how == touch_load_number || how == touch_verify ||
           how == touch_zero || how == touch_sum || how == touch_execute;
}

/* The build gives the actor's own guard_run the name guard_run_plainly. */
bool guard_run(void (*how)(void *), void *context, struct raised_exception *fault)
{
    struct touch *touch = context;
    if (!hooks->touches || !touches_memory(how))
        return guard_run_plainly(how, context, fault);
    struct occasion occasion = about_address((void *)touch->address, WAY_OTHER);
    if (!occasion.known || !gate_opens(&occasion))
        return guard_run_plainly(how, context, fault);
    return hooks->touches(how, touch, fault);
}

/* And the actor's own verb_perform the name verb_perform_plainly. */
void verb_perform_plainly(const struct line *request, struct reply *reply);

void verb_perform(const struct line *request, struct reply *reply)
{
    static struct line changed;
    if (!hooks->asks) {
        verb_perform_plainly(request, reply);
        return;
    }
    changed = *request; /* its words still stand in the request, which outlives it */
    hooks->asks(&changed);
    verb_perform_plainly(&changed, reply);
}
