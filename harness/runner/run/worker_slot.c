#include "worker_slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/output_file.h"
#include "../../common/text.h"
#include "../../common/utf16.h"
#include "../peer/child_end.h"
#include "../platform/invariant.h"
#include "../platform/system_calls.h"
#include "../worker/worker.h"

/* Windows Error Reporting holds a process that ended by fast-fail for some seconds before its exit code can be read.
 * Page: windows/win32/wer/about-wer. */
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
        /* An idle worker ends in order when its pipe closes, much faster than one that is killed. */
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
    INVARIANT(!line->cut);
    return channel_send(slot->channel, line->at, line->length, STEP_TIMEOUT_MS);
}

/* The path in UTF-8, for the caller to free. NULL if memory runs out. */
static char *path_bytes(const wchar_t *path)
{
    size_t units = wcslen(path), size = units * 3 + 1;
    char *bytes = malloc(size);
    if (bytes)
        utf16_to_bytes(bytes, size, (const uint16_t *)path, units);
    return bytes;
}

/* Sends a text up to its last part, which the order itself has; *text is that part then. */
static bool send_parts(struct worker_slot *slot, const char **text)
{
    char bytes[LINE_BYTES];
    struct text line = text_over(bytes, sizeof bytes);
    bool sends = true;
    while (sends && wire_put_part(&line, slot->sequence, text)) {
        sends = send_line(slot, &line);
        text_clear(&line);
    }
    return sends;
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
    for (int i = 0; i < ARCH_COUNT; i++)
        sent.has_actor[i] = i != ARCH_OWN && settings->programs->actors[i][0];
    char *path = path_bytes(settings->programs->actors[ARCH_OWN]);
    const char *left = path;
    slot->sequence = 1;
    bool sends = path && send_parts(slot, &left);
    if (sends)
        wire_put_settings(&line, slot->sequence, &sent, left);
    free(path);
    return sends && send_line(slot, &line);
}

/* Sends the worker the path of a file of steps. */
static bool send_play(struct worker_slot *slot, const struct play_source *source)
{
    char bytes[LINE_BYTES];
    struct text line = text_over(bytes, sizeof bytes);
    char *path = path_bytes(source->path);
    const char *left = path;
    slot->sequence++;
    bool sends = path && send_parts(slot, &left);
    if (sends)
        wire_put_play(&line, slot->sequence, wcscmp(source->shown, PLAY_INPUT) == 0, left);
    free(path);
    return sends && send_line(slot, &line);
}

/* Sends a new worker all that precedes its first case. */
static bool send_orders(struct worker_slot *slot, const struct pool_settings *settings)
{
    bool sends = send_settings(slot, settings);
    for (size_t i = 0; i < settings->play_count && sends; i++)
        sends = send_play(slot, &settings->play[i]);
    return sends;
}

static bool read_hello(struct worker_slot *slot, DWORD milliseconds)
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
    if (!read_hello(slot, (DWORD)(STEP_TIMEOUT_MS * 2 * settings->timeout_scale))) {
        text_add(error, "a worker process started but sends no hello");
        return false;
    }
    if (!send_orders(slot, settings)) {
        text_add(error, "a worker process started but does not read its settings");
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
    const char *text = wire_text(&slot->report.text);
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
    case_outcome_add(&slot->outcome, finding, wire_text(&slot->report.text));
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
    slot->outcome.incomplete |= slot->report.text.bytes.failed;
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
