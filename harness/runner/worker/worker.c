#include "worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(_MSC_VER) && defined(_DEBUG)
#include <crtdbg.h>
#endif

#include "../../common/text.h"
#include "../../common/utf16.h"
#include "../case/case_run.h"
#include "../case/catalogue.h"
#include "mutation_run.h"

/* Raw bytes of text that one line carries at most, whatever their escapes cost. */
#define PIECE_BYTES 300

/* What is told while a case goes on quickly is sent together, in pieces of at most so many bytes: each piece wakes the
 * parent. Nothing is held back while the worker waits for anything (tell_at_once). */
#define TOGETHER_BYTES 16384

struct worker {
    HANDLE pipe;
    char together[TOGETHER_BYTES];
    size_t together_length;
    struct line_reader reader;
    uint32_t sequence;
    bool parent_gone;
    struct stage_settings settings;
    struct mutation_settings mutate;
    struct prestarted prestarted;
};

/* The one worker that this process is; a crash has to find it. */
static struct worker worker_of_process;

static void tell_at_once(void *context)
{
    struct worker *worker = context;
    DWORD length = (DWORD)worker->together_length, written;
    worker->together_length = 0;
    if (length > 0 &&
        (!WriteFile(worker->pipe, worker->together, length, &written, NULL) || written != length))
        worker->parent_gone = true;
}

static void write_line(struct worker *worker, const char *line, size_t length)
{
    if (length > sizeof worker->together - worker->together_length)
        tell_at_once(worker);
    memcpy(worker->together + worker->together_length, line, length);
    worker->together_length += length;
    if (worker->settings.with_volatile) /* somebody watches */
        tell_at_once(worker);
}

static bool read_line(struct worker *worker, struct line *line)
{
    char bytes[LINE_BYTES];
    size_t length, room;
    enum line_next next;
    while ((next = line_reader_next(&worker->reader, bytes, &length)) == LINE_NEXT_NONE) {
        DWORD got = 0;
        char *at = line_reader_room(&worker->reader, &room);
        if (!ReadFile(worker->pipe, at, (DWORD)room, &got, NULL) || got == 0)
            return false;
        line_reader_added(&worker->reader, got);
    }
    if (next == LINE_NEXT_TOO_LONG || line_parse(line, bytes, length) != NULL)
        return false;
    worker->sequence = line->sequence;
    return true;
}

static void tell(void *context, enum stage_event event, int line, const char *text)
{
    static const char *const words[] = {"transcript", "fail",  "deviates", "powerless",
                                        "error",      "crash", "timeout"};
    struct worker *worker = context;
    size_t left = strlen(text);
    do {
        char bytes[LINE_BYTES];
        struct text out = text_over(bytes, sizeof bytes);
        size_t piece = left < PIECE_BYTES ? left : PIECE_BYTES;
        text_format(&out, "%lu %s line=%d text=", (unsigned long)worker->sequence,
                    piece < left ? "part" : words[event], line > 0 ? line : 0);
        escape_add(&out, text, piece);
        text_add(&out, "\n");
        write_line(worker, bytes, out.length);
        text += piece;
        left -= piece;
    } while (left > 0);
}

static bool take_path(const struct line *line, const char *key, wchar_t *out, size_t size)
{
    const struct field *field = line_field(line, key);
    return field && utf16_from_bytes((uint16_t *)out, size, field->value, field->length) != SIZE_MAX;
}

/* The actor of this architecture is named, those of others lie beside this program if they are of use. */
static bool take_actors(struct stage_settings *settings, const struct line *line)
{
    wchar_t self[PROGRAM_PATH_UNITS];
    DWORD length = GetModuleFileNameW(NULL, self, PROGRAM_PATH_UNITS);
    bool good = length > 0 && length < PROGRAM_PATH_UNITS &&
                take_path(line, "actor", settings->actors[ARCH_OWN], PROGRAM_PATH_UNITS);
    for (int i = 0; i < ARCH_COUNT && good; i++)
        if (line_field(line, arch_name((enum arch)i)))
            good = programs_beside(settings->actors[i], self, (enum arch)i);
    return good;
}

static bool take_settings(struct worker *worker, const struct line *line)
{
    struct stage_settings *settings = &worker->settings;
    uint64_t thousandths, percent = 0;
    if (strcmp(line->word, "settings") != 0 || !line_number(line, "scale-thousandths", &thousandths) ||
        !take_actors(settings, line))
        return false;
    snprintf(settings->run, sizeof settings->run, "%s", line_value(line, "run", ""));
    settings->timeout_scale = (double)thousandths / 1000.0;
    settings->with_volatile = strcmp(line_value(line, "volatile", "no"), "yes") == 0;
    line_number(line, "mutate", &percent);
    line_number(line, "seed", &worker->mutate.seed);
    worker->mutate.percent = (unsigned)percent;
    settings->tell = tell;
    settings->waits = tell_at_once;
    settings->prestarted =
        strcmp(line_value(line, "prestarted", "no"), "yes") == 0 ? &worker->prestarted : NULL;
    settings->context = worker;
    settings->job = job_new();
    return settings->job != NULL;
}

static void run_one(struct worker *worker, const struct test_case *test)
{
    char bytes[LINE_BYTES];
    bool mutate = worker->mutate.percent > 0;
    struct recording recording = {.mode = mutate ? RECORDING_ON : RECORDING_OFF, .mutated_at = SIZE_MAX};
    struct case_figures figures = case_run(&worker->settings, test, &recording);
    if (mutate && recording.incomplete)
        tell(worker, STAGE_ERROR, test->line, "not enough memory to record the case");
    else if (mutate && !figures.broken)
        mutation_run(&worker->settings, test, &recording, &worker->mutate);
    recording_free(&recording);
    int length = snprintf(bytes, sizeof bytes, "%lu done checks=%llu steps=%llu starts=%llu handles=%llu\n",
                          (unsigned long)worker->sequence, (unsigned long long)figures.checks,
                          (unsigned long long)figures.steps, (unsigned long long)figures.starts,
                          (unsigned long long)own_handle_count());
    write_line(worker, bytes, (size_t)length);
    tell_at_once(worker);
}

static void tell_before_abort(int number)
{
    (void)number;
    tell_at_once(&worker_of_process);
}

static LONG WINAPI tell_before_end(EXCEPTION_POINTERS *raised)
{
    (void)raised;
    tell_at_once(&worker_of_process);
    return EXCEPTION_CONTINUE_SEARCH;
}

/* A case that calls abort() ends the worker: no message box, no error report, which would make it a time-out. What it had
 * told up to then is not lost. */
static void die_quietly(void)
{
    signal(SIGABRT, tell_before_abort);
    SetUnhandledExceptionFilter(tell_before_end);
#if defined(_MSC_VER) || defined(_UCRT) /* the older C library has no such function */
    _set_abort_behavior(0, _WRITE_ABORT_MSG | _CALL_REPORTFAULT);
#endif
#if defined(_MSC_VER) && defined(_DEBUG)
    for (int kind = 0; kind < _CRT_ERRCNT; kind++) {
        _CrtSetReportMode(kind, _CRTDBG_MODE_FILE);
        _CrtSetReportFile(kind, _CRTDBG_FILE_STDERR);
    }
#endif
}

int worker_main(HANDLE pipe, HANDLE output)
{
    static struct line line;
    static const char hello[] = "0 hello protocol=1\n";
    struct worker *worker = &worker_of_process;
    worker->pipe = pipe;
    worker->settings.output = output;
    die_quietly();
    SetHandleInformation(pipe, HANDLE_FLAG_INHERIT, 0);
    write_line(worker, hello, sizeof hello - 1);
    tell_at_once(worker);
    if (!read_line(worker, &line) || !take_settings(worker, &line))
        return EXIT_KILLED;
    while (!worker->parent_gone && read_line(worker, &line)) {
        size_t index = catalogue_find(line_value(&line, "id", ""));
        if (strcmp(line.word, "case") != 0 || index == SIZE_MAX)
            return EXIT_KILLED;
        uint64_t instance = 1;
        line_number(&line, "instance", &instance);
        worker->settings.instance = (unsigned)instance;
        if (!pair_find(line_value(&line, "pair", ""), &worker->settings.pair))
            return EXIT_KILLED;
        run_one(worker, catalogue_at(index).test);
    }
    prestarted_drop(&worker->prestarted);
    return 0;
}
