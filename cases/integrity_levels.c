/* Topic integrity_levels: what a process may do to a section of another integrity level. The DACLs here admit
 * everyone, so that only the level decides. The writer has medium integrity even if the run is elevated. */
#include "topic.h"

static void medium_and_low(struct stage *s)
{
    starts(s, "writer", "identity=medium");
    starts(s, "reader", "identity=low");
}

/* A section without a label counts as medium: a low process cannot open it for writing. */
static void il_unlabelled_is_medium(struct stage *s)
{
    medium_and_low(s);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    denied(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* A low process gets no right to write, whichever access it asks for, although a NULL DACL grants all. */
static void il_low_cannot_write_up(struct stage *s)
{
    static const char *const accesses[] = {
        "FILE_MAP_WRITE",
        "FILE_MAP_READ|FILE_MAP_WRITE",
        "FILE_MAP_ALL_ACCESS",
        "GENERIC_WRITE",
    };
    medium_and_low(s);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:NO_ACCESS_CONTROL");
    for (unsigned i = 0; i < COUNT(accesses); i++)
        denied(s, "reader", step("open section name=@x access=%s", accesses[i]));
    denied(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE");
}

/* The default policy of a label is "no write up": only the DACL decides about reading. */
static void il_low_can_read_up(struct stage *s)
{
    medium_and_low(s);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:NO_ACCESS_CONTROL");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=public");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ") &&
        succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        gives(s, "reader", "read view at=0 length=6 as=text", "text=public");
}

/* A label with "no read up" also refuses reading; a label of the same level without it allows reading. */
static void il_no_read_up(struct stage *s)
{
    medium_and_low(s);
    must(s, "writer",
         "create closed name=@closed size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)S:(ML;;NWNR;;;ME)");
    must(s, "writer",
         "create open name=@open size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)S:(ML;;NW;;;ME)");
    denied(s, "reader", "open closed name=@closed access=FILE_MAP_READ");
    succeeds(s, "reader", "open open name=@open access=FILE_MAP_READ");
}

/* A low label on the section of a medium process lets low processes write. */
static void il_explicit_low_label(struct stage *s)
{
    medium_and_low(s);
    must(s, "writer",
         "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)S:(ML;;NW;;;LW)");
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_WRITE") &&
        succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE") &&
        succeeds(s, "reader", "write view at=0 text=from-below"))
        gives(s, "writer", "read view at=0 length=10 as=text", "text=from-below");
}

/* A section of a low process has a low label, and higher processes may write to it. */
static void il_low_creator_gets_low(struct stage *s)
{
    medium_and_low(s);
    must(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    gives(s, "reader", "descriptor section parts=label", "sddl=S:(ML;;NW;;;LW)");
    succeeds(s, "writer", "open section name=@x access=FILE_MAP_WRITE");
}

/* A low label refuses writing to a lower level: an untrusted process cannot write, and can read. */
static void untrusted_below_low(struct stage *s)
{
    starts(s, "writer", "identity=low");
    starts(s, "reader", "identity=untrusted");
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    denied(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* Sources disagree whether the sections of an elevated process have a high label (D13): the label and whether
 * a medium process may write are recorded. */
static void il_high_creator_label(struct stage *s)
{
    starts(s, "reader", "identity=medium");
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:NO_ACCESS_CONTROL");
    records(s, "writer", "descriptor section parts=label");
    records(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
}

/* The level is checked before the DACL: a NULL DACL does not help, and MAXIMUM_ALLOWED gives the
 * rights that the level allows. */
static void il_before_dacl(struct stage *s)
{
    medium_and_low(s);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:NO_ACCESS_CONTROL");
    denied(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    if (succeeds(s, "reader", "open most name=@x access=MAXIMUM_ALLOWED")) {
        succeeds(s, "reader", "map read of=most access=FILE_MAP_READ");
        denied(s, "reader", "map write of=most access=FILE_MAP_WRITE");
    }
}

/* A process gets the lower of its user's level and its file's level. The case checks what the actor reports
 * when it starts. */
static void il_child_level_is_minimum(struct stage *s)
{
    starts(s, "reader", "identity=low-file");
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    denied(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
}

static const struct test_case integrity_levels_cases[] = {
    {CASE(il_unlabelled_is_medium), .needs = "integrity-levels identity-low identity-medium"},
    {CASE(il_low_cannot_write_up), .needs = "integrity-levels identity-low identity-medium"},
    {CASE(il_low_can_read_up), .needs = "integrity-levels identity-low identity-medium"},
    {CASE(il_no_read_up), .needs = "integrity-levels identity-low identity-medium"},
    {CASE(il_explicit_low_label), .needs = "integrity-levels identity-low identity-medium"},
    {CASE(il_low_creator_gets_low), .needs = "integrity-levels identity-low identity-medium"},
    {CASE(untrusted_below_low), .rows = "il-low-creator-gets-low",
     .needs = "identity-untrusted identity-low integrity-levels"},
    {CASE(il_high_creator_label), .needs = "admin"},
    {CASE(il_before_dacl), .needs = "integrity-levels identity-low identity-medium"},
    {CASE(il_child_level_is_minimum), .needs = "new-process-min identity-low-file"},
};

TOPIC(integrity_levels, integrity_levels_cases)
