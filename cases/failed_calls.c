/* Topic failed_calls: a call that fails leaves nothing behind: no name, no handle, no view, and no change. */
#include "free_place.h"
#include "topic.h"

/* A create call that fails leaves no name, neither for this process nor for others, whatever the reason. `create` is the
 * verb, `more` its last arguments. */
static void failed_creates_leave_no_name(struct stage *s, const char *create, const char *more)
{
    static const struct {
        const char *size, *protect;
        uint32_t error;
    } creates[] = {
        {"0", "PAGE_READWRITE", ERROR_INVALID_PARAMETER},
        {"4096", "0", ERROR_INVALID_PARAMETER},
        {"4096", "PAGE_NOACCESS", ERROR_INVALID_PARAMETER},
        {"4096", "PAGE_EXECUTE", ERROR_INVALID_PARAMETER},
        {"4096", "PAGE_READWRITE|SEC_COMMIT|SEC_RESERVE", ERROR_INVALID_PARAMETER},
        {"4096", "PAGE_READWRITE|SEC_NOCACHE", ERROR_INVALID_PARAMETER},
        {"4096", "PAGE_READONLY|SEC_IMAGE", ERROR_BAD_EXE_FORMAT},
        {"0x4000000000000000", "PAGE_READWRITE|SEC_RESERVE", ERROR_NOT_ENOUGH_MEMORY},
    };
    for (unsigned i = 0; i < COUNT(creates); i++) {
        fails(
            s, "writer",
            step("%s s name=@%u size=%s protect=%s %s", create, i, creates[i].size, creates[i].protect, more),
            creates[i].error);
        not_found(s, "reader", step("open s name=@%u access=FILE_MAP_READ", i));
        gives(s, "reader", step("create s name=@%u size=4096 protect=PAGE_READWRITE", i), "error=0");
        succeeds(s, "reader", "close s");
    }
}

static void failed_create_leaves_no_name(struct stage *s)
{
    failed_creates_leave_no_name(s, "create", "api=W");
}

static void failed_create_ansi_leaves_no_name(struct stage *s)
{
    failed_creates_leave_no_name(s, "create", "api=A");
}

static void failed_create_numa_leaves_no_name(struct stage *s)
{
    failed_creates_leave_no_name(s, "create", "api=numa");
}

/* The same for CreateFileMappingFromApp, with arguments that every version refuses. */
static void failed_create_fromapp_leaves_no_name(struct stage *s)
{
    static const char *const creates[] = {
        "size=0 protect=PAGE_READWRITE",
        "size=4096 protect=0",
        "size=4096 protect=PAGE_NOACCESS",
    };
    for (unsigned i = 0; i < COUNT(creates); i++) {
        fails(s, "writer", step("createapp s name=@%u %s", i, creates[i]), ERROR_INVALID_PARAMETER);
        not_found(s, "reader", step("open s name=@%u access=FILE_MAP_READ", i));
        gives(s, "reader", step("create s name=@%u size=4096 protect=PAGE_READWRITE", i), "error=0");
        succeeds(s, "reader", "close s");
    }
}

/* Performs maps that fail, each for a reason of its own, of a section of 0x20000 bytes that was opened for reading. */
static void maps_that_fail(struct stage *s)
{
    static const struct {
        const char *arguments;
        uint32_t error, status;
    } maps[] = {
        {"access=FILE_MAP_READ length=0x20001", ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE},
        {"access=FILE_MAP_READ offset=4096", ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT},
        {"access=FILE_MAP_READ offset=0x10000 length=0x10001", ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE},
        {"access=FILE_MAP_WRITE", ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED},
        {"access=FILE_MAP_ALL_ACCESS", ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED},
        {"access=FILE_MAP_READ base=0x18000042", ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT},
    };
    for (unsigned i = 0; i < COUNT(maps); i++)
        fails_status(s, "reader", step("map none of=section %s", maps[i].arguments), maps[i].error,
                     maps[i].status);
}

/* A map call that fails leaves no view. The control maps one. */
static void failed_map_leaves_no_view(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    maps_that_fail(s); /* loads what the calls need */
    must(s, "reader", "regions type=MEM_MAPPED");
    const uint64_t before = number(s, "reader", "count");
    for (unsigned round = 0; round < 3; round++)
        maps_that_fail(s);
    must(s, "reader", "regions type=MEM_MAPPED");
    holds(s, "as many views as before", number(s, "reader", "count") == before);
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    must(s, "reader", "regions type=MEM_MAPPED");
    powered(s, "one more view is counted", number(s, "reader", "count") == before + 1);
}

/* A map call that fails at an address leaves the address free for the next one. */
static void failed_map_leaves_address_free(struct stage *s)
{
    const unsigned long long place = free_place(s, "reader", "0x100000");
    REQUIRE(place);
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    denied(s, "reader", step("map none of=section access=FILE_MAP_WRITE base=0x%llx", place));
    fails_status(s, "reader",
                 step("map none of=section access=FILE_MAP_READ length=0x30000 base=0x%llx", place),
                 ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
    gives(s, "reader", step("query address=0x%llx", place), "state=MEM_FREE");
    succeeds(s, "reader", step("map view of=section access=FILE_MAP_READ base=0x%llx", place));
    gives(s, "reader", step("query address=0x%llx show=state", place), "state=MEM_COMMIT");
}

/* No call that fails keeps a handle: the name disappears when the writer closes its own. */
static void failed_calls_keep_no_handle(struct stage *s)
{
    for (unsigned i = 0; i < 3; i++) {
        must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE sd=D:P(A;;0x4;;;WD)");
        must(s, "reader", "open section name=@x access=FILE_MAP_READ");
        denied(s, "reader", "open none name=@x access=FILE_MAP_WRITE");
        denied(s, "reader", "open none name=@x access=FILE_MAP_ALL_ACCESS");
        denied(s, "reader", "create none name=@x size=4096 protect=PAGE_READWRITE");
        fails(s, "reader", "create none name=@x size=0 protect=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
        fails_status(s, "reader", "hold none kind=event name=@x", ERROR_INVALID_HANDLE,
                     STATUS_OBJECT_TYPE_MISMATCH);
        fails_status(s, "reader", "hold none kind=mutex name=@x", ERROR_INVALID_HANDLE,
                     STATUS_OBJECT_TYPE_MISMATCH);
        denied(s, "reader", "duplicate section to=0 access=FILE_MAP_WRITE");
        denied(s, "reader", "map none of=section access=FILE_MAP_WRITE");
        must(s, "reader", "close section");
        must(s, "writer", "close section");
        not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
    }
}

/* The process has as many handles as before. The control opens three more. */
static void failed_calls_count_no_handle(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE sd=D:P(A;;0x4;;;WD)");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    for (unsigned round = 0; round < 2; round++) { /* the first one loads what the calls need */
        must(s, "reader", "charge");
        const uint64_t before = number(s, "reader", "handles");
        denied(s, "reader", "open none name=@x access=FILE_MAP_WRITE");
        not_found(s, "reader", "open none name=@y access=FILE_MAP_READ");
        fails(s, "reader", "create none name=@y size=0 protect=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
        denied(s, "reader", "duplicate section to=0 access=FILE_MAP_WRITE");
        maps_that_fail(s);
        must(s, "reader", "charge");
        if (round == 1)
            holds(s, "as many handles as before", number(s, "reader", "handles") == before);
    }
    must(s, "reader", "charge");
    const uint64_t before = number(s, "reader", "handles");
    for (unsigned i = 0; i < 3; i++)
        must(s, "reader", step("open more%u name=@x access=FILE_MAP_READ", i));
    must(s, "reader", "charge");
    powered(s, "three more handles are counted", number(s, "reader", "handles") == before + 3);
}

/* A process that cannot be started, and a duplicate that is refused, leave the handle's flags and rights unchanged. */
static void failed_calls_leave_the_handle(struct stage *s)
{
    must(s, "writer",
         "create section name=@x size=4096 protect=PAGE_READWRITE inherit=yes sd=D:P(A;;0x4;;;WD)");
    must(s, "writer", "create kept size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "duplicate section to=0 access=FILE_MAP_READ");
    must(s, "writer", "adopt low handle=$writer.handle");
    denied(s, "writer", "duplicate low to=0 access=FILE_MAP_WRITE");
    denied(s, "writer", "map none of=low access=FILE_MAP_WRITE");
    gives(s, "writer", "granted low", "access=0x4");
    gives(s, "writer", "granted section", "access=0xF0007");
    gives(s, "writer", "flags section", "inherit=yes protect-from-close=no");
    gives(s, "writer", "flags kept", "inherit=no protect-from-close=no");
    succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE");
}

/* Calls of UnmapViewOfFile, VirtualProtect and VirtualFree that fail leave the view unchanged. */
static void failed_calls_leave_the_view(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x20000 seed=1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    fails(s, "reader", "protect view length=0x20000 to=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
    fails(s, "reader", "protect view at=0x10000 length=4096 to=PAGE_EXECUTE_READ", ERROR_INVALID_PARAMETER);
    fails(s, "reader", "release view keep=yes", ERROR_INVALID_PARAMETER);
    fails(s, "reader", "decommit view at=0x10000 length=4096", ERROR_INVALID_PARAMETER);
    fails_status(s, "reader", "reserve room size=0x10000 base=$reader.base", ERROR_INVALID_ADDRESS,
                 STATUS_CONFLICTING_ADDRESSES);
    gives(s, "reader", "query view", WHOLE_VIEW("131072", "PAGE_READONLY"));
    gives(s, "reader", "verify view length=0x20000 seed=1", "match=yes");
    faults(s, "reader", "write view at=0x10000 u8=1", "write");
    succeeds(s, "writer", "fill view at=0x10000 length=0x10000 seed=2");
    gives(s, "reader", "verify view at=0x10000 length=0x10000 seed=2", "match=yes");
}

#define ROW .rows = "failed-call-changes-nothing"

static const struct test_case failed_calls_cases[] = {
    {CASE(failed_create_leaves_no_name), ROW},
    {CASE(failed_create_ansi_leaves_no_name), ROW},
    {CASE(failed_create_numa_leaves_no_name), ROW, .needs = "numa"},
    {CASE(failed_create_fromapp_leaves_no_name), ROW, .needs = "has-createapp"},
    {CASE(failed_map_leaves_no_view), ROW},
    {CASE(failed_map_leaves_address_free), ROW},
    {CASE(failed_calls_keep_no_handle), ROW},
    {CASE(failed_calls_count_no_handle), ROW},
    {CASE(failed_calls_leave_the_handle), ROW},
    {CASE(failed_calls_leave_the_view), ROW},
};

TOPIC(failed_calls, failed_calls_cases)
