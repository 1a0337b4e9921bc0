/* Topic handle_sharing: handles that reach another process without the name, by inheritance and by
 * duplication. The number of a handle travels from process to process over the pipes, as it would on a
 * command line. */
#include "topic.h"

/* What GetHandleInformation says of a handle: its own two flags, and no other's. */
#define INHERITED "inherit=yes protect-from-close=no"
#define KEPT "inherit=no protect-from-close=no"

/* The child's own word for the handle that its parent, where it has these flags, calls so: the same number. */
static void adopts(struct stage *s, const char *child, const char *parent, const char *label,
                   const char *flags)
{
    must_give(s, parent, step("flags %s", label), flags);
    must(s, child, step("adopt %s handle=$%s.handle", label, parent));
}

/* What the number means in the child: nothing, or something that is no section. */
static void means_nothing(struct stage *s, const char *child, const char *label)
{
    fails(s, child, step("map view of=%s access=FILE_MAP_READ", label), ERROR_INVALID_HANDLE);
}

static void maps_and_reads(struct stage *s, const char *role, const char *label)
{
    if (succeeds(s, role, step("map view of=%s access=FILE_MAP_READ", label)))
        gives(s, role, "read view at=0 length=5 as=text", "text=bytes");
}

/* A writer with a section, its handle inheritable or not, and a word in it. */
static void writer_has_unnamed(struct stage *s, const char *how)
{
    must(s, "writer", step("create section size=4096 protect=PAGE_READWRITE%s", how));
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=bytes");
}

/* ---- inheritance ---- */

/* Without attributes a handle is not inherited, also by a child that may inherit. */
static void inherit_default_off(struct stage *s)
{
    writer_has_unnamed(s, "");
    gives(s, "writer", "flags section", KEPT);
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", KEPT);
    means_nothing(s, "child", "section");
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

/* Without bInheritHandles nothing is passed on. */
static void inherit_needs_createprocess_flag(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    spawns(s, "writer", "child", "inherit=no");
    adopts(s, "child", "writer", "section", INHERITED);
    means_nothing(s, "child", "section");
}

/* The inherited handle has the number and the access of its parent's. One page says that the number is
 * another one each time (D14); what the other two say is expected. */
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

/* OpenFileMapping's flag does the same as that of the attributes. */
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
    means_nothing(s, "child", "kept");
}

/* The attributes count for the handle that is returned, also when the object existed already. */
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

/* SetHandleInformation switches it later, both ways. */
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
    means_nothing(s, "second", "section");
}

/* A handle list limits what is inherited to what it names. */
static void inherit_handle_list(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    must(s, "writer", "create other size=4096 protect=PAGE_READWRITE inherit=yes");
    spawns(s, "writer", "child", "inherit=yes list=section");
    adopts(s, "child", "writer", "section", INHERITED);
    adopts(s, "child", "writer", "other", INHERITED);
    maps_and_reads(s, "child", "section");
    must(s, "child", "unmap view");
    means_nothing(s, "child", "other");
}

/* A list needs bInheritHandles, and handles that are inheritable: else no process is started. */
static void inherit_handle_list_needs_true(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    must(s, "writer", "create kept size=4096 protect=PAGE_READWRITE");
    fails(s, "writer", "spawn first pipe=none inherit=no list=section", ERROR_INVALID_PARAMETER);
    fails(s, "writer", "spawn second pipe=none inherit=yes list=kept", ERROR_INVALID_PARAMETER);
}

/* What was inherited is inheritable again. */
static void inherit_grandchild(struct stage *s)
{
    writer_has_unnamed(s, " inherit=yes");
    spawns(s, "writer", "child", "inherit=yes");
    adopts(s, "child", "writer", "section", INHERITED);
    spawns(s, "child", "grandchild", "inherit=yes");
    adopts(s, "grandchild", "child", "section", INHERITED);
    maps_and_reads(s, "grandchild", "section");
}

/* A view is not inherited, although the kernel maps it as one that could be (D15). */
static void inherit_view_not_inherited(struct stage *s)
{
    must_be_free(s, "third", PLACE); /* a process like the child, which cannot be asked before it is there */
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE inherit=yes");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE base=" PLACE);
    spawns(s, "writer", "child", "inherit=yes");
    gives(s, "child", "query address=" PLACE, "state=MEM_FREE");
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

/* An unnamed section and a number are a complete channel, in both directions. */
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

/* An inherited handle keeps object and name when the parent is gone. */
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
    {CASE(inherit_same_value_and_access)},
    {CASE(inherit_open_flag)},
    {CASE(inherit_of_existing_object), .rows = "create-existing-inherit-flag-applies inherit-attributes-on"},
    {CASE(inherit_sethandleinformation)},
    {CASE(inherit_handle_list)},
    {CASE(inherit_handle_list_needs_true)},
    {CASE(inherit_grandchild)},
    {CASE(inherit_view_not_inherited)},
    {CASE(inherit_child_close_independent)},
    {CASE(inherit_shares_state), .rows = "inherit-shares-state inherit-unnamed-via-command-line"},
    {CASE(life_inherited_handle_keeps_name)},
};

TOPIC(handle_sharing, handle_sharing_cases)
