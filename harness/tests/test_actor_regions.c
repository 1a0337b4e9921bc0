/* The verbs about regions and pages, and those that pass extended parameters. */
#include "testing.h"

#include "../actor/parameters.h"
#include "actor_fake.h"

#define BASE 0x50000

/* What the fake system replies about any page, and what it was asked. */
static struct {
    ULONG flags;         /* of a region */
    ULONG_PTR page;      /* of a page of the working set */
    uintptr_t regions;   /* how many of 64 KiB the allocation at BASE has */
    const void *address; /* that was asked for */
    struct extended_parameter parameter;
    ULONG parameter_count;
    SIZE_T size;
} told;

static BOOL WINAPI tell_region(HANDLE process, LPCVOID address, int class, void *out, SIZE_T size,
                               SIZE_T *got)
{
    struct {
        void *base;
        ULONG protect, flags;
        SIZE_T size, commit;
    } *region = out;
    assert_true(process == GetCurrentProcess() && class == 0 && size == sizeof *region && got);
    told.address = address;
    region->base = (void *)(uintptr_t)BASE;
    region->flags = told.flags;
    region->size = 0x20000;
    region->commit = 0x1000;
    return (BOOL)called();
}

static BOOL WINAPI tell_page(HANDLE process, void *out, DWORD size)
{
    struct {
        void *address;
        ULONG_PTR flags;
    } *page = out;
    assert_true(process == GetCurrentProcess() && size == sizeof *page);
    told.address = page->address;
    page->flags = told.page;
    return (BOOL)called();
}

/* An allocation of several regions at BASE, and another one right behind it. */
static SIZE_T WINAPI tell_memory(LPCVOID address, MEMORY_BASIC_INFORMATION *out, SIZE_T size)
{
    uintptr_t at = (uintptr_t)address & ~(uintptr_t)0xFFFF, end = BASE + told.regions * 0x10000;
    *out = (MEMORY_BASIC_INFORMATION){.BaseAddress = (void *)at, .RegionSize = 0x10000, .State = MEM_COMMIT};
    out->AllocationBase = (void *)(at < end ? (uintptr_t)BASE : (uintptr_t)1);
    return size;
}

static void note_parameter(const void *parameters, ULONG count)
{
    told.parameter_count = count;
    if (count > 0)
        told.parameter = *(const struct extended_parameter *)parameters;
    else
        assert_null(parameters);
}

static HANDLE WINAPI create_second(HANDLE file, SECURITY_ATTRIBUTES *attributes, ULONG access, ULONG protect,
                                   ULONG kind, ULONG64 size, PCWSTR name, void *parameters, ULONG count)
{
    (void)file, (void)attributes, (void)access, (void)protect, (void)kind, (void)size, (void)name;
    note_parameter(parameters, count);
    return (HANDLE)called();
}

static PVOID WINAPI reserve_second(HANDLE process, PVOID base, SIZE_T size, ULONG type, ULONG protect,
                                   void *parameters, ULONG count)
{
    (void)process, (void)base, (void)type, (void)protect;
    note_parameter(parameters, count);
    told.size = size;
    return (PVOID)called();
}

static HANDLE WINAPI open_process(DWORD access, BOOL inherit, DWORD pid)
{
    fake.access = access;
    fake.inherit = inherit != FALSE;
    fake.code = pid;
    return (HANDLE)called();
}

static SIZE_T WINAPI tell_theirs(HANDLE process, LPCVOID address, MEMORY_BASIC_INFORMATION *out, SIZE_T size)
{
    fake.other = process;
    return tell_memory(address, out, size);
}

static void WINAPI tell_system(SYSTEM_INFO *out)
{
    out->lpMaximumApplicationAddress = (void *)told.address;
}

static int with_regions(void **state)
{
    fresh(state);
    memset(&told, 0, sizeof told);
    sys.QueryVirtualMemoryInformation = tell_region;
    sys.K32QueryWorkingSetEx = tell_page;
    sys.VirtualQuery = tell_memory;
    sys.VirtualQueryEx = tell_theirs;
    sys.OpenProcess = open_process;
    sys.GetSystemInfo = tell_system;
    sys.CreateFileMapping2 = create_second;
    sys.VirtualAlloc2 = reserve_second;
    expect("adopt v address=0x50000", "ok");
    return 0;
}

TEST(kind_names_its_flags)
{
    told.flags = 0x2A;
    expect(
        "kind v at=0x1234",
        "ok base=+0 private=no mapped-data-file=yes mapped-image=no mapped-pagefile=yes mapped-physical=no "
        "direct-mapped=yes size=131072 commit=4096");
    assert_true(told.address == (const void *)(uintptr_t)(BASE + 0x1234));
    told.flags = 0x15;
    expect(
        "kind v",
        "ok base=+0 private=yes mapped-data-file=no mapped-image=yes mapped-pagefile=no mapped-physical=yes "
        "direct-mapped=no size=131072 commit=4096");
}

TEST(kind_shows_what_is_asked_for)
{
    told.flags = 0x02;
    expect("kind v show=commit", "ok commit=4096");
    expect("kind v show=mapped-data-file,base", "ok base=+0 mapped-data-file=yes");
    expect("kind v show=size,direct-mapped,private", "ok private=no direct-mapped=no size=131072");
    expect("kind v show=", "bad reason=show=:%20''%20is%20not%20one%20of:%20"
                           "base%20private%20mapped-data-file%20mapped-image%20mapped-pagefile%20mapped-"
                           "physical%20direct-mapped%20size%20commit");
    expect("kind v show=size,state", "bad reason=show=:%20'state'%20is%20not%20one%20of:%20"
                                     "base%20private%20mapped-data-file%20mapped-image%20mapped-pagefile%"
                                     "20mapped-physical%20direct-mapped%20size%20commit");
    fake.result = 0;
    fake.error = 24;
    expect("kind v show=size", "fail error=24");
    sys.QueryVirtualMemoryInformation = NULL;
    expect("kind v", "fail error=127");
}

TEST(resident_compares_the_node)
{
    told.page = 1 | 5u << 16;
    expect("resident v at=0x2000 tell=node node=5", "ok valid=yes node=as-asked");
    assert_true(told.address == (const void *)(uintptr_t)(BASE + 0x2000));
    expect("resident v tell=node node=0", "ok valid=yes node=other");
    told.page = 1 | 1u << 22 | 1u << 15; /* the bits beside it: locked, shared */
    expect("resident v tell=node node=0", "ok valid=yes node=as-asked");
    expect("resident v tell=node node=63", "ok valid=yes node=other");
    told.page = 5u << 16;
    expect("resident v tell=node node=5", "ok valid=no");
    expect("resident v tell=node node=64", "bad reason=node=%20is%20more%20than%2063");
    expect("resident v tell=node", "bad reason=tell=node%20and%20node=%20go%20together");
    expect("resident v node=0", "bad reason=tell=node%20and%20node=%20go%20together");
    told.page = 1 | 1u << 23;
    expect("resident v tell=large", "ok valid=yes large=yes");
    told.page = 1 | 2u << 1 | 1u << 15;
    expect("resident v", "ok valid=yes shared=yes ~shares=2");
}

TEST(create2_passes_the_node)
{
    expect("create2 s size=1 protect=4 access=4 node=3", "ok error=0 ~handle=0x44");
    assert_int_equal(told.parameter_count, 1);
    assert_true(told.parameter.type == 2 && told.parameter.value.number == 3);
    expect("create2 t size=1 protect=4 access=4 node=0", "ok error=0 ~handle=0x44");
    assert_true(told.parameter_count == 1 && told.parameter.value.number == 0);
    expect("create2 u size=1 protect=4 access=4", "ok error=0 ~handle=0x44");
    assert_int_equal(told.parameter_count, 0);
    expect("create2 w size=1 protect=4 access=4 node=x",
           "bad reason=node=%20is%20not%20a%20number%20of%20at%20most%2064%20bits");
}

TEST(placeholders_are_as_large_as_a_view)
{
    told.regions = 3;
    fake.result = 0x90000;
    expect("placeholder p like=v", "ok ~base=0x90000 ~size=196608");
    assert_int_equal(told.size, 0x30000);
    expect("placeholder q size=4096", "ok ~base=0x90000");
    assert_int_equal(told.size, 4096);
    told.regions = 0;
    expect("placeholder r like=v", "bad reason=like=v:%20no%20allocation%20begins%20there");
    expect("placeholder r like=w", "bad reason=no%20label%20'w'");
    expect("placeholder r", "bad reason=placeholder%20needs%20one%20of%20size=%20and%20like=");
    expect("placeholder r size=1 like=v", "bad reason=placeholder%20needs%20one%20of%20size=%20and%20like=");
}

#define WITH_REGIONS(test) cmocka_unit_test_setup(test, with_regions)

TEST(query_reads_another_process)
{
    told.regions = 2;
    fake.result = 0x70;
    expect("query process=1234 address=0x50010 show=base,state", "ok base=-16 state=MEM_COMMIT");
    assert_true(fake.other == (HANDLE)(uintptr_t)0x70 && fake.handle == fake.other); /* closed */
    assert_true(fake.code == 1234 && fake.access == PROCESS_QUERY_INFORMATION && !fake.inherit);
    expect("query v process=1234", "bad reason=process=%20goes%20with%20address=");
    fake.result = 0;
    fake.error = 87;
    expect("query process=1234 address=0x50010", "fail error=87 call=OpenProcess");
}

/* In whole MiB, whatever the system keeps for itself at the end. */
TEST(addresses_end_where_the_system_says)
{
    static const struct {
        uintptr_t last;
        const char *expected;
    } table[] = {
        {0x7FFEFFFF, "ok space=2147483648"},       {0x7FFFFFFF, "ok space=2147483648"},
        {0xBFFEFFFF, "ok space=3221225472"},       {0xFFEFFFFF, "ok space=4293918720"},
        {0xFFFEFFFF, "ok space=4294967296"},
#ifdef _WIN64
        {0x7FFFFFEFFFF, "ok space=8796093022208"}, {0x7FFFFFFEFFFF, "ok space=140737488355328"},
#endif
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        told.address = (const void *)table[i].last;
        expect("addresses", table[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_REGIONS(kind_names_its_flags),
        WITH_REGIONS(kind_shows_what_is_asked_for),
        WITH_REGIONS(resident_compares_the_node),
        WITH_REGIONS(create2_passes_the_node),
        WITH_REGIONS(placeholders_are_as_large_as_a_view),
        WITH_REGIONS(query_reads_another_process),
        WITH_REGIONS(addresses_end_where_the_system_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
