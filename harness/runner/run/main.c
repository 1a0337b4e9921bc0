/* shmcheck.exe: reads the command line, runs the plan, and prints and writes the results. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/actor_files.h"
#include "../../common/utf16.h"
#include "../platform/appcontainer.h"
#include "footprint.h"
#include "known_file.h"
#include "play_input.h"
#include "pool.h"
#include "../peer/program.h"
#include "results.h"
#include "run_start.h"
#include "self_test.h"
#include "self_test_child.h"
#include "summary.h"
#include "../platform/system_calls.h"
#include "../platform/version.h"
#include "../worker/worker.h"

#define EXIT_COULD_NOT_RUN 3

static HANDLE stop_event;

static BOOL WINAPI on_control(DWORD event)
{
    (void)event;
    SetEvent(stop_event);
    /* When the window closes or the user logs off, the system ends this process as soon as the handler returns, or after 5 s. So
     * the handler waits for the end of the process: the main thread writes the report and then ends it. */
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        WaitForSingleObject(GetCurrentProcess(), 4000);
    return TRUE;
}

struct run {
    struct options options;
    struct platform platform;
    struct programs programs;
    struct known known;
    struct plan plan;
    struct run_start start;
    struct play_input play;
    struct console console;
    struct results results;
    struct footprints footprints;
    struct report_file *summary; /* NULL: --summary was not given */
    struct buffer *
        lines; /* of --verbose: for each item of the plan the lines of its transcript that wait for its end */
};

static void case_started(void *context, size_t item)
{
    struct run *run = context;
    char id[CASE_ID_BYTES];
    plan_item_id(&run->plan.items[item], id);
    console_running(&run->console, id);
    results_start(&run->results);
}

static void case_line(void *context, size_t item, const char *text)
{
    struct run *run = context;
    char id[CASE_ID_BYTES];
    if (!run->options.verbose)
        return;
    if (run->options.jobs == 1) {
        plan_item_id(&run->plan.items[item], id);
        console_print(&run->console, "%s: %s", id, text);
        return;
    }
    /* Cases run at the same time: their lines must not mix. */
    buffer_add_string(&run->lines[item], text);
    buffer_add_string(&run->lines[item], "\n");
}

static void show_lines(struct run *run, size_t item)
{
    char id[CASE_ID_BYTES];
    if (!run->lines)
        return;
    plan_item_id(&run->plan.items[item], id);
    for (const char *at = run->lines[item].at; at && *at;) {
        size_t length = strcspn(at, "\n");
        console_print(&run->console, "%s: %.*s", id, (int)length, at);
        at += length + (at[length] == '\n');
    }
    if (run->lines[item].failed)
        console_print(&run->console, "%s: not enough memory for the other lines", id);
    buffer_free(&run->lines[item]);
}

static void case_finished(void *context, size_t item, struct case_outcome *outcome)
{
    struct run *run = context;
    footprint_case(&run->footprints, outcome->handles);
    show_lines(run, item);
    results_add(&run->results, item, outcome);
}

static bool pool_enough(void *context)
{
    const struct run *run = context;
    return run->options.fail_fast && results_has_findings(&run->results);
}

static DWORD pool_idle(void *context, const size_t *running, size_t running_count)
{
    struct run *run = context;
    return results_refresh(&run->results, running, running_count);
}

static int list_cases(const struct options *options)
{
    char id[CASE_ID_BYTES], own[CASE_ID_BYTES];
    size_t count = catalogue_count(), shown = 0;
    for (size_t i = 0; i < count; i++) {
        struct catalogued what = catalogue_at(i);
        if (!plan_selects(options, what))
            continue;
        case_id(what.test, id);
        printf("%s\t%s\t%s\t%s\n", id, what.topic->name, what.test->needs ? what.test->needs : "",
               case_rows(what.test, own));
        shown++;
    }
    return shown > 0 ? 0 : EXIT_COULD_NOT_RUN;
}

/* Which programs made the report: the version alone does not tell two builds apart. */
static void add_programs(struct junit *report, const struct programs *programs)
{
    if (programs->self_sha256[0])
        junit_property(report, "runner_sha256", programs->self_sha256);
    for (int i = 0; i < ARCH_COUNT; i++) {
        char name[40] = "actor_sha256";
        if (i != ARCH_OWN)
            snprintf(name, sizeof name, "actor_%s_sha256", arch_name((enum arch)i));
        if (programs->actor_sha256[i][0])
            junit_property(report, name, programs->actor_sha256[i]);
    }
}

static struct junit *new_report(const struct run *run, const char *run_id)
{
    char host[80] = "unknown", timestamp[40];
    DWORD size = sizeof host;
    SYSTEMTIME now;
    GetComputerNameA(host, &size);
    GetSystemTime(&now);
    snprintf(timestamp, sizeof timestamp, "%04d-%02d-%02dT%02d:%02d:%02dZ", now.wYear, now.wMonth, now.wDay,
             now.wHour, now.wMinute, now.wSecond);
    struct junit *report = junit_new(run->options.dialect, host, timestamp);
    if (!report)
        return NULL;
    if (run->options.suite_prefix[0])
        junit_set_suite_prefix(report, run->options.suite_prefix);
    junit_property(report, FACT_RUN_ID, run_id);
    junit_property(report, FACT_RUN_COMPLETE, "no");
    if (run->options.mutate) {
        char mutate[40];
        snprintf(mutate, sizeof mutate, "%u percent, seed %u", run->options.mutate, run->options.seed);
        junit_property(report, FACT_MUTATED_REPLIES, mutate);
    }
    if (options_select(&run->options)) {
        char selection[400];
        struct text text = text_over(selection, sizeof selection);
        options_selection(&run->options, &text);
        junit_property(report, FACT_SELECTION, selection);
    }
    if (run->options.order_seed) {
        char seed[24];
        snprintf(seed, sizeof seed, "%u", run->options.order_seed);
        junit_property(report, FACT_ORDER_SEED, seed);
    }
    for (size_t i = 0; i < run->platform.count; i++)
        junit_property(report, run->platform.facts[i].name, run->platform.facts[i].value);
    for (size_t i = 0; i < run->plan.pair_count; i++) {
        const struct plan_pair *pair = &run->plan.pairs[i];
        junit_pair_property(report, pair->name, FACT_WRITER_ARCH,
                            platform_fact(&pair->platform, FACT_WRITER_ARCH));
        junit_pair_property(report, pair->name, FACT_READER_ARCH,
                            platform_fact(&pair->platform, FACT_READER_ARCH));
    }
    add_programs(report, &run->programs);
    run_start_report(&run->start, report);
    return report;
}

static void make_run_id(char *out, size_t size)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    snprintf(out, size, "%lx%lx", (unsigned long)GetCurrentProcessId(),
             (unsigned long)(now.dwLowDateTime >> 8));
}

static void show_start(struct run *run)
{
    const struct platform *platform = &run->platform;
    const char *wine = platform_fact(platform, FACT_WINE_VERSION),
               *session = platform_fact(platform, FACT_SESSION);
    size_t running = run->console.total;
    if (run->options.quiet)
        return;
    console_print(&run->console, "shmcheck %s on %s%s%sWindows %s, %s, session %s, %s integrity",
                  SHMCHECK_VERSION, wine ? "Wine " : "", wine ? wine : "", wine ? " as " : "",
                  platform_fact(platform, FACT_OS_BUILD), platform_fact(platform, FACT_OS_ARCH),
                  session ? session : "unknown", platform_fact(platform, FACT_INTEGRITY));
    console_print(&run->console, "%llu case%s, %u at a time", (unsigned long long)running,
                  running == 1 ? "" : "s", run->options.jobs);
    if (!run->options.timeout_scale_given && run->options.timeout_scale > 1)
        console_print(&run->console, "processes start or end slowly here: deadlines are %g times as long",
                      run->options.timeout_scale);
    if (running < run->plan.count)
        console_print(&run->console, "%llu more cannot run here; the end says why",
                      (unsigned long long)(run->plan.count - running));
}

/* Properties of the report that are known only at the end of the run. */
static void add_figures(struct run *run, bool complete)
{
    char number[32];
    PROCESS_MEMORY_COUNTERS memory;
    struct junit *report = run->results.junit;
    actor_totals_report(&run->results.actors, report);
    if (system_memory(&memory)) {
        snprintf(number, sizeof number, "%llu", (unsigned long long)(memory.PeakWorkingSetSize >> 10));
        junit_property(report, FACT_RUNNER_PEAK_MEMORY_KIB, number);
    }
    snprintf(number, sizeof number, "%llu",
             (unsigned long long)(system_milliseconds() - run->results.run_started));
    junit_property(report, FACT_RUN_MS, number);
    footprint_report(&run->footprints, report);
    if (complete)
        junit_property(report, FACT_RUN_COMPLETE, "yes");
}

/* Prints the end of the run, and writes the file of --summary. False, with a sentence in `error`, if that failed. */
static bool tell_end(struct run *run, struct text *error)
{
    struct buffer copy = {0};
    bool fine = true;
    if (run->summary)
        run->console.copy = &copy;
    summary_print(&run->results);
    run->console.copy = NULL;
    if (run->summary && copy.failed) {
        text_format(error, "%snot enough memory for the file of --summary", error->length ? "; " : "");
        fine = false;
    } else if (run->summary) {
        char message[2200];
        struct text why = text_over(message, sizeof message);
        fine = report_file_write(run->summary, &copy, &why);
        if (!fine)
            text_format(error, "%s%s", error->length ? "; " : "", message);
    }
    buffer_free(&copy);
    return fine;
}

/* Runs the plan and writes the report, from its first version to its last. Returns the exit code. */
static int perform(struct run *run, const char *run_id, struct text *error)
{
    struct results *results = &run->results;
    results->plan = &run->plan;
    results->known = &run->known;
    results->junit = new_report(run, run_id);
    results->console = &run->console;
    summary_words(&results->words, &run->options);
    results->run_started = system_milliseconds();
    if (!results->junit) {
        text_add(error, "not enough memory for the report");
        return EXIT_COULD_NOT_RUN;
    }
    show_start(run);
    for (size_t i = 0; i < run->plan.count; i++)
        if (run->plan.items[i].skip)
            results_skip(results, i);
    if (!results_write(results, NULL, 0)) {
        text_add(error, results->write_error);
        return EXIT_COULD_NOT_RUN;
    }
    enum pool_end end = pool_run(
        &(struct pool_settings){
            .plan = &run->plan,
            .jobs = run->options.jobs,
            .timeout_scale = run->options.timeout_scale,
            .mutate = {run->options.mutate, run->options.seed},
            .prestarted = true,
            .reuse = !run->options.fresh_actors,
            .with_volatile = run->options.verbose,
            .play = run->play.sources,
            .play_count = run->play.count,
            .programs = &run->programs,
            .run = run_id,
            .stop = stop_event,
            .context = run,
            .started = case_started,
            .line = case_line,
            .finished = case_finished,
            .enough = pool_enough,
            .idle = pool_idle,
        },
        error);
    actor_files_remove(run_id);
    add_figures(run, end == POOL_DONE);
    bool written = results_write(results, NULL, 0);
    bool told = tell_end(run, error);
    if (!written)
        text_format(error, "%s%s; see only the output above", error->length ? "; " : "",
                    results->write_error);
    if (!written || !told)
        return EXIT_COULD_NOT_RUN;
    if (end == POOL_STOPPED)
        return 2;
    return end == POOL_BROKEN ? EXIT_COULD_NOT_RUN : results_exit_code(results);
}

/* Which actors there are: "x64 x86". */
static void add_actors(struct run *run)
{
    char names[FACT_BYTES];
    struct text text = text_over(names, sizeof names);
    for (int i = 0; i < ARCH_COUNT; i++)
        if (run->programs.actors[i][0])
            text_format(&text, "%s%s", text.length > 0 ? " " : "", arch_name((enum arch)i));
    platform_add(&run->platform, FACT_ACTORS, names);
}

/* The fact is absent where job objects work. */
static void add_job_objects(struct run *run)
{
    char text[FACT_BYTES];
    if (!run->programs.job_refusal)
        return;
    snprintf(text, sizeof text, "none (error %lu): processes are ended one by one",
             run->programs.job_refusal);
    platform_add(&run->platform, FACT_JOB_OBJECTS, text);
}

static bool prepare(struct run *run, const char *run_id, struct text *error)
{
    /* First, so that the report of an earlier run is removed even if the rest fails. */
    if (run->options.junit && (run->results.file = report_file_open(run->options.junit, error)) == NULL)
        return false;
    if (run->options.summary && (run->summary = report_file_open(run->options.summary, error)) == NULL)
        return false;
    platform_read(&run->platform);
    if (run->options.known && !known_file_read(&run->known, run->options.known, error))
        return false;
    if (!programs_find(&run->programs, run->options.actor, error))
        return false;
    add_actors(run);
    add_job_objects(run);
    platform_add(&run->platform, FACT_ALLOW_LARGE, run->options.allow_large ? "yes" : "no");
    if (!plan_make(&run->plan, &run->options, &run->platform, &run->programs, error))
        return false;
    if (!run_start_look(&run->start, &run->plan, &run->options, &run->programs, run_id, error))
        return false;
    size_t running = 0;
    for (size_t i = 0; i < run->plan.count; i++)
        running += run->plan.items[i].skip == NULL;
    run->console = console_new(running, run->options.verbose, run->options.quiet);
    if (run->options.verbose && (run->lines = calloc(run->plan.count, sizeof *run->lines)) == NULL) {
        text_add(error, "not enough memory for the transcripts of --verbose");
        return false;
    }
    return true;
}

static int run_cases(struct run *run, struct text *error)
{
    char run_id[32];
    stop_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(on_control, TRUE);
    make_run_id(run_id, sizeof run_id);
    actor_files_remove_old();
    int code = prepare(run, run_id, error) ? perform(run, run_id, error) : EXIT_COULD_NOT_RUN;
    if (run->start.whole || plan_needs(&run->plan, "appcontainer"))
        appcontainer_delete(run_id);
    free(run->lines);
    results_free(&run->results);
    junit_free(run->results.junit);
    report_file_close(run->results.file);
    report_file_close(run->summary);
    plan_free(&run->plan);
    known_free(&run->known);
    return code;
}

static int self_test(struct run *run, struct text *error)
{
    static struct self_test_seen seen;
    struct run_start *start = &run->start;
    char run_id[32];
    if (!programs_find(&run->programs, run->options.actor, error))
        return EXIT_COULD_NOT_RUN;
    make_run_id(run_id, sizeof run_id);
    self_test_look(&seen, &(struct self_test_setup){.programs = &run->programs,
                                                    .run = run_id,
                                                    .folder = L"",
                                                    .timeout_scale = run->options.timeout_scale});
    appcontainer_delete(run_id);
    actor_files_remove(run_id);
    start->count = self_test_judge(&seen, start->findings);
    for (size_t i = 0; i < start->count; i++)
        printf("%2d %-5s %s\n", start->findings[i].number, self_test_level_word(start->findings[i].level),
               start->findings[i].text);
    return run_start_apply(start, &run->plan, error) ? 0 : EXIT_COULD_NOT_RUN;
}

static int show_help(void)
{
    struct buffer help = {0};
    options_help(&help);
    bool fine = !help.failed && fputs(help.at, stdout) >= 0;
    buffer_free(&help);
    return fine ? 0 : EXIT_COULD_NOT_RUN;
}

static int dispatch(struct run *run, int argc, wchar_t **argv, struct text *error)
{
    if (!options_parse(&run->options, argc, argv, error))
        return EXIT_COULD_NOT_RUN;
    bool cases = run->options.action == ACTION_LIST || run->options.action == ACTION_RUN;
    if (cases && run->options.play_count > 0 && !play_input_load(&run->play, &run->options, error))
        return EXIT_COULD_NOT_RUN;
    switch (run->options.action) {
    case ACTION_VERSION:
        printf("shmcheck %s\n", SHMCHECK_VERSION);
        return 0;
    case ACTION_HELP:
        return show_help();
    case ACTION_LIST:
        if (list_cases(&run->options) == 0)
            return 0;
        text_add(error, "no case is selected by --filter, --topic and --row; without them all are listed");
        return EXIT_COULD_NOT_RUN;
    case ACTION_SELF_TEST:
        return self_test(run, error);
    case ACTION_RUN:
        break;
    }
    return run_cases(run, error);
}

#ifdef __MINGW32__
int _dowildcard = 0; /* mingw's start-up code would turn --filter '*' into the names of files */
#endif

int wmain(int argc, wchar_t **argv)
{
    static struct run run;
    static char message[4096];
    struct text error = text_over(message, sizeof message);
    /* Workers and actors inherit this: a system error must not open a dialog. */
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    if (argc == 4 && wcscmp(argv[1], L"" WORKER_ARGUMENT) == 0)
        return worker_main((HANDLE)(uintptr_t)wcstoull(argv[2], NULL, 16),
                           (HANDLE)(uintptr_t)wcstoull(argv[3], NULL, 16));
    if (argc == 3 && wcscmp(argv[1], L"" SELF_TEST_ARGUMENT) == 0)
        return self_test_child(argv[2]);
    const unsigned code_page = console_use_utf8();
    int code = dispatch(&run, argc, argv, &error);
    play_input_end(&run.play);
    options_free(&run.options);
    fflush(stdout);
    if (error.length > 0)
        fprintf(stderr, "shmcheck: %s\n", error.at);
    fflush(stderr);
    console_restore(code_page);
    return code;
}
