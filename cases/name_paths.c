/* Topic name_paths: the path of a name in NT's object directories, read back from a handle or opened
 * directly, and names of another session. */
#include "topic.h"

#include <string.h>

#define IN_SESSION "path=\\Sessions\\{session}\\BaseNamedObjects\\{name}"
#define IN_GLOBAL "path=\\BaseNamedObjects\\{name}"

static void writer_has_marker(struct stage *s, const char *create)
{
    must(s, "writer", create);
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=marker");
}

/* The path leads to the writer's section. */
static void reader_opens(struct stage *s, const char *label, const char *path)
{
    REQUIRE(succeeds(s, "reader", step("ntopen %s path=%s access=FILE_MAP_READ", label, path)));
    REQUIRE(succeeds(s, "reader", step("map %s-view of=%s access=FILE_MAP_READ", label, label)));
    gives(s, "reader", step("read %s-view at=0 length=6 as=text", label), "text=marker");
}

/* Both paths to the session's directory find the section. */
static void name_nt_path(struct stage *s)
{
    writer_has_marker(s, "create section name=^x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "identity tell=session");
    reader_opens(s, "direct", "\\Sessions\\$reader.session\\BaseNamedObjects\\^x");
    reader_opens(s, "linked", "\\BaseNamedObjects\\Session\\$reader.session\\^x");
    not_found(s, "reader", "ntopen global path=\\BaseNamedObjects\\^x access=FILE_MAP_READ");
}

/* In session 0 the path is the global one. */
static void nt_path_session_0(struct stage *s)
{
    writer_has_marker(s, "create section name=^x size=4096 protect=PAGE_READWRITE");
    reader_opens(s, "direct", "\\BaseNamedObjects\\^x");
    gives(s, "writer", "path section name=^x", IN_GLOBAL);
}

/* A name without a prefix, and one under Local\, is in the session's directory. */
static void path_of_session_names(struct stage *s)
{
    must(s, "writer", "create plain name=^plain size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "create local name=Local\\^local size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "path plain name=^plain", IN_SESSION);
    gives(s, "writer", "path local name=^local", IN_SESSION);
    must(s, "reader", "open plain name=^plain access=FILE_MAP_READ");
    gives(s, "reader", "path plain name=^plain", IN_SESSION);
}

/* A name under Global\ is in the directory that all sessions share. */
static void path_of_global_name(struct stage *s)
{
    must(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "path section name=^x", IN_GLOBAL);
    must(s, "reader", "open section name=Global\\^x access=FILE_MAP_READ");
    gives(s, "reader", "path section name=^x", IN_GLOBAL);
}

/* A section without a name has no path. The control has a name. */
static void path_of_nameless(struct stage *s)
{
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "path section", "path=");
    must(s, "writer", "create named name=^x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "path named name=^x");
    const char *last = strrchr(value(s, "writer", "path"), '\\');
    powered(s, "a section with a name has a path", last && strcmp(last, "\\{name}") == 0);
}

/* Session\N leads to the directory of session N, if the system lets programs use it: recorded. */
static void path_of_session_prefix(struct stage *s)
{
    must(s, "writer", "create section name=^x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "identity tell=session");
    records(s, "reader", "open section name=Session\\$reader.session\\^x access=FILE_MAP_READ");
    if (*value(s, "reader", "handle"))
        records(s, "reader", "path section name=^x");
}

/* The stranger runs in another session. */
static void start_stranger(struct stage *s)
{
    starts(s, "stranger", "identity=other-session");
    must(s, "writer", "identity tell=session");
    uint64_t here = number(s, "writer", "session");
    must(s, "stranger", "identity tell=session");
    holds(s, "the stranger is in another session", number(s, "stranger", "session") != here);
}

/* The same plain name in two sessions is two sections. */
static void name_sessions_isolated(struct stage *s)
{
    start_stranger(s);
    writer_has_marker(s, "create section name=^x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    row(s, "name-default-is-session");
    not_found(s, "stranger", "open section name=^x access=FILE_MAP_READ");
    row(s, "name-sessions-isolated");
    gives(s, "stranger", "create section name=^x size=4096 protect=PAGE_READWRITE", "error=0");
    must(s, "stranger", "map view of=section access=FILE_MAP_READ");
    gives(s, "stranger", "zero view length=4096", "zero=yes");
}

/* A Global\ section is the same section in every session. */
static void name_global_cross_session(struct stage *s)
{
    start_stranger(s);
    writer_has_marker(s, "create section name=Global\\^x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    if (succeeds(s, "stranger", "open section name=Global\\^x access=FILE_MAP_READ") &&
        succeeds(s, "stranger", "map view of=section access=FILE_MAP_READ"))
        gives(s, "stranger", "read view at=0 length=6 as=text", "text=marker");
    gives(s, "stranger", "path section name=^x", IN_GLOBAL);
}

static const struct test_case name_paths_cases[] = {
    {CASE(name_nt_path), .needs = "client-session"},
    {CASE(nt_path_session_0), .rows = "name-nt-path name-session0-plain-is-global", .needs = "session-0"},
    {CASE(path_of_session_names), .rows = "name-default-is-session", .needs = "client-session"},
    {CASE(path_of_global_name), .rows = "name-global-differs-from-local",
     .needs = "client-session global-privilege"},
    {CASE(path_of_nameless), .rows = "name-nt-path"},
    {CASE(path_of_session_prefix), .rows = "name-session-prefix-reserved", .needs = "client-session"},
    {CASE(name_sessions_isolated), .rows = "name-sessions-isolated name-default-is-session",
     .needs = "two-sessions identity-other-session"},
    {CASE(name_global_cross_session), .needs = "two-sessions identity-other-session"},
};

TOPIC(name_paths, name_paths_cases)
