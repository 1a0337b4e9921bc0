/* Topic foreign_handles: what a process can do to the handles of another one, and whose handles a child
 * inherits. */
#include "no_section.h"
#include "topic.h"

static void sees_bytes(struct stage *s, const char *role, const char *label)
{
    if (succeeds(s, role, step("map view of=%s access=FILE_MAP_READ", label)))
        gives(s, role, "read view at=0 length=5 as=text", "text=bytes");
}

/* Either process can call DuplicateHandle: the one that has the handle or the one that gets it. The caller
 * may ask for less access. */
static void dup_either_side_may_call(struct stage *s)
{
    writer_writes(s);
    must_give(s, "reader", "system", "page=4096 granularity=65536");
    succeeds(s, "reader", "pull section from=$writer.pid handle=$writer.handle");
    gives(s, "reader", "granted section", "access=0xF0007");
    sees_bytes(s, "reader", "section");
    must(s, "reader", "unmap view");
    succeeds(s, "reader", "pull low from=$writer.pid handle=$writer.handle access=FILE_MAP_READ");
    gives(s, "reader", "granted low", "access=0x4");
    sees_bytes(s, "reader", "low");
}

/* DuplicateHandle needs PROCESS_DUP_HANDLE to the other process, in both directions. */
static void dup_needs_right(struct stage *s)
{
    writer_writes(s);
    must_give(s, "reader", "system", "page=4096 granularity=65536");
    denied(s, "writer", "duplicate section to=$reader.pid rights=PROCESS_QUERY_LIMITED_INFORMATION");
    denied(s, "reader",
           "pull section from=$writer.pid handle=$writer.handle rights=PROCESS_QUERY_LIMITED_INFORMATION");
    denied(s, "reader",
           "closeremote from=$writer.pid handle=$writer.handle rights=PROCESS_QUERY_LIMITED_INFORMATION");
    gives(s, "writer", "granted section", "access=0xF0007");
}

/* DUPLICATE_CLOSE_SOURCE without a target process closes a handle of another process, and its name goes with
 * it. */
static void dup_close_remote(struct stage *s)
{
    must(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "close section");
    succeeds(s, "third", "closeremote from=$reader.pid handle=$reader.handle");
    fails_status(s, "reader", "map view of=section access=FILE_MAP_READ", ERROR_INVALID_HANDLE,
                 STATUS_INVALID_HANDLE);
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
}

/* DUPLICATE_CLOSE_SOURCE moves a handle out of the other process. */
static void dup_move_out(struct stage *s)
{
    writer_writes(s);
    must(s, "writer", "unmap view");
    must_give(s, "writer", "flags section", "inherit=no protect-from-close=no");
    must_give(s, "reader", "system", "page=4096 granularity=65536");
    succeeds(s, "reader", "pull section from=$writer.pid handle=$writer.handle close-source=yes");
    fails_status(s, "writer", "map view of=section access=FILE_MAP_READ", ERROR_INVALID_HANDLE,
                 STATUS_INVALID_HANDLE);
    sees_bytes(s, "reader", "section");
}

/* A child whose parent attribute names another process inherits the handles of that process, not those of the
 * process that called CreateProcess: the value of the parent's handle is the parent's section there. */
static void inherit_parent_attribute(struct stage *s)
{
    must(s, "third", "create section size=4096 protect=PAGE_READWRITE inherit=yes");
    must(s, "third", "map view of=section access=FILE_MAP_WRITE");
    must(s, "third", "write view at=0 text=bytes");
    must_give(s, "third", "flags section", "inherit=yes protect-from-close=no");
    /* The next handle of two new processes often has the same value. The child would have the third's section there, and the
     * case would not see whether it has the writer's. */
    for (unsigned i = 0; i < 8; i++)
        must(s, "writer", step("hold filler%u kind=event", i));
    must(s, "writer", "create section size=0x5000 protect=PAGE_READWRITE inherit=yes");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=wrong");
    must_give(s, "writer", "flags section", "inherit=yes protect-from-close=no");
    spawns(s, "writer", "child", "inherit=yes parent=$third.pid");
    must(s, "child", "adopt parents handle=$third.handle");
    sees_bytes(s, "child", "parents");
    must_give(s, "writer", "flags section", "inherit=yes protect-from-close=no");
    must(s, "child", "adopt callers handle=$writer.handle");
    must(s, "child", "unmap view");
    is_no_section(s, "child", "callers", "20480");
}

/* A child in another session inherits nothing. */
static void inherit_cross_session(struct stage *s)
{
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE inherit=yes");
    starts(s, "third", "identity=other-session");
    spawns(s, "writer", "child", "inherit=yes session=$third.session");
    must_give(s, "writer", "flags section", "inherit=yes protect-from-close=no");
    must(s, "child", "adopt section handle=$writer.handle");
    is_no_section(s, "child", "section", "4096");
}

static const struct test_case foreign_handles_cases[] = {
    {CASE(dup_either_side_may_call)},
    {CASE(dup_needs_right)},
    {CASE(dup_close_remote)},
    {CASE(dup_move_out), .rows = "dup-either-side-may-call"},
    {CASE(inherit_parent_attribute), .needs = "attribute-lists"},
    {CASE(inherit_cross_session), .needs = "two-sessions identity-other-session"},
};

TOPIC(foreign_handles, foreign_handles_cases)
