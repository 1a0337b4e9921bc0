/* Topic access_lists: what the security descriptor of a section lets others open. All actors run as the same
 * user, who owns the sections, so every DACL here names Everyone (WD) and applies to the owner too. */
#include "topic.h"

#include <stdio.h>
#include <string.h>

/* A NULL DACL grants every right to everyone. */
static void sd_null_dacl(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:NO_ACCESS_CONTROL");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS")) {
        gives(s, "reader", "granted section", "access=0xF001F");
        gives(s, "reader", "descriptor section parts=dacl", "sddl=D:NO_ACCESS_CONTROL");
    }
}

/* An empty DACL grants nothing to anyone, not even to the creator: neither opening nor creating the same name
 * again works. */
static void sd_empty_dacl(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:P");
    denied(s, "writer", "open again name=@x access=FILE_MAP_READ");
    denied(s, "reader", "open section name=@x access=FILE_MAP_READ");
    denied(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    denied(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE");
}

/* The handle that CreateFileMapping returned works whatever the DACL says, and so does a duplicate of it. */
static void sd_empty_dacl_creator_handle_works(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:P");
    if (succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE"))
        succeeds(s, "writer", "write view at=0 text=works");
    hands(s, "writer", "section", "reader", "same=yes");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE"))
        gives(s, "reader", "read view at=0 length=5 as=text", "text=works");
}

/* A DACL that grants reading lets others read and do nothing else. */
static void sd_read_only_for_others(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;0x4;;;WD)");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=public");
    denied(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    denied(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    denied(s, "reader", "open section name=@x access=GENERIC_READ|GENERIC_WRITE");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ") &&
        succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        gives(s, "reader", "read view at=0 length=6 as=text", "text=public");
    denied(s, "reader", "map more of=section access=FILE_MAP_WRITE");
}

/* The grants of several entries add up; what no entry grants stays denied. */
static void grants_add_up(struct stage *s)
{
    must(s, "writer",
         "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;0x4;;;WD)(A;;0x2;;;WD)");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE"))
        succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    denied(s, "reader", "open more name=@x access=FILE_MAP_READ|SECTION_EXTEND_SIZE");
}

/* Entries apply in order: a denial that comes first wins, even if it denies only a part of the requested
 * access. */
static void sd_deny_ace_first(struct stage *s)
{
    must(s, "writer",
         "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(D;;0x2;;;WD)(A;;GA;;;WD)");
    denied(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    denied(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* The same two entries in the other order allow the write: the grant comes first. */
static void sd_ace_order(struct stage *s)
{
    must(s, "writer",
         "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)(D;;0x2;;;WD)");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_WRITE"))
        gives(s, "reader", "granted section", "access=0x2");
}

/* FILE_MAP_COPY is not a right: in an entry its value is SECTION_QUERY, which maps no view. */
static void access_copy_is_not_a_right(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;0x1;;;WD)");
    denied(s, "reader", "open section name=@x access=FILE_MAP_READ");
    denied(s, "reader", "open section name=@x access=FILE_MAP_COPY");
}

/* MAXIMUM_ALLOWED gives what the DACL grants. The owner also gets the rights to read and change the
 * descriptor. */
static void open_maximum_allowed(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;0x4;;;WD)");
    if (succeeds(s, "reader", "open section name=@x access=MAXIMUM_ALLOWED")) {
        gives(s, "reader", "granted section", "access=0x60004");
        succeeds(s, "reader", "map view of=section access=FILE_MAP_READ");
        denied(s, "reader", "map more of=section access=FILE_MAP_WRITE");
    }
}

/* Any handle with READ_CONTROL can read the descriptor, which is the one given at creation. */
static void sd_get_by_handle(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;RC;;;WD)");
    must(s, "reader", "open section name=@x access=READ_CONTROL");
    gives(s, "reader", "descriptor section parts=dacl", "sddl=D:(A;;RC;;;WD)");
}

/* A handle without READ_CONTROL cannot read the descriptor. */
static void descriptor_needs_read_control(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    denied(s, "reader", "descriptor section parts=dacl");
}

static bool is_empty_list(const char *sddl)
{
    return strncmp(sddl, "D:", 2) == 0 && !strchr(sddl, '(');
}

/* The owner can read and change the descriptor even if no entry grants it. */
static void sd_owner_read_control(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:P");
    if (succeeds(s, "reader", "open section name=@x access=READ_CONTROL|WRITE_DAC")) {
        succeeds(s, "reader", "descriptor section parts=dacl");
        holds(s, "it is a list without entries", is_empty_list(value(s, "reader", "sddl")));
        succeeds(s, "reader", "setdescriptor section sd=D:(A;;0xF001F;;;WD)");
        succeeds(s, "reader", "open again name=@x access=FILE_MAP_WRITE");
    }
}

/* A new DACL applies from the next open on. */
static void sd_set_by_handle(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open before name=@x access=FILE_MAP_READ");
    succeeds(s, "writer", "setdescriptor section sd=D:(A;;0x2;;;WD)");
    denied(s, "reader", "open after name=@x access=FILE_MAP_READ");
    succeeds(s, "reader", "open after name=@x access=FILE_MAP_WRITE");
}

/* Changing the descriptor needs WRITE_DAC on the handle. */
static void set_needs_write_dac(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    denied(s, "reader", "setdescriptor section sd=D:P");
    succeeds(s, "reader", "open again name=@x access=FILE_MAP_READ");
}

/* A handle that is already open keeps its access when the DACL changes, and so do duplicates of it. */
static void sd_set_does_not_revoke(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "writer", "setdescriptor section sd=D:P");
    denied(s, "reader", "open again name=@x access=FILE_MAP_READ");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    succeeds(s, "reader", "duplicate section to=0 same=yes");
}

/* Creating a name that exists also asks for the standard rights: if a DACL grants only the rights of a view,
 * opening works and creating does not. */
static void sd_create_existing_needs_standard_rights(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;0x7;;;WD)");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    denied(s, "reader", "create second name=@x size=4096 protect=PAGE_READWRITE");
    denied(s, "reader", "create third name=@x size=4096 protect=PAGE_READONLY");
}

/* The access that creating an existing name asks for depends on the protection that the call passes. */
static void create_existing_asks_by_protection(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;0xF0005;;;WD)");
    if (gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READONLY", "error=183"))
        gives(s, "reader", "granted section", "access=0xF0005");
    denied(s, "reader", "create more name=@x size=4096 protect=PAGE_READWRITE");
}

/* The descriptor that the second creator passes changes nothing: a third process opens with the access that
 * the first descriptor allows. */
static void create_existing_sd_not_applied(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;WD)");
    gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:P", "error=183");
    succeeds(s, "third", "open section name=@x access=FILE_MAP_ALL_ACCESS");
}

/* A duplicate may have more rights than its source if the DACL grants them, and only then. */
static void sd_duplicate_upgrade(struct stage *s)
{
    must(s, "writer", "create open name=@open size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "create closed name=@closed size=4096 protect=PAGE_READWRITE sd=D:P");
    must(s, "reader", "open open name=@open access=FILE_MAP_READ");
    if (succeeds(s, "reader", "duplicate open to=0 access=FILE_MAP_READ|FILE_MAP_WRITE")) {
        must(s, "reader", "adopt more handle=$reader.handle");
        succeeds(s, "reader", "map view of=more access=FILE_MAP_WRITE");
    }
    hands(s, "writer", "closed", "reader", "access=FILE_MAP_READ");
    denied(s, "reader", "duplicate closed to=0 access=FILE_MAP_READ|FILE_MAP_WRITE");
    succeeds(s, "reader", "duplicate closed to=0 access=FILE_MAP_READ");
}

/* The descriptor of an unnamed section is enforced too (from Windows 8.1 on). */
static void sd_unnamed_object(struct stage *s)
{
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE sd=D:P");
    hands(s, "writer", "section", "reader", "access=FILE_MAP_READ");
    denied(s, "reader", "duplicate section to=0 access=FILE_MAP_WRITE");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_READ");
}

/* Only ACCESS_SYSTEM_SECURITY gives access to the SACL. A token in which the privilege is not enabled does
 * not get it. */
static void access_system_security(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "privilege SeSecurityPrivilege to=disabled");
    holds(s, "the privilege is not enabled", strcmp(value(s, "reader", "state"), "enabled") != 0);
    fails_status(s, "reader", "open section name=@x access=ACCESS_SYSTEM_SECURITY", ERROR_PRIVILEGE_NOT_HELD,
                 STATUS_PRIVILEGE_NOT_HELD);
}

/* A token in which the privilege is enabled gets it. */
static void system_security_with_privilege(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must_give(s, "reader", "privilege SeSecurityPrivilege to=enabled", "state=enabled");
    if (succeeds(s, "reader", "open section name=@x access=ACCESS_SYSTEM_SECURITY"))
        gives(s, "reader", "granted section", "access=0x1000000");
}

/* Pages disagree about whom the default descriptor admits (D12): the case records the descriptor and who the
 * creator's user is. */
static void sd_default_who(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    records(s, "writer", "descriptor section parts=dacl");
    records(s, "writer", "descriptor section parts=owner");
}

/* Attributes with a NULL descriptor mean the default descriptor, not a NULL DACL. */
static void sd_null_in_attributes(struct stage *s)
{
    char without[600];
    must(s, "writer", "create plain name=@plain size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "create attributes name=@attributes size=4096 protect=PAGE_READWRITE sd=default");
    must(s, "writer", "descriptor plain parts=dacl");
    snprintf(without, sizeof without, "%s", value(s, "writer", "sddl"));
    must(s, "writer", "descriptor attributes parts=dacl");
    holds(s, "both have the same DACL", strcmp(value(s, "writer", "sddl"), without) == 0);
    holds(s, "it is a list of entries", strncmp(value(s, "writer", "sddl"), "D:(", 3) == 0);
}

/* A descriptor is kept whole: the label, which no DACL shows, as well as the DACL. */
static void label_is_kept(struct stage *s)
{
    must(s, "writer",
         "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:(A;;RC;;;WD)S:(ML;;NW;;;LW)");
    must(s, "reader", "open section name=@x access=READ_CONTROL");
    gives(s, "reader", "descriptor section parts=label", "sddl=S:(ML;;NW;;;LW)");
    gives(s, "reader", "descriptor section parts=dacl", "sddl=D:(A;;RC;;;WD)");
}

static const struct test_case access_lists_cases[] = {
    {CASE(sd_null_dacl)},
    {CASE(sd_empty_dacl)},
    {CASE(sd_empty_dacl_creator_handle_works)},
    {CASE(sd_read_only_for_others)},
    {CASE(grants_add_up), .rows = "sd-ace-order"},
    {CASE(sd_deny_ace_first)},
    {CASE(sd_ace_order)},
    {CASE(access_copy_is_not_a_right)},
    {CASE(open_maximum_allowed), .rows = "open-maximum-allowed sd-owner-read-control"},
    {CASE(sd_get_by_handle), .rows = "sd-get-by-handle sd-all-named-objects-securable"},
    {CASE(descriptor_needs_read_control), .rows = "sd-get-by-handle"},
    {CASE(sd_owner_read_control)},
    {CASE(sd_set_by_handle)},
    {CASE(set_needs_write_dac), .rows = "sd-set-by-handle"},
    {CASE(sd_set_does_not_revoke)},
    {CASE(sd_create_existing_needs_standard_rights)},
    {CASE(create_existing_asks_by_protection),
     .rows = "create-existing-requests-protect-access sd-create-existing-needs-standard-rights"},
    {CASE(create_existing_sd_not_applied)},
    {CASE(sd_duplicate_upgrade)},
    {CASE(sd_unnamed_object), .needs = "windows-8-1"},
    {CASE(access_system_security)},
    {CASE(sd_default_who)},
    {CASE(sd_null_in_attributes)},
    {CASE(label_is_kept), .rows = "sd-all-named-objects-securable", .needs = "integrity-levels"},
    {CASE(system_security_with_privilege), .rows = "access-system-security", .needs = "admin"},
};

TOPIC(access_lists, access_lists_cases)
