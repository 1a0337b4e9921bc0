/* Topic identities: what a security descriptor grants to processes with another token than the creator's, and
 * which descriptor a section gets when the creator passes none. */
#include "topic.h"

#include <stdio.h>
#include <string.h>

/* Copies the text of a reply's field, which the next step would overwrite. */
static void keep(struct stage *s, const char *role, const char *field, char *out, size_t size)
{
    snprintf(out, size, "%s", value(s, role, field));
}

/* Without a descriptor a section gets the default DACL of its creator's token, with generic rights mapped. */
static void sd_default_from_token(struct stage *s)
{
    char list[600];
    must(s, "writer", "defaultdacl");
    keep(s, "writer", "sddl", list, sizeof list);
    powered(s, "the default DACL has entries", strncmp(list, "D:(", 3) == 0);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "descriptor section parts=dacl", step("sddl=%s", list));
}

/* A thread that impersonates uses the default DACL of the impersonation token; after RevertToSelf it uses that
 * of the process's token. */
static void sd_default_from_impersonation(struct stage *s)
{
    char own[600], other[600];
    must(s, "writer", "defaultdacl");
    keep(s, "writer", "sddl", own, sizeof own);
    must(s, "writer", "impersonate sd=D:(A;;GA;;;{user})(A;;GR;;;WD)");
    must(s, "writer", "defaultdacl");
    keep(s, "writer", "sddl", other, sizeof other);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "revert");
    must(s, "writer", "create later name=@y size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "descriptor section parts=dacl", step("sddl=%s", other));
    gives(s, "writer", "descriptor later parts=dacl", step("sddl=%s", own));
    holds(s, "the two lists differ", strcmp(own, other) != 0);
}

/* Every process with READ_CONTROL can read the descriptor by name, with or without the prefix. The ACE of
 * OWNER RIGHTS (OW) replaces the rights that the owner otherwise has. */
static void sd_get_by_name(struct stage *s)
{
    must(s, "writer", "create open name=^open size=4096 protect=PAGE_READWRITE sd=D:(A;;RC;;;WD)");
    must(s, "writer",
         "create closed name=^closed size=4096 protect=PAGE_READWRITE sd=D:(A;;0x4;;;WD)(A;;0x4;;;OW)");
    gives(s, "reader", "describe name=^open parts=dacl", "sddl=D:(A;;RC;;;WD)");
    gives(s, "reader", "describe name=Local\\^open parts=dacl", "sddl=D:(A;;RC;;;WD)");
    fails(s, "reader", "describe name=^closed parts=dacl", ERROR_ACCESS_DENIED);
    fails_status(s, "reader", "describe name=^nothing parts=dacl", ERROR_FILE_NOT_FOUND,
                 STATUS_OBJECT_NAME_NOT_FOUND);
}

/* The owner reads it by name even if no entry admits anyone. */
static void owner_reads_by_name(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:P");
    gives(s, "reader", "describe name=@x parts=dacl", "sddl=D:P");
}

/* A token with restricting SIDs is checked twice, with its own SIDs and with the restricting ones: an entry
 * that admits only the user, or only RESTRICTED (RC), does not admit it. */
static void sd_restricted_token_two_checks(struct stage *s)
{
    starts(s, "reader", "identity=restricted");
    must(s, "writer", "create user name=@user size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;{user})");
    must(s, "writer", "create code name=@code size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;RC)");
    must(s, "writer",
         "create both name=@both size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;{user})(A;;GR;;;RC)");
    denied(s, "reader", "open user name=@user access=FILE_MAP_READ");
    denied(s, "reader", "open code name=@code access=FILE_MAP_READ");
    succeeds(s, "reader", "open both name=@both access=FILE_MAP_READ");
    denied(s, "reader", "open both-to-write name=@both access=FILE_MAP_WRITE");
}

/* A deny-only group does not admit its member, and still denies. */
static void denying_group(struct stage *s)
{
    starts(s, "reader", "identity=unauthenticated");
    must(s, "writer", "create allows name=@allows size=4096 protect=PAGE_READWRITE sd=D:(A;;GA;;;AU)");
    must(s, "writer",
         "create denies name=@denies size=4096 protect=PAGE_READWRITE sd=D:(D;;0x2;;;AU)(A;;GA;;;WD)");
    succeeds(s, "third", "open allows name=@allows access=FILE_MAP_WRITE");
    denied(s, "reader", "open allows name=@allows access=FILE_MAP_READ");
    denied(s, "reader", "open denies name=@denies access=FILE_MAP_WRITE");
    succeeds(s, "reader", "open denies name=@denies access=FILE_MAP_READ");
}

/* A NULL DACL grants access to a restricted token too. */
static void null_dacl_restricted(struct stage *s)
{
    starts(s, "reader", "identity=restricted");
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:NO_ACCESS_CONTROL");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
}

/* A NULL DACL admits another user. Whether the default DACL does is recorded (D12). */
static void null_dacl_other_user(struct stage *s)
{
    starts(s, "reader", "identity=other-user");
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE sd=D:NO_ACCESS_CONTROL");
    must(s, "writer", "create default name=@default size=4096 protect=PAGE_READWRITE");
    row(s, "sd-default-who");
    records(s, "reader", "open default name=@default access=FILE_MAP_READ");
    row(s, "sd-null-dacl");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
}

/* Every supported Windows checks the privilege: a process whose token never had it cannot create a Global\
 * section, and can create every other one. */
static void name_global_privilege_since(struct stage *s)
{
    starts(s, "writer", "identity=no-global-privilege");
    denied(s, "writer", "create section name=Global\\^x size=4096 protect=PAGE_READWRITE");
    gives(s, "writer", "create section name=Local\\^x size=4096 protect=PAGE_READWRITE", "error=0");
}

/* An administrator who is not elevated does not have the privilege. */
static void filtered_without_global_privilege(struct stage *s)
{
    starts(s, "writer", "identity=filtered");
    gives(s, "writer", "privilege SeCreateGlobalPrivilege", "state=absent");
    gives(s, "third", "privilege SeCreateGlobalPrivilege", "state=enabled");
}

static const struct test_case identities_cases[] = {
    {CASE(sd_default_from_token)},
    {CASE(sd_default_from_impersonation)},
    {CASE(sd_get_by_name), .needs = "owner-rights"},
    {CASE(owner_reads_by_name), .rows = "sd-owner-read-control sd-get-by-name"},
    {CASE(sd_restricted_token_two_checks), .needs = "identity-restricted"},
    {CASE(denying_group), .rows = "sd-deny-ace-first", .needs = "identity-unauthenticated"},
    {CASE(null_dacl_restricted), .rows = "sd-null-dacl", .needs = "identity-restricted"},
    {CASE(null_dacl_other_user), .rows = "sd-null-dacl sd-default-who",
     .needs = "local-system identity-other-user"},
    {CASE(name_global_privilege_since), .needs = "identity-no-global-privilege client-session"},
    {CASE(filtered_without_global_privilege), .rows = "name-global-privilege-default-holders",
     .needs = "identity-filtered admin"},
};

TOPIC(identities, identities_cases)
