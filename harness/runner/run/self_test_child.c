#include "self_test_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../peer/output_file.h"
#include "../platform/system_calls.h"
#include "../stage/cmocka_bridge.h"

#define END_MS 60000 /* error reporting may hold a process that crashed for long */
#define LEFT_TEXT "the case is left"

static void leave_at_once(struct stage *stage)
{
    (void)stage;
    fputs(LEFT_TEXT "\n", stdout);
    leave_case();
}

/* As the actor does: without a debugger. */
static LONG WINAPI end_here(EXCEPTION_POINTERS *raised)
{
    TerminateProcess(GetCurrentProcess(), raised->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

/* What a security check that fails ends a process with: no handler sees it. 7 is FAST_FAIL_FATAL_APP_EXIT.
 * Page: cpp/intrinsics/fastfail. */
static void fail_fast(void)
{
#if defined(_MSC_VER)
    __fastfail(7);
#elif defined(__i386__) || defined(__x86_64__)
    __asm__ volatile("int $0x29" : : "c"(7));
#elif defined(__aarch64__)
    register unsigned code __asm__("w0") = 7;
    __asm__ volatile("brk #0xF003" : : "r"(code));
#else
#error "unknown processor"
#endif
}

int self_test_child(const wchar_t *how)
{
    SetUnhandledExceptionFilter(end_here);
    if (wcscmp(how, L"leave") == 0) {
        enum case_end result = call_case("self-test", leave_at_once, NULL);
        fflush(stdout);
        return result == CASE_LEFT ? 0 : 1;
    }
    if (wcscmp(how, L"crash") == 0)
        *(volatile char *)(uintptr_t)wcslen(how) = 1; /* an address in the first page */
    fail_fast();
    return 1;
}

void self_test_child_run(struct self_test_end *out, const struct programs *programs, const wchar_t *how,
                         bool *in_its_job)
{
    struct buffer printed = {0};
    struct child child;
    struct job *job = job_new();
    HANDLE output = output_file_new();
    BOOL inside = FALSE;
    uint64_t before = system_milliseconds();
    out->start_error =
        child_start(&child, &(struct process_spec){
                                .image = programs->self,
                                .arguments = (const wchar_t *[]){L"" SELF_TEST_ARGUMENT, how, NULL},
                                .output = output == INVALID_HANDLE_VALUE ? NULL : output,
                                .job = job,
                            });
    if (!out->start_error) {
        IsProcessInJob(child.process, job_object(job), &inside);
        out->state = child_wait(&child, END_MS, &out->code);
    }
    *in_its_job = job_object(job) && inside;
    out->milliseconds = system_milliseconds() - before;
    child_kill(&child);
    child_close(&child);
    if (output != INVALID_HANDLE_VALUE) {
        output_file_take(output, &printed);
        CloseHandle(output);
    }
    out->text = printed.at && strstr(printed.at, LEFT_TEXT);
    buffer_free(&printed);
    job_free(job);
}
