/* Which mapping functions Windows exports, by the version that the page of the function names. A build that
 * should export a function and does not fails here; elsewhere an absent function is a skip. */
#include <string.h>

#include "topic.h"

/* The NUMA functions exist since Vista, in kernel32. */
static void api_createfilemappingnuma_vista(struct stage *s)
{
    gives(s, "writer", "export CreateFileMappingNumaW from=kernel32", "present=yes");
    gives(s, "writer", "export MapViewOfFileExNuma from=kernel32", "present=yes");
}

static void api_fromapp_win8(struct stage *s)
{
    gives(s, "writer", "export CreateFileMappingFromApp", "present=yes");
    gives(s, "writer", "export MapViewOfFileFromApp", "present=yes");
}

static void api_unmapviewoffileex_win8(struct stage *s)
{
    gives(s, "writer", "export UnmapViewOfFileEx", "present=yes");
}

static void api_openfilemappingfromapp_win10(struct stage *s)
{
    gives(s, "writer", "export OpenFileMappingFromApp", "present=yes");
}

static void api_compareobjecthandles_win10(struct stage *s)
{
    gives(s, "writer", "export CompareObjectHandles", "present=yes");
}

static void api_numa2_unmap2_1703(struct stage *s)
{
    gives(s, "writer", "export MapViewOfFileNuma2", "present=yes");
    gives(s, "writer", "export UnmapViewOfFile2", "present=yes");
}

/* MapViewOfFile2 is an inline function of the SDK's header, which calls MapViewOfFileNuma2: no DLL exports
 * it. */
static void api_mapviewoffile2_inline(struct stage *s)
{
    gives(s, "writer", "export MapViewOfFile2 from=kernel32", "present=no");
    gives(s, "writer", "export MapViewOfFile2 from=kernelbase", "present=no");
}

static void api_mapviewoffile3_1803(struct stage *s)
{
    gives(s, "writer", "export MapViewOfFile3", "present=yes");
}

/* The page names Kernel32.dll (D22), but only kernelbase exports the function. */
static void api_mapviewoffile3_kernelbase_only(struct stage *s)
{
    gives(s, "writer", "export MapViewOfFile3 from=kernelbase", "present=yes");
    gives(s, "writer", "export MapViewOfFile3 from=kernel32", "present=no");
}

static void api_createfilemapping2_20348(struct stage *s)
{
    gives(s, "writer", "export CreateFileMapping2", "present=yes");
}

static void api_prefetch_discard_offer(struct stage *s)
{
    gives(s, "writer", "export PrefetchVirtualMemory", "present=yes");
    gives(s, "writer", "export DiscardVirtualMemory", "present=yes");
    gives(s, "writer", "export OfferVirtualMemory", "present=yes");
}

static void api_private_namespace_vista(struct stage *s)
{
    gives(s, "writer", "export CreatePrivateNamespaceW from=kernel32", "present=yes");
    gives(s, "writer", "export OpenPrivateNamespaceW from=kernel32", "present=yes");
    gives(s, "writer", "export ClosePrivateNamespace from=kernel32", "present=yes");
}

/* QueryVirtualMemoryInformation exists since 1607; view_pages.c and file_sections.c check its answers. */
static void region_info_1607(struct stage *s)
{
    gives(s, "reader", "export QueryVirtualMemoryInformation", "present=yes");
    must(s, "writer", "create section name=@x size=0x20000 protect=PAGE_READWRITE");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "kind view show=base,size", "base=+0 size=131072");
}

/* CreateFileMapping2 returns a handle with exactly the requested access, whatever the protection allows. */
static void cfm2_desired_access(struct stage *s)
{
    must(s, "writer", "create2 section name=@x size=4096 protect=PAGE_READWRITE access=FILE_MAP_READ");
    gives(s, "writer", "granted section", "access=0x4");
    succeeds(s, "writer", "map readable of=section access=FILE_MAP_READ");
    fails(s, "writer", "map writable of=section access=FILE_MAP_WRITE", ERROR_ACCESS_DENIED);
    must(s, "reader", "open section name=@x access=FILE_MAP_WRITE");
    succeeds(s, "reader", "map view of=section access=FILE_MAP_WRITE");
}

/* CreateFileMapping2 takes the protection and the SEC_ flags as two arguments. */
static void cfm2_split_flags(struct stage *s)
{
    must(s, "writer",
         "create2 section name=@x size=0x10000 protect=PAGE_READWRITE access=FILE_MAP_ALL_ACCESS "
         "attributes=SEC_RESERVE");
    must(s, "reader", "open section name=@x access=FILE_MAP_ALL_ACCESS");
    gives(s, "reader", "size section", "size=65536 attributes=SEC_RESERVE");
    must(s, "reader", "map view of=section access=FILE_MAP_WRITE");
    gives(s, "reader", "query view show=state", "state=MEM_RESERVE");
}

/* CreateFileMapping2 opens an existing name, as CreateFileMapping does. */
static void cfm2_existing(struct stage *s)
{
    must(s, "writer", "create section name=@x size=0x10000 protect=PAGE_READWRITE");
    gives(s, "reader", "create2 section name=@x size=4096 protect=PAGE_READWRITE access=FILE_MAP_ALL_ACCESS",
          "error=183");
    gives(s, "reader", "size section", "size=65536 attributes=SEC_COMMIT");
}

/* CreateFileMapping2 takes a NUMA node as an extended parameter. It is only a preference: whether the pages
 * come from that node is recorded. Node 0 exists on every machine. */
static void cfm2_numa_parameter(struct stage *s)
{
    records(s, "writer",
            "create2 section name=@x size=0x20000 protect=PAGE_READWRITE access=FILE_MAP_ALL_ACCESS node=0");
    if (strcmp(value(s, "writer", "error"), "0") != 0)
        return;
    must(s, "writer", "map view of=section access=FILE_MAP_WRITE");
    must(s, "writer", "write view at=0x10000 text=touched");
    records(s, "writer", "resident view at=0x10000 tell=node node=0");
}

/* The FromApp functions create and open ordinary sections. */
static void fromapp_interoperates(struct stage *s)
{
    gives(s, "writer", "createapp section name=@x size=4096 protect=PAGE_READWRITE", "error=0");
    succeeds(s, "writer", "mapapp view of=section access=FILE_MAP_WRITE length=4096");
    must(s, "writer", "write view text=from-app");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ");
    gives(s, "reader", "read view length=8 as=text", "text=from-app");
    gives(s, "reader", "createapp second name=@x size=4096 protect=PAGE_READWRITE", "error=183");
}

/* The FromApp functions take sizes and offsets as single 64-bit values. */
static void fromapp_64_bit_arguments(struct stage *s)
{
    must(s, "writer", "createapp section name=@x size=0x140000000 protect=PAGE_READWRITE|SEC_RESERVE");
    REQUIRE(gives(s, "writer", "size section", "size=5368709120 attributes=SEC_RESERVE"));
    succeeds(s, "writer", "mapapp view of=section access=FILE_MAP_WRITE offset=0x100010000 length=0x10000");
    must(s, "writer", "commit view length=4096 protect=PAGE_READWRITE");
    must(s, "writer", "write view text=high");
    must(s, "reader", "open section name=@x access=FILE_MAP_READ");
    must(s, "reader", "map view of=section access=FILE_MAP_READ offset=0x100010000 length=0x10000");
    gives(s, "reader", "read view length=4 as=text", "text=high");
}

/* A desktop process may ask for executable sections; only a Store app needs the codeGeneration capability for
 * it. */
static void fromapp_exec_capability(struct stage *s)
{
    gives(s, "writer", "createapp section name=@x size=4096 protect=PAGE_EXECUTE_READWRITE", "error=0");
    succeeds(s, "reader", "openapp section name=@x access=FILE_MAP_READ|FILE_MAP_EXECUTE");
}

static const struct test_case new_functions_cases[] = {
    {CASE(api_createfilemappingnuma_vista)},
    {CASE(api_fromapp_win8), .needs = "windows-8"},
    {CASE(api_unmapviewoffileex_win8), .needs = "windows-8"},
    {CASE(api_openfilemappingfromapp_win10), .needs = "windows-10"},
    {CASE(api_compareobjecthandles_win10), .needs = "windows-10"},
    {CASE(api_numa2_unmap2_1703), .needs = "windows-10-1703"},
    {CASE(api_mapviewoffile2_inline)},
    {CASE(api_mapviewoffile3_1803), .needs = "windows-10-1803"},
    {CASE(api_mapviewoffile3_kernelbase_only), .needs = "windows-10-1803"},
    {CASE(api_createfilemapping2_20348), .needs = "build-20348"},
    {CASE(api_prefetch_discard_offer), .needs = "windows-8-1"},
    {CASE(api_private_namespace_vista)},
    {CASE(region_info_1607), .needs = "windows-10-1607"},
    {CASE(cfm2_desired_access), .needs = "has-create2"},
    {CASE(cfm2_split_flags), .needs = "has-create2"},
    {CASE(cfm2_existing), .needs = "has-create2"},
    {CASE(cfm2_numa_parameter), .needs = "has-create2"},
    {CASE(fromapp_interoperates), .needs = "has-createapp has-mapapp"},
    {CASE(fromapp_64_bit_arguments), .needs = "has-createapp has-mapapp 64-bit"},
    {CASE(fromapp_exec_capability), .needs = "has-createapp has-openapp"},
};
TOPIC(new_functions, new_functions_cases)
