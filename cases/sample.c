/* The two programs of Microsoft's page "Creating Named Shared Memory" (creating-named-shared-memory), step by
 * step: the first program is the writer, the second the reader. Then the same after the writer has ended, and
 * what the page assumes: new memory is zero, and two views of one section show the same bytes. */
#include "topic.h"

/* The page's message, which the first program copies without its terminator: 26 characters, as char and as
 * wchar_t. */
#define MESSAGE_A "text=Message%20from%20first%20process"
#define MESSAGE_W                                                                                            \
    "hex="                                                                                                   \
    "4D006500730073006100670065002000660072006F006D002000660069007200730074002000700072006F0063006500730073" \
    "00"

/* Both programs, for one prefix and one character set. `form` is how the message of `bytes` bytes is read
 * back. */
static void both_programs(struct stage *s, const char *prefix, const char *api, const char *form,
                          const char *message, unsigned bytes)
{
    REQUIRE(gives(s, "writer",
                  step("create section name=%s\\^map size=256 protect=PAGE_READWRITE api=%s", prefix, api),
                  "error=0"));
    REQUIRE(succeeds(s, "writer", "map view of=section access=FILE_MAP_ALL_ACCESS length=256"));
    succeeds(s, "writer", step("write view %s", message));
    row(s, "open-existing");
    REQUIRE(succeeds(s, "reader",
                     step("open section name=%s\\^map access=FILE_MAP_ALL_ACCESS api=%s", prefix, api)));
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_ALL_ACCESS length=256"));
    row(s, "view-coherent-two-processes");
    gives(s, "reader", step("read view length=%u as=%s", bytes, form), message);
    row(s, "create-initial-zero");
    gives(s, "reader", step("zero view at=%u length=%u", bytes, 256 - bytes), "zero=yes");
    row(s, "life-unmap-returns-true");
    succeeds(s, "reader", "unmap view");
    succeeds(s, "reader", "close section");
    succeeds(s, "writer", "unmap view");
    succeeds(s, "writer", "close section");
}
#define BOTH_PROGRAMS_ROWS                                                                                   \
    "create-new-clears-last-error open-existing view-coherent-two-processes create-initial-zero "            \
    "life-unmap-returns-true"

/* The page with Local\ instead of Global\, compiled with UNICODE: the message has 52 bytes, and the
 * terminator that the reader finds is a zero that no program wrote. */
static void sample_local_wide(struct stage *s)
{
    both_programs(s, "Local", "W", "hex", MESSAGE_W, 52);
}

/* The same compiled without UNICODE. */
static void sample_local_ansi(struct stage *s)
{
    both_programs(s, "Local", "A", "text", MESSAGE_A, 26);
}

/* The page unchanged. It says that it needs administrative rights; only the first program does, and only the
 * privilege to create a Global\ section. */
static void sample_global_wide(struct stage *s)
{
    both_programs(s, "Global", "W", "hex", MESSAGE_W, 52);
}

/* The page unchanged, compiled without UNICODE. */
static void sample_global_ansi(struct stage *s)
{
    both_programs(s, "Global", "A", "text", MESSAGE_A, 26);
}

/* The A and the W functions open the same object, whichever of them created it. */
static void create_ansi_wide_same_object(struct stage *s)
{
    must(s, "writer", "create section name=@ansi size=256 protect=PAGE_READWRITE api=A");
    must(s, "writer", "map view of=section access=FILE_MAP_ALL_ACCESS");
    must(s, "writer", "write view u32=0xA");
    REQUIRE(
        gives(s, "reader", "create section name=@ansi size=256 protect=PAGE_READWRITE api=W", "error=183"));
    must(s, "reader", "map view of=section access=FILE_MAP_ALL_ACCESS");
    gives(s, "reader", "read view as=u32", "u32=10");
    must(s, "reader", "create other name=@wide size=256 protect=PAGE_READWRITE api=W");
    gives(s, "writer", "create other name=@wide size=256 protect=PAGE_READWRITE api=A", "error=183");
}

/* The first program up to the point where it waits for a key. */
static void first_program(struct stage *s)
{
    must(s, "writer", "create section name=@map size=256 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_ALL_ACCESS length=256");
    must(s, "writer", "write view " MESSAGE_A);
}

/* The second program up to its message box. */
static void second_program(struct stage *s)
{
    must(s, "reader", "open section name=@map access=FILE_MAP_ALL_ACCESS");
    must(s, "reader", "map view of=section access=FILE_MAP_ALL_ACCESS length=256");
}

/* After the writer has unmapped its view, its handle still keeps the contents for a reader that comes later.
 */
static void sample_writer_unmapped(struct stage *s)
{
    first_program(s);
    must(s, "writer", "unmap view");
    REQUIRE(succeeds(s, "reader", "open section name=@map access=FILE_MAP_ALL_ACCESS"));
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_ALL_ACCESS length=256"));
    gives(s, "reader", "read view length=26 as=text", MESSAGE_A);
    gives(s, "reader", "zero view at=26 length=230", "zero=yes");
    row(s, "view-persists-across-unmap");
    must(s, "writer", "map view of=section access=FILE_MAP_ALL_ACCESS length=256");
    gives(s, "writer", "read view length=26 as=text", MESSAGE_A);
}

/* After the writer has unmapped and closed, a reader that has opened the section before keeps the memory, and
 * its handle keeps the name. */
static void sample_writer_closed(struct stage *s)
{
    first_program(s);
    second_program(s);
    must(s, "writer", "unmap view");
    must(s, "writer", "close section");
    gives(s, "reader", "read view length=26 as=text", MESSAGE_A);
    row(s, "open-existing");
    REQUIRE(succeeds(s, "third", "open section name=@map access=FILE_MAP_ALL_ACCESS"));
    REQUIRE(succeeds(s, "third", "map view of=section access=FILE_MAP_ALL_ACCESS length=256"));
    gives(s, "third", "read view length=26 as=text", MESSAGE_A);
}

/* After the writer has unmapped and closed and no other process has a handle, the second program finds
 * nothing, and the first program run again starts with zeros. */
static void sample_writer_closed_alone(struct stage *s)
{
    first_program(s);
    must(s, "writer", "unmap view");
    must(s, "writer", "close section");
    not_found(s, "reader", "open section name=@map access=FILE_MAP_ALL_ACCESS");
    row(s, "life-all-closed-destroys");
    REQUIRE(gives(s, "writer", "create section name=@map size=256 protect=PAGE_READWRITE", "error=0"));
    must(s, "writer", "map view of=section access=FILE_MAP_ALL_ACCESS length=256");
    gives(s, "writer", "zero view length=256", "zero=yes");
}

/* The object remains after its creator has exited without unmapping or closing. */
static void sample_writer_exited(struct stage *s)
{
    first_program(s);
    second_program(s);
    leaves(s, "writer");
    gives(s, "reader", "read view length=26 as=text", MESSAGE_A);
    REQUIRE(succeeds(s, "third", "open section name=@map access=FILE_MAP_ALL_ACCESS"));
    REQUIRE(succeeds(s, "third", "map view of=section access=FILE_MAP_ALL_ACCESS length=256"));
    gives(s, "third", "read view length=26 as=text", MESSAGE_A);
    gives(s, "third", "zero view at=26 length=230", "zero=yes");
}

/* Nothing is persistent: if the writer ends before the second program starts, the name does not exist. */
static void sample_writer_exited_alone(struct stage *s)
{
    first_program(s);
    leaves(s, "writer");
    not_found(s, "reader", "open section name=@map access=FILE_MAP_ALL_ACCESS");
}

/* What a writer stored before it was killed stays visible to the processes that hold the section, and the
 * section can still be opened. */
static void sample_writer_killed(struct stage *s)
{
    first_program(s);
    second_program(s);
    killed(s, "writer");
    gives(s, "reader", "read view length=26 as=text", MESSAGE_A);
    gives(s, "reader", "zero view at=26 length=230", "zero=yes");
    row(s, "open-existing");
    succeeds(s, "third", "open section name=@map access=FILE_MAP_ALL_ACCESS");
}

/* Killing a process closes its handles and views as an exit does: the name of a writer without readers is
 * gone. */
static void sample_writer_killed_alone(struct stage *s)
{
    first_program(s);
    killed(s, "writer");
    not_found(s, "reader", "open section name=@map access=FILE_MAP_ALL_ACCESS");
}

/* A reader that closes its handle early keeps its view when the writer ends, but the view does not keep the
 * name (note D16: only the driver kit says so). */
static void sample_reader_keeps_view_only(struct stage *s)
{
    first_program(s);
    second_program(s);
    must(s, "reader", "close section");
    leaves(s, "writer");
    gives(s, "reader", "read view length=26 as=text", MESSAGE_A);
    row(s, "life-name-gone-view-in-other-process");
    not_found(s, "third", "open section name=@map access=FILE_MAP_ALL_ACCESS");
}

/* The first program run a second time while the reader holds the section opens the old section with the old
 * bytes. A shorter message, copied without its terminator, leaves the tail of the longer one. */
static void sample_run_twice(struct stage *s)
{
    first_program(s);
    second_program(s);
    leaves(s, "writer");
    REQUIRE(gives(s, "third", "create section name=@map size=256 protect=PAGE_READWRITE", "error=183"));
    must(s, "third", "map view of=section access=FILE_MAP_ALL_ACCESS length=256");
    row(s, "open-does-not-reset-data");
    gives(s, "third", "read view length=26 as=text", MESSAGE_A);
    row(s, "view-coherent-two-processes");
    must(s, "third", "write view text=Another");
    gives(s, "reader", "read view length=26 as=text", "text=Another%20from%20first%20process");
}

/* The page's reader asks for FILE_MAP_ALL_ACCESS although it only reads. FILE_MAP_READ is enough, and gives a
 * read-only view. */
static void sample_read_access_is_enough(struct stage *s)
{
    first_program(s);
    REQUIRE(succeeds(s, "reader", "open section name=@map access=FILE_MAP_READ"));
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_READ length=256"));
    gives(s, "reader", "read view length=26 as=text", MESSAGE_A);
    row(s, "map-query-fields");
    gives(s, "reader", "query view", WHOLE_VIEW("4096", "PAGE_READONLY"));
}

/* A call that creates a new object sets the last error to zero, whatever it was before, so that a program can
 * tell creating from opening. */
static void create_new_clears_last_error(struct stage *s)
{
    gives(s, "writer", "create named name=@x size=4096 protect=PAGE_READWRITE", "error=0");
    gives(s, "writer", "create unnamed size=4096 protect=PAGE_READWRITE", "error=0");
    gives(s, "writer", "create ansi name=@y size=4096 protect=PAGE_READWRITE api=A", "error=0");
    gives(s, "reader", "create other name=@z size=4096 protect=PAGE_READONLY", "error=0");
}

/* Every byte of a new section is zero for the first process that maps it, here a reader that maps before the
 * writer. */
static void create_initial_zero(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x100000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "zero view length=0x100000", "zero=yes");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "writer", "zero view length=0x100000", "zero=yes");
}

/* INVALID_HANDLE_VALUE as the file makes a section of pageable memory with the size asked for; its views are
 * of the type MEM_MAPPED in every process. */
static void create_pagefile_section(struct stage *s)
{
    REQUIRE(gives(s, "writer", "create section name=@x size=0x100000 protect=PAGE_READWRITE", "error=0"));
    gives(s, "writer", "size section", "size=1048576 attributes=SEC_COMMIT");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "writer", "query view", WHOLE_VIEW("1048576", "PAGE_READWRITE"));
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "query view", WHOLE_VIEW("1048576", "PAGE_READONLY"));
}

/* Creating a section maps nothing. The first section loads what the first call needs. The control maps a view. */
static void create_does_not_map(struct stage *s)
{
    must(s, "writer", "create first name=@first size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "regions type=MEM_MAPPED");
    const uint64_t before = number(s, "writer", "count");
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "regions type=MEM_MAPPED");
    holds(s, "as many mapped regions as before", number(s, "writer", "count") == before);
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    must(s, "writer", "regions type=MEM_MAPPED");
    powered(s, "one more view is counted", number(s, "writer", "count") == before + 1);
}

/* Without a SEC_ flag the section has SEC_COMMIT: every page is committed, in the view of another process
 * too. */
static void create_commit_is_default(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    gives(s, "writer", "size section", "size=65536 attributes=SEC_COMMIT");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "query view", WHOLE_VIEW("65536", "PAGE_READONLY"));
}

/* A section with an open handle can be opened by name, and the new handle opens the same memory. */
static void open_existing(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view u64=0x1122334455667788");
    REQUIRE(succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ"));
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"));
    gives(s, "reader", "read view as=u64", "u64=1234605616436508552");
}

/* Neither opening nor creating an existing section clears its contents. */
static void open_does_not_reset_data(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x10000 seed=7");
    must(s, "reader", "open opened name=@x access=FILE_MAP_ALL_ACCESS");
    joins(s, "reader", "create created name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    gives(s, "third", "verify view length=0x10000 seed=7", "match=yes");
}

/* The views of two processes always show the same bytes, without a flush and in both directions. */
static void view_coherent_two_processes(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    for (unsigned counter = 1; counter <= 3; counter++) {
        must(s, "writer", step("write view at=65532 u32=%u", counter));
        gives(s, "reader", "read view at=65532 as=u32", step("u32=%u", counter));
        must(s, "reader", step("write view at=0 u32=%u", 100 + counter));
        gives(s, "writer", "read view at=0 as=u32", step("u32=%u", 100 + counter));
    }
}

/* Two views of one section in one process show the same bytes too. */
static void view_coherent_same_process(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map one of=section access=FILE_MAP_WRITE");
    must(s, "writer", "map two of=section access=FILE_MAP_READ");
    must(s, "writer", "fill one length=0x10000 seed=1");
    gives(s, "writer", "verify two length=0x10000 seed=1", "match=yes");
}

/* Several processes write to one section: stores to different places are all visible to all of them. */
static void view_coherent_three_writers(struct stage *s)
{
    static const char *const writers[] = {"first", "second", "third"};
    must(s, "first", "create section name=@x size=12288 protect=PAGE_READWRITE");
    joins(s, "second", "create section name=@x size=12288 protect=PAGE_READWRITE");
    joins(s, "third", "create section name=@x size=12288 protect=PAGE_READWRITE");
    for (unsigned i = 0; i < 3; i++)
        must(s, writers[i], "map view of=section access=FILE_MAP_WRITE");
    for (unsigned i = 0; i < 3; i++)
        must(s, writers[i], step("fill view at=%u length=4000 seed=%u", 4000 * i, i + 1));
    for (unsigned i = 0; i < 3; i++)
        for (unsigned part = 0; part < 3; part++)
            gives(s, writers[i], step("verify view at=%u length=4000 seed=%u", 4000 * part, part + 1),
                  "match=yes");
}

static const struct test_case sample_cases[] = {
    {CASE(sample_local_wide), .rows = BOTH_PROGRAMS_ROWS},
    {CASE(sample_local_ansi), .rows = BOTH_PROGRAMS_ROWS},
    {CASE(sample_global_wide), .rows = BOTH_PROGRAMS_ROWS, .needs = "global-privilege"},
    {CASE(sample_global_ansi), .rows = BOTH_PROGRAMS_ROWS, .needs = "global-privilege"},
    {CASE(create_ansi_wide_same_object)},
    {CASE(sample_writer_unmapped), .rows = "life-commit-held-by-handle view-persists-across-unmap"},
    {CASE(sample_writer_closed), .rows = "life-unmap-other-process-unaffected open-existing"},
    {CASE(sample_writer_closed_alone), .rows = "open-missing life-all-closed-destroys"},
    {CASE(sample_writer_exited), .rows = "life-creator-exit"},
    {CASE(sample_writer_exited_alone), .rows = "life-persistent-needs-holder"},
    {CASE(sample_writer_killed), .rows = "view-only-writer-visible-after-kill open-existing"},
    {CASE(sample_writer_killed_alone), .rows = "life-terminate-closes"},
    {CASE(sample_reader_keeps_view_only),
     .rows = "life-view-survives-handle life-name-gone-view-in-other-process"},
    {CASE(sample_run_twice),
     .rows = "create-existing-returns-183 open-does-not-reset-data view-coherent-two-processes"},
    {CASE(sample_read_access_is_enough), .rows = "open-existing map-query-fields"},
    {CASE(create_new_clears_last_error)},
    {CASE(create_initial_zero)},
    {CASE(create_pagefile_section)},
    {CASE(create_does_not_map)},
    {CASE(create_commit_is_default)},
    {CASE(open_existing)},
    {CASE(open_does_not_reset_data)},
    {CASE(view_coherent_two_processes)},
    {CASE(view_coherent_same_process)},
    {CASE(view_coherent_three_writers)},
};

TOPIC(sample, sample_cases)
