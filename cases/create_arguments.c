/* Arguments that CreateFileMapping refuses, and unusual ones that it accepts: protections, SEC_ flags and the
 * file handle. The pages name no error codes, so every code here is observed. */
#include "topic.h"

/* Every failure returns NULL, never INVALID_HANDLE_VALUE, which the actor would take for a handle; and it
 * leaves no name. */
static void create_failure_is_null(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=0 protect=PAGE_READWRITE", ERROR_INVALID_PARAMETER);
    fails(s, "writer", "create none name=@x size=4096 protect=PAGE_NOACCESS", ERROR_INVALID_PARAMETER);
    fails(s, "writer", "create both name=@x size=4096 protect=PAGE_READWRITE|SEC_COMMIT|SEC_RESERVE",
          ERROR_INVALID_PARAMETER);
    fails_status(s, "writer", "create slash name=Local\\^x\\y size=4096 protect=PAGE_READWRITE",
                 ERROR_PATH_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND);
    row(s, "open-missing");
    not_found(s, "reader", "open section name=@x access=FILE_MAP_READ");
}

/* The call needs a protection; there is no default. */
static void create_protect_zero(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=0", ERROR_INVALID_PARAMETER);
    fails(s, "writer", "create commit name=@x size=4096 protect=SEC_COMMIT", ERROR_INVALID_PARAMETER);
}

/* One protection is needed, and one that exists. */
static void create_protect_nonsense(struct stage *s)
{
    static const char *const protections[] = {"PAGE_READONLY|PAGE_READWRITE", "PAGE_READONLY|PAGE_NOACCESS",
                                              "PAGE_EXECUTE_READ|PAGE_EXECUTE_READWRITE", "0x1234"};
    for (unsigned i = 0; i < COUNT(protections); i++)
        fails(s, "writer", step("create s%u name=@x size=4096 protect=%s", i, protections[i]),
              ERROR_INVALID_PARAMETER);
}

/* The protection is checked before the size: 512 GiB with an invalid protection fails with 87, not for lack of memory. */
static void create_protect_before_size(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=0x8000000000 protect=PAGE_NOACCESS",
          ERROR_INVALID_PARAMETER);
}

/* PAGE_NOACCESS is not accepted. */
static void create_protect_noaccess(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=PAGE_NOACCESS", ERROR_INVALID_PARAMETER);
}

/* PAGE_EXECUTE, which lacks the right to read, is not accepted. */
static void create_protect_execute(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE", ERROR_INVALID_PARAMETER);
}

/* PAGE_GUARD is not accepted: it is for pages of a process. */
static void create_protect_guard(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE|PAGE_GUARD",
          ERROR_INVALID_PARAMETER);
}

/* PAGE_NOCACHE and PAGE_WRITECOMBINE are for private memory; a section has the SEC_ flags. */
static void create_protect_nocache_writecombine(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE|PAGE_NOCACHE",
          ERROR_INVALID_PARAMETER);
    fails(s, "writer", "create combine name=@x size=4096 protect=PAGE_READWRITE|PAGE_WRITECOMBINE",
          ERROR_INVALID_PARAMETER);
}

/* The executable protections, which need a Windows newer than XP, all exist today. */
static void create_exec_protect_min_version(struct stage *s)
{
    static const char *const protections[] = {"PAGE_EXECUTE_READ", "PAGE_EXECUTE_READWRITE",
                                              "PAGE_EXECUTE_WRITECOPY"};
    for (unsigned i = 0; i < COUNT(protections); i++)
        gives(s, "writer", step("create s%u name=@s%u size=4096 protect=%s", i, i, protections[i]),
              "error=0");
}

/* PAGE_TARGETS_INVALID is the same number as SEC_WRITECOMBINE: alone it is refused because that flag needs
 * SEC_COMMIT or SEC_RESERVE; with SEC_COMMIT it makes a write-combined section. */
static void create_targets_invalid_alias(struct stage *s)
{
    fails(s, "writer", "create alone name=@x size=4096 protect=PAGE_READWRITE|PAGE_TARGETS_INVALID",
          ERROR_INVALID_PARAMETER);
    REQUIRE(gives(s, "writer",
                  "create section name=@x size=4096 protect=PAGE_READWRITE|SEC_COMMIT|PAGE_TARGETS_INVALID",
                  "error=0"));
    gives(s, "writer", "size section", "size=4096 attributes=SEC_COMMIT|SEC_WRITECOMBINE");
}

/* SEC_COMMIT and SEC_RESERVE exclude each other. */
static void create_commit_and_reserve(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE|SEC_COMMIT|SEC_RESERVE",
          ERROR_INVALID_PARAMETER);
}

/* A flag that needs SEC_COMMIT or SEC_RESERVE: refused alone, accepted with each of the two. */
static void needs_commit_or_reserve(struct stage *s, const char *flag)
{
    fails(s, "writer", step("create section name=@x size=4096 protect=PAGE_READWRITE|%s", flag),
          ERROR_INVALID_PARAMETER);
    gives(s, "writer", step("create committed name=@c size=4096 protect=PAGE_READWRITE|SEC_COMMIT|%s", flag),
          "error=0");
    gives(s, "writer", step("create reserved name=@r size=4096 protect=PAGE_READWRITE|SEC_RESERVE|%s", flag),
          "error=0");
    succeeds(s, "reader", "open committed name=@c access=FILE_MAP_READ");
}

/* SEC_NOCACHE needs SEC_COMMIT or SEC_RESERVE. */
static void create_nocache_needs_commit_or_reserve(struct stage *s)
{
    needs_commit_or_reserve(s, "SEC_NOCACHE");
}

/* SEC_WRITECOMBINE needs SEC_COMMIT or SEC_RESERVE. */
static void create_writecombine_needs_commit_or_reserve(struct stage *s)
{
    needs_commit_or_reserve(s, "SEC_WRITECOMBINE");
}

/* An image section without a file is refused as a bad image, not as a bad parameter. */
static void create_image_on_pagefile(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=PAGE_READONLY|SEC_IMAGE",
          ERROR_BAD_EXE_FORMAT);
}

/* SEC_IMAGE cannot be combined with another SEC_ flag. (Together with SEC_NOCACHE it is the number of
 * SEC_IMAGE_NO_EXECUTE.) */
static void create_image_exclusive(struct stage *s)
{
    static const char *const flags[] = {"SEC_COMMIT", "SEC_RESERVE", "SEC_LARGE_PAGES", "SEC_WRITECOMBINE"};
    for (unsigned i = 0; i < COUNT(flags); i++)
        fails(s, "writer",
              step("create s%u name=@x size=4096 protect=PAGE_READONLY|SEC_IMAGE|%s", i, flags[i]),
              ERROR_INVALID_PARAMETER);
}

/* SEC_FILE is a flag of the system and is not accepted from callers. */
static void create_sec_file_rejected(struct stage *s)
{
    fails(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE|SEC_FILE",
          ERROR_INVALID_PARAMETER);
    fails(s, "writer", "create commit name=@x size=4096 protect=PAGE_READWRITE|SEC_FILE|SEC_COMMIT",
          ERROR_INVALID_PARAMETER);
}

/* NULL as the file means the same as INVALID_HANDLE_VALUE: no file. */
static void create_null_file_handle(struct stage *s)
{
    gives(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE file=null", "error=0");
    REQUIRE(succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ"));
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"));
    gives(s, "reader", "zero view length=4096", "zero=yes");
}

/* A file handle that was closed before the call is refused. The section has no name, because creating the
 * first name makes the system open a directory, which may get the value of the closed handle. */
static void create_closed_file_handle(struct stage *s)
{
    fails_status(s, "writer", "create section size=4096 protect=PAGE_READONLY file=stale",
                 ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
}

/* bInheritHandle applies to the handle that the call returns, so it works for an existing object, and it
 * leaves the creator's handle as it is. */
static void create_existing_inherit_flag_applies(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    REQUIRE(gives(s, "reader", "create section name=@x size=4096 protect=PAGE_READWRITE inherit=yes",
                  "error=183"));
    gives(s, "reader", "flags section", "inherit=yes protect-from-close=no");
    gives(s, "writer", "flags section", "inherit=no protect-from-close=no");
}

/* The creator's own handle has no right that the protection of the section cannot use (D1): MapViewOfFile
 * refuses such a view for lack of a right, before it looks at the section. */
static void own_handle_follows_protection(struct stage *s)
{
    static const struct {
        const char *protect, *granted;
        bool writes, executes;
    } kinds[] = {
        {"PAGE_READONLY", "access=0xF0005", false, false},
        {"PAGE_READWRITE", "access=0xF0007", true, false},
        {"PAGE_WRITECOPY", "access=0xF0005", false, false},
        {"PAGE_EXECUTE_READ", "access=0xF000D", false, true},
        {"PAGE_EXECUTE_READWRITE", "access=0xF000F", true, true},
    };
    for (unsigned i = 0; i < COUNT(kinds); i++) {
        row(s, "create-granted-access-by-protect");
        must(s, "writer", step("create own%u name=@%u size=4096 protect=%s", i, i, kinds[i].protect));
        gives(s, "writer", step("granted own%u", i), kinds[i].granted);
        row(s, "map-protect-matrix");
        const char *write = step("map write%u of=own%u access=FILE_MAP_WRITE", i, i);
        const char *execute = step("map code%u of=own%u access=FILE_MAP_READ|FILE_MAP_EXECUTE", i, i);
        if (kinds[i].writes)
            succeeds(s, "writer", write);
        else
            denied(s, "writer", write);
        if (kinds[i].executes)
            succeeds(s, "writer", execute);
        else
            denied(s, "writer", execute);
    }
}

/* The handle works with every function that takes a section handle. */
static void create_any_handle_user(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    succeeds(s, "writer", "map placed of=section access=FILE_MAP_READ base=0");
    gives(s, "writer", "size section", "size=4096 attributes=SEC_COMMIT");
    gives(s, "writer", "granted section", "access=0xF0007");
    gives(s, "writer", "flags section", "inherit=no protect-from-close=no");
    succeeds(s, "writer", "descriptor section parts=dacl");
    succeeds(s, "writer", "duplicate section to=0 same=yes");
    succeeds(s, "writer", "close section");
}

static const struct test_case create_arguments_cases[] = {
    {CASE(create_failure_is_null), .rows = "create-failure-is-null open-missing"},
    {CASE(create_protect_zero)},
    {CASE(create_protect_nonsense)},
    {CASE(create_protect_before_size)},
    {CASE(create_protect_noaccess)},
    {CASE(create_protect_execute)},
    {CASE(create_protect_guard)},
    {CASE(create_protect_nocache_writecombine)},
    {CASE(create_exec_protect_min_version), .needs = "execute-writecopy"},
    {CASE(create_targets_invalid_alias), .needs = "write-combine"},
    {CASE(create_commit_and_reserve)},
    {CASE(create_nocache_needs_commit_or_reserve)},
    {CASE(create_writecombine_needs_commit_or_reserve), .needs = "write-combine"},
    {CASE(create_image_on_pagefile)},
    {CASE(create_image_exclusive)},
    {CASE(create_sec_file_rejected)},
    {CASE(create_null_file_handle)},
    {CASE(create_closed_file_handle)},
    {CASE(create_existing_inherit_flag_applies)},
    {CASE(own_handle_follows_protection), .rows = "create-granted-access-by-protect map-protect-matrix"},
    {CASE(create_any_handle_user)},
};

TOPIC(create_arguments, create_arguments_cases)
