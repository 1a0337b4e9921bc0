#include "guard.h"

static void describe(const EXCEPTION_RECORD *record, struct raised_exception *fault)
{
    *fault = (struct raised_exception){.code = record->ExceptionCode, .access = "unknown"};
    /* Page EXCEPTION_RECORD: only these carry the kind of access and the address. */
    bool told = record->ExceptionCode == EXCEPTION_ACCESS_VIOLATION ||
                record->ExceptionCode == EXCEPTION_GUARD_PAGE ||
                record->ExceptionCode == EXCEPTION_IN_PAGE_ERROR;
    if (!told || record->NumberParameters < 2)
        return;
    ULONG_PTR how = record->ExceptionInformation[0];
    fault->access = how == 0 ? "read" : how == 1 ? "write" : how == 8 ? "execute" : "unknown";
    fault->address = record->ExceptionInformation[1];
}

#if defined(_MSC_VER)

static int filter(const EXCEPTION_POINTERS *raised, struct raised_exception *fault)
{
    describe(raised->ExceptionRecord, fault);
    return EXCEPTION_EXECUTE_HANDLER;
}

bool guard_run(void (*touch)(void *), void *context, struct raised_exception *fault)
{
    __try {
        touch(context);
        return true;
    } __except (filter(GetExceptionInformation(), fault)) {
        return false;
    }
}

#else

/* These compilers have no structured exception handling in C. A vectored handler (page
 * AddVectoredExceptionHandler) sees the exception first and sends the thread back into guard_run. */
static struct {
    volatile bool armed;
    volatile DWORD thread;
    bool installed;
    struct raised_exception fault;
#if defined(__aarch64__)
    CONTEXT back;
#else
    void *back[5];
#endif
} guard;

#if defined(__aarch64__)

NTSYSAPI void NTAPI RtlCaptureContext(CONTEXT *) __attribute__((returns_twice));

static void redirect(CONTEXT *context)
{
    *context = guard.back;
}

#else

__attribute__((noreturn)) static void recover(void)
{
#if defined(__i386__)
    /* A 64-bit store through the x87 unit that faults leaves its value on that unit's stack. */
    __asm__ volatile("fninit");
#endif
    __builtin_longjmp(guard.back, 1);
}

/* Makes the thread go on as if `recover` had just been called, well below whatever the interrupted code still
 * had on its stack; a stack pointer is one return address off the 16-byte boundary at the start of a
 * function. */
static void redirect(CONTEXT *context)
{
#if defined(__x86_64__)
    context->Rsp = ((context->Rsp - 512) & ~(DWORD64)15) - sizeof(void *);
    context->Rip = (DWORD64)(uintptr_t)recover;
#elif defined(__i386__)
    context->Esp = ((context->Esp - 512) & ~(DWORD)15) - sizeof(void *);
    context->Eip = (DWORD)(uintptr_t)recover;
#else
#error "unknown processor"
#endif
}

#endif

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *raised)
{
    if (!guard.armed || guard.thread != GetCurrentThreadId())
        return EXCEPTION_CONTINUE_SEARCH;
    guard.armed = false;
    describe(raised->ExceptionRecord, &guard.fault);
    redirect(raised->ContextRecord);
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* True on the way out after an exception. Neither inlined nor split: the frame that is jumped back to is this
 * one. */
__attribute__((noinline)) static bool raises(void (*touch)(void *), void *context)
{
#if defined(__aarch64__)
    volatile bool returned = false;
    RtlCaptureContext(&guard.back);
    if (returned)
        return true;
    returned = true;
#else
    if (__builtin_setjmp(guard.back))
        return true;
#endif
    guard.armed = true;
    touch(context);
    guard.armed = false;
    return false;
}

bool guard_run(void (*touch)(void *), void *context, struct raised_exception *fault)
{
    if (!guard.installed)
        guard.installed = AddVectoredExceptionHandler(1, on_exception) != NULL;
    guard.thread = GetCurrentThreadId();
    if (!raises(touch, context))
        return true;
    *fault = guard.fault;
    return false;
}

#endif
