/* Topic images: sections over programs and libraries, with SEC_IMAGE; and what NtQuerySection reports about a
 * section. */
#include "topic.h"

#define OPENS_LIBRARY                                                                                        \
    "file library name=version.dll in=system open=existing access=GENERIC_READ|GENERIC_EXECUTE"

/* The protections of the image's own parts apply, whatever access the view asks for: its headers are not
 * writable. */
static void image_view_ignores_access(struct stage *s)
{
    must(s, "writer", OPENS_LIBRARY);
    must(s, "writer", "create section name=@x size=0 protect=PAGE_EXECUTE_WRITECOPY|SEC_IMAGE file=library");
    must(s, "writer", "map reading of=section access=FILE_MAP_READ");
    gives(s, "writer", "query reading show=type,protect", "type=MEM_IMAGE protect=PAGE_READONLY");
    must(s, "writer", "map writing of=section access=FILE_MAP_COPY");
    gives(s, "writer", "query writing show=type,protect", "type=MEM_IMAGE protect=PAGE_READONLY");
    faults(s, "writer", "write writing at=0 text=x", "write");
    gives(s, "writer", "read writing at=0 length=2 as=text", "text=MZ");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map reading of=section access=FILE_MAP_READ");
    gives(s, "reader", "query reading show=type,protect", "type=MEM_IMAGE protect=PAGE_READONLY");
}

/* SEC_NOCACHE is the one attribute that SEC_IMAGE can have. */
static void create_image_nocache(struct stage *s)
{
    must(s, "writer", OPENS_LIBRARY);
    gives(s, "writer",
          "create section name=@x size=0 protect=PAGE_READONLY|SEC_IMAGE|SEC_NOCACHE file=library",
          "error=0");
    succeeds(s, "writer", "map view of=section access=FILE_MAP_READ");
    gives(s, "writer", "read view at=0 length=2 as=text", "text=MZ");
}

/* SEC_IMAGE_NO_EXECUTE needs PAGE_READONLY and cannot be combined with another flag. */
static void image_no_execute(struct stage *s)
{
    must(s, "writer", OPENS_LIBRARY);
    gives(s, "writer",
          "create section name=@x size=0 protect=PAGE_READONLY|SEC_IMAGE_NO_EXECUTE file=library", "error=0");
    fails(s, "writer", "create copied size=0 protect=PAGE_WRITECOPY|SEC_IMAGE_NO_EXECUTE file=library",
          ERROR_INVALID_PARAMETER);
    fails(s, "writer", "create run size=0 protect=PAGE_EXECUTE_READ|SEC_IMAGE_NO_EXECUTE file=library",
          ERROR_INVALID_PARAMETER);
    fails(s, "writer",
          "create reserved size=0 protect=PAGE_READONLY|SEC_IMAGE_NO_EXECUTE|SEC_RESERVE file=library",
          ERROR_INVALID_PARAMETER);
}

/* A view of an image cannot replace a placeholder (nf-memoryapi-mapviewoffile3). As controls, the same call maps the
 * image elsewhere, and a data section of that size replaces the placeholder. */
static void map3_placeholder_data_only(struct stage *s)
{
    must(s, "writer", OPENS_LIBRARY);
    must(s, "writer", "create image size=0 protect=PAGE_READONLY|SEC_IMAGE file=library");
    must(s, "writer", "map3 elsewhere of=image protect=PAGE_READONLY");
    must(s, "writer", "placeholder room like=elsewhere");
    must(s, "writer", "create data size=$writer.size protect=PAGE_READWRITE");
    fails_somehow(s, "writer",
                  "map3 within of=image protect=PAGE_READONLY base=$writer.base length=$writer.size "
                  "type=MEM_REPLACE_PLACEHOLDER");
    succeeds(s, "writer",
             "map3 view of=data protect=PAGE_READWRITE base=$writer.base length=$writer.size "
             "type=MEM_REPLACE_PLACEHOLDER");
}

/* Only an image section has image information. */
static void size_image_info_on_data(struct stage *s)
{
    must(s, "writer", "create section name=@x size=4096 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|SECTION_QUERY");
    fails_status(s, "reader", "size section class=image", ERROR_INVALID_PARAMETER, STATUS_SECTION_NOT_IMAGE);
    must(s, "reader", OPENS_LIBRARY);
    must(s, "reader", "create image size=0 protect=PAGE_READONLY|SEC_IMAGE file=library");
    succeeds(s, "reader", "size image class=image");
}

/* A buffer that is too short is refused, one that is too long is accepted. */
static void size_query_wrong_length(struct stage *s)
{
    must(s, "writer", "create section name=@x size=8192 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|SECTION_QUERY");
    fails_status(s, "reader", "size section buffer=short", ERROR_BAD_LENGTH, STATUS_INFO_LENGTH_MISMATCH);
    gives(s, "reader", "size section buffer=long", "size=8192 attributes=SEC_COMMIT");
    gives(s, "reader", "size section buffer=exact", "size=8192 attributes=SEC_COMMIT");
}

static const struct test_case images_cases[] = {
    {CASE(image_view_ignores_access)},
    {CASE(create_image_nocache)},
    {CASE(image_no_execute), .needs = "windows-8"},
    {CASE(map3_placeholder_data_only), .needs = "has-map3 has-alloc2"},
    {CASE(size_image_info_on_data)},
    {CASE(size_query_wrong_length)},
};

TOPIC(images, images_cases)
