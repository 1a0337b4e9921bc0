/* Queries about memory, handles and the system. */
#include <string.h>

#include "../../common/win32_constants.h"
#include "../arguments.h"
#include "../objects.h"
#include "verbs.h"

static void add_names(struct reply *reply, const char *key, enum constant_kind kind, uint64_t value)
{
    text_format(&reply->text, " %s=", key);
    constants_add(&reply->text, kind, value);
}

/* The fields of a region, in the order of the reply and of the words of show=. */
enum shown {
    SHOW_BASE,
    SHOW_SIZE,
    SHOW_STATE,
    SHOW_PROTECT,
    SHOW_TYPE,
    SHOW_ALLOCATION_BASE,
    SHOW_ALLOCATION_PROTECT,
    SHOW_COUNT
};

static void add_shown(struct reply *reply, enum shown field, const MEMORY_BASIC_INFORMATION *region,
                      uintptr_t base)
{
    switch (field) {
    case SHOW_BASE:
        reply_add_distance(reply, "base", (uintptr_t)region->BaseAddress, base);
        break;
    case SHOW_SIZE:
        reply_add(reply, "size=%llu", (unsigned long long)region->RegionSize);
        break;
    case SHOW_STATE:
        add_names(reply, "state", CONSTANT_STATE, region->State);
        break;
    case SHOW_PROTECT:
        add_names(reply, "protect", CONSTANT_PROTECT, region->Protect);
        break;
    case SHOW_TYPE:
        add_names(reply, "type", CONSTANT_TYPE, region->Type);
        break;
    case SHOW_ALLOCATION_BASE:
        reply_add_distance(reply, "allocation-base", (uintptr_t)region->AllocationBase, base);
        break;
    case SHOW_ALLOCATION_PROTECT:
        add_names(reply, "allocation-protect", CONSTANT_PROTECT, region->AllocationProtect);
        break;
    case SHOW_COUNT:
        break;
    }
}

/* Page ns-winnt-memory_basic_information: of free pages everything but the state is undefined, of reserved ones the
 * protection. Undefined fields are left out, because transcripts are compared. */
static void reply_region(const MEMORY_BASIC_INFORMATION *region, uintptr_t base, unsigned shown,
                         struct reply *reply)
{
    if (region->State == MEM_FREE)
        shown = 1u << SHOW_STATE;
    if (region->State == MEM_RESERVE)
        shown &= ~(1u << SHOW_PROTECT);
    reply_ok(reply);
    for (unsigned i = 0; i < SHOW_COUNT; i++)
        if (shown & 1u << i)
            add_shown(reply, (enum shown)i, region, base);
}

/* The process that process= names, NULL without it. */
static bool take_asked(const struct line *request, HANDLE *out, struct reply *reply)
{
    *out = NULL;
    if (!argument_has(request, "process"))
        return true;
    if (!argument_has(request, "address"))
        return reply_bad(reply, "process= goes with address=");
    uint64_t pid = argument_number(request, "process");
    *out = other_process_open(pid, PROCESS_QUERY_INFORMATION, reply);
    return *out != NULL;
}

void verb_query(const struct line *request, struct reply *reply)
{
    uintptr_t address = 0, base = 0;
    HANDLE process;
    bool absolute = argument_has(request, "address");
    if (request->label[0]) {
        const struct object *memory = object_memory(request->label, reply);
        if (!memory)
            return;
        base = memory->base;
    } else if (!absolute) {
        reply_bad(reply, "query needs a label or address=");
        return;
    }
    uintptr_t at = argument_address(request, "at");
    address = argument_address(request, "address");
    unsigned shown = argument_words(request, "show");
    if (absolute && argument_has(request, "at")) {
        reply_bad(reply, "query takes at= or address=, not both");
        return;
    }
    if (!absolute)
        address = base + at;
    else if (!request->label[0])
        base = address;

    if (!take_asked(request, &process, reply))
        return;
    MEMORY_BASIC_INFORMATION region = {0};
    call_begins();
    SIZE_T size = process ? sys.VirtualQueryEx(process, (const void *)address, &region, sizeof region)
                          : sys.VirtualQuery((const void *)address, &region, sizeof region);
    struct call_result seen = call_ended();
    if (process)
        sys.CloseHandle(process);
    if (size == 0)
        reply_fail(reply, seen);
    else
        reply_region(&region, base, shown, reply);
}

/* SECTION_BASIC_INFORMATION, class 0; page ntquerysection. */
struct section_basic {
    void *base;
    ULONG attributes;
    LARGE_INTEGER size;
};

/* SECTION_IMAGE_INFORMATION, class 1, as Windows has it for programs of this width. */
struct section_image {
    void *entry;
    ULONG zero_bits;
    SIZE_T stack_reserved, stack_committed;
    ULONG subsystem;
    USHORT subsystem_version[2];
    ULONG system_version;
    USHORT characteristics, dll_characteristics, machine;
    UCHAR contains_code, flags;
    ULONG loader_flags, size, checksum;
};

void verb_size(const struct line *request, struct reply *reply)
{
    union {
        struct section_basic basic;
        struct section_image image;
        unsigned char room[sizeof(struct section_image) + 8];
    } information = {{0}};
    const struct object *section = object_handle(request->label, reply);
    const bool image = argument_is(request, "class", "image");
    if (!section)
        return;
    if (!sys.NtQuerySection) {
        reply_not_exported(reply);
        return;
    }
    SIZE_T length = image ? sizeof information.image : sizeof information.basic;
    if (argument_is(request, "buffer", "short"))
        length--;
    else if (argument_is(request, "buffer", "long"))
        length++;
    LONG status = sys.NtQuerySection(section->handle, (int)image, &information, length, NULL);
    if (status < 0) {
        reply_fail_status(reply, status);
        return;
    }
    reply_ok(reply);
    if (image) {
        reply_add(reply, "~machine=0x%X", (unsigned)information.image.machine);
        return;
    }
    reply_add(reply, "size=%llu", (unsigned long long)information.basic.size.QuadPart);
    add_names(reply, "attributes", CONSTANT_SECTION, information.basic.attributes);
}

void verb_granted(const struct line *request, struct reply *reply)
{
    /* PUBLIC_OBJECT_BASIC_INFORMATION, class 0; page nf-winternl-ntqueryobject. The reserved part is
     * documented by its size, and the size must be exact. */
    struct {
        ULONG attributes;
        ACCESS_MASK access;
        ULONG handles, pointers;
        ULONG reserved[10];
    } information = {0};
    const struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    if (!sys.NtQueryObject) {
        reply_not_exported(reply);
        return;
    }
    LONG status = sys.NtQueryObject(object->handle, 0, &information, sizeof information, NULL);
    if (status < 0) {
        reply_fail_status(reply, status);
        return;
    }
    reply_ok(reply);
    reply_add(reply, "access=0x%lX", information.access);
    reply_add(reply, "~handles=%lu", information.handles);
}

void verb_flags(const struct line *request, struct reply *reply)
{
    DWORD flags = 0;
    const struct object *object = object_handle(request->label, reply);
    if (!object)
        return;
    call_begins();
    BOOL done = sys.GetHandleInformation(object->handle, &flags);
    struct call_result seen = call_ended();
    if (!reply_done(reply, done, seen))
        return;
    reply_add(reply, "inherit=%s", flags & HANDLE_FLAG_INHERIT ? "yes" : "no");
    reply_add(reply, "protect-from-close=%s", flags & HANDLE_FLAG_PROTECT_FROM_CLOSE ? "yes" : "no");
    reply_add_handle(reply,
                     object->handle); /* for the child that inherits it: its number is the same there */
}

void verb_system(const struct line *request, struct reply *reply)
{
    SYSTEM_INFO information = {0};
    (void)request;
    sys.GetSystemInfo(&information);
    reply_ok(reply);
    reply_add(reply, "page=%lu", information.dwPageSize);
    reply_add(reply, "granularity=%lu", information.dwAllocationGranularity);
    reply_add(reply, "~processors=%lu", information.dwNumberOfProcessors);
    reply_add(reply, "~pid=%lu", GetCurrentProcessId());
    reply_add(reply, "~acp=%u", GetACP());
}

/* The end of the addresses of programs. How much is kept free there is undocumented, so the reply has whole MiB (page
 * ns-sysinfoapi-system_info). */
void verb_addresses(const struct line *request, struct reply *reply)
{
    SYSTEM_INFO information = {0};
    (void)request;
    sys.GetSystemInfo(&information);
    uint64_t last = (uintptr_t)information.lpMaximumApplicationAddress;
    reply_ok(reply);
    reply_add(reply, "space=%llu", (unsigned long long)((last >> 20) + 1) << 20);
}

void verb_regions(const struct line *request, struct reply *reply)
{
    DWORD type = argument_constants(request, "type");
    unsigned long long count = 0;
    uintptr_t address = 0;
    const void *last = NULL;
    MEMORY_BASIC_INFORMATION region;
    while (sys.VirtualQuery((const void *)address, &region, sizeof region) != 0) {
        if (region.State != MEM_FREE && region.Type == type && region.AllocationBase != last) {
            last = region.AllocationBase;
            count++;
        }
        uintptr_t next = (uintptr_t)region.BaseAddress + region.RegionSize;
        if (next <= address) /* the end of the address space */
            break;
        address = next;
    }
    reply_ok(reply);
    reply_add(reply, "~count=%llu", count);
}
