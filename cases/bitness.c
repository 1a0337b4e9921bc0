/* Topic bitness: processes of 32 and of 64 bits that share memory. The cases say which actor has which
 * bitness, so --pair does not change them. Pages: process-interoperability,
 * memory-limits-for-windows-releases, and those that a case names. */
#include "free_place.h"
#include "topic.h"

#include <string.h>

#define WIDE "bits=64"
#define NARROW "bits=32"

/* ---- one name is one object for both bitnesses ---- */

/* Each of the two reads what the other one writes. */
static void exchange_texts(struct stage *s)
{
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 text=from-writer");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "read view at=0 length=11 as=text", "text=from-writer");
    must(s, "reader", "write view at=2048 text=from-reader");
    gives(s, "writer", "read view at=2048 length=11 as=text", "text=from-reader");
}

static void share_name(struct stage *s, const char *writer, const char *reader)
{
    starts(s, "writer", writer);
    starts(s, "reader", reader);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    gives(s, "reader", "create twin name=@x size=8192 protect=PAGE_READWRITE", "error=183");
    succeeds(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    exchange_texts(s);
}

static void bits_same_name(struct stage *s)
{
    share_name(s, WIDE, NARROW);
}

static void bits_same_name_32_first(struct stage *s)
{
    share_name(s, NARROW, WIDE);
}

/* ---- handles ---- */

/* A duplicate works in a process of the other bitness: handles have 32 significant bits in both. */
static void duplicate_across(struct stage *s, const char *writer, const char *reader)
{
    starts(s, "writer", writer);
    starts(s, "reader", reader);
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE");
    succeeds(s, "writer", "duplicate section to=$reader.pid access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "adopt section handle=$writer.handle");
    exchange_texts(s);
}

static void bits_duplicate(struct stage *s)
{
    duplicate_across(s, WIDE, NARROW);
}

static void bits_duplicate_from_32(struct stage *s)
{
    duplicate_across(s, NARROW, WIDE);
}

/* A child of the other bitness inherits the handle with the same value. */
static void inherit_across(struct stage *s, const char *writer, const char *reader)
{
    starts(s, "writer", writer);
    must(s, "writer", "create section size=4096 protect=PAGE_READWRITE inherit=yes");
    spawns(s, "writer", "reader", step("inherit=yes %s", reader));
    must_give(s, "writer", "flags section", "inherit=yes protect-from-close=no");
    must(s, "reader", "adopt section handle=$writer.handle");
    gives(s, "reader", "flags section", "inherit=yes protect-from-close=no");
    exchange_texts(s);
}

static void bits_inherit(struct stage *s)
{
    inherit_across(s, WIDE, NARROW);
}

static void bits_inherit_from_32(struct stage *s)
{
    inherit_across(s, NARROW, WIDE);
}

/* ---- the contents of the memory ---- */

/* Fields of fixed size have the same offsets for both, and an offset into the section replaces a pointer
 * (nf-memoryapi-mapviewoffile). */
static void bits_layout_offsets(struct stage *s)
{
    starts(s, "writer", WIDE);
    starts(s, "reader", NARROW);
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0 u32=0x12345678");
    must(s, "writer", "write view at=4 u16=0xABCD");
    must(s, "writer", "write view at=6 u8=0xEF");
    must(s, "writer", "write view at=8 u64=0x10004"); /* the offset of the text */
    must(s, "writer", "write view at=0x10004 text=found-by-offset");
    gives(s, "reader", "read view at=0 as=u32", "u32=305419896");
    gives(s, "reader", "read view at=4 as=u16", "u16=43981");
    gives(s, "reader", "read view at=6 as=u8", "u8=239");
    if (gives(s, "reader", "read view at=8 as=u64", "u64=65540"))
        gives(s, "reader",
              step("read view at=%llu length=15 as=text", (unsigned long long)number(s, "reader", "u64")),
              "text=found-by-offset");
    must(s, "reader", "write view at=16 u64=0xFEDCBA9876543210");
    gives(s, "writer", "read view at=16 as=u64", "u64=18364758544493064720");
}

/* A 64-bit load or store is not one access in a 32-bit process, and no page promises that it is atomic.
 * The case records the run, not how often a value was torn (interlocked-variable-access). */
static void bits_atomic_64(struct stage *s)
{
    starts(s, "writer", WIDE);
    starts(s, "reader", NARROW);
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    begins(s, "writer", "burst view how=flip at=0 width=8 split=yes rounds=20000 crowd=2 side=0");
    records(s, "reader", "burst view how=watch at=0 width=8 split=yes rounds=20000 crowd=2 side=1");
    powered(s, "the value changes while the other process reads it", number(s, "reader", "changes") > 100);
    finishes(s, "writer", "");
}

/* ---- address spaces ---- */

/* 2 GiB. On a 64-bit system 4 GiB for a program that was linked with /LARGEADDRESSAWARE. */
static void bits_32_address_space(struct stage *s)
{
    starts(s, "reader", NARROW " large-address-aware=no");
    gives(s, "reader", "addresses", "space=2147483648");
    starts(s, "third", NARROW " large-address-aware=yes");
    gives(s, "third", "addresses", "space=4294967296");
}

/* 128 TiB; 8 TiB before Windows 8.1. */
static void bits_64_address_space(struct stage *s)
{
    starts(s, "reader", WIDE);
    gives(s, "reader", "addresses", "space=140737488355328");
}

static void bits_64_address_space_before_8_1(struct stage *s)
{
    starts(s, "reader", WIDE);
    gives(s, "reader", "addresses", "space=8796093022208");
}

/* A 32-bit process on a 64-bit system has the page size and the granularity of x64 (page memory-management
 * of WinProg64). */
static void bits_page_size(struct stage *s)
{
    starts(s, "reader", NARROW);
    gives(s, "reader", "system", "page=4096 granularity=65536");
}

/* A 64-bit program that was linked without /LARGEADDRESSAWARE gets no address of 2 GiB or above
 * (page virtual-address-space of WinProg64). */
static void bits_largeaddressaware_no(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    starts(s, "reader", "arch=x64 large-address-aware=no");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        holds(s, "the view is below 2 GiB", number(s, "reader", "base") < 0x80000000);
    starts(s, "third", "arch=x64 large-address-aware=yes");
    must(s, "third", "open section name=@x access=FILE_MAP_READ");
    const unsigned long long place = high_place(s, "third", "0x100000");
    REQUIRE(place);
    fails_somehow(s, "reader", step("map high of=section access=FILE_MAP_READ base=0x%llx", place));
    succeeds(s, "third", step("map high of=section access=FILE_MAP_READ base=0x%llx", place));
}

/* ---- sections larger than a 32-bit address space ---- */

#define FIVE_GIB "5368709120"

static void share_five_gib(struct stage *s, const char *reader)
{
    starts(s, "writer", WIDE);
    starts(s, "reader", reader);
    must(s, "writer", "create section name=@x size=" FIVE_GIB " protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
}

/* The error is 8 if no free range is that long, and 87 if the process does not have that many addresses.
 * Which one it is depends on how the system counts addresses. */
static void too_long_for_process(struct stage *s, const char *length)
{
    REQUIRE(fails_somehow(s, "reader", step("map view of=section access=FILE_MAP_READ length=%s", length)));
    const uint64_t error = number(s, "reader", "error");
    holds(s, "the error is 8 or 87", error == ERROR_NOT_ENOUGH_MEMORY || error == ERROR_INVALID_PARAMETER);
}

/* A view needs one free range of its size (creating-a-file-mapping-object). */
static void bits_view_too_big_for_32(struct stage *s)
{
    share_five_gib(s, NARROW " large-address-aware=no");
    too_long_for_process(s, "0x79999000"); /* 1.9 GiB */
    too_long_for_process(s, "0x80000000");
    too_long_for_process(s, "0xC0000000");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_READ length=65536");
    succeeds(s, "writer", "map view of=section access=FILE_MAP_READ length=0xC0000000");
}

/* The writer commits and writes a page through a window of 64 KiB, and the reader reads it through a window
 * of its own. */
static void through_windows(struct stage *s, const char *offset, const char *text)
{
    must(s, "writer", step("map window of=section access=FILE_MAP_WRITE offset=%s length=0x10000", offset));
    must_give(s, "writer", "commit window length=0x10000 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", step("write window at=100 text=%s", text));
    if (succeeds(s, "reader",
                 step("map window of=section access=FILE_MAP_WRITE offset=%s length=0x10000", offset))) {
        must_give(s, "reader", "commit window length=0x10000 protect=PAGE_READWRITE", "base=+0");
        gives(s, "reader", step("read window at=100 length=%u as=text", (unsigned)strlen(text)),
              step("text=%s", text));
    }
    must(s, "writer", "unmap window");
    must(s, "reader", "unmap window");
}

/* A section can be larger than the address space of a process, which then maps one window after the other. */
static void bits_section_larger_than_address_space(struct stage *s)
{
    share_five_gib(s, NARROW);
    through_windows(s, "0", "first");
    through_windows(s, "0x7FFF0000", "below-2-gib");
    through_windows(s, "0xFFFF0000", "below-4-gib");
    through_windows(s, "0x13FFF0000", "last");
}

/* A length has the size of a pointer, an offset has 64 bits in both: offset 4 GiB is not offset 0. */
static void bits_length_truncation(struct stage *s)
{
    share_five_gib(s, NARROW);
    must(s, "writer", "map low of=section access=FILE_MAP_WRITE offset=0 length=0x10000");
    must_give(s, "writer", "commit low length=0x10000 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "write low text=beginning");
    must(s, "writer", "map high of=section access=FILE_MAP_WRITE offset=0x100000000 length=0x10000");
    must_give(s, "writer", "commit high length=0x10000 protect=PAGE_READWRITE", "base=+0");
    must(s, "writer", "write high text=at-4-gib!");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE offset=0x100000000 length=4096");
    must_give(s, "reader", "commit view length=4096 protect=PAGE_READWRITE", "base=+0");
    gives(s, "reader", "read view length=9 as=text", "text=at-4-gib!");
    gives(s, "reader", "query view show=size", "size=4096");
}

/* ---- querying a process of the other bitness ---- */

#define VIEW_FIELDS                                                                                          \
    "base=+0 size=65536 state=MEM_COMMIT protect=PAGE_READONLY type=MEM_MAPPED allocation-base=+0 "          \
    "allocation-protect=PAGE_READONLY"

/* A 64-bit process sees the same region of a 32-bit process as that process itself
 * (ns-winnt-memory_basic_information). */
static void bits_basic_information_layout(struct stage *s)
{
    starts(s, "writer", WIDE);
    starts(s, "reader", NARROW);
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "query view", VIEW_FIELDS);
    gives(s, "writer", "query process=$reader.pid address=$reader.base", VIEW_FIELDS);
    must(s, "reader", "unmap view");
    gives(s, "writer", "query process=$reader.pid address=$reader.base", "state=MEM_FREE");
}

/* A view that a 64-bit process maps into a 32-bit one lies below 4 GiB. */
static void bits_map2_64_into_32(struct stage *s)
{
    starts(s, "writer", WIDE);
    starts(s, "reader", NARROW);
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map own of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write own text=across");
    REQUIRE(succeeds(s, "writer", "map2 theirs of=section protect=PAGE_READWRITE process=$reader.pid"));
    REQUIRE(holds(s, "the view is below 4 GiB", number(s, "writer", "base") < 0x100000000));
    must(s, "reader", "adopt view address=$writer.base");
    gives(s, "reader", "read view length=6 as=text", "text=across");
}

/* ---- emulation ---- */

/* Emulated processes on ARM64 share sections with native ones, and with the documented barriers no value is
 * lost. What plain stores do is recorded: ARM64 does not keep them in order, x64 does. */
static void bits_emulated_x86_x64_on_arm64(struct stage *s)
{
    starts(s, "writer", "arch=arm64");
    starts(s, "reader", "arch=x64");
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    begins(s, "writer", "burst view how=add-interlocked at=0 rounds=100000 crowd=2 side=0");
    begins(s, "reader", "burst view how=add-interlocked at=0 rounds=100000 crowd=2 side=1");
    finishes(s, "writer", "total=200000");
    finishes(s, "reader", "total=200000");
    begins(s, "writer", "burst view how=send order=barrier at=0x1000 rounds=20000 crowd=2 side=0 seed=7");
    begins(s, "reader", "burst view how=receive order=barrier at=0x1000 rounds=20000 crowd=2 side=1 seed=7");
    finishes(s, "reader", "wrong=0");
    finishes(s, "writer", "");
    begins(s, "writer", "burst view how=send order=plain at=0x2000 rounds=20000 crowd=2 side=0 seed=7");
    records(s, "reader", "burst view how=receive order=plain at=0x2000 rounds=20000 crowd=2 side=1 seed=7");
    finishes(s, "writer", "");
}

static const struct test_case bitness_cases[] = {
    {CASE(bits_same_name), .needs = "both-bitnesses"},
    {CASE(bits_same_name_32_first), .rows = "bits-same-name", .needs = "both-bitnesses"},
    {CASE(bits_duplicate), .needs = "both-bitnesses"},
    {CASE(bits_duplicate_from_32), .rows = "bits-duplicate", .needs = "both-bitnesses"},
    {CASE(bits_inherit), .needs = "both-bitnesses"},
    {CASE(bits_inherit_from_32), .rows = "bits-inherit", .needs = "both-bitnesses"},
    {CASE(bits_layout_offsets), .needs = "both-bitnesses"},
    {CASE(bits_atomic_64), .needs = "both-bitnesses"},
    {CASE(bits_32_address_space), .needs = "both-bitnesses program-copy"},
    {CASE(bits_64_address_space), .needs = "64-bit-actor windows-8-1"},
    {CASE(bits_64_address_space_before_8_1), .rows = "bits-64-address-space",
     .needs = "64-bit-actor before-8-1"},
    {CASE(bits_page_size), .needs = "both-bitnesses"},
    {CASE(bits_largeaddressaware_no), .needs = "x64-system program-copy"},
    {CASE(bits_view_too_big_for_32), .needs = "both-bitnesses program-copy"},
    {CASE(bits_section_larger_than_address_space), .needs = "both-bitnesses"},
    {CASE(bits_length_truncation), .needs = "both-bitnesses"},
    {CASE(bits_basic_information_layout), .needs = "both-bitnesses"},
    {CASE(bits_map2_64_into_32), .needs = "both-bitnesses has-map2"},
    {CASE(bits_emulated_x86_x64_on_arm64), .needs = "arm64-actor x64-actor"},
};
TOPIC(bitness, bitness_cases)
