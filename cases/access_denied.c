/* Topic access_denied: which handle may map which view. A handle has the rights that it was opened with, and
 * a section has the protection that it was created with. A view needs both; each has its own error code if it
 * refuses. */
#include "topic.h"

/* ---- the table: section protection, access of the open, access of the view ---- */

enum cell {
    NO,   /* ERROR_ACCESS_DENIED: the handle lacks a right */
    PROT, /* ERROR_INVALID_PARAMETER: the handle has the rights, the section's protection forbids the view */
    NA,   /* a view with this protection */
    R,
    RW,
    WC,
    X_R,
    X_RW,
    X_WC
};

static const char *const regions[] = {
    [NA] = WHOLE_VIEW("4096", "PAGE_NOACCESS"),
    [R] = WHOLE_VIEW("4096", "PAGE_READONLY"),
    [RW] = WHOLE_VIEW("4096", "PAGE_READWRITE"),
    [WC] = WHOLE_VIEW("4096", "PAGE_WRITECOPY"),
    [X_R] = WHOLE_VIEW("4096", "PAGE_EXECUTE_READ"),
    [X_RW] = WHOLE_VIEW("4096", "PAGE_EXECUTE_READWRITE"),
    [X_WC] = WHOLE_VIEW("4096", "PAGE_EXECUTE_WRITECOPY"),
};

#define VIEWS 9
static const struct {
    const char *access;
    const char *row; /* NULL: that of the handle */
} views[VIEWS] = {
    {"0", "map-access-zero"},
    {"FILE_MAP_READ", NULL},
    {"FILE_MAP_WRITE", NULL},
    {"FILE_MAP_COPY", NULL},
    {"FILE_MAP_ALL_ACCESS", NULL},
    {"FILE_MAP_EXECUTE", "map-execute-alone"},
    {"FILE_MAP_EXECUTE|FILE_MAP_READ", NULL},
    {"FILE_MAP_EXECUTE|FILE_MAP_WRITE", NULL},
    {"FILE_MAP_EXECUTE|FILE_MAP_COPY", NULL},
};

#define OPENS 6
struct line {
    const char *label; /* of the handle, in the transcript */
    const char *open;  /* access given to OpenFileMapping; NULL: the handle that CreateFileMapping returned */
    const char *row;
    enum cell cells[VIEWS];
};

/* clang-format off */
static const struct line readonly_lines[OPENS] = {
    /* handle        opened with                        row                                       0   READ  WRITE  COPY  ALL   X     X|READ  X|WRITE  X|COPY */
    {"own",          NULL,                              "map-protect-matrix",                    {NA, R,    NO,    WC,   NO,   NA,   NO,     NO,      NO}},
    {"read",         "FILE_MAP_READ",                   "open-read-cannot-map-write",            {NA, R,    NO,    WC,   NO,   NA,   NO,     NO,      NO}},
    {"write",        "FILE_MAP_WRITE",                  "open-write-only-map-read",              {NO, NO,   PROT,  NO,   PROT, NO,   NO,     NO,      NO}},
    {"read-write",   "FILE_MAP_READ|FILE_MAP_WRITE",    "map-protect-matrix",                    {NA, R,    PROT,  WC,   PROT, NA,   NO,     NO,      NO}},
    {"read-execute", "FILE_MAP_READ|FILE_MAP_EXECUTE",  "open-execute",                          {NA, R,    NO,    WC,   NO,   NA,   PROT,   NO,      PROT}},
    {"all",          "FILE_MAP_ALL_ACCESS",             "open-all-access-on-readonly-section",   {NA, R,    PROT,  WC,   PROT, NA,   PROT,   PROT,    PROT}},
};

static const struct line readwrite_lines[OPENS] = {
    {"own",          NULL,                              "map-protect-matrix",                    {NA, R,    RW,    WC,   RW,   NA,   NO,     NO,      NO}},
    {"read",         "FILE_MAP_READ",                   "open-read-cannot-map-write",            {NA, R,    NO,    WC,   NO,   NA,   NO,     NO,      NO}},
    {"write",        "FILE_MAP_WRITE",                  "open-write-only-map-read",              {NO, NO,   RW,    NO,   RW,   NO,   NO,     NO,      NO}},
    {"read-write",   "FILE_MAP_READ|FILE_MAP_WRITE",    "map-protect-matrix",                    {NA, R,    RW,    WC,   RW,   NA,   NO,     NO,      NO}},
    {"read-execute", "FILE_MAP_READ|FILE_MAP_EXECUTE",  "open-execute",                          {NA, R,    NO,    WC,   NO,   NA,   PROT,   NO,      PROT}},
    {"all",          "FILE_MAP_ALL_ACCESS",             "open-all-access-on-readonly-section",   {NA, R,    RW,    WC,   RW,   NA,   PROT,   PROT,    PROT}},
};

static const struct line execute_read_lines[OPENS] = {
    {"own",          NULL,                              "map-protect-matrix",                    {NA, R,    NO,    WC,   NO,   NA,   X_R,    NO,      X_WC}},
    {"read",         "FILE_MAP_READ",                   "open-read-cannot-map-write",            {NA, R,    NO,    WC,   NO,   NA,   NO,     NO,      NO}},
    {"write",        "FILE_MAP_WRITE",                  "open-write-only-map-read",              {NO, NO,   PROT,  NO,   PROT, NO,   NO,     NO,      NO}},
    {"read-write",   "FILE_MAP_READ|FILE_MAP_WRITE",    "map-protect-matrix",                    {NA, R,    PROT,  WC,   PROT, NA,   NO,     NO,      NO}},
    {"read-execute", "FILE_MAP_READ|FILE_MAP_EXECUTE",  "open-execute",                          {NA, R,    NO,    WC,   NO,   NA,   X_R,    NO,      X_WC}},
    {"all",          "FILE_MAP_ALL_ACCESS",             "open-all-access-on-readonly-section",   {NA, R,    PROT,  WC,   PROT, NA,   X_R,    PROT,    X_WC}},
};

static const struct line execute_readwrite_lines[OPENS] = {
    {"own",          NULL,                              "map-protect-matrix",                    {NA, R,    RW,    WC,   RW,   NA,   X_R,    X_RW,    X_WC}},
    {"read",         "FILE_MAP_READ",                   "open-read-cannot-map-write",            {NA, R,    NO,    WC,   NO,   NA,   NO,     NO,      NO}},
    {"write",        "FILE_MAP_WRITE",                  "open-write-only-map-read",              {NO, NO,   RW,    NO,   RW,   NO,   NO,     NO,      NO}},
    {"read-write",   "FILE_MAP_READ|FILE_MAP_WRITE",    "map-protect-matrix",                    {NA, R,    RW,    WC,   RW,   NA,   NO,     NO,      NO}},
    {"read-execute", "FILE_MAP_READ|FILE_MAP_EXECUTE",  "open-execute",                          {NA, R,    NO,    WC,   NO,   NA,   X_R,    NO,      X_WC}},
    {"all",          "FILE_MAP_ALL_ACCESS",             "open-all-access-on-readonly-section",   {NA, R,    RW,    WC,   RW,   NA,   X_R,    X_RW,    X_WC}},
};
/* clang-format on */

#define TABLE_ROWS                                                                                           \
    "create-granted-access-by-protect map-protect-matrix open-read-cannot-map-write "                        \
    "open-write-only-map-read open-execute open-all-access-on-readonly-section map-access-zero "             \
    "map-execute-alone"

static void check_cell(struct stage *s, const char *role, const char *handle, const char *access,
                       enum cell expected)
{
    const char *map = step("map view of=%s access=%s", handle, access);
    if (expected == NO) {
        denied(s, role, map);
    } else if (expected == PROT) {
        fails_status(s, role, map, ERROR_INVALID_PARAMETER, STATUS_SECTION_PROTECTION);
    } else if (succeeds(s, role, map)) {
        gives(s, role, "query view", regions[expected]);
        must(s, role, "unmap view");
    }
}

/* Maps every kind of view through one handle. The views that the protection of the section forbids are
 * checked by another row. */
static void check_line(struct stage *s, const struct line *line)
{
    const char *role = line->open ? "reader" : "writer";
    row(s, line->row);
    if (line->open && !succeeds(s, role, step("open %s name=@x access=%s", line->label, line->open)))
        return;
    for (int i = 0; i < VIEWS; i++) {
        bool forbidden = line->cells[i] == PROT;
        row(s, forbidden ? "open-all-access-on-readonly-section" : views[i].row ? views[i].row : line->row);
        check_cell(s, role, line->label, views[i].access, line->cells[i]);
    }
}

/* `granted` is the access of the creator's own handle: not full access, but only the rights that the
 * protection can use (D1). */
static void table(struct stage *s, const char *protect, const char *granted, const struct line *lines)
{
    row(s, "create-granted-access-by-protect");
    must(s, "writer", step("create own name=@x size=4096 protect=%s", protect));
    gives(s, "writer", "granted own", granted);
    for (int i = 0; i < OPENS; i++)
        check_line(s, &lines[i]);
}

/* OpenFileMapping checks the DACL only. MapViewOfFile checks the rights of the handle (5), then the
 * protection of the section (87). A PAGE_READONLY section has views for reading and for copy-on-write. */
static void views_of_readonly_section(struct stage *s)
{
    table(s, "PAGE_READONLY", "access=0xF0005", readonly_lines);
}

/* A PAGE_READWRITE section has every view except executable ones. */
static void views_of_readwrite_section(struct stage *s)
{
    table(s, "PAGE_READWRITE", "access=0xF0007", readwrite_lines);
}

/* A PAGE_WRITECOPY section behaves like a PAGE_READONLY one: the same table. */
static void views_of_writecopy_section(struct stage *s)
{
    table(s, "PAGE_WRITECOPY", "access=0xF0005", readonly_lines);
}

/* A PAGE_EXECUTE_READ section has executable views and no writable ones. */
static void views_of_execute_read_section(struct stage *s)
{
    table(s, "PAGE_EXECUTE_READ", "access=0xF000D", execute_read_lines);
}

/* A PAGE_EXECUTE_READWRITE section has every view, for handles with the rights. */
static void views_of_execute_readwrite_section(struct stage *s)
{
    table(s, "PAGE_EXECUTE_READWRITE", "access=0xF000F", execute_readwrite_lines);
}

/* A PAGE_EXECUTE_WRITECOPY section behaves like a PAGE_EXECUTE_READ one. */
static void views_of_execute_writecopy_section(struct stage *s)
{
    table(s, "PAGE_EXECUTE_WRITECOPY", "access=0xF000D", execute_read_lines);
}

/* ---- the rights of a handle ---- */

/* A handle that was opened for reading cannot map a writable view, whatever the section and its owner allow.
 */
static void open_read_cannot_map_write(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    denied(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    denied(s, "reader", "map view of=section access=FILE_MAP_ALL_ACCESS");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_READ");
}

/* A handle that was opened for writing alone maps no readable and no copy-on-write view. The page says that
 * it does; the case expects what was observed on Windows (D5). */
static void open_write_only_map_read(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    denied(s, "reader", "map view of=section access=FILE_MAP_READ");
    denied(s, "reader", "map view of=section access=FILE_MAP_COPY");
}

/* The same handle maps a writable view, and a writable view can be read. */
static void open_write_only_map_write(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=from-writer");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE")) {
        gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READWRITE"));
        gives(s, "reader", "read view at=0 length=11 as=text", "text=from-writer");
    }
}

/* PAGE_READWRITE and FILE_MAP_READ are the same number: a program that passes PAGE_READWRITE to
 * OpenFileMapping gets a handle for reading only. */
static void open_page_constant_trap(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    if (succeeds(s, "reader", "open section name=@x access=PAGE_READWRITE")) {
        gives(s, "reader", "granted section", "access=0x4");
        denied(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    }
}

/* FILE_MAP_COPY passed to OpenFileMapping means FILE_MAP_READ, the only right that a copy-on-write view
 * needs. */
static void open_copy_treated_as_read(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_COPY")) {
        gives(s, "reader", "granted section", "access=0x4");
        succeeds(s, "reader", "map copy of=section access=FILE_MAP_COPY");
        succeeds(s, "reader", "map view of=section access=FILE_MAP_READ");
    }
}

/* Together with FILE_MAP_READ the bit keeps its value, which is that of SECTION_QUERY. */
static void open_copy_plus_read_literal(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_COPY|FILE_MAP_READ")) {
        gives(s, "reader", "granted section", "access=0x5");
        gives(s, "reader", "size section", "size=4096 attributes=SEC_COMMIT");
    }
}

/* An access, and the rights of the handle that OpenFileMapping returns for it. */
struct grant {
    const char *access, *granted;
};

static void expect_grants(struct stage *s, const struct grant *grants, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!succeeds(s, "reader", step("open section name=@x access=%s", grants[i].access)))
            continue;
        gives(s, "reader", "granted section", grants[i].granted);
        must(s, "reader", "close section");
    }
}

/* Generic rights are mapped to the rights of a section. */
static void open_generic_mapping(struct stage *s)
{
    static const struct grant grants[] = {
        {"GENERIC_READ", "access=0x20005"},
        {"GENERIC_WRITE", "access=0x20002"},
        {"GENERIC_EXECUTE", "access=0x20008"},
        {"GENERIC_ALL", "access=0xF001F"},
    };
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    expect_grants(s, grants, COUNT(grants));
}

/* DELETE, READ_CONTROL, WRITE_DAC and WRITE_OWNER are rights of a section, each by itself. */
static void access_standard_rights(struct stage *s)
{
    static const struct grant grants[] = {
        {"DELETE", "access=0x10000"},
        {"READ_CONTROL", "access=0x20000"},
        {"WRITE_DAC", "access=0x40000"},
        {"WRITE_OWNER", "access=0x80000"},
    };
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    expect_grants(s, grants, COUNT(grants));
}

/* FILE_MAP_ALL_ACCESS is every right of a section, also the rights that its protection cannot use. */
static void open_all_access_value(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS"))
        gives(s, "reader", "granted section", "access=0xF001F");
}

/* The DACL decides about the open, the protection only about the view: a handle with all rights gets 87, the
 * creator's own handle gets 5 because it never had the right to map for writing. */
static void open_all_access_on_readonly_section(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READONLY");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS"))
        fails_status(s, "reader", "map view of=section access=FILE_MAP_WRITE", ERROR_INVALID_PARAMETER,
                     STATUS_SECTION_PROTECTION);
    row(s, "map-protect-matrix");
    denied(s, "writer", "map view of=section access=FILE_MAP_WRITE");
}

/* FILE_MAP_EXECUTE is granted as SECTION_MAP_EXECUTE and, with an executable section, maps executable views.
 */
static void open_execute(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE");
    if (succeeds(s, "reader", "open alone name=@x access=FILE_MAP_EXECUTE"))
        gives(s, "reader", "granted alone", "access=0x8");
    if (succeeds(s, "reader", "open section name=@x access=FILE_MAP_EXECUTE|FILE_MAP_READ") &&
        succeeds(s, "reader", "map view of=section access=FILE_MAP_EXECUTE|FILE_MAP_READ"))
        gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_EXECUTE_READ"));
}

/* An open that asks for no access is refused. */
static void open_zero_access(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    fails_status(s, "reader", "open section name=@x access=0", ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED);
}

/* Sections have no SYNCHRONIZE right: waiting for one fails at once. */
static void open_no_synchronize(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    fails_somehow(s, "reader", "wait section timeout=0");
}

/* A handle from OpenFileMapping works with every function that takes a section handle. */
static void open_any_handle_user(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "size section", "size=4096 attributes=SEC_COMMIT");
    gives(s, "reader", "flags section", "inherit=no protect-from-close=no");
    succeeds(s, "reader", "duplicate section to=0 same=yes");
    succeeds(s, "reader", "setdescriptor section sd=D:(A;;0xF001F;;;WD)");
    succeeds(s, "reader", "close section");
}

/* A handle keeps the access that it was opened with: MapViewOfFile refuses more, even to the owner of the
 * section. */
static void access_handle_fixed(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "duplicate section to=0 access=FILE_MAP_READ");
    must(s, "writer", "adopt low handle=$writer.handle");
    denied(s, "writer", "map view of=low access=FILE_MAP_WRITE");
    succeeds(s, "writer", "map view of=section access=FILE_MAP_WRITE");
}

/* A handle with the right to read maps for reading and for copy-on-write. */
static void access_read_gives_copy(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READONLY"));
    if (succeeds(s, "reader", "map copy of=section access=FILE_MAP_COPY"))
        gives(s, "reader", "query copy", WHOLE_VIEW("4096", "PAGE_WRITECOPY"));
}

static const struct test_case access_denied_cases[] = {
    {CASE(views_of_readonly_section), .rows = TABLE_ROWS},
    {CASE(views_of_readwrite_section), .rows = TABLE_ROWS},
    {CASE(views_of_writecopy_section), .rows = TABLE_ROWS " create-writecopy-equals-readonly"},
    {CASE(views_of_execute_read_section), .rows = TABLE_ROWS},
    {CASE(views_of_execute_readwrite_section), .rows = TABLE_ROWS},
    {CASE(views_of_execute_writecopy_section), .rows = TABLE_ROWS " create-writecopy-equals-readonly",
     .needs = "execute-writecopy"},
    {CASE(open_read_cannot_map_write)},
    {CASE(open_write_only_map_read)},
    {CASE(open_write_only_map_write)},
    {CASE(open_page_constant_trap)},
    {CASE(open_copy_treated_as_read)},
    {CASE(open_copy_plus_read_literal)},
    {CASE(open_generic_mapping)},
    {CASE(access_standard_rights)},
    {CASE(open_all_access_value)},
    {CASE(open_all_access_on_readonly_section),
     .rows = "open-all-access-on-readonly-section map-protect-matrix"},
    {CASE(open_execute)},
    {CASE(open_zero_access)},
    {CASE(open_no_synchronize)},
    {CASE(open_any_handle_user)},
    {CASE(access_handle_fixed)},
    {CASE(access_read_gives_copy)},
};

TOPIC(access_denied, access_denied_cases)
