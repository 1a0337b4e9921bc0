/* Topic app_containers: named sections of processes in an AppContainer, which has its own object directory
 * and its own SID. The actors "inside" and "second" run in one container, the others are desktop programs. */
#include "topic.h"

static void inside_starts(struct stage *s)
{
    starts(s, "inside", "identity=appcontainer");
}

/* A process in an AppContainer has low integrity. */
static void il_appcontainer_is_low(struct stage *s)
{
    inside_starts(s);
    gives(s, "inside", "identity tell=integrity", "integrity=low");
}

/* A process in an AppContainer cannot use the global namespace. */
static void name_store_app_no_global(struct stage *s)
{
    inside_starts(s);
    denied(s, "inside", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE");
    not_found(s, "writer", "open section name=Global\\^x access=FILE_MAP_READ");
}

/* Plain names in an AppContainer are not the plain names of its session. */
static void name_appcontainer_isolated(struct stage *s)
{
    inside_starts(s);
    must(s, "inside", "create section name=^x size=4096 protect=PAGE_READWRITE");
    gives(s, "inside", "path section name=^x",
          "path=\\Sessions\\{session}\\AppContainerNamedObjects\\{container}\\{name}");
    not_found(s, "writer", "open section name=^x access=FILE_MAP_READ");
    gives(s, "writer", "create section name=^x size=4096 protect=PAGE_READWRITE", "error=0");
}

/* Two processes of one AppContainer share its names. */
static void container_names_are_shared(struct stage *s)
{
    inside_starts(s);
    starts(s, "second", "identity=appcontainer");
    must(s, "inside", "create section name=^x size=4096 protect=PAGE_READWRITE");
    must(s, "inside", "map view of=section access=FILE_MAP_WRITE");
    must(s, "inside", "write view at=0 text=marker");
    if (succeeds(s, "second", "open section name=Local\\^x access=FILE_MAP_READ") &&
        succeeds(s, "second", "map view of=section access=FILE_MAP_READ"))
        gives(s, "second", "read view at=0 length=6 as=text", "text=marker");
}

/* A desktop program opens an object of the container under the path that GetAppContainerNamedObjectPath
 * returns. */
static void name_appcontainer_qualified_open(struct stage *s)
{
    inside_starts(s);
    must(s, "inside", "create section name=^x size=4096 protect=PAGE_READWRITE");
    must(s, "inside", "map view of=section access=FILE_MAP_WRITE");
    must(s, "inside", "write view at=0 text=marker");
    if (succeeds(s, "writer", "containerpath sid=$inside.container") &&
        succeeds(s, "writer", "open section name=$writer.path\\^x access=FILE_MAP_READ") &&
        succeeds(s, "writer", "map view of=section access=FILE_MAP_READ"))
        gives(s, "writer", "read view at=0 length=6 as=text", "text=marker");
}

/* Pages disagree whether a process in an AppContainer finds a desktop program's section, which has a low
 * label and admits it, by its plain name (D4): the case records it. */
static void name_appcontainer_opens_win32_plain(struct stage *s)
{
    inside_starts(s);
    must(s, "writer",
         "create section name=^x size=4096 protect=PAGE_READWRITE "
         "sd=D:(A;;GA;;;WD)(A;;GA;;;$inside.container)S:(ML;;NW;;;LW)");
    records(s, "inside", "open plain name=^x access=FILE_MAP_READ");
    records(s, "inside", "open local name=Local\\^x access=FILE_MAP_READ");
}

/* An ACE that names the user or Everyone does not admit a process in an AppContainer. It needs an ACE that
 * names its container or all containers (AC). Adding and removing ACEs applies from the next open on. */
static void ac_needs_package_ace(struct stage *s)
{
    static const char entries[] = "D:(A;;GA;;;{user})(A;;GA;;;WD)";
    inside_starts(s);
    starts(s, "second", "identity=appcontainer");
    must(s, "inside", step("create section name=^x size=4096 protect=PAGE_READWRITE sd=%s", entries));
    denied(s, "second", "open section name=^x access=FILE_MAP_READ");
    must(s, "inside", step("setdescriptor section sd=%s(A;;GA;;;{container})", entries));
    succeeds(s, "second", "open section name=^x access=FILE_MAP_WRITE");
    must(s, "inside", step("setdescriptor section sd=%s(A;;0x4;;;AC)", entries));
    succeeds(s, "second", "open all name=^x access=FILE_MAP_READ");
    denied(s, "second", "open more name=^x access=FILE_MAP_WRITE");
    must(s, "inside", step("setdescriptor section sd=%s", entries));
    denied(s, "second", "open again name=^x access=FILE_MAP_READ");
}

static const struct test_case app_containers_cases[] = {
    {CASE(il_appcontainer_is_low), .needs = "appcontainer identity-appcontainer"},
    {CASE(name_store_app_no_global), .needs = "appcontainer identity-appcontainer"},
    {CASE(name_appcontainer_isolated), .needs = "appcontainer identity-appcontainer"},
    {CASE(container_names_are_shared), .rows = "name-appcontainer-isolated",
     .needs = "appcontainer identity-appcontainer"},
    {CASE(name_appcontainer_qualified_open), .needs = "appcontainer identity-appcontainer"},
    {CASE(name_appcontainer_opens_win32_plain), .needs = "appcontainer identity-appcontainer"},
    {CASE(ac_needs_package_ace), .needs = "appcontainer identity-appcontainer"},
};

TOPIC(app_containers, app_containers_cases)
