/* The prefixes Local\ and Global\, and the privilege that creating a Global\ section needs. */
#include "topic.h"

/* A section created under one prefix is not found under the other one; an unprefixed one is not found under
 * Global\. */
static void open_other_prefix(struct stage *s)
{
    must(s, "writer", "create section name=Local\\^x size=4096 protect=PAGE_READWRITE");
    not_found(s, "reader", "open section name=Global\\^x access=FILE_MAP_READ");
    must(s, "writer", "create plain name=^y size=4096 protect=PAGE_READWRITE");
    not_found(s, "reader", "open plain name=Global\\^y access=FILE_MAP_READ");
}

/* A Global\ section is not found by its plain name or under Local\. */
static void open_global_by_local(struct stage *s)
{
    must(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE");
    not_found(s, "reader", "open section name=Local\\^x access=FILE_MAP_READ");
    not_found(s, "reader", "open plain name=^x access=FILE_MAP_READ");
}

/* In a client session Local\n and n are one object. */
static void name_local_equals_plain(struct stage *s)
{
    must(s, "writer", "create section name=^x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view u32=1");
    REQUIRE(
        gives(s, "reader", "create section name=Local\\^x size=4096 protect=PAGE_READWRITE", "error=183"));
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "read view as=u32", "u32=1");
}

/* A name without a prefix is in the session's own namespace. */
static void name_default_is_session(struct stage *s)
{
    must(s, "writer", "create section name=^x size=4096 protect=PAGE_READWRITE");
    succeeds(s, "reader", "open section name=Local\\^x access=FILE_MAP_READ");
}

/* Global\n and Local\n are two objects in a client session, with separate data. */
static void name_global_differs_from_local(struct stage *s)
{
    REQUIRE(gives(s, "writer", "create global name=Global\\^x size=4096 protect=PAGE_READWRITE", "error=0"));
    REQUIRE(gives(s, "writer", "create local name=Local\\^x size=4096 protect=PAGE_READWRITE", "error=0"));
    must(s, "writer", "map global-view of=global access=FILE_MAP_WRITE");
    must(s, "writer", "map local-view of=local access=FILE_MAP_WRITE");
    must(s, "writer", "write global-view u32=1");
    must(s, "writer", "write local-view u32=2");
    must(s, "reader", "open global name=Global\\^x access=FILE_MAP_READ");
    must(s, "reader", "map global-view of=global access=FILE_MAP_READ");
    gives(s, "reader", "read global-view as=u32", "u32=1");
    must(s, "reader", "open local name=Local\\^x access=FILE_MAP_READ");
    must(s, "reader", "map local-view of=local access=FILE_MAP_READ");
    gives(s, "reader", "read local-view as=u32", "u32=2");
}

/* In session 0 a name without a prefix is global. */
static void name_session0_plain_is_global(struct stage *s)
{
    must(s, "writer", "create section name=^x size=4096 protect=PAGE_READWRITE");
    succeeds(s, "reader", "open section name=Global\\^x access=FILE_MAP_READ");
}

/* In session 0 even Local\n is the same object as Global\n. */
static void name_session0_local_is_global(struct stage *s)
{
    must(s, "writer", "create section name=Local\\^x size=4096 protect=PAGE_READWRITE");
    gives(s, "reader", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE", "error=183");
}

/* One page says that the prefixes are case-sensitive, the policy on case insensitivity says the opposite
 * (note D2): the case records which is true. */
static void name_prefix_case(struct stage *s)
{
    must(s, "writer", "create section name=Local\\^x size=4096 protect=PAGE_READWRITE");
    records(s, "reader", "open upper name=LOCAL\\^x access=FILE_MAP_READ");
    records(s, "reader", "open lower name=local\\^x access=FILE_MAP_READ");
    records(s, "reader", "create section name=LOCAL\\^x size=4096 protect=PAGE_READWRITE");
    records(s, "reader", "open global name=GLOBAL\\^x access=FILE_MAP_READ");
}

/* The prefix Session\ is reserved for the system: the case records what it does for a program. */
static void name_session_prefix_reserved(struct stage *s)
{
    records(s, "writer", "create section name=Session\\1\\^x size=4096 protect=PAGE_READWRITE");
    records(s, "reader", "open section name=Session\\1\\^x access=FILE_MAP_READ");
}

/* The words Global, Local and Session alone are names of links and directories in the session's directory. */
static void name_reserved_words(struct stage *s)
{
    static const char *const words[] = {"Global", "Local", "Session"};
    for (unsigned i = 0; i < COUNT(words); i++)
        fails_status(s, "writer", step("create s%u name=%s size=4096 protect=PAGE_READWRITE", i, words[i]),
                     ERROR_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH);
}

/* Removes the privilege from the actor's token and reads the token back. */
static void remove_privilege(struct stage *s, const char *role)
{
    gives(s, role, "privilege SeCreateGlobalPrivilege to=removed", "state=absent");
}

/* Creating a Global\ section outside session 0 needs SeCreateGlobalPrivilege. */
static void name_global_create_needs_privilege(struct stage *s)
{
    remove_privilege(s, "writer");
    denied(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE");
    not_found(s, "reader", "open section name=Global\\^x access=FILE_MAP_READ");
}

/* The privilege must also be enabled. */
static void name_global_privilege_must_be_enabled(struct stage *s)
{
    gives(s, "writer", "privilege SeCreateGlobalPrivilege to=disabled", "state=disabled");
    denied(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "privilege SeCreateGlobalPrivilege to=enabled", "state=enabled");
    gives(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE", "error=0");
}

/* Session 0 needs no privilege. */
static void name_global_create_session0_exempt(struct stage *s)
{
    remove_privilege(s, "writer");
    gives(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE", "error=0");
}

/* Opening an existing Global\ section needs no privilege. The DACL admits everyone, so that access rights do
 * not matter. */
static void name_global_open_no_privilege(struct stage *s)
{
    must(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    remove_privilege(s, "reader");
    succeeds(s, "reader", "open section name=Global\\^x access=FILE_MAP_ALL_ACCESS");
}

/* Creating a Global\ section that exists needs none either: the check is for new objects. Reports of the
 * opposite (note D3) are explained by the access rights that the call asks for, which the DACL grants here.
 */
static void name_global_create_existing_no_privilege(struct stage *s)
{
    must(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    remove_privilege(s, "reader");
    gives(s, "reader", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE", "error=183");
}

/* Only sections and symbolic links need the privilege: a Global\ mutex or event does not. */
static void name_global_privilege_sections_only(struct stage *s)
{
    remove_privilege(s, "writer");
    gives(s, "writer", "hold mutex kind=mutex name=Global\\^mutex", "error=0");
    gives(s, "writer", "hold event kind=event name=Global\\^event", "error=0");
    denied(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE");
}

/* Administrators have the privilege, enabled, by default. */
static void name_global_privilege_default_holders(struct stage *s)
{
    gives(s, "writer", "privilege SeCreateGlobalPrivilege", "state=enabled");
}

static const struct test_case name_spaces_cases[] = {
    {CASE(open_other_prefix), .rows = "name-global-differs-from-local", .needs = "client-session"},
    {CASE(open_global_by_local), .rows = "name-global-differs-from-local",
     .needs = "client-session global-privilege"},
    {CASE(name_local_equals_plain), .needs = "client-session"},
    {CASE(name_default_is_session), .needs = "client-session"},
    {CASE(name_global_differs_from_local), .needs = "client-session global-privilege"},
    {CASE(name_session0_plain_is_global), .needs = "session-0"},
    {CASE(name_session0_local_is_global), .needs = "session-0"},
    {CASE(name_prefix_case)},
    {CASE(name_session_prefix_reserved)},
    {CASE(name_reserved_words)},
    {CASE(name_global_create_needs_privilege), .needs = "client-session"},
    {CASE(name_global_privilege_must_be_enabled), .needs = "client-session global-privilege"},
    {CASE(name_global_create_session0_exempt), .needs = "session-0"},
    {CASE(name_global_open_no_privilege), .needs = "client-session global-privilege"},
    {CASE(name_global_create_existing_no_privilege), .needs = "client-session global-privilege"},
    {CASE(name_global_privilege_sections_only), .needs = "client-session"},
    {CASE(name_global_privilege_default_holders), .needs = "admin"},
};

TOPIC(name_spaces, name_spaces_cases)
