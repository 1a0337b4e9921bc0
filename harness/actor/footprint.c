#include "footprint.h"

#include <stdlib.h>
#include <string.h>

#include "held.h"
#include "objects.h"

#define ALLOCATIONS_MOST 2048
#define HANDLES_MOST 1024
#define TOKEN_BYTES 2048
#define FNV_START UINT64_C(14695981039346656037)
#define FNV_FACTOR UINT64_C(1099511628211)
#define LONGEST_GAP 32 /* after so many free handle values in a row no further handle is tried */
#define SHORT_GAP 12   /* the same above the highest value that a verb has seen */

/* Allocations and handles in ascending order of their address and value. */
struct allocation {
    uintptr_t base;
    uint64_t size, digest; /* digest: of state and protection of each region, for images and views */
};

struct print {
    struct allocation allocations[ALLOCATIONS_MOST];
    size_t allocation_count;
    uintptr_t handles[HANDLES_MOST];
    size_t handle_count; /* all of them; those beyond the array are only counted */
    bool knows_handles;  /* `handles` is filled */
    /* The first value that is no handle, if `handles` is filled and a new handle gets that value; else 0. */
    uintptr_t first_free;
    bool cut; /* more allocations than fit */
    uint64_t token;
    bool impersonates;
    UINT error_mode;
    DWORD last_error;
};

static struct print at_hello, before_load, after_load, now;
static struct print before_allowed; /* at_hello before the first footprint_allow */
static WCHAR directory_at_hello[PATH_UNITS], directory_now[PATH_UNITS];
static union {
    TOKEN_PRIVILEGES list;
    char bytes[TOKEN_BYTES];
} privileges_at_hello;
static bool begun, cannot_return;
static bool token_is_taken;     /* now.token and now.impersonates are those of this moment */
static unsigned loads;          /* by footprint_allow, after footprint_begin */
static void (*loaded_by)(void); /* of the first of them */

static uint64_t fold(uint64_t digest, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        digest = (digest ^ at[i]) * FNV_FACTOR;
    return digest;
}

/* ---- memory ---- */

/* A page of an image that was written to changes from copy-on-write to its writable counterpart by itself. */
static DWORD settled_protection(DWORD protect)
{
    if (protect & PAGE_WRITECOPY)
        return (protect & ~(DWORD)PAGE_WRITECOPY) | PAGE_READWRITE;
    if (protect & PAGE_EXECUTE_WRITECOPY)
        return (protect & ~(DWORD)PAGE_EXECUTE_WRITECOPY) | PAGE_EXECUTE_READWRITE;
    return protect;
}

/* Private memory of hello is heaps, stacks and blocks of threads. The system changes their pages at any time, so only the
 * extent counts. */
static void add_region(struct print *out, const MEMORY_BASIC_INFORMATION *region, uint64_t *last_kind)
{
    struct allocation *last = out->allocation_count ? &out->allocations[out->allocation_count - 1] : NULL;
    uint64_t kind = (uint64_t)region->State << 32 | settled_protection(region->Protect);
    if (!last || last->base != (uintptr_t)region->AllocationBase) {
        if (out->allocation_count == ALLOCATIONS_MOST) {
            out->cut = true;
            return;
        }
        last = &out->allocations[out->allocation_count++];
        *last = (struct allocation){(uintptr_t)region->AllocationBase, 0, FNV_START};
        *last_kind = 0;
    }
    if (region->Type != MEM_PRIVATE && kind != *last_kind) {
        last->digest = fold(last->digest, &last->size, sizeof last->size);
        last->digest = fold(last->digest, &kind, sizeof kind);
    }
    *last_kind = kind;
    last->size += region->RegionSize;
}

static void take_memory(struct print *out)
{
    MEMORY_BASIC_INFORMATION region;
    uintptr_t address = 0;
    uint64_t last_kind = 0;
    out->allocation_count = 0;
    out->cut = false;
    while (VirtualQuery((const void *)address, &region, sizeof region) != 0) {
        uintptr_t next = (uintptr_t)region.BaseAddress + region.RegionSize;
        if (region.State != MEM_FREE)
            add_region(out, &region, &last_kind);
        if (next <= address)
            break;
        address = next;
    }
}

/* ---- handles ---- */

static int ascending(const void *a, const void *b)
{
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;
    return (x > y) - (x < y);
}

static bool is_handle(uintptr_t value)
{
    DWORD flags;
    return GetHandleInformation((HANDLE)value, &flags) != 0;
}

/* The value that the next handle gets, 0 if there can be none. */
static uintptr_t next_handle(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (event)
        CloseHandle(event);
    return (uintptr_t)event;
}

static bool add_handle(struct print *out, uintptr_t value)
{
    if (out->handle_count == HANDLES_MOST || !is_handle(value))
        return false;
    out->handles[out->handle_count++] = value;
    return true;
}

/* Adds the handles from `value` on. It ends after `gap` free values in a row that are above `highest`, and returns the first
 * value that it did not try. */
static uintptr_t probe_from(struct print *out, uintptr_t value, uintptr_t highest, unsigned gap)
{
    for (unsigned misses = 0; misses < gap && out->handle_count < HANDLES_MOST; value += 4) {
        if (add_handle(out, value))
            misses = 0;
        else if (value > highest)
            misses++;
    }
    return value;
}

static uintptr_t first_value_missing(const struct print *in)
{
    uintptr_t value = 4;
    for (size_t i = 0; i < in->handle_count && in->handles[i] == value; i++)
        value += 4;
    return value;
}

/* Looks for the handles of this process one by one.
 * NtQuerySystemInformation would list those of all processes, but some Wines' servers crash when it is called while
 * another process starts: that process has no handle yet, and the server reads beyond its empty table. */
static void probe_handles(struct print *out)
{
    out->handle_count = 0;
    probe_from(out, 4, 0, LONGEST_GAP);
    out->knows_handles = true;
    out->first_free = first_value_missing(out);
    if (next_handle() != out->first_free)
        out->first_free = 0;
}

/* The same with fewer calls, where hello has shown that a new handle gets the lowest free value. If it still gets the same one,
 * all values below are handles. A handle that stays has a value not far above those that were in use when it was made: above
 * the highest that a verb has seen, a short gap is enough, and behind it only the handles of hello are tried. */
static void probe_handles_again(struct print *out)
{
    const uintptr_t seen = objects_take_highest_handle(), first = at_hello.first_free;
    const size_t below = first / 4 - 1;
    if (first == 0 || next_handle() != first) {
        probe_handles(out);
        return;
    }
    memcpy(out->handles, at_hello.handles, below * sizeof out->handles[0]);
    out->handle_count = below;
    const uintptr_t end = probe_from(out, first + 4, seen, SHORT_GAP);
    for (size_t i = below; i < at_hello.handle_count; i++)
        if (at_hello.handles[i] >= end)
            add_handle(out, at_hello.handles[i]);
    out->knows_handles = true;
    out->first_free = first;
}

/* Windows counts the handles of a process cheaply; some versions of Wine always report 0. */
static void take_handles(struct print *out)
{
    DWORD count = 0;
    out->knows_handles = false;
    if (GetProcessHandleCount(GetCurrentProcess(), &count) && count > 0)
        out->handle_count = count;
    else if (out == &now && at_hello.knows_handles)
        probe_handles_again(out);
    else
        probe_handles(out);
}

/* ---- token: through ntdll, because advapi32 is loaded only for the verbs that need it ---- */

typedef LONG WINAPI open_process_token(HANDLE, ACCESS_MASK, HANDLE *);
typedef LONG WINAPI open_thread_token(HANDLE, ACCESS_MASK, BOOLEAN, HANDLE *);
typedef LONG WINAPI query_token(HANDLE, int, void *, ULONG, ULONG *);

static FARPROC ntdll(const char *name)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

static uint64_t token_digest(HANDLE token, bool keep_privileges)
{
    static union {
        uint64_t aligned;
        char bytes[TOKEN_BYTES];
    } buffer;
    static const int classes[] = {TokenPrivileges, TokenDefaultDacl, TokenIntegrityLevel};
    query_token *query = (query_token *)(void (*)(void))ntdll("NtQueryInformationToken");
    uint64_t digest = FNV_START;
    for (size_t i = 0; query && i < sizeof classes / sizeof classes[0]; i++) {
        ULONG size = 0;
        memset(&buffer, 0, sizeof buffer);
        if (query(token, classes[i], &buffer, sizeof buffer, &size) < 0)
            continue;
        digest = fold(digest, &buffer, sizeof buffer);
        if (classes[i] == TokenPrivileges && keep_privileges)
            memcpy(&privileges_at_hello, &buffer, sizeof privileges_at_hello);
    }
    return digest;
}

static void take_token(struct print *out, bool keep_privileges)
{
    HANDLE token;
    open_process_token *of_process = (open_process_token *)(void (*)(void))ntdll("NtOpenProcessToken");
    open_thread_token *of_thread = (open_thread_token *)(void (*)(void))ntdll("NtOpenThreadToken");
    out->token = 0;
    out->impersonates = false;
    if (of_thread && of_thread(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) >= 0) {
        out->impersonates = true;
        CloseHandle(token);
    }
    if (of_process && of_process(GetCurrentProcess(), TOKEN_QUERY, &token) >= 0) {
        out->token = token_digest(token, keep_privileges);
        CloseHandle(token);
    }
}

/* ---- the whole ---- */

static void take(struct print *out)
{
    out->last_error = GetLastError();
    if (out != &now || !token_is_taken)
        take_token(out, out == &at_hello);
    take_handles(out);
    out->error_mode = SetErrorMode(0);
    SetErrorMode(out->error_mode);
    take_memory(out);
}

/* At the first use of a name the system opens the directory of names of the session and keeps its handle. */
static void open_directory_of_names(void)
{
    HANDLE none = OpenFileMappingW(FILE_MAP_READ, FALSE, L"Local\\shmcheck-none");
    if (none)
        CloseHandle(none);
}

void footprint_begin(void)
{
    open_directory_of_names();
    SetLastError(ERROR_SUCCESS);
    take(&at_hello);
    GetCurrentDirectoryW(PATH_UNITS, directory_at_hello);
    loads = 0;
    begun = true;
}

static bool same_memory(const struct print *a, const struct print *b)
{
    return !a->cut && !b->cut && a->allocation_count == b->allocation_count &&
           memcmp(a->allocations, b->allocations, a->allocation_count * sizeof a->allocations[0]) == 0;
}

static bool same_handles(const struct print *a, const struct print *b)
{
    if (a->handle_count != b->handle_count || a->knows_handles != b->knows_handles)
        return false;
    return !a->knows_handles || memcmp(a->handles, b->handles, a->handle_count * sizeof a->handles[0]) == 0;
}

static unsigned part(bool differs, enum footprint_part which)
{
    return differs ? 1u << which : 0;
}

struct footprint_difference footprint_compare(void)
{
    struct footprint_difference out = {0};
    take(&now);
    token_is_taken = false;
    GetCurrentDirectoryW(PATH_UNITS, directory_now);
    out.parts = part(!same_handles(&at_hello, &now), PART_HANDLES) |
                part(!same_memory(&at_hello, &now), PART_MEMORY) |
                part(object_next(NULL) != NULL, PART_LABELS) | part(held_lock_count() != 0, PART_LOCKS) |
                part(wcscmp(directory_at_hello, directory_now) != 0, PART_DIRECTORY) |
                part(at_hello.token != now.token, PART_TOKEN) | part(now.impersonates, PART_IMPERSONATION) |
                part(at_hello.error_mode != now.error_mode, PART_ERROR_MODE) |
                part(now.last_error != ERROR_SUCCESS, PART_LAST_ERROR) | part(cannot_return, PART_POLICY);
    if (!begun)
        out.parts = (1u << PART_COUNT) - 1;
    out.handles = (unsigned)now.handle_count;
    out.regions = (unsigned)now.allocation_count;
    out.loads = loads;
    for (size_t i = 0; i < now.allocation_count; i++)
        out.bytes += now.allocations[i].size;
    return out;
}

bool footprint_has_memory(const void *address)
{
    MEMORY_BASIC_INFORMATION region;
    if (!VirtualQuery(address, &region, sizeof region) || region.State == MEM_FREE)
        return true;
    for (size_t i = 0; i < at_hello.allocation_count; i++)
        if (at_hello.allocations[i].base == (uintptr_t)region.AllocationBase)
            return true;
    return false;
}

void footprint_cannot_return(void)
{
    cannot_return = true;
}

/* ---- what the actor loads for itself ---- */

static bool allocation_in(const struct print *in, const struct allocation *wanted)
{
    for (size_t i = 0; i < in->allocation_count; i++)
        if (memcmp(&in->allocations[i], wanted, sizeof *wanted) == 0)
            return true;
    return false;
}

/* hello + (after - before) - (before - after), in order of address. */
static void let_in_memory(const struct print *before, const struct print *after)
{
    static struct print merged;
    const struct allocation *a = at_hello.allocations, *a_end = a + at_hello.allocation_count;
    const struct allocation *b = after->allocations, *b_end = b + after->allocation_count;
    merged.allocation_count = 0;
    while (a < a_end || b < b_end) {
        bool from_hello = b == b_end || (a < a_end && a->base <= b->base);
        bool wanted =
            from_hello ? !allocation_in(before, a) || allocation_in(after, a) : !allocation_in(before, b);
        const struct allocation *one = from_hello ? a++ : b++;
        if (wanted && merged.allocation_count < ALLOCATIONS_MOST)
            merged.allocations[merged.allocation_count++] = *one;
    }
    memcpy(at_hello.allocations, merged.allocations, sizeof at_hello.allocations);
    at_hello.allocation_count = merged.allocation_count;
}

static bool handle_in(const struct print *in, uintptr_t value)
{
    return bsearch(&value, in->handles, in->handle_count, sizeof value, ascending) != NULL;
}

static void let_in_handles(const struct print *before, const struct print *after)
{
    if (!at_hello.knows_handles || !before->knows_handles || !after->knows_handles) {
        at_hello.handle_count += after->handle_count - before->handle_count;
        return;
    }
    for (size_t i = 0; i < after->handle_count; i++)
        if (!handle_in(before, after->handles[i]) && at_hello.handle_count < HANDLES_MOST)
            at_hello.handles[at_hello.handle_count++] = after->handles[i];
    qsort(at_hello.handles, at_hello.handle_count, sizeof at_hello.handles[0], ascending);
    if (at_hello.first_free != 0)
        at_hello.first_free = first_value_missing(&at_hello);
}

void footprint_allow(void (*load)(void))
{
    if (!begun) {
        load();
        return;
    }
    if (loads++ == 0) {
        before_allowed = at_hello;
        loaded_by = load;
    }
    take(&before_load);
    load();
    take(&after_load);
    let_in_memory(&before_load, &after_load);
    let_in_handles(&before_load, &after_load);
}

bool footprint_withdraw(void (*load)(void), void (*unload)(void))
{
    if (loads != 1 || load != loaded_by)
        return false;
    unload();
    at_hello = before_allowed;
    loads = 0;
    return true;
}

/* ---- putting back ---- */

void footprint_restore_token(void)
{
    HANDLE token;
    take_token(&now, false);
    token_is_taken = now.token == at_hello.token;
    if (token_is_taken || !sys.OpenProcessToken || !sys.AdjustTokenPrivileges)
        return;
    if (!sys.OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token))
        return;
    sys.AdjustTokenPrivileges(token, FALSE, &privileges_at_hello.list, 0, NULL, NULL);
    CloseHandle(token);
}

void footprint_restore_directory(void)
{
    GetCurrentDirectoryW(PATH_UNITS, directory_now);
    if (wcscmp(directory_at_hello, directory_now) != 0)
        SetCurrentDirectoryW(directory_at_hello);
}

void footprint_restore_modes(void)
{
    SetErrorMode(at_hello.error_mode);
    SetLastError(ERROR_SUCCESS);
}
