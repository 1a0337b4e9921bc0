/* Topic call_forms: the A, Numa, Ex, FromApp and 3 functions keep the rules of CreateFileMappingW, OpenFileMappingW and
 * MapViewOfFile. Each function has a case of its own, so that a deviation of one does not hide the results of the others. */
#include "free_place.h"
#include "topic.h"

#include <stdlib.h>

/* ---- create ---- */

/* Checks a function that creates: `verb` calls it, `extra` follows the arguments that all functions take. */
static void creates(struct stage *s, const char *verb, const char *extra)
{
    static const char *const refused[][2] = {{"0", "PAGE_READWRITE"},
                                             {"4096", "PAGE_NOACCESS"},
                                             {"4096", "PAGE_READWRITE|SEC_COMMIT|SEC_RESERVE"}};
    REQUIRE(gives(s, "writer", step("%s section name=@x size=0x11064 protect=PAGE_READWRITE%s", verb, extra),
                  "error=0"));
    gives(s, "writer", "size section", "size=73728 attributes=SEC_COMMIT");
    gives(s, "writer", "flags section", "inherit=no protect-from-close=no");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "writer", "zero view length=0x12000", "zero=yes");
    must(s, "writer", "fill view length=0x12000 seed=1");
    REQUIRE(gives(s, "reader", step("%s section name=@x size=4096 protect=PAGE_READWRITE%s", verb, extra),
                  "error=183"));
    gives(s, "reader", "size section", "size=73728 attributes=SEC_COMMIT");
    gives(s, "reader", "flags section", "inherit=no protect-from-close=no");
    if (succeeds(s, "reader", "map view of=section access=FILE_MAP_READ"))
        gives(s, "reader", "verify view length=0x12000 seed=1", "match=yes");
    REQUIRE(gives(s, "third", step("%s larger name=@x size=0x40000 protect=PAGE_READWRITE%s", verb, extra),
                  "error=183"));
    gives(s, "third", "size larger", "size=73728 attributes=SEC_COMMIT");
    must(s, "third", "close larger");
    gives(s, "reader", step("%s low name=@low size=4096 protect=PAGE_READONLY%s", verb, extra), "error=0");
    row(s, "create-granted-access-by-protect");
    gives(s, "reader", "granted low", "access=0xF0005");
    row(s, "create-pagefile-section");
    denied(s, "reader", "map wide of=low access=FILE_MAP_WRITE");
    denied(s, "reader", "map code of=low access=FILE_MAP_READ|FILE_MAP_EXECUTE");
    for (unsigned i = 0; i < COUNT(refused); i++) {
        fails(s, "third",
              step("%s bad name=@bad%u size=%s protect=%s%s", verb, i, refused[i][0], refused[i][1], extra),
              ERROR_INVALID_PARAMETER);
        not_found(s, "third", step("open found name=@bad%u access=FILE_MAP_READ", i));
    }
    must(s, "third", "hold event kind=event name=@event");
    fails_status(s, "reader", step("%s bad name=@event size=4096 protect=PAGE_READWRITE%s", verb, extra),
                 ERROR_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH);
    gives(s, "reader", step("%s other name=@X size=4096 protect=PAGE_READWRITE%s", verb, extra), "error=0");
    must(s, "writer", "close section");
    must(s, "writer", "unmap view");
    if (succeeds(s, "third", "open section name=@x access=FILE_MAP_READ"))
        must(s, "third", "close section");
    must(s, "reader", "close section");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "unmap view");
    REQUIRE(gives(s, "third", step("%s section name=@x size=4096 protect=PAGE_READWRITE%s", verb, extra),
                  "error=0"));
    must(s, "third", "map view of=section access=FILE_MAP_READ");
    gives(s, "third", "zero view length=4096", "zero=yes");
}

/* SEC_RESERVE, and a size that needs its upper 32 bits. */
static void creates_large(struct stage *s, const char *verb, const char *extra)
{
    REQUIRE(
        gives(s, "writer",
              step("%s section name=@x size=0x140000000 protect=PAGE_READWRITE|SEC_RESERVE%s", verb, extra),
              "error=0"));
    gives(s, "writer", "size section", "size=5368709120 attributes=SEC_RESERVE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE length=0x20000");
    gives(s, "writer", "query view show=state", "state=MEM_RESERVE");
}

/* A new section gets the whole DACL that the call passes. The DACL of a call that finds an existing name has no effect. A
 * call that is denied leaves no object. */
static void describes(struct stage *s, const char *verb, const char *extra)
{
    static const char *const lists[] = {"D:P(A;;0x4;;;WD)(A;;0xF0001;;;WD)",
                                        "D:P(D;;0x2;;;WD)(A;;0xF0007;;;WD)"};
    for (unsigned i = 0; i < COUNT(lists); i++) {
        REQUIRE(gives(s, "writer",
                      step("%s listed%u name=@listed%u size=4096 protect=PAGE_READWRITE sd=%s%s", verb, i, i,
                           lists[i], extra),
                      "error=0"));
        const bool same =
            gives(s, "writer",
                  step("%s same%u name=@listed%u size=4096 protect=PAGE_READONLY sd=D:P(A;;0xF001F;;;WD)%s",
                       verb, i, i, extra),
                  "error=183");
        if (succeeds(s, "reader", step("open listed name=@listed%u access=FILE_MAP_READ|SECTION_QUERY", i)))
            must(s, "reader", "close listed");
        denied(s, "reader", step("open listed name=@listed%u access=FILE_MAP_WRITE", i));
        denied(s, "reader",
               step("%s listed name=@listed%u size=4096 protect=PAGE_READWRITE%s", verb, i, extra));
        must(s, "writer", step("close listed%u", i));
        if (same)
            must(s, "writer", step("close same%u", i));
        not_found(s, "reader", step("open listed name=@listed%u access=FILE_MAP_READ", i));
    }
}

static void inherits(struct stage *s, const char *verb, const char *extra)
{
    gives(s, "writer", step("%s heir name=@heir size=4096 protect=PAGE_READWRITE inherit=yes%s", verb, extra),
          "error=0");
    gives(s, "writer", "flags heir", "inherit=yes protect-from-close=no");
    gives(s, "writer",
          step("%s again name=@heir size=4096 protect=PAGE_READWRITE inherit=yes%s", verb, extra),
          "error=183");
    gives(s, "writer", "flags again", "inherit=yes protect-from-close=no");
}

/* Sections of files, which keep the rules of file_sections.c. `extra` follows the arguments of the verb. */
static void backs_with_files(struct stage *s, const char *verb, const char *extra)
{
    must(s, "writer", "file data name=^data size=0x11064");
    must(s, "writer", "filewrite data at=0x11000 text=behind");
    row(s, "file-smaller-section");
    gives(s, "writer", step("%s part size=0x10000 protect=PAGE_READONLY file=data%s", verb, extra),
          "error=0");
    gives(s, "writer", "filesize data", "size=69732");
    row(s, "file-size-zero-means-file-size");
    REQUIRE(gives(s, "writer",
                  step("%s whole name=@whole size=0 protect=PAGE_READWRITE file=data%s", verb, extra),
                  "error=0"));
    gives(s, "writer", "size whole", "size=69732 attributes=SEC_FILE");
    if (succeeds(s, "reader", "open whole name=@whole access=FILE_MAP_READ") &&
        succeeds(s, "reader", "map view of=whole access=FILE_MAP_READ"))
        gives(s, "reader", "read view at=0x11000 length=6 as=text", "text=behind");
    row(s, "file-extended-on-create");
    gives(s, "writer", step("%s grown size=0x12345 protect=PAGE_READWRITE file=data%s", verb, extra),
          "error=0");
    gives(s, "writer", "filesize data", "size=74565");
    row(s, "file-zero-length");
    must(s, "writer", "file empty name=^empty");
    fails_status(s, "writer", step("%s none size=0 protect=PAGE_READWRITE file=empty%s", verb, extra),
                 ERROR_FILE_INVALID, STATUS_MAPPED_FILE_SIZE_ZERO);
    gives(s, "writer", "filesize empty", "size=0");
    row(s, "file-access-mismatch");
    must(s, "reader", "file data name=^data open=existing access=GENERIC_READ");
    denied(s, "reader", step("%s none size=0 protect=PAGE_READWRITE file=data%s", verb, extra));
    row(s, "file-section-name-gone-with-view");
    must(s, "reader", "unmap view");
    must(s, "reader", "close whole");
    must(s, "writer", "close whole");
    not_found(s, "reader", "open whole name=@whole access=FILE_MAP_READ");
}

/* A section of a program has a view of type MEM_IMAGE with the first bytes of the file. A file that is no program is refused. */
static void backs_with_images(struct stage *s, const char *verb, const char *extra)
{
    must(s, "writer",
         "file library name=version.dll in=system open=existing access=GENERIC_READ|GENERIC_EXECUTE");
    REQUIRE(gives(s, "writer",
                  step("%s image size=0 protect=PAGE_READONLY|SEC_IMAGE file=library%s", verb, extra),
                  "error=0"));
    must(s, "writer", "map view of=image access=FILE_MAP_READ");
    gives(s, "writer", "query view show=type", "type=MEM_IMAGE");
    gives(s, "writer", "read view at=0 length=2 as=text", "text=MZ");
    row(s, "image-bad-file");
    must(s, "writer", "file data name=^data size=4096");
    fails_status(s, "writer", step("%s none size=0 protect=PAGE_READONLY|SEC_IMAGE file=data%s", verb, extra),
                 ERROR_BAD_EXE_FORMAT, STATUS_INVALID_IMAGE_NOT_MZ);
}

static void files_by_ansi(struct stage *s)
{
    backs_with_files(s, "create", " api=A");
}

static void files_by_numa(struct stage *s)
{
    backs_with_files(s, "create", " api=numa");
}

static void files_by_app(struct stage *s)
{
    backs_with_files(s, "createapp", "");
}

static void images_by_ansi(struct stage *s)
{
    backs_with_images(s, "create", " api=A");
}

static void images_by_numa(struct stage *s)
{
    backs_with_images(s, "create", " api=numa");
}

static void images_by_app(struct stage *s)
{
    backs_with_images(s, "createapp", "");
}

static void create_by_ansi(struct stage *s)
{
    creates(s, "create", " api=A");
    describes(s, "create", " api=A");
    inherits(s, "create", " api=A");
}

static void create_by_numa(struct stage *s)
{
    creates(s, "create", " api=numa");
    describes(s, "create", " api=numa");
    inherits(s, "create", " api=numa");
}

static void create_large_by_ansi(struct stage *s)
{
    creates_large(s, "create", " api=A");
}

static void create_large_by_app(struct stage *s)
{
    creates_large(s, "createapp", "");
}

static void create_large_by_numa(struct stage *s)
{
    creates_large(s, "create", " api=numa");
}

static void create_by_app(struct stage *s)
{
    creates(s, "createapp", "");
    describes(s, "createapp", "");
    inherits(s, "createapp", "");
}

/* ---- open ---- */

static void opens(struct stage *s, const char *verb, const char *extra)
{
    not_found(s, "reader", step("%s section name=@x access=FILE_MAP_READ%s", verb, extra));
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
    must(s, "third", "hold event kind=event name=@event");
    fails_status(s, "reader", step("%s section name=@event access=FILE_MAP_READ%s", verb, extra),
                 ERROR_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH);
    writer_writes(s);
    must(s, "writer", "close section");
    must(s, "writer", "unmap view");
    not_found(s, "reader", step("%s section name=@x access=FILE_MAP_READ%s", verb, extra));
    must(s, "writer", "create limited name=@limited size=4096 protect=PAGE_READWRITE sd=D:P(A;;0x4;;;WD)");
    for (unsigned i = 0; i < 3; i++)
        denied(s, "reader", step("%s limited name=@limited access=FILE_MAP_WRITE%s", verb, extra));
    must(s, "writer", "close limited");
    not_found(s, "third", "open limited name=@limited access=FILE_MAP_READ");
    must(s, "third", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "third", "map view of=section access=FILE_MAP_WRITE");
    must(s, "third", "fill view length=0x20000 seed=1");
    REQUIRE(succeeds(s, "reader", step("%s low name=@x access=FILE_MAP_READ%s", verb, extra)));
    gives(s, "reader", "granted low", "access=0x4");
    gives(s, "reader", "flags low", "inherit=no protect-from-close=no");
    denied(s, "reader", "map no of=low access=FILE_MAP_WRITE");
    REQUIRE(
        succeeds(s, "reader", step("%s section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE%s", verb, extra)));
    gives(s, "reader", "granted section", "access=0x6");
    fails_status(s, "reader", "size low", ERROR_ACCESS_DENIED, STATUS_ACCESS_DENIED);
    REQUIRE(succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE"));
    gives(s, "reader", "verify view length=0x20000 seed=1", "match=yes");
    must(s, "reader", "fill view length=0x20000 seed=2");
    gives(s, "third", "verify view length=0x20000 seed=2", "match=yes");
    leaves(s, "third");
    if (succeeds(s, "fourth", step("%s section name=@x access=FILE_MAP_READ%s", verb, extra)))
        must(s, "fourth", "close section");
    must(s, "reader", "close section");
    must(s, "reader", "close low");
    not_found(s, "fourth", step("%s section name=@x access=FILE_MAP_READ%s", verb, extra));
    gives(s, "reader", "verify view length=0x20000 seed=2", "match=yes");
}

static void open_inherits(struct stage *s, const char *verb, const char *extra)
{
    must(s, "writer", "create heir name=@heir size=4096 protect=PAGE_READWRITE");
    if (succeeds(s, "reader", step("%s heir name=@heir access=FILE_MAP_READ inherit=yes%s", verb, extra)))
        gives(s, "reader", "flags heir", "inherit=yes protect-from-close=no");
}

static void open_by_ansi(struct stage *s)
{
    opens(s, "open", " api=A");
    open_inherits(s, "open", " api=A");
}

static void open_by_app(struct stage *s)
{
    opens(s, "openapp", "");
    open_inherits(s, "openapp", "");
}

/* ---- map ---- */

struct map_form {
    const char *verb;
    const char *read, *write, *copy; /* arguments for a view of that access */
    bool at_base;                    /* the view is mapped where addresses of the process are free */
};

static const char *map_step(struct stage *s, const struct map_form *form, const char *label,
                            const char *section, const char *access, const char *range)
{
    if (form->at_base) {
        must(s, "reader", "reserve room size=0x100000");
        must(s, "reader", "release room");
    }
    return step("%s %s of=%s %s%s%s", form->verb, label, section, access, range,
                form->at_base ? " base=$reader.base" : "");
}

#define MAP(label, section, access, range) map_step(s, form, label, section, form->access, range)

static void maps(struct stage *s, const struct map_form *form)
{
    must(s, "writer", "create section name=@x size=0x30064 protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=0x31000 seed=1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    must(s, "reader", "open low name=@x access=FILE_MAP_READ");
    REQUIRE(succeeds(s, "reader", MAP("whole", "section", write, "")));
    gives(s, "reader", "query whole", WHOLE_VIEW("200704", "PAGE_READWRITE"));
    gives(s, "reader", "verify whole length=0x31000 seed=1", "match=yes");
    REQUIRE(succeeds(s, "reader", MAP("end", "low", read, " offset=0x20000")));
    gives(s, "reader", "query end", WHOLE_VIEW("69632", "PAGE_READONLY"));
    gives(s, "reader", "verify end length=0x11000 seed=1", "match=yes");
    faults(s, "reader", "write end at=0 u8=1", "write");
    REQUIRE(succeeds(s, "reader", MAP("few", "section", write, " offset=0x10000 length=0x1001")));
    gives(s, "reader", "query few", WHOLE_VIEW("8192", "PAGE_READWRITE"));
    REQUIRE(succeeds(s, "reader", MAP("copy", "low", copy, "")));
    REQUIRE(succeeds(s, "reader", "fill copy at=0x20000 length=4096 seed=5"));
    must(s, "reader", "fill whole length=0x31000 seed=2");
    gives(s, "writer", "verify view length=0x31000 seed=2", "match=yes");
    gives(s, "reader", "verify end length=0x11000 seed=2", "match=yes");
    gives(s, "reader", "verify few length=0x2000 seed=2", "match=yes");
    gives(s, "reader", "verify copy length=0x20000 seed=2", "match=yes");
    gives(s, "reader", "verify copy at=0x20000 length=4096 seed=5", "match=yes");
    must(s, "reader", "regions type=MEM_MAPPED");
    const uint64_t regions = number(s, "reader", "count");
    powered(s, "the four views are counted", regions >= 4);
    denied(s, "reader", MAP("no", "low", write, ""));
    fails_status(s, "reader", MAP("no", "section", write, " offset=0x1000"), ERROR_MAPPED_ALIGNMENT,
                 STATUS_MAPPED_ALIGNMENT);
    fails_status(s, "reader", MAP("no", "section", write, " length=0x41000"), ERROR_ACCESS_DENIED,
                 STATUS_INVALID_VIEW_SIZE);
    must(s, "reader", "regions type=MEM_MAPPED");
    holds(s, "as many mapped regions as before", number(s, "reader", "count") == regions);
    gives(s, "writer", "verify view length=0x31000 seed=2", "match=yes");
    succeeds(s, "reader", "unmap copy");
    gives(s, "writer", "verify view length=0x31000 seed=2", "match=yes");
    must(s, "reader", "close section");
    must(s, "reader", "close low");
    succeeds(s, "reader", "unmap few");
    gives(s, "reader", "verify whole length=0x31000 seed=2", "match=yes");
    gives(s, "reader", "verify end length=0x11000 seed=2", "match=yes");
    must(s, "writer", "unmap view");
    must(s, "writer", "close section");
    not_found(s, "third", "open section name=@x access=FILE_MAP_READ");
    gives(s, "reader", "verify whole length=0x31000 seed=2", "match=yes");
}

/* A view of more than 4 GiB has the size of its section, and addresses 4 GiB apart are different memory. */
static void maps_large(struct stage *s, const struct map_form *form)
{
    static const char *const places[] = {"0", "0x80000000", "0x100000000", "0x140012000"};
    must(s, "writer", "create section name=@x size=0x140012345 protect=PAGE_READWRITE|SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    if (form->at_base) {
        const unsigned long long place = high_place(s, "reader", "0x140013000");
        REQUIRE(place);
        REQUIRE(
            succeeds(s, "reader", step("%s all of=section %s base=0x%llx", form->verb, form->write, place)));
    } else {
        REQUIRE(succeeds(s, "reader", step("%s all of=section %s", form->verb, form->write)));
    }
    gives(s, "reader", "query all show=size,state", "size=5368786944 state=MEM_RESERVE");
    must(s, "writer", "map all of=section access=FILE_MAP_WRITE");
    for (unsigned i = 0; i < COUNT(places); i++) {
        must_give(s, "writer", step("commit all at=%s length=4096 protect=PAGE_READWRITE", places[i]),
                  step("base=+%llu", strtoull(places[i], NULL, 0)));
        must(s, "writer", step("write all at=%s u32=%u", places[i], i + 1));
    }
    for (unsigned i = 0; i < COUNT(places); i++)
        gives(s, "reader", step("read all at=%s as=u32", places[i]), step("u32=%u", i + 1));
}

static const struct map_form by_plain = {"map", "access=FILE_MAP_READ", "access=FILE_MAP_WRITE",
                                         "access=FILE_MAP_COPY", false};
static const struct map_form by_ex = {"map", "access=FILE_MAP_READ", "access=FILE_MAP_WRITE",
                                      "access=FILE_MAP_COPY", true};
static const struct map_form by_app = {"mapapp", "access=FILE_MAP_READ", "access=FILE_MAP_WRITE",
                                       "access=FILE_MAP_COPY", false};
static const struct map_form by_3 = {"map3", "protect=PAGE_READONLY", "protect=PAGE_READWRITE",
                                     "protect=PAGE_WRITECOPY", false};

static void map_by_plain(struct stage *s)
{
    maps(s, &by_plain);
}

static void map_large_by_plain(struct stage *s)
{
    maps_large(s, &by_plain);
}

static void map_large_by_ex(struct stage *s)
{
    maps_large(s, &by_ex);
}

static void map_large_by_app(struct stage *s)
{
    maps_large(s, &by_app);
}

static void map_large_by_3(struct stage *s)
{
    maps_large(s, &by_3);
}

static void map_by_ex(struct stage *s)
{
    maps(s, &by_ex);
}

static void map_by_app(struct stage *s)
{
    maps(s, &by_app);
}

static void map_by_3(struct stage *s)
{
    maps(s, &by_3);
}

/* ---- unmap ---- */

#define UNMAPPED "0x100064" /* bytes */
#define UNMAPPED_PAGES "0x101000"

/* The step `verb` LABEL `extra` unmaps a view. `status` is that of a second time; 0: no source names it. */
static void unmaps(struct stage *s, const char *verb, const char *extra, uint32_t status)
{
    must(s, "writer", "create section name=@x size=" UNMAPPED " protect=PAGE_READWRITE");
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "fill view length=" UNMAPPED_PAGES " seed=1");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ|FILE_MAP_WRITE");
    for (unsigned i = 0; i < 3; i++) {
        must(s, "reader", step("create other%u size=" UNMAPPED " protect=PAGE_READWRITE", i));
        must(s, "reader", step("map beside%u of=other%u access=FILE_MAP_WRITE", i, i));
        must(s, "reader", step("fill beside%u length=" UNMAPPED_PAGES " seed=7", i));
        must(s, "reader", step("map v%u of=section access=FILE_MAP_WRITE", i));
    }
    const unsigned long long place = free_place(s, "reader", "0x100000");
    REQUIRE(place);
    for (unsigned round = 0; round < 2; round++) {
        row(s, "life-unmap-frees-range"); /* in the second round: by the first one */
        REQUIRE(succeeds(s, "reader",
                         step("map placed%u of=section access=FILE_MAP_WRITE base=0x%llx", round, place)));
        gives(s, "reader", step("verify placed%u length=" UNMAPPED_PAGES " seed=1", round), "match=yes");
        row(s, "life-unmap-returns-true");
        succeeds(s, "reader", step("%s placed%u keep=yes%s", verb, round, extra));
        row(s, "life-unmap-frees-range");
        gives(s, "reader", step("query placed%u show=state", round), "state=MEM_FREE");
        row(s, "life-unmap-twice");
        fails_status(s, "reader", step("%s placed%u%s", verb, round, extra), ERROR_INVALID_ADDRESS, status);
    }
    row(s, "life-unmap-one-of-two");
    for (unsigned i = 0; i < 3; i++) {
        succeeds(s, "reader", step("%s v%u%s", verb, i, extra));
        for (unsigned j = i + 1; j < 3; j++)
            gives(s, "reader", step("verify v%u length=" UNMAPPED_PAGES " seed=1", j), "match=yes");
        for (unsigned j = 0; j < 3; j++)
            gives(s, "reader", step("verify beside%u length=" UNMAPPED_PAGES " seed=7", j), "match=yes");
        gives(s, "writer", "verify view length=" UNMAPPED_PAGES " seed=1", "match=yes");
    }
    row(s, "view-persists-across-unmap");
    must(s, "writer", "unmap view");
    REQUIRE(succeeds(s, "reader", "map last of=section access=FILE_MAP_READ"));
    gives(s, "reader", "verify last length=" UNMAPPED_PAGES " seed=1", "match=yes");
}

static void unmap_by_plain(struct stage *s)
{
    unmaps(s, "unmap", "", STATUS_NOT_MAPPED_VIEW);
}

static void unmap_by_ex(struct stage *s)
{
    unmaps(s, "unmap2", "", 0);
}

static void unmap_by_2(struct stage *s)
{
    unmaps(s, "unmap2", " process=self", 0);
}

#define UNMAPS                                                                                               \
    "life-unmap-returns-true life-unmap-frees-range life-unmap-twice life-unmap-one-of-two "                 \
    "view-persists-across-unmap"
#define CREATES "create-pagefile-section create-granted-access-by-protect"
#define FILES                                                                                                \
    "file-size-zero-means-file-size file-smaller-section file-extended-on-create file-zero-length "          \
    "file-access-mismatch file-section-name-gone-with-view"
#define OPENS "open-existing"
#define MAPS "map-whole"

static const struct test_case call_forms_cases[] = {
    {CASE(create_by_ansi), .rows = CREATES},
    {CASE(create_by_numa), .rows = CREATES " create-numa-no-preference", .needs = "numa"},
    {CASE(create_by_app), .rows = CREATES " fromapp-interoperates", .needs = "has-createapp"},
    {CASE(create_large_by_ansi), .rows = "size-above-4gib", .needs = "64-bit"},
    {CASE(create_large_by_app), .rows = "fromapp-64-bit-arguments", .needs = "has-createapp 64-bit"},
    {CASE(create_large_by_numa), .rows = "size-above-4gib", .needs = "numa 64-bit"},
    {CASE(files_by_ansi), .rows = FILES},
    {CASE(files_by_numa), .rows = FILES, .needs = "numa"},
    {CASE(files_by_app), .rows = FILES, .needs = "has-createapp"},
    {CASE(images_by_ansi), .rows = "image-view-ignores-access image-bad-file"},
    {CASE(images_by_numa), .rows = "image-view-ignores-access image-bad-file", .needs = "numa"},
    {CASE(images_by_app), .rows = "image-view-ignores-access image-bad-file", .needs = "has-createapp"},
    {CASE(open_by_ansi), .rows = OPENS},
    {CASE(open_by_app), .rows = OPENS " fromapp-interoperates", .needs = "has-openapp"},
    {CASE(map_by_plain), .rows = MAPS},
    {CASE(map_large_by_plain), .rows = "size-above-4gib", .needs = "64-bit"},
    {CASE(map_large_by_ex), .rows = "size-above-4gib", .needs = "64-bit"},
    {CASE(map_large_by_app), .rows = "size-above-4gib", .needs = "64-bit has-mapapp"},
    {CASE(map_large_by_3), .rows = "size-above-4gib", .needs = "64-bit has-map3"},
    {CASE(unmap_by_plain), .rows = UNMAPS},
    {CASE(unmap_by_ex), .rows = UNMAPS, .needs = "has-unmapex"},
    {CASE(unmap_by_2), .rows = UNMAPS, .needs = "has-unmap2"},
    {CASE(map_by_ex), .rows = MAPS " map-ex-base-honoured"},
    {CASE(map_by_app), .rows = MAPS " fromapp-interoperates", .needs = "has-mapapp"},
    {CASE(map_by_3), .rows = MAPS, .needs = "has-map3"},
};

TOPIC(call_forms, call_forms_cases)
