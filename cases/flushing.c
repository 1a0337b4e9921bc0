/* FlushViewOfFile: which ranges it accepts, and that sharing does not need it. The page is
 * nf-memoryapi-flushviewoffile unless a case names another. */
#include "topic.h"

/* Flushing a view of the paging file succeeds and changes nothing: other processes saw the bytes before. */
static void flush_pagefile_view(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    must(s, "writer", "write view text=unflushed");
    row(s, "flush-not-needed");
    gives(s, "reader", "read view length=9 as=text", "text=unflushed");
    row(s, "flush-pagefile-view");
    succeeds(s, "writer", "flush view");
    succeeds(s, "writer", "flush view at=4096 length=4096");
    gives(s, "reader", "read view length=9 as=text", "text=unflushed");
}

/* Length 0 flushes to the end of the mapping. */
static void flush_zero_length(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x10000");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=65000 text=end");
    succeeds(s, "writer", "flush view at=0 length=0");
    succeeds(s, "writer", "flush view at=4096 length=0");
}

/* What a flush of an address in no view does is recorded: a page names STATUS_NOT_MAPPED_VIEW for the NT call
 * (nf-ntifs-zwflushvirtualmemory), and FlushViewOfFile may turn other results into success. */
static void flush_bad_address(struct stage *s)
{
    must(s, "writer", "reserve memory size=0x10000");
    records(s, "writer", "flush memory length=4096");
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "unmap view keep=yes");
    records(s, "writer", "flush view");
}

/* What a length past the end of the view does is recorded (nf-ntifs-zwflushvirtualmemory names
 * STATUS_INVALID_PARAMETER_2). */
static void flush_too_long(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x10000");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    records(s, "writer", "flush view length=0x10001");
    records(s, "writer", "flush view at=4096 length=0x10000");
}

/* FlushViewOfFile starts the writing, FlushFileBuffers completes it; then every reader of the file sees the
 * bytes. */
static void flush_starts_writing(struct stage *s)
{
    must(s, "writer", "file data name=^f size=0x10000");
    must(s, "writer", "create section size=0 protect=PAGE_READWRITE file=data");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=5000 text=flushed");
    succeeds(s, "writer", "flush view");
    succeeds(s, "writer", "fileflush data");
    must(s, "reader", "file data name=^f open=existing access=GENERIC_READ");
    gives(s, "reader", "fileread data at=5000 length=7", "text=flushed");
}

/* Flushing a view without write access succeeds and writes nothing. */
static void flush_read_only_view(struct stage *s)
{
    must(s, "writer", "file data name=^f size=4096");
    must(s, "writer", "filewrite data text=unchanged");
    must(s, "reader", "file data name=^f open=existing access=GENERIC_READ");
    must(s, "reader", "create section size=0 protect=PAGE_READONLY file=data");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    succeeds(s, "reader", "flush view");
    gives(s, "writer", "fileread data length=9", "text=unchanged");
}

static const struct test_case flushing_cases[] = {
    {CASE(flush_pagefile_view), .rows = "flush-pagefile-view flush-not-needed"},
    {CASE(flush_zero_length)},
    {CASE(flush_bad_address)},
    {CASE(flush_too_long)},
    {CASE(flush_starts_writing)},
    {CASE(flush_read_only_view)},
};
TOPIC(flushing, flushing_cases)
