/* Topic handle_duplicates: DuplicateHandle, within a process and into another one. */
#include "topic.h"

static void sees_bytes(struct stage *s, const char *role)
{
    gives(s, role, "read view at=0 length=5 as=text", "text=bytes");
}

/* DUPLICATE_SAME_ACCESS copies the access and ignores the access argument. */
static void dup_same_access(struct stage *s)
{
    writer_writes(s);
    hands(s, "writer", "section", "reader", "same=yes");
    gives(s, "reader", "granted section", "access=0xF0007");
    must(s, "writer", "open low name=@x access=FILE_MAP_READ");
    hands(s, "writer", "low", "reader", "same=yes");
    gives(s, "reader", "granted low", "access=0x4");
}

/* A duplicate may have less access than its source, and MapViewOfFile enforces it. */
static void dup_lower_access(struct stage *s)
{
    writer_writes(s);
    hands(s, "writer", "section", "reader", "access=FILE_MAP_READ");
    gives(s, "reader", "granted section", "access=0x4");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        sees_bytes(s, "reader");
    denied(s, "reader", "map more of=section access=FILE_MAP_WRITE");
}

/* A duplicate with the same access never has more rights than its source: not after several duplications, not in another
 * process, and not if the process also has a handle with all rights. */
static void same_access_stays_low(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "open low name=@x access=FILE_MAP_READ");
    hands(s, "writer", "section", "reader", "same=yes");
    hands(s, "writer", "low", "reader", "same=yes");
    hands(s, "reader", "low", "third", "same=yes");
    must(s, "third", "duplicate low to=0 same=yes");
    must(s, "third", "adopt again handle=$third.handle");
    gives(s, "reader", "granted section", "access=0xF0007");
    gives(s, "reader", "granted low", "access=0x4");
    gives(s, "third", "granted low", "access=0x4");
    gives(s, "third", "granted again", "access=0x4");
    row(s, "open-read-cannot-map-write");
    denied(s, "reader", "map none of=low access=FILE_MAP_WRITE");
    denied(s, "third", "map none of=low access=FILE_MAP_WRITE");
    denied(s, "third", "map none of=again access=FILE_MAP_ALL_ACCESS");
    if (succeeds(s, "third", "map view of=again access=FILE_MAP_READ"))
        sees_bytes(s, "third");
    must(s, "third", "close low");
    succeeds(s, "third", "map other of=again access=FILE_MAP_READ");
}

/* A duplicate without rights maps nothing, not even with access 0. */
static void dup_zero_access(struct stage *s)
{
    writer_writes(s);
    hands(s, "writer", "section", "reader", "access=0");
    gives(s, "reader", "granted section", "access=0x0");
    denied(s, "reader", "map view of=section access=0");
    denied(s, "reader", "map view of=section access=FILE_MAP_READ");
}

/* Generic rights are mapped to the rights of a section, as by OpenFileMapping. */
static void dup_generic_mapped(struct stage *s)
{
    static const char *const rights[][2] = {
        {"GENERIC_READ", "access=0x20005"},
        {"GENERIC_WRITE", "access=0x20002"},
        {"GENERIC_EXECUTE", "access=0x20008"},
        {"GENERIC_ALL", "access=0xF001F"},
    };
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    for (size_t i = 0; i < COUNT(rights); i++) {
        if (!succeeds(s, "writer", step("duplicate section to=0 access=%s", rights[i][0])))
            continue;
        must(s, "writer", "adopt other handle=$writer.handle");
        gives(s, "writer", "granted other", rights[i][1]);
        must(s, "writer", "close other");
    }
}

/* A duplicate in another process is a handle of that process: it works there after the source is closed. */
static void dup_into_child(struct stage *s)
{
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
    hands(s, "writer", "section", "reader", "same=yes");
    must(s, "writer", "close section");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE"))
        sees_bytes(s, "reader");
}

/* A duplicate whose value its process was not told keeps the object and the name until that process ends. */
static void dup_leaked_keeps_object(struct stage *s)
{
    writer_writes(s);
    must(s, "reader", "adopt nothing handle=0");
    must(s, "writer", "duplicate section to=$reader.pid same=yes");
    must(s, "writer", "unmap view");
    must(s, "writer", "close section");
    if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ")) {
        must(s, "third", "map view of=section access=FILE_MAP_READ");
        sees_bytes(s, "third");
        must(s, "third", "close section");
    }
    leaves(s, "reader");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
}

/* The last of several handles counts: the name stays when the source is closed and goes with the duplicate.
 */
static void duplicate_keeps_name(struct stage *s)
{
    writer_writes(s);
    hands(s, "writer", "section", "reader", "access=FILE_MAP_READ");
    killed(s, "writer");
    if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ"))
        must(s, "third", "close section");
    row(s, "life-terminate-closes");
    killed(s, "reader");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
}

/* bInheritHandle makes the duplicate inheritable in the process that receives it. */
static void dup_inherit_flag(struct stage *s)
{
    writer_writes(s);
    hands(s, "writer", "section", "reader", "same=yes inherit=yes");
    REQUIRE(gives(s, "reader", "flags section", "inherit=yes protect-from-close=no"));
    gives(s, "writer", "flags section", "inherit=no protect-from-close=no");
    spawns(s, "reader", "child", "inherit=yes");
    must_give(s, "reader", "flags section", "inherit=yes protect-from-close=no");
    must(s, "child", "adopt section handle=$reader.handle");
    if (succeeds(s, "child", "map view of=section access=FILE_MAP_READ"))
        sees_bytes(s, "child");
}

/* DUPLICATE_CLOSE_SOURCE moves a handle: the target has it, and the source is closed. */
static void dup_close_source(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "adopt nothing handle=0");
    succeeds(s, "writer", "duplicate section to=$reader.pid same=yes close-source=yes keep=yes");
    must(s, "reader", "adopt section handle=$writer.handle");
    fails_status(s, "writer", "close section", ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
    succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "close section");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* Within one process the duplicate of a handle that is closed gets the number of that handle. A handle that is protected
 * from closing stays open beside its duplicate. */
static void dup_close_source_here(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    const uint64_t first = number(s, "writer", "handle");
    must(s, "writer",
         "open other name=@x access=FILE_MAP_READ"); /* number() would still find the source's number */
    succeeds(s, "writer", "duplicate section to=0 same=yes close-source=yes keep=yes");
    holds(s, "the duplicate has the source's number", number(s, "writer", "handle") == first);
    must(s, "writer", "setflags section protect-from-close=yes");
    succeeds(s, "writer", "duplicate section to=0 same=yes close-source=yes keep=yes");
    holds(s, "the duplicate has another number", number(s, "writer", "handle") != first);
    must(s, "writer", "adopt copy handle=$writer.handle");
    succeeds(s, "writer", "map copied of=copy access=FILE_MAP_READ");
    succeeds(s, "writer", "map view of=section access=FILE_MAP_READ");
}

/* A section is not a file and has no file type. */
static void handle_getfiletype(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "filetype section", "type=unknown error=6");
    must(s, "writer", "file data name=^f size=4096");
    gives(s, "writer", "filetype data", "type=disk");
    must(s, "writer", "create over size=0 protect=PAGE_READONLY file=data");
    gives(s, "writer", "filetype over", "type=unknown error=6");
}

/* A process that has ended accepts no handle, although it can still be opened while another process has a handle to it. */
static void dup_into_ended_process(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    succeeds(s, "writer", "duplicate section to=$reader.pid same=yes");
    killed(s, "reader");
    fails_status(s, "writer", "duplicate section to=$reader.pid same=yes", ERROR_ACCESS_DENIED,
                 STATUS_PROCESS_IS_TERMINATING);
    succeeds(s, "writer", "map view of=section access=FILE_MAP_READ");
}

/* The source is closed even if the duplication fails, here because the DACL does not grant a right. */
static void close_source_when_denied(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:P");
    must(s, "writer", "duplicate section to=0 access=FILE_MAP_READ");
    must(s, "writer", "adopt low handle=$writer.handle");
    denied(s, "writer", "duplicate low to=0 access=FILE_MAP_WRITE close-source=yes keep=yes");
    fails_status(s, "writer", "close low", ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
}

/* A duplicate is another handle to the same object. */
static void dup_same_object(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "create other size=4096 protect=PAGE_READWRITE");
    hands(s, "writer", "section", "reader", "access=FILE_MAP_READ");
    hands(s, "writer", "other", "reader", "same=yes");
    must(s, "reader", "open named name=@x access=FILE_MAP_WRITE");
    gives(s, "reader", "compare section with=named", "same=yes");
    gives(s, "reader", "compare section with=other", "same=no error=1656");
}

/* CompareObjectHandles needs no right: handles without any right can be compared. */
static void compare_no_rights_needed(struct stage *s)
{
    writer_writes(s);
    hands(s, "writer", "section", "reader", "access=0");
    must(s, "reader", "duplicate section to=0 access=0");
    must(s, "reader", "adopt second handle=$reader.handle");
    gives(s, "reader", "compare section with=second", "same=yes");
}

/* Access by name, by duplication and by inheritance reaches the same memory. */
static void view_coherent_by_name_handle_inherit(struct stage *s)
{
    static const char *const roles[] = {"named", "handed", "child"};
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE inherit=yes");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "named", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    hands(s, "writer", "section", "handed", "same=yes");
    spawns(s, "writer", "child", "inherit=yes");
    must_give(s, "writer", "flags section", "inherit=yes protect-from-close=no");
    must(s, "child", "adopt section handle=$writer.handle");
    for (unsigned i = 0; i < 3; i++) {
        must(s, roles[i], "map view of=section access=FILE_MAP_WRITE");
        must(s, roles[i], step("write view at=%u u32=%u", 4 * i, i + 1));
    }
    gives(s, "writer", "read view at=0 length=12", "hex=010000000200000003000000");
    for (unsigned i = 0; i < 3; i++)
        gives(s, roles[i], "read view at=0 length=12", "hex=010000000200000003000000");
}

static const struct test_case handle_duplicates_cases[] = {
    {CASE(dup_same_access)},
    {CASE(dup_lower_access)},
    {CASE(same_access_stays_low), .rows = "dup-same-access open-read-cannot-map-write"},
    {CASE(dup_zero_access)},
    {CASE(dup_generic_mapped)},
    {CASE(dup_into_child), .rows = "dup-into-child share-unnamed-only-two-ways"},
    {CASE(dup_leaked_keeps_object)},
    {CASE(duplicate_keeps_name), .rows = "life-creator-exit life-terminate-closes"},
    {CASE(dup_inherit_flag)},
    {CASE(dup_close_source)},
    {CASE(dup_close_source_here)},
    {CASE(handle_getfiletype)},
    {CASE(dup_into_ended_process)},
    {CASE(close_source_when_denied), .rows = "dup-close-source"},
    {CASE(dup_same_object), .needs = "compare-object-handles"},
    {CASE(compare_no_rights_needed), .needs = "compare-object-handles"},
    {CASE(view_coherent_by_name_handle_inherit)},
};

TOPIC(handle_duplicates, handle_duplicates_cases)
