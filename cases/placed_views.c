/* Views at a given place: in another process, in a placeholder, within bounds. Pages:
 * nf-memoryapi-mapviewoffile2, -mapviewoffile3, -unmapviewoffile2, -virtualalloc2. Where a page says that a
 * misaligned base or offset is rounded down (D6), the case expects what was observed: the call refuses it. */
#include "topic.h"

#define QUERY_RIGHTS "0x1000" /* PROCESS_QUERY_LIMITED_INFORMATION */

static void section_of_two(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
}

/* A section can be mapped into another process, which finds the view at the returned address. */
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

/* Mapping into another process needs PROCESS_VM_OPERATION. */
static void map2_needs_vm_operation(struct stage *s)
{
    section_of_two(s);
    must(s, "reader", "system");
    denied(s, "writer",
           "map2 theirs of=section protect=PAGE_READWRITE process=$reader.pid rights=" QUERY_RIGHTS);
}

/* The offset must be a multiple of 64 KiB. */
static void map2_offset_64k(struct stage *s)
{
    section_of_two(s);
    fails_status(s, "writer", "map2 page of=section protect=PAGE_READWRITE offset=4096",
                 ERROR_MAPPED_ALIGNMENT, STATUS_MAPPED_ALIGNMENT);
    succeeds(s, "writer", "map2 view of=section protect=PAGE_READWRITE offset=0x10000");
}

/* Both calls refuse a base that is not a multiple of 64 KiB. */
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

/* Nothing is mapped into a process that has ended. */
static void map2_into_ended_process(struct stage *s)
{
    section_of_two(s);
    must(s, "reader", "hold ready kind=event");
    killed(s, "reader");
    fails_status(s, "writer", "map2 view of=section protect=PAGE_READWRITE process=$reader.pid",
                 ERROR_ACCESS_DENIED, STATUS_PROCESS_IS_TERMINATING);
}

/* Size 0 with an offset maps the rest of the section. */
static void map2_zero_size(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map2 rest of=section protect=PAGE_READWRITE offset=0x10000 length=0");
    gives(s, "writer", "query rest", WHOLE_VIEW("65536", "PAGE_READWRITE"));
}

/* A length past the end of the section gives error 5, as for MapViewOfFile, although no right is missing. */
static void map2_length_past_end(struct stage *s)
{
    section_of_two(s);
    fails_status(s, "writer", "map2 view of=section protect=PAGE_READWRITE length=0x20001",
                 ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
    fails_status(s, "writer", "map2 rest of=section protect=PAGE_READWRITE offset=0x10000 length=0x11000",
                 ERROR_ACCESS_DENIED, STATUS_INVALID_VIEW_SIZE);
}

/* Whether a view can be mapped without any access is recorded: MapViewOfFile maps one, and MapViewOfFile3 was seen to fail. */
static void map3_noaccess(struct stage *s)
{
    section_of_two(s);
    records(s, "writer", "map3 view of=section protect=PAGE_NOACCESS");
}

/* MEM_RESERVE is refused for sections in the paging file; their reserved pages come from SEC_RESERVE. */
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

/* The protection argument is a PAGE_ value. */
static void map2_page_protection(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map2 view of=section protect=PAGE_READONLY");
    gives(s, "writer", "query view", WHOLE_VIEW("131072", "PAGE_READONLY"));
    faults(s, "writer", "write view u8=1", "write");
}

/* A NULL process means the calling process for MapViewOfFile3, as in the page's sample. */
static void map3_null_process(struct stage *s)
{
    section_of_two(s);
    REQUIRE(succeeds(s, "writer", "map3 view of=section protect=PAGE_READWRITE process=null"));
    gives(s, "writer", "query view", WHOLE_VIEW("131072", "PAGE_READWRITE"));
}

/* Two views of one section side by side in a split placeholder: the start of the section follows the end of
 * the first view, and a reader with an ordinary view sees it too. */
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

/* A view must replace a placeholder as a whole. */
static void map3_placeholder_exact(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "placeholder room size=0x20000");
    fails_somehow(s, "writer",
                  "map3 half of=section protect=PAGE_READWRITE base=$writer.base length=0x10000 "
                  "type=MEM_REPLACE_PLACEHOLDER");
}

/* In a placeholder base and offset must be multiples of a page; elsewhere of 64 KiB. */
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

/* The view is within the bounds of MEM_ADDRESS_REQUIREMENTS. */
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

/* A base together with address requirements is refused. */
static void map3_base_with_requirements(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "reserve room size=0x40000");
    must(s, "writer", "release room");
    fails(s, "writer",
          "map3 view of=section protect=PAGE_READWRITE base=$writer.base lowest=0x10000 highest=0x7FFEFFFF",
          ERROR_INVALID_PARAMETER);
}

/* Two parameters of one type are refused. */
static void map3_duplicate_parameter(struct stage *s)
{
    section_of_two(s);
    fails(s, "writer",
          "map3 view of=section protect=PAGE_READWRITE lowest=0x10000 highest=0x7FFEFFFF twice=yes",
          ERROR_INVALID_PARAMETER);
}

/* The highest address must be the last byte of a page. */
static void map3_highest_not_page_end(struct stage *s)
{
    section_of_two(s);
    fails(s, "writer", "map3 view of=section protect=PAGE_READWRITE highest=0x7FFE0000",
          ERROR_INVALID_PARAMETER);
}

/* The page says that the size must be a multiple of a page: what another size does is recorded. */
static void map3_size_page_multiple(struct stage *s)
{
    section_of_two(s);
    records(s, "writer", "map3 view of=section protect=PAGE_READWRITE length=100");
}

/* UnmapViewOfFile2 can unmap a view of another process. */
static void unmap2_remote(struct stage *s)
{
    section_of_two(s);
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    succeeds(s, "writer", "unmap2 none process=$reader.pid address=$reader.base");
    gives(s, "reader", "query view", "state=MEM_FREE");
    faults(s, "reader", "read view length=1", "read");
}

/* UnmapViewOfFile2 does not accept NULL for the calling process. */
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

/* MEM_PRESERVE_PLACEHOLDER fails for a view that replaced no placeholder. */
static void unmap_preserve_ordinary_view(struct stage *s)
{
    section_of_two(s);
    must(s, "writer", "map view of=section access=FILE_MAP_READ");
    fails(s, "writer", "unmap2 view process=self flags=MEM_PRESERVE_PLACEHOLDER", ERROR_INVALID_ADDRESS);
}

/* An ordinary unmap frees the range together with the placeholder. */
static void unmap_plain_frees_placeholder_view(struct stage *s)
{
    view_in_placeholder(s);
    succeeds(s, "writer", "unmap view");
    gives(s, "writer", "query room", "state=MEM_FREE");
}

/* MEM_UNMAP_WITH_TRANSIENT_BOOST only changes a priority. */
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

/* VirtualFree fails on a view that replaced a placeholder. */
static void virtualfree_on_replaced_placeholder(struct stage *s)
{
    view_in_placeholder(s);
    fails(s, "writer", "split view length=0x20000", ERROR_INVALID_PARAMETER);
}

/* VirtualFree with a size splits a placeholder, although the page forbids a size for an ordinary release
 * (D29). */
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
    {CASE(map2_into_ended_process), .needs = "has-map2"},
    {CASE(map2_zero_size), .needs = "has-map2"},
    {CASE(map2_length_past_end), .needs = "has-map2"},
    {CASE(map3_noaccess), .needs = "has-map3"},
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
