#include "self_test_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../peer/child_end.h"

#define GUARD_CF 0x4000 /* IMAGE_DLLCHARACTERISTICS_GUARD_CF */
#define HIGH_ENTROPY 0x20
#define SLOW_RENAME_MS 500
#define SLOW_MS 1000
#define SCALE_MOST 10
#define ACCESS_VIOLATION_CODE 0xC0000005
#define FAST_FAIL_CODE 0xC0000409

struct findings {
    struct self_test_finding *at;
    size_t count;
};

static struct text next(struct findings *out, int number, enum self_test_level level, const char *need)
{
    struct self_test_finding *finding = &out->at[out->count++];
    finding->number = number;
    finding->level = level;
    snprintf(finding->need, sizeof finding->need, "%s", need);
    return text_over(finding->text, sizeof finding->text);
}

TEXT_PRINTF(4, 5)
static void add(struct findings *out, int number, enum self_test_level level, const char *format, ...)
{
    struct text text = next(out, number, level, "");
    va_list arguments;
    (void)text;
    va_start(arguments, format);
    vsnprintf(out->at[out->count - 1].text, sizeof out->at[0].text, format, arguments);
    va_end(arguments);
}

static void add_end(struct text *out, const struct self_test_end *end)
{
    if (end->start_error) {
        text_add(out, "it does not start: ");
        start_error_add(out, end->start_error);
    } else {
        child_end_add(out, end->state, end->code);
    }
}

/* ---- 1 to 3: what stops a run ---- */

static void judge_leaving(struct findings *out, const struct self_test_end *end)
{
    if (!end->start_error && end->state == CHILD_ENDED && end->code == 0 && end->text) {
        add(out, 1, SELF_TEST_FINE, "a case is left by a failed precondition, and its text arrives");
        return;
    }
    struct text text = next(out, 1, SELF_TEST_STOPS, "");
    text_add(&text, "a process that leaves a case by a failed precondition must print its text and end with "
                    "code 0; ");
    add_end(&text, end);
    text_format(&text, "%s. Build the runner and cmocka with the same options of Control Flow Guard",
                end->text ? "" : ", without the text");
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

/* Indexes are those of PROCESS_MITIGATION_POLICY, page ne-winnt-process_mitigation_policy. */
static void add_policies(struct text *out, const unsigned long *policies)
{
    static const char *const names[SELF_TEST_POLICIES] = {
        "DEP",
        "ASLR",
        "dynamic code",
        "strict handle checks",
        "system calls disabled",
        [6] = "extension points disabled",
        [7] = "Control Flow Guard",
        [8] = "signatures",
        [9] = "fonts disabled",
        [10] = "image loads",
        [11] = "system call filter",
        [12] = "payload restrictions",
        [13] = "child processes",
        [14] = "side channel isolation",
        [15] = "user shadow stacks",
        [16] = "redirection trust",
    };
    const char *before = "; mitigation policies: ";
    for (int i = 0; i < SELF_TEST_POLICIES; i++) {
        if (!policies[i])
            continue;
        if (names[i])
            text_format(out, "%s%s 0x%lX", before, names[i], policies[i]);
        else
            text_format(out, "%snumber %d 0x%lX", before, i, policies[i]);
        before = ", ";
    }
}

static void judge_program(struct findings *out, const struct self_test_seen *seen)
{
    const bool guarded = (seen->characteristics & GUARD_CF) != 0;
    if (guarded && seen->jumps == 0) {
        add(out, 3, SELF_TEST_STOPS,
            "this program checks indirect calls (Control Flow Guard) and lists no target of longjmp: leaving "
            "a case would end the worker. Build all of it with /guard:cf, or all of it without");
        return;
    }
    struct text text = next(out, 3, SELF_TEST_FINE, "");
    text_format(&text,
                "Control Flow Guard %s (flags 0x%lX), %lu targets of longjmp, high-entropy addresses %s",
                guarded ? "on" : "off", seen->guard_flags, seen->jumps,
                seen->characteristics & HIGH_ENTROPY ? "on" : "off");
    add_policies(&text, seen->policies);
}

/* ---- 4, 5 and 8: what becomes skips ---- */

/* Adds a finding if the actor does not start. */
static bool judge_start(struct findings *out, int number, const char *need, const char *what,
                        const struct self_test_start *start)
{
    if (!start->failed)
        return true;
    struct text text = next(out, number, SELF_TEST_SKIPS, need);
    text_format(&text, "%s: the actor does not start: %s, ", what, start->failed);
    if (start->error)
        start_error_add(&text, start->error);
    else
        child_end_add(&text, start->state, start->code);
    return false;
}

static void judge_identities(struct findings *out, const struct self_test_seen *seen)
{
    for (size_t i = 0; i < seen->start_count; i++) {
        const struct self_test_start *start = &seen->starts[i];
        char need[60], what[60];
        snprintf(need, sizeof need, "identity-%s", start->name);
        snprintf(what, sizeof what, "identity %s", start->name);
        if (judge_start(out, 4, need, what, start))
            add(out, 4, SELF_TEST_FINE, "%s: hello after %llu ms", what,
                (unsigned long long)start->milliseconds);
    }
}

static void judge_copies(struct findings *out, const struct self_test_seen *seen)
{
    static const char copy[] = "a copy of the actor in the folder for temporary files",
                      contained[] = "the copy in the folder of the AppContainer";
    if (seen->copied && judge_start(out, 5, "program-copy", copy, &seen->copies[0]) &&
        judge_start(out, 5, "program-copy", copy, &seen->copies[1]))
        add(out, 5, SELF_TEST_FINE, "%s: hello after %llu ms, the second time after %llu ms", copy,
            (unsigned long long)seen->copies[0].milliseconds,
            (unsigned long long)seen->copies[1].milliseconds);
    if (seen->contained && judge_start(out, 5, "identity-appcontainer", contained, &seen->container_again))
        add(out, 5, SELF_TEST_FINE, "%s: hello after %llu ms the second time", contained,
            (unsigned long long)seen->container_again.milliseconds);
}

static void judge_memory(struct findings *out, const struct self_test_seen *seen)
{
    static const struct {
        const char *need, *cases;
        unsigned gib;
    } wants[] = {
        {"commit-1-gib", "some cases", 1},
        {"commit-6-gib", "a case of --allow-large", 6},
    };
    const unsigned long long free_mib = seen->free_mib;
    if (seen->free_mib == UINT64_MAX) {
        add(out, 8, SELF_TEST_FINE, "the system does not say how much memory can be committed");
        return;
    }
    bool enough = true;
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++) {
        if (free_mib >= wants[i].gib * 1024ULL)
            continue;
        struct text text = next(out, 8, SELF_TEST_SKIPS, wants[i].need);
        text_format(&text,
                    "less than %u GiB of memory can still be committed, which %s need%s: close programs, or "
                    "make the paging file larger",
                    wants[i].gib, wants[i].cases, i == 0 ? "" : "s");
        enough = false;
    }
    if (enough)
        add(out, 8, SELF_TEST_FINE, "%llu MiB of memory can still be committed", free_mib);
}

/* ---- the rest: what explains a run ---- */

static void judge_job(struct findings *out, const struct self_test_job *job)
{
    struct text text = next(out, 6, SELF_TEST_FINE, "");
    if (job->refusal) {
        text_add(&text, "job objects cannot be had (");
        start_error_add(&text, job->refusal);
        text_add(&text, "): processes are ended one by one");
        return;
    }
    if (!job->inside) {
        text_format(&text, "this process is in no job; %s",
                    job->holds ? "its children are in jobs of their own"
                               : "its children are not in their jobs: they are ended one by one");
        return;
    }
    text_format(&text,
                "this process is in a job; jobs %s; children %s leave it; limits 0x%lX, of the user "
                "interface 0x%lX",
                job->holds ? "nest" : "do not nest",
                job->limits & (JOB_OBJECT_LIMIT_BREAKAWAY_OK | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK)
                    ? "may"
                    : "may not",
                job->limits, job->ui_limits);
}

static const char *either(int value, const char *none, const char *no, const char *yes)
{
    return value < 0 ? none : value ? yes : no;
}

static void judge_system(struct findings *out, const struct self_test_system *system)
{
    add(out, 7, SELF_TEST_FINE,
        "session %lu, %s, EnableLUA %s; the default DACL %s; Smart App Control %s, real-time protection %s, "
        "error reporting %s",
        system->session, system->elevated ? "elevated" : "not elevated",
        either(system->lua, "not set", "0", "1"),
        either(system->logon_admits, "is not known", "does not admit the logon session",
               "admits the logon session"),
        either(system->smart_app, "not there", "off", "on or in evaluation"),
        either(system->no_realtime, "not switched off", "not switched off", "switched off"),
        either(system->no_reporting, "not switched off", "not switched off", "switched off"));
}

static void judge_files(struct findings *out, const struct self_test_seen *seen)
{
    add(out, 9, SELF_TEST_FINE, "50 files made, renamed and deleted: the slowest took %llu ms, %u failed%s",
        (unsigned long long)seen->worst_rename, seen->failed_renames,
        seen->failed_renames || seen->worst_rename > SLOW_RENAME_MS ? "; a virus scanner may hold new files"
                                                                    : "");
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

double self_test_scale(const struct self_test_seen *seen)
{
    uint64_t slowest = larger(seen->crash.milliseconds, seen->fast_fail.milliseconds);
    for (size_t i = 0; i < seen->start_count; i++)
        slowest = larger(slowest, seen->starts[i].milliseconds);
    for (int i = 0; i < 2; i++)
        slowest = larger(slowest, seen->copies[i].milliseconds);
    uint64_t scale = (slowest + SLOW_MS - 1) / SLOW_MS;
    return scale > SCALE_MOST ? SCALE_MOST : scale < 1 ? 1 : (double)scale;
}

static void judge_crashes(struct findings *out, const struct self_test_seen *seen)
{
    const struct self_test_end *crash = &seen->crash, *fast_fail = &seen->fast_fail;
    const double scale = self_test_scale(seen);
    struct text text = next(out, 10, SELF_TEST_FINE, "");
    text_format(&text, "a crash takes %llu ms, a fast-fail %llu ms", (unsigned long long)crash->milliseconds,
                (unsigned long long)fast_fail->milliseconds);
    if (scale > 1)
        text_format(&text, "; starts or crashes are slow here: deadlines are %.0f times as long", scale);
    if (crash->start_error || crash->state != CHILD_ENDED || crash->code != ACCESS_VIOLATION_CODE) {
        text_add(&text, "; of the crash: ");
        add_end(&text, crash);
    }
    if (fast_fail->start_error || fast_fail->state != CHILD_ENDED || fast_fail->code != FAST_FAIL_CODE) {
        text_add(&text, "; of the fast-fail: ");
        add_end(&text, fast_fail);
    }
}

size_t self_test_judge(const struct self_test_seen *seen, struct self_test_finding out[SELF_TEST_FINDINGS])
{
    struct findings findings = {out, 0};
    if (seen->whole) {
        judge_leaving(&findings, &seen->leaves);
        judge_faults(&findings, seen);
        judge_program(&findings, seen);
    }
    judge_identities(&findings, seen);
    judge_copies(&findings, seen);
    if (seen->whole) {
        judge_job(&findings, &seen->job);
        judge_system(&findings, &seen->system);
    }
    judge_memory(&findings, seen);
    if (seen->whole) {
        judge_files(&findings, seen);
        judge_crashes(&findings, seen);
    }
    return findings.count;
}
