#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../peer/child_end.h"
#include "self_test.h"

#define GUARD_CF 0x4000 /* IMAGE_DLLCHARACTERISTICS_GUARD_CF */
#define HIGH_ENTROPY 0x20
#define NEEDED_MIB 1024
#define SLOW_RENAME_MS 500
#define SLOW_CRASH_MS 2000
#define ACCESS_VIOLATION_CODE 0xC0000005
#define FAST_FAIL_CODE 0xC0000409

struct findings {
    struct self_test_finding *at;
    size_t count;
};

TEXT_PRINTF(4, 5)
static void add(struct findings *out, int number, enum self_test_level level, const char *format, ...)
{
    struct self_test_finding *finding = &out->at[out->count++];
    va_list arguments;
    finding->number = number;
    finding->level = level;
    va_start(arguments, format);
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
}

static const char *end_text(const struct self_test_end *end, char *bytes, size_t size)
{
    struct text text = text_over(bytes, size);
    if (end->start_error)
        text_format(&text, "it does not start: error %lu", (unsigned long)end->start_error);
    else
        child_end_add(&text, end->state, end->code);
    return bytes;
}

static void judge_leaving(struct findings *out, const struct self_test_end *end)
{
    char text[300];
    if (!end->start_error && end->state == CHILD_ENDED && end->code == 0 && end->text)
        add(out, 1, SELF_TEST_FINE, "a case is left by a failed precondition, and its text arrives");
    else
        add(out, 1, SELF_TEST_STOPS,
            "a process that leaves a case by a failed precondition must print its text and end with code 0; "
            "%s%s. Build the runner and cmocka with the same options of Control Flow Guard",
            end_text(end, text, sizeof text), end->text ? "" : ", without the text");
}

static void judge_faults(struct findings *out, const struct self_test_seen *seen)
{
    static const char *const kinds[] = {"read", "write", "execute"};
    for (int i = 0; i < 3; i++) {
        if (strncmp(seen->replies[i], "fault code=0xC0000005", 21) == 0)
            continue;
        add(out, 2, SELF_TEST_STOPS,
            "an actor must answer a step that faults (%s) with fault code=0xC0000005; got: %s", kinds[i],
            seen->replies[i][0] ? seen->replies[i] : "no reply");
        return;
    }
    add(out, 2, SELF_TEST_FINE, "an actor answers a read, a write and an execution that fault");
}

static void judge_program(struct findings *out, const struct self_test_seen *seen)
{
    const bool guarded = (seen->characteristics & GUARD_CF) != 0;
    if (guarded && seen->jumps == 0)
        add(out, 3, SELF_TEST_STOPS,
            "this program checks indirect calls (Control Flow Guard) and lists no target of longjmp: leaving "
            "a case "
            "would end the worker. Build all of it with /guard:cf, or all of it without");
    else
        add(out, 3, SELF_TEST_FINE,
            "Control Flow Guard %s, %lu targets of longjmp, high-entropy addresses %s",
            guarded ? "on" : "off", seen->jumps, seen->characteristics & HIGH_ENTROPY ? "on" : "off");
}

bool self_test_start_fails(const struct self_test_start *start, struct text *out)
{
    if (!start->failed)
        return false;
    text_format(out, "does not start: %s, ", start->failed);
    if (start->error)
        text_format(out, "error %lu (0x%lX)", (unsigned long)start->error, (unsigned long)start->error);
    else
        child_end_add(out, start->state, start->code);
    return true;
}

static void judge_start(struct findings *out, int number, const char *what,
                        const struct self_test_start *start)
{
    char bytes[300];
    struct text why = text_over(bytes, sizeof bytes);
    if (self_test_start_fails(start, &why))
        add(out, number, SELF_TEST_SKIPS, "%s %s", what, bytes);
    else
        add(out, number, SELF_TEST_FINE, "%s starts: %llu ms to its hello", what,
            (unsigned long long)start->milliseconds);
}

static void judge_copies(struct findings *out, const struct self_test_start copies[2])
{
    const struct self_test_start *bad = copies[0].failed ? &copies[0] : &copies[1];
    if (bad->failed)
        judge_start(out, 5, "a copy of the actor in the folder for temporary files", bad);
    else
        add(out, 5, SELF_TEST_FINE,
            "a copy of the actor in the folder for temporary files starts in %llu ms, then in %llu ms",
            (unsigned long long)copies[0].milliseconds, (unsigned long long)copies[1].milliseconds);
}

static void judge_system(struct findings *out, const struct self_test_seen *seen)
{
    if (seen->job_refusal)
        add(out, 6, SELF_TEST_FINE, "job objects cannot be had (error %lu): processes are ended one by one",
            seen->job_refusal);
    else
        add(out, 6, SELF_TEST_FINE, "job objects work; this process is %s",
            seen->in_job ? "in a job itself" : "in none");
    add(out, 7, SELF_TEST_FINE, "session %lu, %s, EnableLUA %s", seen->session,
        seen->elevated ? "elevated" : "not elevated",
        seen->lua < 0 ? "not set"
        : seen->lua   ? "1"
                      : "0");
    if (seen->free_mib < NEEDED_MIB)
        add(out, 8, SELF_TEST_SKIPS,
            "%llu MiB can still be committed; the cases need %d MiB: close programs or enlarge the paging "
            "file",
            (unsigned long long)seen->free_mib, NEEDED_MIB);
    else
        add(out, 8, SELF_TEST_FINE, "%llu MiB can still be committed", (unsigned long long)seen->free_mib);
    add(out, 9, SELF_TEST_FINE, "50 files made, renamed and deleted: the slowest took %llu ms, %u failed%s",
        (unsigned long long)seen->worst_rename, seen->failed_renames,
        seen->failed_renames || seen->worst_rename > SLOW_RENAME_MS ? "; a scanner may hold new files" : "");
}

static void judge_crashes(struct findings *out, const struct self_test_end *crash,
                          const struct self_test_end *fast_fail)
{
    char first[300], second[300];
    bool slow = crash->milliseconds > SLOW_CRASH_MS || fast_fail->milliseconds > SLOW_CRASH_MS;
    bool expected = crash->state == CHILD_ENDED && crash->code == ACCESS_VIOLATION_CODE &&
                    fast_fail->state == CHILD_ENDED && fast_fail->code == FAST_FAIL_CODE;
    add(out, 10, SELF_TEST_FINE, "a crash takes %llu ms and a fast-fail %llu ms%s%s%s%s%s",
        (unsigned long long)crash->milliseconds, (unsigned long long)fast_fail->milliseconds,
        slow ? "; crashes are slow here (error reporting, or a debugger): use --timeout-scale 3" : "",
        expected ? "" : "; the crash: ", expected ? "" : end_text(crash, first, sizeof first),
        expected ? "" : "; the fast-fail: ", expected ? "" : end_text(fast_fail, second, sizeof second));
}

size_t self_test_judge(const struct self_test_seen *seen, struct self_test_finding out[SELF_TEST_FINDINGS])
{
    struct findings findings = {out, 0};
    judge_leaving(&findings, &seen->leaves);
    judge_faults(&findings, seen);
    judge_program(&findings, seen);
    for (size_t i = 0; i < seen->start_count; i++) {
        char what[80];
        snprintf(what, sizeof what, "an actor with the identity %s", seen->starts[i].name);
        judge_start(&findings, 4, what, &seen->starts[i]);
    }
    judge_copies(&findings, seen->copies);
    judge_system(&findings, seen);
    judge_crashes(&findings, &seen->crash, &seen->fast_fail);
    return findings.count;
}
