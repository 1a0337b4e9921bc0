#include "worker.h"

#include <assert.h>
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
#include "../case/play.h"
#include "../case/catalogue.h"
#include "../platform/invariant.h"
#include "mutation_run.h"
#include "wire.h"

/* Lines are collected and sent together, because each write wakes the parent. They are sent when the buffer is full, and
 * before the worker waits for anything (send_collected). */
#define COLLECTED_BYTES 16384

struct worker {
    HANDLE pipe;
    char collected[COLLECTED_BYTES];
    size_t collected_length;
    struct line_reader reader;
    uint32_t sequence;     /* of the last line from the parent */
    struct wire_text text; /* of the parent's order */
    bool parent_gone;
    struct stage_settings settings;
    struct mutation_settings mutate;
    struct prestarted prestarted;
    struct used_actors used;
};

/* This process's worker: handlers of crashes have no other way to it. */
static struct worker worker_of_process;

static void send_collected(void *context)
{
    struct worker *worker = context;
    DWORD length = (DWORD)worker->collected_length, written;
    worker->collected_length = 0;
    if (length > 0 &&
        (!WriteFile(worker->pipe, worker->collected, length, &written, NULL) || written != length))
        worker->parent_gone = true;
}

static void write_line(struct worker *worker, const struct text *line)
{
    INVARIANT(!line->cut);
    if (line->length > sizeof worker->collected - worker->collected_length)
        send_collected(worker);
    memcpy(worker->collected + worker->collected_length, line->at, line->length);
    worker->collected_length += line->length;
    if (worker->settings.with_volatile) /* --verbose: a user reads each line when it happens */
        send_collected(worker);
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

/* What each event is to the parent; a line of the transcript is no finding. */
static const struct wire_finding finding_of_event[] = {
    [STAGE_TRANSCRIPT] = {.verdict = VERDICT_PASS},
    [STAGE_FAIL] = {.verdict = VERDICT_FAIL},
    [STAGE_DEVIATES] = {.verdict = VERDICT_DEVIATES},
    [STAGE_POWERLESS] = {.verdict = VERDICT_SKIP},
    [STAGE_ERROR] = {.verdict = VERDICT_ERROR, .error_kind = ERROR_KIND_HARNESS},
    [STAGE_CRASH] = {.verdict = VERDICT_ERROR, .error_kind = ERROR_KIND_CRASH},
    [STAGE_TIMEOUT] = {.verdict = VERDICT_ERROR, .error_kind = ERROR_KIND_TIMEOUT},
};
static_assert(sizeof finding_of_event / sizeof finding_of_event[0] == STAGE_EVENT_COUNT,
              "every event has its finding");

static void tell(void *context, enum stage_event event, int line, const char *text)
{
    struct worker *worker = context;
    struct wire_finding finding = finding_of_event[event];
    finding.line = line;
    char bytes[LINE_BYTES];
    struct text out = text_over(bytes, sizeof bytes);
    while (wire_put_part(&out, worker->sequence, &text)) {
        write_line(worker, &out);
        text_clear(&out);
    }
    wire_put_text(&out, worker->sequence, event == STAGE_TRANSCRIPT ? NULL : &finding, text);
    write_line(worker, &out);
}

/* The settings name the actor of this architecture; the others are beside this program. */
static bool take_actors(struct stage_settings *settings, const struct wire_settings *sent,
                        const struct wire_text *own)
{
    wchar_t self[PROGRAM_PATH_UNITS];
    DWORD length = GetModuleFileNameW(NULL, self, PROGRAM_PATH_UNITS);
    bool good = length > 0 && length < PROGRAM_PATH_UNITS && !own->bytes.failed &&
                utf16_from_bytes((uint16_t *)settings->actors[ARCH_OWN], PROGRAM_PATH_UNITS, wire_text(own),
                                 own->bytes.length) != SIZE_MAX;
    for (int i = 0; i < ARCH_COUNT && good; i++)
        if (sent->has_actor[i])
            good = programs_beside(settings->actors[i], self, (enum arch)i);
    return good;
}

static bool take_settings(struct worker *worker, const struct line *line)
{
    struct stage_settings *settings = &worker->settings;
    struct wire_settings sent;
    if (settings->job || !wire_get_settings(line, &sent) || !take_actors(settings, &sent, &worker->text))
        return false;
    memcpy(settings->run, sent.run, sizeof settings->run);
    settings->timeout_scale = sent.timeout_scale;
    settings->with_volatile = sent.with_volatile;
    worker->mutate = (struct mutation_settings){.percent = sent.mutate_percent, .seed = sent.mutate_seed};
    settings->tell = tell;
    settings->waits = send_collected;
    settings->prestarted = sent.prestarted ? &worker->prestarted : NULL;
    settings->used = sent.reuse ? &worker->used : NULL;
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
    struct text out = text_over(bytes, sizeof bytes);
    wire_put_done(&out, worker->sequence,
                  &(struct wire_done){.use = figures.use, .handles = own_handle_count()});
    write_line(worker, &out);
    send_collected(worker);
}

static void send_before_abort(int number)
{
    (void)number;
    send_collected(&worker_of_process);
}

static LONG WINAPI send_before_crash(EXCEPTION_POINTERS *raised)
{
    (void)raised;
    send_collected(&worker_of_process);
    return EXCEPTION_CONTINUE_SEARCH;
}

/* A case that crashes or calls abort() ends the worker at once: a message box or an error report would make it a time-out.
 * The lines that were collected are sent first. */
static void end_at_once_on_crash(void)
{
    signal(SIGABRT, send_before_abort);
    SetUnhandledExceptionFilter(send_before_crash);
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

/* Runs the case that the line names. False if the line is wrong. */
static bool take_case(struct worker *worker, const struct line *line)
{
    struct wire_case which;
    if (!wire_get_case(line, &which))
        return false;
    size_t index = catalogue_find(which.id);
    if (index == SIZE_MAX)
        return false;
    worker->settings.instance = which.instance;
    worker->settings.pair = which.pair;
    run_one(worker, catalogue_at(index).test);
    return true;
}

static void say_hello(struct worker *worker)
{
    char bytes[LINE_BYTES];
    struct text out = text_over(bytes, sizeof bytes);
    wire_put_hello(&out);
    write_line(worker, &out);
    send_collected(worker);
}

/* A file of steps, whose cases the parent asks for afterwards. The parent has read it, so it is well-formed unless another
 * program has changed it since. */
static bool take_play(const struct wire_text *text, const struct line *line)
{
    bool is_input, good = false;
    char why[600];
    struct text error = text_over(why, sizeof why);
    size_t units = text->bytes.length + 1;
    wchar_t *path = calloc(units, sizeof *path);
    if (!path || text->bytes.failed)
        text_add(&error, "not enough memory for the path of a file of steps");
    else if (wire_get_play(line, &is_input) &&
             utf16_from_bytes((uint16_t *)path, units, wire_text(text), text->bytes.length) != SIZE_MAX)
        good = play_load(&(struct play_source){path, is_input ? PLAY_INPUT : path}, &error);
    free(path);
    if (!good)
        fprintf(stderr, "worker: %s\n", why);
    return good;
}

/* Does what the line asks for. False if it is not what wire.h describes, or if that is impossible. */
static bool take_order(struct worker *worker, const struct line *line)
{
    enum wire_order order = wire_get_order(line, &worker->text);
    if (order == WIRE_ORDER_PART)
        return true;
    if (order == WIRE_SETTINGS)
        return take_settings(worker, line);
    if (!worker->settings.job) /* the settings come first */
        return false;
    if (order == WIRE_PLAY)
        return take_play(&worker->text, line);
    return order == WIRE_CASE && take_case(worker, line);
}

int worker_main(HANDLE pipe, HANDLE output)
{
    static struct line line;
    struct worker *worker = &worker_of_process;
    worker->pipe = pipe;
    worker->settings.output = output;
    end_at_once_on_crash();
    SetHandleInformation(pipe, HANDLE_FLAG_INHERIT, 0);
    say_hello(worker);
    while (!worker->parent_gone && read_line(worker, &line))
        if (!take_order(worker, &line))
            return EXIT_KILLED;
    prestarted_drop(&worker->prestarted);
    used_actors_drop(&worker->used);
    return 0;
}
