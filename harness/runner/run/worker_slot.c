#include "worker_slot.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/output_file.h"
#include "../../common/text.h"
#include "../peer/child_end.h"
#include "../platform/system_calls.h"
#include "../worker/worker.h"

static_assert(WIRE_PATH_UNITS == PROGRAM_PATH_UNITS, "the wire carries every path of a program");

/* Windows Error Reporting looks at a process that ended itself by fast-fail before its exit code can be read; that takes
 * seconds. Page: windows/win32/wer/about-wer. */
#define CRASH_END_MS 15000

static void close_file(HANDLE *file)
{
    if (*file && *file != INVALID_HANDLE_VALUE)
        CloseHandle(*file);
    *file = NULL;
}

static void end_worker(struct worker_slot *slot)
{
    channel_free(slot->channel);
    slot->channel = NULL;
    child_kill(&slot->child);
    child_close(&slot->child);
    close_file(&slot->worker_output);
    close_file(&slot->actor_output);
}

void worker_slot_end(struct worker_slot *slot)
{
    if (slot->channel && slot->item == NO_ITEM) {
        /* An idle worker ends by itself when its pipe closes, in order, and much faster than one that is
         * killed. */
        DWORD code;
        channel_free(slot->channel);
        slot->channel = NULL;
        child_wait(&slot->child, 2000, &code);
    }
    end_worker(slot);
    wire_report_free(&slot->report);
    case_outcome_free(&slot->outcome);
}

static bool send_line(struct worker_slot *slot, const struct text *line)
{
    return !line->cut && channel_send(slot->channel, line->at, line->length, STEP_TIMEOUT_MS);
}

static bool send_settings(struct worker_slot *slot, const struct pool_settings *settings)
{
    char bytes[LINE_BYTES];
    struct text line = text_over(bytes, sizeof bytes);
    struct wire_settings sent = {
        .timeout_scale = settings->timeout_scale,
        .with_volatile = settings->with_volatile,
        .prestarted = settings->prestarted && settings->mutate.percent == 0,
        .reuse = settings->reuse,
        .mutate_percent = settings->mutate.percent,
        .mutate_seed = settings->mutate.seed,
    };
    snprintf(sent.run, sizeof sent.run, "%s", settings->run);
    memcpy(sent.actor, settings->programs->actors[ARCH_OWN], sizeof sent.actor);
    for (int i = 0; i < ARCH_COUNT; i++)
        sent.has_actor[i] = i != ARCH_OWN && settings->programs->actors[i][0];
    slot->sequence = 1;
    wire_put_settings(&line, slot->sequence, &sent);
    return send_line(slot, &line);
}

static bool copy_path(uint16_t out[WIRE_PATH_UNITS], const wchar_t *path)
{
    size_t units = wcslen(path);
    if (units >= WIRE_PATH_UNITS)
        return false;
    memcpy(out, path, (units + 1) * sizeof *out);
    return true;
}

/* Tells the worker each file of steps. */
static bool send_play(struct worker_slot *slot, const struct pool_settings *settings)
{
    for (size_t i = 0; i < settings->play_count; i++) {
        static struct wire_play play;
        char bytes[LINE_BYTES];
        struct text line = text_over(bytes, sizeof bytes);
        bool fits = copy_path(play.path, settings->play[i].path) && copy_path(play.shown, settings->play[i].shown);
        wire_put_play(&line, ++slot->sequence, &play);
        if (!fits || line.cut || !channel_send(slot->channel, bytes, line.length, STEP_TIMEOUT_MS))
            return false;
    }
    return true;
}

static bool hear_hello(struct worker_slot *slot, DWORD milliseconds)
{
    char bytes[LINE_BYTES];
    size_t length;
    struct line line;
    return channel_receive(slot->channel, bytes, &length, milliseconds) == CHANNEL_LINE &&
           !line_parse(&line, bytes, length) && wire_is_hello(&line);
}

static DWORD start_process(struct worker_slot *slot, const struct pool_settings *settings, struct job *job)
{
    wchar_t pipe[24], output[24];
    HANDLE end = channel_child_end(slot->channel);
    if (end == INVALID_HANDLE_VALUE)
        return GetLastError();
    swprintf(pipe, 24, L"%llx", (unsigned long long)(uintptr_t)end);
    swprintf(output, 24, L"%llx", (unsigned long long)(uintptr_t)slot->actor_output);
    DWORD error = child_start(&slot->child,
                              &(struct process_spec){
                                  .image = settings->programs->self,
                                  .arguments = (const wchar_t *[]){L"" WORKER_ARGUMENT, pipe, output, NULL},
                                  .inherit = {end, slot->actor_output},
                                  .output = slot->worker_output,
                                  .job = job,
                              });
    CloseHandle(end);
    return error;
}

bool worker_slot_start(struct worker_slot *slot, const struct pool_settings *settings, struct job *job,
                       struct text *error)
{
    slot->item = NO_ITEM;
    slot->channel = channel_new();
    slot->worker_output = output_file_new();
    slot->actor_output = output_file_new();
    if (!slot->channel || slot->worker_output == INVALID_HANDLE_VALUE ||
        slot->actor_output == INVALID_HANDLE_VALUE) {
        text_format(error, "no pipe or no temporary file for a worker: error %lu",
                    (unsigned long)GetLastError());
        return false;
    }
    DWORD code = start_process(slot, settings, job);
    if (code) {
        text_format(error, "a worker process does not start: error %lu", (unsigned long)code);
        return false;
    }
    if (!hear_hello(slot, (DWORD)(STEP_TIMEOUT_MS * 2 * settings->timeout_scale)) ||
        !send_settings(slot, settings) || !send_play(slot, settings)) {
        text_add(error, "a worker process started but does not answer");
        return false;
    }
    return true;
}

void worker_slot_feed(struct worker_slot *slot, const struct pool_settings *settings, size_t item)
{
    char bytes[LINE_BYTES];
    struct text line = text_over(bytes, sizeof bytes);
    const struct plan_item *next = &settings->plan->items[item];
    struct wire_case which = {.instance = next->instance, .pair = next->pair->pair};
    case_id(next->what.test, which.id);
    slot->item = item;
    slot->started = system_milliseconds();
    slot->deadline = slot->started + (uint64_t)(CASE_TIMEOUT_MS * settings->timeout_scale);
    if (settings->mutate.percent > 0) /* one case is then many runs */
        slot->deadline += (uint64_t)(MUTATE_TIMEOUT_MS * settings->timeout_scale);
    wire_put_case(&line, ++slot->sequence, &which);
    if (!send_line(slot, &line))
        slot->deadline = slot->started; /* the worker has ended; worker_slot_listen reports it */
}

/* The case's time, output and error kind are final from here on. */
static void complete(struct worker_slot *slot)
{
    slot->outcome.milliseconds = system_milliseconds() - slot->started;
    if (slot->actor_output)
        output_file_take(slot->actor_output, &slot->outcome.stray);
    wire_report_free(&slot->report);
}

void worker_slot_break(struct worker_slot *slot, enum error_kind kind, const char *why)
{
    DWORD code = 0;
    char message[400];
    struct text text = text_over(message, sizeof message);
    text_add(&text, why);
    if (kind == ERROR_KIND_CRASH) {
        text_add(&text, ": ");
        enum child_state state = child_wait(&slot->child, CRASH_END_MS, &code);
        child_end_add(&text, state, code);
    }
    case_outcome_add(&slot->outcome, (struct finding){.verdict = VERDICT_ERROR, .error_kind = kind}, message);
    complete(slot);
    if (slot->worker_output)
        output_file_take(slot->worker_output, &slot->outcome.stray);
    end_worker(slot);
}

static void take_transcript(struct worker_slot *slot, const struct pool_settings *settings)
{
    const char *text = wire_report_text(&slot->report);
    buffer_add_string(&slot->outcome.transcript, text);
    buffer_add(&slot->outcome.transcript, "\n", 1);
    slot->outcome.incomplete |= slot->outcome.transcript.failed;
    settings->line(settings->context, slot->item, text);
}

static void take_finding(struct worker_slot *slot)
{
    const struct wire_finding *found = &slot->report.finding;
    struct finding finding = {
        .verdict = found->verdict, .error_kind = found->error_kind, .line = found->line};
    case_outcome_add(&slot->outcome, finding, wire_report_text(&slot->report));
}

static void take_done(struct worker_slot *slot)
{
    slot->outcome.use = slot->report.done.use;
    slot->outcome.handles = slot->report.done.handles;
    complete(slot);
    output_file_clear(slot->worker_output); /* it is reported only if the worker ends badly */
}

static enum worker_slot_result take_line(struct worker_slot *slot, const struct pool_settings *settings,
                                         const struct line *line)
{
    enum wire_report_kind kind = wire_get_report(line, slot->sequence, &slot->report);
    slot->outcome.incomplete |= slot->report.text.failed;
    switch (kind) {
    case WIRE_MORE:
        return SLOT_GOING_ON;
    case WIRE_TRANSCRIPT:
        take_transcript(slot, settings);
        return SLOT_GOING_ON;
    case WIRE_FINDING:
        take_finding(slot);
        return SLOT_GOING_ON;
    case WIRE_DONE:
        take_done(slot);
        return SLOT_FINISHED;
    case WIRE_NONSENSE:
        break;
    }
    worker_slot_break(slot, ERROR_KIND_HARNESS, "the worker sent a line that is no report about its case");
    return SLOT_FINISHED;
}

enum worker_slot_result worker_slot_listen(struct worker_slot *slot, const struct pool_settings *settings)
{
    char bytes[LINE_BYTES];
    size_t length;
    struct line line;
    switch (channel_receive(slot->channel, bytes, &length, 0)) {
    case CHANNEL_TIMEOUT:
        if (system_milliseconds() < slot->deadline)
            return SLOT_NOTHING;
        snprintf(bytes, sizeof bytes, "the case did not end within its deadline of %llu ms",
                 (unsigned long long)(slot->deadline - slot->started));
        worker_slot_break(slot, ERROR_KIND_TIMEOUT, bytes);
        return SLOT_FINISHED;
    case CHANNEL_CLOSED:
        worker_slot_break(slot, ERROR_KIND_CRASH, "the worker that ran the case died");
        return SLOT_FINISHED;
    case CHANNEL_TOO_LONG:
        break;
    case CHANNEL_LINE:
        if (!line_parse(&line, bytes, length))
            return take_line(slot, settings, &line);
        break;
    }
    worker_slot_break(slot, ERROR_KIND_HARNESS, "the worker sent bytes that are no line of the protocol");
    return SLOT_FINISHED;
}
