/* The guard of the actor: every kind of inaccessible memory, and the state of the process afterwards. */
#include "testing.h"

#include "../actor/guard.h"
#include "../actor/touch.h"

#define PAGE ((uintptr_t)4096)

/* Two pages, the second one with the protection of the test. */
static uintptr_t pages;

static int reserve_pages(void **state)
{
    (void)state;
    pages = (uintptr_t)VirtualAlloc(NULL, 2 * PAGE, MEM_RESERVE, PAGE_NOACCESS);
    return pages && VirtualAlloc((void *)pages, PAGE, MEM_COMMIT, PAGE_READWRITE) ? 0 : -1;
}

static int release_pages(void **state)
{
    (void)state;
    return VirtualFree((void *)pages, 0, MEM_RELEASE) ? 0 : -1;
}

static void second_page(DWORD protection)
{
    assert_non_null(VirtualAlloc((void *)(pages + PAGE), PAGE, MEM_COMMIT, protection));
}

static void expect_fault(void (*how)(void *), struct touch *touch, DWORD code, const char *access,
                         uintptr_t address)
{
    struct raised_exception fault = {0};
    assert_false(guard_run(how, touch, &fault));
    assert_int_equal(fault.code, code);
    assert_string_equal(fault.access, access);
    assert_int_equal(fault.address, address);
}

static void expect_done(void (*how)(void *), struct touch *touch)
{
    struct raised_exception fault;
    assert_true(guard_run(how, touch, &fault));
}

TEST(reserved_memory_faults)
{
    struct touch one = {.address = pages + PAGE, .length = 1};
    expect_fault(touch_zero, &one, 0xC0000005, "read", pages + PAGE);
    expect_fault(touch_fill, &one, 0xC0000005, "write", pages + PAGE);
}

TEST(the_first_inaccessible_byte_is_reported)
{
    struct touch over_the_edge = {.address = pages + PAGE - 10, .length = 100, .seed = 1};
    expect_fault(touch_fill, &over_the_edge, 0xC0000005, "write", pages + PAGE);
    expect_fault(touch_verify, &over_the_edge, 0xC0000005, "read", pages + PAGE);
    struct touch before_it = {.address = pages + PAGE - 10, .length = 10, .seed = 1};
    expect_done(touch_verify, &before_it);
    assert_int_equal(before_it.first, 10);
}

TEST(readonly_memory_faults_at_writes_only)
{
    second_page(PAGE_READONLY);
    for (uintptr_t size = 1; size <= 8; size *= 2) {
        struct touch number = {.address = pages + PAGE + 8, .length = size, .number = 5};
        expect_fault(touch_store_number, &number, 0xC0000005, "write", pages + PAGE + 8);
        expect_done(touch_load_number, &number);
        assert_int_equal(number.number, 0);
    }
    unsigned char bytes[4] = {1, 2, 3, 4};
    struct touch store = {.address = pages + PAGE + 3, .length = 4, .bytes = bytes};
    expect_fault(touch_store, &store, 0xC0000005, "write", pages + PAGE + 3);
    expect_done(touch_load, &store);
    assert_int_equal(bytes[0] | bytes[1] | bytes[2] | bytes[3], 0);
}

TEST(noaccess_memory_faults)
{
    second_page(PAGE_NOACCESS);
    for (uintptr_t size = 1; size <= 8; size *= 2) {
        struct touch number = {.address = pages + PAGE, .length = size};
        expect_fault(touch_load_number, &number, 0xC0000005, "read", pages + PAGE);
    }
    struct touch sum = {.address = pages, .length = 2 * PAGE};
    expect_fault(touch_sum, &sum, 0xC0000005, "read", pages + PAGE);
}

TEST(a_guard_page_faults_once)
{
    second_page(PAGE_READWRITE | PAGE_GUARD);
    struct touch one = {.address = pages + PAGE, .length = 1, .seed = 3};
    expect_fault(touch_fill, &one, 0x80000001, "write", pages + PAGE);
    expect_done(touch_fill, &one);
}

TEST(address_zero_faults)
{
    struct touch nowhere = {.address = 0, .length = 8};
    expect_fault(touch_load_number, &nowhere, 0xC0000005, "read", 0);
    expect_fault(touch_store_number, &nowhere, 0xC0000005, "write", 0);
}

TEST(numbers_are_stored_and_loaded)
{
    const uint64_t value = UINT64_C(0xFEDCBA9876543210);
    for (uintptr_t size = 1; size <= 8; size *= 2) {
        struct touch number = {.address = pages + 16 * size, .length = size, .number = value};
        uint64_t all = UINT64_MAX >> (64 - 8 * size);
        expect_done(touch_store_number, &number);
        number.number = 0;
        expect_done(touch_load_number, &number);
        assert_true(number.number == (value & all));
        uint64_t behind = 1;
        memcpy(&behind, (const void *)(pages + 16 * size + size), sizeof behind);
        assert_true(behind == 0);
    }
}

/* More faults than the 8 places of the x87 unit, which moves 64 bits on 32-bit x86; a value in between must survive. */
TEST(hundreds_of_faults_do_not_damage_the_process)
{
    second_page(PAGE_READONLY);
    volatile double kept = 1.5;
    for (int i = 0; i < 400; i++) {
        struct touch bad = {.address = pages + PAGE, .length = 8, .number = 1};
        expect_fault(touch_store_number, &bad, 0xC0000005, "write", pages + PAGE);
        struct touch good = {.address = pages, .length = 8, .number = (uint64_t)i << 40 | 7};
        expect_done(touch_store_number, &good);
        good.number = 0;
        expect_done(touch_load_number, &good);
        assert_true(good.number == ((uint64_t)i << 40 | 7));
        kept *= 2.0;
        kept /= 2.0;
    }
    assert_true(kept == 1.5);
}

static void raise_it(void *context)
{
    RaiseException(*(DWORD *)context, 0, 0, NULL);
}

TEST(other_exceptions_have_no_address)
{
    DWORD codes[] = {0xC000001D, 0xC0000094, 0xE0001234};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct raised_exception fault = {0};
        assert_false(guard_run(raise_it, &codes[i], &fault));
        assert_int_equal(fault.code, codes[i]);
        assert_string_equal(fault.access, "unknown");
        assert_int_equal(fault.address, 0);
    }
}

#if !defined(_MSC_VER)
static volatile LONG seen_elsewhere;

/* Comes after the guard's handler, and so sees only what that passed on. */
static LONG CALLBACK look_on(EXCEPTION_POINTERS *raised)
{
    if (raised->ExceptionRecord->ExceptionCode != 0xE0005678)
        return EXCEPTION_CONTINUE_SEARCH;
    InterlockedIncrement(&seen_elsewhere);
    return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI raise_in_thread(void *unused)
{
    (void)unused;
    RaiseException(0xE0005678, 0, 0, NULL);
    return 7;
}

static void raise_from_other_thread(void *context)
{
    HANDLE *thread = context;
    *thread = CreateThread(NULL, 0, raise_in_thread, NULL, 0, NULL);
    if (*thread)
        WaitForSingleObject(*thread, 10000);
}

TEST(exceptions_outside_the_guard_are_passed_on)
{
    struct touch one = {.address = pages, .length = 1};
    expect_done(touch_zero, &one); /* installs the handler of the guard */
    void *handler = AddVectoredExceptionHandler(0, look_on);
    assert_non_null(handler);
    HANDLE thread = NULL;
    struct raised_exception fault;
    DWORD code = 0;
    bool quiet = guard_run(raise_from_other_thread, &thread, &fault);
    bool ended = thread && GetExitCodeThread(thread, &code);
    RaiseException(0xE0005678, 0, 0, NULL);
    RemoveVectoredExceptionHandler(handler);
    assert_true(quiet);
    assert_true(ended);
    CloseHandle(thread);
    assert_int_equal(code, 7);
    assert_int_equal(seen_elsewhere, 2);
}
#endif

#define WITH_PAGES(test) cmocka_unit_test_setup_teardown(test, reserve_pages, release_pages)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAGES(reserved_memory_faults),
        WITH_PAGES(the_first_inaccessible_byte_is_reported),
        WITH_PAGES(readonly_memory_faults_at_writes_only),
        WITH_PAGES(noaccess_memory_faults),
        WITH_PAGES(a_guard_page_faults_once),
        WITH_PAGES(address_zero_faults),
        WITH_PAGES(numbers_are_stored_and_loaded),
        WITH_PAGES(hundreds_of_faults_do_not_damage_the_process),
        WITH_PAGES(other_exceptions_have_no_address),
#if !defined(_MSC_VER)
        WITH_PAGES(exceptions_outside_the_guard_are_passed_on),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
