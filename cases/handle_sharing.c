/* Topic handle_sharing: handles that reach another process without a name, by inheritance and by duplication.
 * The runner passes the value of a handle from one actor to the other, as a command line would. */
#include "free_place.h"
#include "no_section.h"
#include "topic.h"

#include <stdio.h>

/* What GetHandleInformation returns: the two flags of a handle. */
#define INHERITED "inherit=yes protect-from-close=no"
#define KEPT "inherit=no protect-from-close=no"

/* The child gives a label to the handle value that its parent calls `label`. The parent's handle has these flags. */
static void adopts(struct stage *s, const char *child, const char *parent, const char *label,
                   const char *flags)
{
    gives(s, parent, step("flags %s", label), flags);
    must(s, child, step("adopt %s handle=$%s.handle", label, parent));
}

static void maps_and_reads(struct stage *s, const char *role, const char *label)
{
    if (succeeds(s, role, step("map view of=%s access=FILE_MAP_READ", label)))
        gives(s, role, "read view at=0 length=5 as=text", "text=bytes");
}

/* The writer has an unnamed section with the text "bytes"; `how` says whether its handle is inheritable. */
static void writer_has_unnamed(struct stage *s, const char *how)
{
    must(s, "writer", step("create section size=4096 protect=PAGE_READWRITE%s", how));
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
}

/* ---- inheritance ---- */

/* Without attributes a handle is not inherited, even by a child that inherits handles. */
static void inherit_default_off(struct stage *s)
{
    writer_has_unnamed(s, "");
    gives(s, "writer", "flags section", KEPT);
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", KEPT);
    is_no_section(s, "child", "section", "4096");
}

/* bInheritHandle and bInheritHandles together give the child a handle that works. */
static void inherit_attributes_on(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    gives(s, "writer", "flags section", INHERITED);
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", INHERITED);
    maps_and_reads(s, "child", "section");
}

/* Without bInheritHandles no child inherits a handle: neither the first nor the second. */
static void inherit_needs_createprocess_flag(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    spawns(s, "writer", "child", "inherit=no");
    adopts(s, "child", "writer", "section", INHERITED);
    is_no_section(s, "child", "section", "4096");
    spawns(s, "writer", "second", "inherit=no");
    adopts(s, "second", "writer", "section", INHERITED);
    is_no_section(s, "second", "section", "4096");
}

/* One process starts six children one after the other, in three ways. Each child gets all inheritable handles, or none, or
 * those on its list. */
static void children_one_after_another(struct stage *s)
{
    static const char *const ways[] = {"inherit=yes", "inherit=no", "inherit=yes list=s1"};
    static const bool gets[][3] = {{true, true, true}, {false, false, false}, {false, true, false}};
    for (unsigned i = 0; i < 3; i++) {
        must(s, "writer", step("create s%u size=4096 protect=PAGE_READWRITE inherit=yes", i));
        must(s, "writer", step("map v%u of=s%u access=FILE_MAP_WRITE", i, i));
        must(s, "writer", step("write v%u at=0 u32=%u", i, i + 1));
    }
    for (unsigned number = 0; number < 2 * COUNT(ways); number++) {
        const unsigned way = number % COUNT(ways);
        char child[16];
        snprintf(child, sizeof child, "child%u", number);
        row(s, way == 0   ? "inherit-attributes-on"
               : way == 1 ? "inherit-needs-createprocess-flag"
                          : "inherit-handle-list");
        spawns(s, "writer", child, ways[way]);
        for (unsigned i = 0; i < 3; i++) {
            adopts(s, child, "writer", step("s%u", i), INHERITED);
            if (!gets[way][i])
                is_no_section(s, child, step("s%u", i), "4096");
            else if (succeeds(s, child, step("map v%u of=s%u access=FILE_MAP_READ", i, i)))
                gives(s, child, step("read v%u at=0 as=u32", i), step("u32=%u", i + 1));
        }
    }
}

/* The inherited handle has the value and the access of the parent's handle. One page says that the value
 * differs (D14); the case expects what two others say. */
static void inherit_same_value_and_access(struct stage *s)
{
    must(s, "writer", "create all name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "open section name=@x access=FILE_MAP_READ inherit=yes");
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", INHERITED);
    gives(s, "child", "granted section", "access=0x4");
    succeeds(s, "child", "map view of=section access=FILE_MAP_READ");
    denied(s, "child", "map more of=section access=FILE_MAP_WRITE");
}

/* bInheritHandle of OpenFileMapping has the same effect as that of the attributes. */
static void inherit_open_flag(struct stage *s)
{
    must(s, "writer", "create all name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=all access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
    must(s, "reader", "open passed name=@x access=FILE_MAP_READ inherit=yes");
    must(s, "reader", "open kept name=@x access=FILE_MAP_READ inherit=no");
    gives(s, "reader", "flags passed", INHERITED);
    gives(s, "reader", "flags kept", KEPT);
    spawns(s, "reader", "child", "inherit=yes");
    adopts(s, "child", "reader", "passed", INHERITED);
    adopts(s, "child", "reader", "kept", KEPT);
    maps_and_reads(s, "child", "passed");
    must(s, "child", "unmap view");
    is_no_section(s, "child", "kept", "4096");
}

/* The attributes apply to the handle that the call returns, also if the object existed already. */
static void inherit_of_existing_object(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
    gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE inherit=yes", "error=183");
    gives(s, "reader", "flags section", INHERITED);
    spawns(s, "reader", "child", "inherit=yes");
    adopts(s, "child", "reader", "section", INHERITED);
    maps_and_reads(s, "child", "section");
}

/* SetHandleInformation changes the flag later, in both directions. */
static void inherit_sethandleinformation(struct stage *s)
{
    writer_has_unnamed(s, "");
    succeeds(s, "writer", "setflags section inherit=yes");
    spawns(s, "writer", "first", "inherit=yes");
    adopts(s, "first", "writer", "section", INHERITED);
    maps_and_reads(s, "first", "section");
    succeeds(s, "writer", "setflags section inherit=no");
    spawns(s, "writer", "second", "inherit=yes");
    adopts(s, "second", "writer", "section", KEPT);
    is_no_section(s, "second", "section", "4096");
}

/* With a handle list the child inherits only the handles on the list. */
static void inherit_handle_list(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    must(s, "writer", "create other size=4096 protect=PAGE_READWRITE inherit=yes");
    spawns(s, "writer", "child", "inherit=yes list=section");
    adopts(s, "child", "writer", "section", INHERITED);
    adopts(s, "child", "writer", "other", INHERITED);
    maps_and_reads(s, "child", "section");
    must(s, "child", "unmap view");
    is_no_section(s, "child", "other", "4096");
}

#define FOUR 4

/* Of four inheritable handles the child gets the two on the list, each a handle to its own section. The child starts a
 * grandchild with a list of one of them, and the grandchild gets that one. */
static void inherit_handle_list_of_several(struct stage *s)
{
    for (unsigned i = 0; i < FOUR; i++) {
        must(s, "writer", step("create s%u size=4096 protect=PAGE_READWRITE inherit=yes", i));
        must(s, "writer", step("map v%u of=s%u access=FILE_MAP_WRITE", i, i));
        must(s, "writer", step("write v%u at=0 u32=%u", i, i + 1));
    }
    spawns(s, "writer", "child", "inherit=yes list=s1,s3");
    for (unsigned i = 0; i < FOUR; i++) {
        adopts(s, "child", "writer", step("s%u", i), INHERITED);
        if (i % 2 == 0) {
            is_no_section(s, "child", step("s%u", i), "4096");
        } else if (succeeds(s, "child", step("map v%u of=s%u access=FILE_MAP_READ", i, i))) {
            gives(s, "child", step("read v%u at=0 as=u32", i), step("u32=%u", i + 1));
        }
    }
    spawns(s, "child", "grandchild", "inherit=yes list=s3");
    for (unsigned i = 1; i < FOUR; i += 2)
        adopts(s, "grandchild", "child", step("s%u", i), INHERITED);
    is_no_section(s, "grandchild", "s1", "4096");
    if (succeeds(s, "grandchild", "map view of=s3 access=FILE_MAP_WRITE")) {
        gives(s, "grandchild", "read view at=0 as=u32", "u32=4");
        succeeds(s, "grandchild", "write view at=4 u32=44");
        gives(s, "writer", "read v3 at=4 as=u32", "u32=44");
    }
}

/* A child inherits the handles that are open and inheritable in its parent when it starts: a handle that the child has
 * made not inheritable does not reach the grandchild. The grandchild keeps its handle after both have ended. */
static void inherit_through_two(struct stage *s)
{
    for (unsigned i = 0; i < 3; i++)
        must(s, "writer", step("create s%u name=@%u size=4096 protect=PAGE_READWRITE inherit=yes", i, i));
    must(s, "writer", "map v0 of=s0 access=FILE_MAP_WRITE");
    must(s, "writer", "write v0 at=0 text=bytes");
    spawns(s, "writer", "child", "inherit=yes");
    for (unsigned i = 0; i < 3; i++)
        adopts(s, "child", "writer", step("s%u", i), INHERITED);
    must(s, "child", "setflags s1 inherit=no");
    must_give(s, "writer", "flags s1", INHERITED);
    spawns(s, "child", "grandchild", "inherit=yes");
    adopts(s, "grandchild", "child", "s0", INHERITED);
    adopts(s, "grandchild", "child", "s1", KEPT);
    maps_and_reads(s, "grandchild", "s0");
    must(s, "grandchild", "unmap view");
    is_no_section(s, "grandchild", "s1", "4096");
    killed(s, "child");
    killed(s, "writer");
    row(s, "life-inherited-handle-keeps-name");
    succeeds(s, "third", "open section name=@0 access=FILE_MAP_READ");
    not_found(s, "third", "open other name=@1 access=FILE_MAP_READ");
}

/* A handle list needs bInheritHandles and inheritable handles: otherwise CreateProcess fails. */
static void inherit_handle_list_needs_true(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    must(s, "writer", "create kept size=4096 protect=PAGE_READWRITE");
    fails(s, "writer", "spawn first pipe=none inherit=no list=section", ERROR_INVALID_PARAMETER);
    fails(s, "writer", "spawn second pipe=none inherit=yes list=kept", ERROR_INVALID_PARAMETER);
}

/* An inherited handle is inheritable in the child too. */
static void inherit_grandchild(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", INHERITED);
    spawns(s, "child", "grandchild", "inherit=yes");
    adopts(s, "grandchild", "child", "section", INHERITED);
    maps_and_reads(s, "grandchild", "section");
}

/* A view is not inherited, although the kernel's mapping call could make it so (D15). */
static void inherit_view_not_inherited(struct stage *s)
{
    /* The child itself cannot be asked before it has started. */
    const unsigned long long place = free_place(s, "writer third", "0x100000");
    REQUIRE(place);
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE inherit=yes");
    must(s, "writer", step("map view of=section access=FILE_MAP_WRITE base=0x%llx", place));
    spawns(s, "writer", "child", "inherit=yes");
    gives(s, "writer", step("query address=0x%llx show=state", place), "state=MEM_COMMIT");
    gives(s, "child", step("query address=0x%llx", place), "state=MEM_FREE");
}

/* The child closes its own handle, not that of its parent. */
static void inherit_child_close_independent(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", INHERITED);
    succeeds(s, "child", "close section");
    succeeds(s, "writer", "map more of=section access=FILE_MAP_WRITE");
}

/* An unnamed section and a handle value are enough to share memory in both directions. */
static void inherit_shares_state(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", INHERITED);
    must(s, "child", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "child", "read view at=0 length=5 as=text", "text=bytes");
    must(s, "child", "write view at=0 text=reply");
    gives(s, "writer", "read view at=0 length=5 as=text", "text=reply");
}

/* An inherited handle keeps the object and the name after the parent has exited. */
static void life_inherited_handle_keeps_name(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE inherit=yes");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
    spawns(s, "writer", "child", "inherit=yes");
    leaves(s, "writer");
    if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ")) {
        maps_and_reads(s, "third", "section");
        must(s, "third", "close section");
    }
    leaves(s, "child");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
}

static const struct test_case handle_sharing_cases[] = {
    {CASE(inherit_default_off)},
    {CASE(inherit_attributes_on)},
    {CASE(inherit_needs_createprocess_flag)},
    {CASE(children_one_after_another),
     .rows = "inherit-attributes-on inherit-needs-createprocess-flag inherit-handle-list",
     .needs = "attribute-lists"},
    {CASE(inherit_same_value_and_access)},
    {CASE(inherit_open_flag)},
    {CASE(inherit_of_existing_object), .rows = "create-existing-inherit-flag-applies inherit-attributes-on"},
    {CASE(inherit_sethandleinformation)},
    {CASE(inherit_handle_list), .needs = "attribute-lists"},
    {CASE(inherit_handle_list_of_several), .rows = "inherit-handle-list", .needs = "attribute-lists"},
    {CASE(inherit_through_two), .rows = "inherit-grandchild life-inherited-handle-keeps-name"},
    {CASE(inherit_handle_list_needs_true), .needs = "attribute-lists"},
    {CASE(inherit_grandchild)},
    {CASE(inherit_view_not_inherited)},
    {CASE(inherit_child_close_independent)},
    {CASE(inherit_shares_state), .rows = "inherit-shares-state inherit-unnamed-via-command-line"},
    {CASE(life_inherited_handle_keeps_name)},
};

TOPIC(handle_sharing, handle_sharing_cases)
