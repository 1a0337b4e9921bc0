/* Views that are put somewhere: into another process, into a placeholder, within bounds. Pages:
 * nf-memoryapi-mapviewoffile2, -mapviewoffile3, -unmapviewoffile2, -virtualalloc2. Where a page rounds a misaligned base or
 * offset down (D6), what is expected is what has been observed: it is refused. */
#include "topic.h"

#define QUERY_RIGHTS "0x1000" /* PROCESS_QUERY_LIMITED_INFORMATION */

static void section_of_two(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
}

/* A section can be mapped into another process, which finds the view at that address. */
static void map2_into_child(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map own of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write own text=across");
    must(s, "reader", "system");
    succeeds(s, "writer", "map2 theirs of=section protect=PAGE_READWRITE process=$reader.pid");
    must(s, "reader", "adopt view address=$writer.base");
    gives(s, "reader", "query view", WHOLE_VIEW("131072", "PAGE_READWRITE"));
    gives(s, "reader", "read view length=6 as=text", "text=across");
    must(s, "reader", "write view at=100 text=back");
    gives(s, "writer", "read own at=100 length=4 as=text", "text=back");
}

/* That needs PROCESS_VM_OPERATION on the process. */
static void map2_needs_vm_operation(struct stage *s)
{
    section_of_two(s);
    must(s, "reader", "system");
    denied(s, "writer",
           "map2 theirs of=section protect=PAGE_READWRITE process=$reader.pid rights=" QUERY_RIGHTS);
}

/* The offset is a multiple of 64 KiB. */
static void map2_offset_64k(struct stage *s)
{
    section_of_two(s);
    fails_status(s, "writer", "map2 page of=section protect=PAGE_READWRITE offset=4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
    succeeds(s, "writer", "map2 view of=section protect=PAGE_READWRITE offset=0x10000");
}

/* A base that is not such a multiple is refused, by both calls. */
static void map2_base_rounding(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "reserve room size=0x40000");
    must(s, "writer", "release room");
    fails_status(s, "writer", "map2 second of=section protect=PAGE_READWRITE base=$writer.base+4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
    fails_status(s, "writer", "map3 third of=section protect=PAGE_READWRITE base=$writer.base+4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
}

/* Size 0 behind an offset maps the rest of the section. */
static void map2_zero_size(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map2 rest of=section protect=PAGE_READWRITE offset=0x10000 length=0");
    gives(s, "writer", "query rest", WHOLE_VIEW("65536", "PAGE_READWRITE"));
}

/* MEM_RESERVE is refused for sections in the paging file, which have reserved pages without it (SEC_RESERVE). */
static void map2_reserve(struct stage *s)
{
    must(s, "writer", "create reserved size=0x10000 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "writer", "create committed size=0x10000 protect=PAGE_READWRITE");
    fails_status(s, "writer", "map2 first of=reserved protect=PAGE_READWRITE type=MEM_RESERVE",
                 ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER_9);
    fails_status(s, "writer", "map2 second of=committed protect=PAGE_READWRITE type=MEM_RESERVE",
                 ERROR_INVALID_PARAMETER, STATUS_INVALID_PARAMETER_9);
    must(s, "writer", "map2 view of=reserved protect=PAGE_READWRITE");
    gives(s, "writer", "query view", RESERVED_PART("0", "65536", "PAGE_READWRITE"));
}

/* The protection is a PAGE_ value. */
static void map2_page_protection(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map2 view of=section protect=PAGE_READONLY");
    gives(s, "writer", "query view", WHOLE_VIEW("131072", "PAGE_READONLY"));
    faults(s, "writer", "write view u8=1", "write");
}

/* A NULL process is the calling one for MapViewOfFile3, as the page's sample has it. */
static void map3_null_process(struct stage *s)
{
    section_of_two(s);
    REQUIRE(succeeds(s, "writer", "map3 view of=section protect=PAGE_READWRITE process=null"));
    gives(s, "writer", "query view", WHOLE_VIEW("131072", "PAGE_READWRITE"));
}

/* Two views of one section side by side in a split placeholder: behind the end of the first is its beginning, which a
 * reader with an ordinary view sees too. */
static void map3_ring_buffer(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    must(s, "writer", "placeholder room size=0x20000");
    must(s, "writer", "split room length=0x10000");
    succeeds(s, "writer",
             "map3 first of=section protect=PAGE_READWRITE base=$writer.base length=0x10000 "
             "type=MEM_REPLACE_PLACEHOLDER");
    succeeds(s, "writer",
             "map3 second of=section protect=PAGE_READWRITE base=$writer.base+65536 length=0x10000 "
             "type=MEM_REPLACE_PLACEHOLDER");
    must(s, "writer", "write first at=65532 text=wraps-around");
    gives(s, "writer", "read first at=0 length=8 as=text", "text=s-around");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "read view at=0 length=8 as=text", "text=s-around");
    gives(s, "reader", "read view at=65532 length=4 as=text", "text=wrap");
}

/* A placeholder is replaced whole or not at all. */
static void map3_placeholder_exact(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "placeholder room size=0x20000");
    fails_somehow(s, "writer",
                  "map3 half of=section protect=PAGE_READWRITE base=$writer.base length=0x10000 "
                  "type=MEM_REPLACE_PLACEHOLDER");
}

/* In a placeholder base and offset need only be multiples of a page; elsewhere they need 64 KiB. */
static void map3_placeholder_page_alignment(struct stage *s)
{
    section_of_two(s);
    fails_status(s, "writer", "map3 loose of=section protect=PAGE_READWRITE offset=4096 length=4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
    must(s, "writer", "placeholder room size=0x20000");
    must(s, "writer", "split room at=4096 length=4096");
    succeeds(s, "writer",
             "map3 page of=section protect=PAGE_READWRITE base=$writer.base+4096 offset=0x3000 length=4096 "
             "type=MEM_REPLACE_PLACEHOLDER");
}

/* The view lies within the bounds that MEM_ADDRESS_REQUIREMENTS gives. */
static void map3_address_range(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map3 view of=section protect=PAGE_READWRITE lowest=0x10000 highest=0x7FFEFFFF");
    holds(s, "the view ends below 2 GiB", number(s, "writer", "base") + 0x20000 <= 0x7FFF0000);
}

/* An alignment is refused for the view of a section, although the page offers powers of two. */
static void map3_alignment(struct stage *s)
{
    section_of_two(s);
    fails(s, "writer", "map3 aligned of=section protect=PAGE_READWRITE alignment=0x100000",
          ERROR_INVALID_PARAMETER);
    fails(s, "writer", "map3 odd of=section protect=PAGE_READWRITE alignment=0x30000",
          ERROR_INVALID_PARAMETER);
}

/* A base together with requirements is refused. */
static void map3_base_with_requirements(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "reserve room size=0x40000");
    must(s, "writer", "release room");
    fails(s, "writer",
          "map3 view of=section protect=PAGE_READWRITE base=$writer.base lowest=0x10000 highest=0x7FFEFFFF",
          ERROR_INVALID_PARAMETER);
}

/* So are two parameters of one type. */
static void map3_duplicate_parameter(struct stage *s)
{
    section_of_two(s);
    fails(s, "writer",
          "map3 view of=section protect=PAGE_READWRITE lowest=0x10000 highest=0x7FFEFFFF twice=yes",
          ERROR_INVALID_PARAMETER);
}

/* The highest address is the last byte of a page. */
static void map3_highest_not_page_end(struct stage *s)
{
    section_of_two(s);
    fails(s, "writer", "map3 view of=section protect=PAGE_READWRITE highest=0x7FFE0000",
          ERROR_INVALID_PARAMETER);
}

/* What a size does that is no multiple of a page is recorded; the page says that it must be one. */
static void map3_size_page_multiple(struct stage *s)
{
    section_of_two(s);
    records(s, "writer", "map3 view of=section protect=PAGE_READWRITE length=100");
}

/* UnmapViewOfFile2 takes a view away from another process. */
static void unmap2_remote(struct stage *s)
{
    section_of_two(s);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    succeeds(s, "writer", "unmap2 none process=$reader.pid address=$reader.base");
    gives(s, "reader", "query view", "state=MEM_FREE");
    faults(s, "reader", "read view length=1", "read");
}

/* NULL is not the calling process there. */
static void unmap2_null_process(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    fails_status(s, "writer", "unmap2 view process=null", ERROR_INVALID_HANDLE, STATUS_INVALID_HANDLE);
}

static void view_in_placeholder(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "placeholder room size=0x20000");
    must(s, "writer",
         "map3 view of=section protect=PAGE_READWRITE base=$writer.base length=0x20000 "
         "type=MEM_REPLACE_PLACEHOLDER");
}

/* MEM_PRESERVE_PLACEHOLDER turns the view back into a placeholder. */
static void unmap_preserve_placeholder(struct stage *s)
{
    view_in_placeholder(s);
    succeeds(s, "writer", "unmap2 view process=self flags=MEM_PRESERVE_PLACEHOLDER keep=yes");
    gives(s, "writer", "query room show=size,state,type", "size=131072 state=MEM_RESERVE type=MEM_PRIVATE");
}

/* On a view that replaced no placeholder there is nothing to preserve. */
static void unmap_preserve_ordinary_view(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    fails(s, "writer", "unmap2 view process=self flags=MEM_PRESERVE_PLACEHOLDER", ERROR_INVALID_ADDRESS);
}

/* A plain unmap frees the range, placeholder and all. */
static void unmap_plain_frees_placeholder_view(struct stage *s)
{
    view_in_placeholder(s);
    succeeds(s, "writer", "unmap view");
    gives(s, "writer", "query room", "state=MEM_FREE");
}

/* MEM_UNMAP_WITH_TRANSIENT_BOOST changes only a priority. */
static void unmap_transient_boost(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    succeeds(s, "writer", "unmap2 view flags=MEM_UNMAP_WITH_TRANSIENT_BOOST keep=yes");
    gives(s, "writer", "query view", "state=MEM_FREE");
}

/* Other flags are refused. */
static void unmap_bad_flags(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    fails(s, "writer", "unmap2 view process=self flags=MEM_RELEASE", ERROR_INVALID_PARAMETER);
}

/* A view in a placeholder is a view: VirtualFree does not take it. */
static void virtualfree_on_replaced_placeholder(struct stage *s)
{
    view_in_placeholder(s);
    fails(s, "writer", "split view length=0x20000", ERROR_INVALID_PARAMETER);
}

/* A placeholder is split by a release with a size, which the page forbids for a plain release (D29). */
static void placeholder_split_size(struct stage *s)
{
    must(s, "writer", "placeholder room size=0x20000");
    succeeds(s, "writer", "split room length=0x10000");
    gives(s, "writer", "query room show=size,state,type", "size=65536 state=MEM_RESERVE type=MEM_PRIVATE");
}

static const struct test_case placed_views_cases[] = {
    {CASE(map2_into_child), .needs = "has-map2"},
    {CASE(map2_needs_vm_operation), .needs = "has-map2"},
    {CASE(map2_offset_64k), .needs = "has-map2"},
    {CASE(map2_base_rounding), .needs = "has-map2 has-map3"},
    {CASE(map2_zero_size), .needs = "has-map2"},
    {CASE(map2_reserve), .needs = "has-map2"},
    {CASE(map2_page_protection), .needs = "has-map2"},
    {CASE(map3_null_process), .needs = "has-map3"},
    {CASE(map3_ring_buffer), .needs = "has-map3 has-alloc2"},
    {CASE(map3_placeholder_exact), .needs = "has-map3 has-alloc2"},
    {CASE(map3_placeholder_page_alignment), .needs = "has-map3 has-alloc2"},
    {CASE(map3_address_range), .needs = "has-map3"},
    {CASE(map3_alignment), .needs = "has-map3"},
    {CASE(map3_base_with_requirements), .needs = "has-map3"},
    {CASE(map3_duplicate_parameter), .needs = "has-map3"},
    {CASE(map3_highest_not_page_end), .needs = "has-map3"},
    {CASE(map3_size_page_multiple), .needs = "has-map3"},
    {CASE(unmap2_remote), .needs = "has-unmap2 same-bits"},
    {CASE(unmap2_null_process), .needs = "has-unmap2"},
    {CASE(unmap_preserve_placeholder), .needs = "has-unmap2 has-map3 has-alloc2"},
    {CASE(unmap_preserve_ordinary_view), .needs = "has-unmap2"},
    {CASE(unmap_plain_frees_placeholder_view), .needs = "has-map3 has-alloc2"},
    {CASE(unmap_transient_boost), .needs = "has-unmapex"},
    {CASE(unmap_bad_flags), .needs = "has-unmap2"},
    {CASE(virtualfree_on_replaced_placeholder), .needs = "has-map3 has-alloc2"},
    {CASE(placeholder_split_size), .needs = "has-alloc2"},
};
TOPIC(placed_views, placed_views_cases)
