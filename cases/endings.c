/* Topic endings: how long a name stays after its last holder, stale and protected handle values, and
 * permanent sections, which need no handle. */
#include "topic.h"

#include <string.h>

/* The name disappears when the last process that held it has ended. That may take a moment; the delay is a volatile
 * value. */
static void life_name_may_linger(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "close section");
    killed(s, "writer");
    gives(s, "reader", "gone name=@x timeout=2000", "gone=yes error=2");
    gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
}

/* The value of a closed handle can be used again for another object. */
static void life_handle_value_reuse(struct stage *s)
{
    must(s, "writer", "create stale name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "close stale keep=yes");
    must(s, "writer", "create other name=@y size=8192 protect=PAGE_READWRITE");
    records(s, "writer", "size stale");
}

/* With strict handle checks, closing a handle twice raises an exception. */
static void life_close_strict_policy(struct stage *s)
{
    must(s, "writer", "create first name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "close first keep=yes");
    fails_status(s, "writer", "tryclose first", ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
    must(s, "writer", "strict");
    gives(s, "writer", "tryclose first", "raised=yes");
    must(s, "writer", "create second name=@y size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "tryclose second", "raised=no");
}

/* A permanent section keeps its name and its bytes without any handle. */
static void life_permanent_object(struct stage *s)
{
    must(s, "writer", "privilege SeCreatePermanentPrivilege to=enabled");
    writer_writes(s);
    must(s, "writer", "permanent section");
    killed(s, "writer");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ|DELETE")) {
        must(s, "reader", "map view of=section access=FILE_MAP_READ");
        gives(s, "reader", "read view at=0 length=5 as=text", "text=bytes");
        must(s, "reader", "temporary section");
        must(s, "reader", "unmap view");
        must(s, "reader", "close section");
    }
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
}

/* Making a section permanent needs SeCreatePermanentPrivilege, enabled. */
static void permanent_object_needs_privilege(struct stage *s)
{
    must(s, "writer", "privilege SeCreatePermanentPrivilege to=disabled");
    holds(s, "the privilege is not enabled", strcmp(value(s, "writer", "state"), "enabled") != 0);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    fails_status(s, "writer", "permanent section", ERROR_PRIVILEGE_NOT_HELD, STATUS_PRIVILEGE_NOT_HELD);
    must(s, "writer", "close section");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

static const struct test_case endings_cases[] = {
    {CASE(life_name_may_linger)},
    {CASE(life_handle_value_reuse)},
    {CASE(life_close_strict_policy), .needs = "windows-8"},
    {CASE(life_permanent_object), .needs = "permanent-privilege make-permanent"},
    {CASE(permanent_object_needs_privilege), .rows = "life-permanent-object", .needs = "make-permanent"},
};

TOPIC(endings, endings_cases)
