/* Topic private_namespaces: names of the form alias\name in a namespace that a boundary (a name and SIDs)
 * identifies. The runner makes aliases, boundaries and names unique to the case; WD in a boundary is
 * Everyone. */
#include "topic.h"

#define CREATES "namespace ns alias=^a boundary=^b sids=WD"
#define OPENS CREATES " existing=yes"
#define SECTION "create section name=^a\\^x size=4096 protect=PAGE_READWRITE"

static void writer_has_namespace(struct stage *s)
{
    must(s, "writer", CREATES);
    must(s, "writer", SECTION);
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=private");
}

/* A process that has opened the namespace finds its objects as alias\name. */
static void name_private_basic(struct stage *s)
{
    REQUIRE(succeeds(s, "writer", CREATES));
    REQUIRE(gives(s, "writer", SECTION, "error=0"));
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=private");
    if (succeeds(s, "reader", OPENS) &&
        succeeds(s, "reader", "open section name=^a\\^x access=FILE_MAP_READ") &&
        succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        gives(s, "reader", "read view at=0 length=7 as=text", "text=private");
}

/* A process that has not opened the namespace does not find alias\name, and does not find the name alone
 * either. */
static void name_private_not_visible_outside(struct stage *s)
{
    writer_has_namespace(s);
    fails_status(s, "third", "open section name=^a\\^x access=FILE_MAP_READ", ERROR_PATH_NOT_FOUND,
                 STATUS_OBJECT_PATH_NOT_FOUND);
    not_found(s, "third", "open section name=^x access=FILE_MAP_READ");
}

/* A boundary needs a SID. */
static void name_private_boundary_needs_sid(struct stage *s)
{
    fails(s, "writer", "namespace ns alias=^a boundary=^b", ERROR_INVALID_PARAMETER);
    succeeds(s, "writer", CREATES);
}

/* The creator must be inside the boundary: a user who is no administrator cannot create a namespace that
 * Administrators bound. */
static void name_private_creator_inside_boundary(struct stage *s)
{
    starts(s, "writer", "identity=filtered");
    fails(s, "writer", "namespace ns alias=^a boundary=^b sids=BA", ERROR_ACCESS_DENIED);
    fails(s, "writer", "namespace ns alias=^a boundary=^b sids=WD,BA", ERROR_ACCESS_DENIED);
    succeeds(s, "writer", CREATES);
}

/* A deny-only group does not put its member inside the boundary. */
static void denied_group_is_outside(struct stage *s)
{
    starts(s, "writer", "identity=unauthenticated");
    fails(s, "writer", "namespace ns alias=^a boundary=^b sids=AU", ERROR_ACCESS_DENIED);
    succeeds(s, "third", "namespace ns alias=^a boundary=^b sids=AU");
}

/* A boundary with another SID or another name is another boundary. What another alias does is recorded. */
static void name_private_open_needs_name_and_boundary(struct stage *s)
{
    writer_has_namespace(s);
    fails_somehow(s, "reader", "namespace sid alias=^a boundary=^b sids=AU existing=yes");
    fails_somehow(s, "reader", "namespace more alias=^a boundary=^b sids=WD,AU existing=yes");
    fails_somehow(s, "reader", "namespace boundary alias=^a boundary=^other sids=WD existing=yes");
    records(s, "reader", "namespace alias alias=^other boundary=^b sids=WD existing=yes");
    succeeds(s, "third", OPENS);
}

/* One alias with two boundaries is two namespaces, and two sections of one name. */
static void name_private_alias_reuse(struct stage *s)
{
    writer_has_namespace(s);
    REQUIRE(succeeds(s, "third", "namespace ns alias=^a boundary=^other sids=WD"));
    REQUIRE(gives(s, "third", SECTION, "error=0"));
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    gives(s, "third", "zero view length=4096", "zero=yes");
}

/* Only the creator must be inside the boundary: a process outside can open the namespace if its descriptor
 * allows it. */
static void name_private_open_from_outside(struct stage *s)
{
    starts(s, "reader", "identity=unauthenticated");
    must(s, "writer", "namespace open alias=^a boundary=^open sids=AU sd=D:(A;;GA;;;WD)");
    must(s, "writer", "namespace closed alias=^c boundary=^closed sids=AU sd=D:(A;;GA;;;AU)");
    must(s, "writer", "create section name=^a\\^x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    if (succeeds(s, "reader", "namespace open alias=^a boundary=^open sids=AU existing=yes"))
        succeeds(s, "reader", "open section name=^a\\^x access=FILE_MAP_READ");
    fails_somehow(s, "reader", "namespace closed alias=^c boundary=^closed sids=AU existing=yes");
}

/* Creating a namespace that exists fails. */
static void name_private_existing(struct stage *s)
{
    must(s, "writer", CREATES);
    fails(s, "reader", CREATES, ERROR_ALREADY_EXISTS);
}

/* Whether the namespace can still be opened after its creator has closed it is recorded: the page says no, and no source has
 * shown it while another process has the namespace open. Objects that were opened in it keep working. */
static void name_private_close(struct stage *s)
{
    writer_has_namespace(s);
    must(s, "third", OPENS);
    must(s, "third", "open section name=^a\\^x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "third", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "leave ns");
    records(s, "reader", OPENS);
    row(s, "name-private-close-keeps-objects");
    gives(s, "third", "read view at=0 length=7 as=text", "text=private");
    succeeds(s, "third", "map second of=section access=FILE_MAP_WRITE");
    must(s, "third", "write second at=0 text=shared!");
    gives(s, "writer", "read view at=0 length=7 as=text", "text=shared!");
}

/* Whether the end of its creator closes a namespace that another process has open is recorded. */
static void name_private_closed_on_exit(struct stage *s)
{
    must(s, "writer", CREATES);
    must(s, "third", OPENS);
    leaves(s, "writer");
    records(s, "reader", OPENS);
}

/* A namespace that no process has open cannot be opened, neither before its creation nor after it is closed. */
static void name_private_missing(struct stage *s)
{
    fails(s, "reader", OPENS, ERROR_PATH_NOT_FOUND);
    must(s, "writer", CREATES);
    must(s, "writer", "leave ns");
    fails(s, "reader", OPENS, ERROR_PATH_NOT_FOUND);
}

/* PRIVATE_NAMESPACE_FLAG_DESTROY closes the namespace at once. */
static void name_private_destroy(struct stage *s)
{
    must(s, "writer", CREATES);
    must(s, "third", OPENS);
    succeeds(s, "writer", "leave ns destroy=yes");
    fails_somehow(s, "reader", OPENS);
}

/* In an AppContainer the boundary must contain the container's SID, which a flag adds. */
static void name_private_appcontainer_flag(struct stage *s)
{
    starts(s, "inside", "identity=appcontainer");
    fails_somehow(s, "inside", "namespace without alias=^a boundary=^b sids=WD");
    succeeds(s, "inside", "namespace with alias=^a boundary=^b sids=WD container=yes");
}

static const struct test_case private_namespaces_cases[] = {
    {CASE(name_private_basic), .needs = "private-namespaces"},
    {CASE(name_private_not_visible_outside), .needs = "private-namespaces"},
    {CASE(name_private_boundary_needs_sid), .needs = "private-namespaces"},
    {CASE(name_private_creator_inside_boundary), .needs = "private-namespaces"},
    {CASE(denied_group_is_outside), .rows = "name-private-creator-inside-boundary",
     .needs = "identity-unauthenticated private-namespaces"},
    {CASE(name_private_open_needs_name_and_boundary), .needs = "private-namespaces"},
    {CASE(name_private_alias_reuse), .needs = "private-namespaces"},
    {CASE(name_private_open_from_outside), .needs = "private-namespaces"},
    {CASE(name_private_existing), .needs = "private-namespaces"},
    {CASE(name_private_close), .rows = "name-private-close name-private-close-keeps-objects",
     .needs = "private-namespaces"},
    {CASE(name_private_missing), .needs = "private-namespaces"},
    {CASE(name_private_closed_on_exit), .needs = "private-namespaces"},
    {CASE(name_private_destroy), .needs = "private-namespaces"},
    {CASE(name_private_appcontainer_flag), .needs = "private-namespaces appcontainer identity-appcontainer"},
};

TOPIC(private_namespaces, private_namespaces_cases)
