#include "worker_slot.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../peer/output_file.h"
#include "../../common/text.h"
#include "../../common/utf16.h"
#include "../worker/worker.h"

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
    buffer_free(&slot->partial);
    case_outcome_free(&slot->outcome);
}

static void add_path(struct text *line, const char *key, const wchar_t *path)
{
    char bytes[MAX_PATH * 8];
    size_t length = utf16_to_bytes(bytes, sizeof bytes, (const uint16_t *)path, wcslen(path));
    text_format(line, " %s=", key);
    if (length != SIZE_MAX)
        escape_add(line, bytes, length);
}

static bool send_settings(struct worker_slot *slot, const struct pool_settings *settings)
{
    char bytes[LINE_BYTES];
    struct text line = text_over(bytes, sizeof bytes);
    text_format(&line, "1 settings run=%s scale-thousandths=%llu volatile=%s", settings->run,
                (unsigned long long)(settings->timeout_scale * 1000 + 0.5),
                settings->with_volatile ? "yes" : "no");
    if (settings->prestarted && settings->mutate.percent == 0)
        text_add(&line, " prestarted=yes");
    if (settings->mutate.percent > 0)
        text_format(&line, " mutate=%u seed=%llu", settings->mutate.percent,
                    (unsigned long long)settings->mutate.seed);
    add_path(&line, "actor", settings->programs->actors[ARCH_OWN]);
    for (int i = 0; i < ARCH_COUNT; i++)
        if (i != ARCH_OWN && settings->programs->actors[i][0])
            text_format(&line, " %s=yes", arch_name((enum arch)i));
    text_add(&line, "\n");
    slot->sequence = 1;
    return !line.cut && channel_send(slot->channel, bytes, line.length, STEP_TIMEOUT_MS);
}

static bool hear_hello(struct worker_slot *slot, DWORD milliseconds)
{
    char bytes[LINE_BYTES];
    size_t length;
    struct line line;
    return channel_receive(slot->channel, bytes, &length, milliseconds) == CHANNEL_LINE &&
           !line_parse(&line, bytes, length) && strcmp(line.word, "hello") == 0;
}

static DWORD start_process(struct worker_slot *slot, const struct pool_settings *settings, HANDLE job)
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

bool worker_slot_start(struct worker_slot *slot, const struct pool_settings *settings, HANDLE job,
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
        !send_settings(slot, settings)) {
        text_add(error, "a worker process started but does not answer");
        return false;
    }
    return true;
}

void worker_slot_feed(struct worker_slot *slot, const struct pool_settings *settings, size_t item)
{
    char bytes[LINE_BYTES], id[CASE_ID_BYTES], pair[PAIR_BYTES];
    const struct plan_item *next = &settings->plan->items[item];
    case_id(next->what.test, id);
    pair_name(next->pair->pair, pair);
    slot->item = item;
    slot->started = GetTickCount64();
    slot->deadline = slot->started + (uint64_t)(CASE_TIMEOUT_MS * settings->timeout_scale);
    if (settings->mutate.percent > 0) /* one case is then many runs */
        slot->deadline += (uint64_t)(MUTATE_TIMEOUT_MS * settings->timeout_scale);
    int length = snprintf(bytes, sizeof bytes, "%lu case id=%s instance=%u pair=%s\n",
                          (unsigned long)++slot->sequence, id, next->instance, pair);
    if (!channel_send(slot->channel, bytes, (size_t)length, STEP_TIMEOUT_MS))
        slot->deadline = slot->started; /* it is gone: found out, and said, when it is listened to */
}

/* The case's time, output and error kind are final from here on. */
static void complete(struct worker_slot *slot)
{
    slot->outcome.milliseconds = GetTickCount64() - slot->started;
    if (slot->actor_output)
        output_file_take(slot->actor_output, &slot->outcome.stray);
    slot->partial.length = 0;
}

void worker_slot_break(struct worker_slot *slot, enum error_kind kind, const char *why)
{
    DWORD code = 0;
    char message[200];
    struct text text = text_over(message, sizeof message);
    text_add(&text, why);
    if (kind == ERROR_KIND_CRASH && child_wait(&slot->child, 2000, &code))
        text_format(&text, " (exit code 0x%lX)", (unsigned long)code);
    case_outcome_add(&slot->outcome, (struct finding){.verdict = VERDICT_ERROR, .error_kind = kind}, message);
    complete(slot);
    if (slot->worker_output)
        output_file_take(slot->worker_output, &slot->outcome.stray);
    end_worker(slot);
}

/* Words of the worker that carry text, and what they mean. */
static const struct {
    const char *word;
    struct finding finding; /* VERDICT_PASS: no finding but a line of the transcript */
} tellings[] = {
    {"transcript", {.verdict = VERDICT_PASS}},
    {"fail", {.verdict = VERDICT_FAIL}},
    {"deviates", {.verdict = VERDICT_DEVIATES}},
    {"powerless", {.verdict = VERDICT_SKIP}},
    {"error", {.verdict = VERDICT_ERROR, .error_kind = ERROR_KIND_HARNESS}},
    {"crash", {.verdict = VERDICT_ERROR, .error_kind = ERROR_KIND_CRASH}},
    {"timeout", {.verdict = VERDICT_ERROR, .error_kind = ERROR_KIND_TIMEOUT}},
};

static const char *take_text(struct worker_slot *slot, const struct line *line)
{
    const struct field *text = line_field(line, "text");
    if (text)
        buffer_add(&slot->partial, text->value, text->length);
    slot->outcome.incomplete |= slot->partial.failed;
    return slot->partial.at ? slot->partial.at : "";
}

/* A text has come to its end. */
static void take_telling(struct worker_slot *slot, const struct pool_settings *settings,
                         const struct line *line, struct finding finding)
{
    const char *text = take_text(slot, line);
    uint64_t number = 0;
    line_number(line, "line", &number);
    finding.line = number <= INT_MAX ? (int)number : 0;
    if (finding.verdict == VERDICT_PASS) {
        buffer_add_string(&slot->outcome.transcript, text);
        buffer_add(&slot->outcome.transcript, "\n", 1);
        slot->outcome.incomplete |= slot->outcome.transcript.failed;
        settings->line(settings->context, slot->item, text);
    } else {
        case_outcome_add(&slot->outcome, finding, text);
    }
    slot->partial.length = 0;
}

/* One line from the worker. Anything unexpected is a fault of the worker. */
static enum worker_slot_news take_line(struct worker_slot *slot, const struct pool_settings *settings,
                                       const struct line *line)
{
    bool expected = line->sequence == slot->sequence;
    if (expected && strcmp(line->word, "done") == 0) {
        line_number(line, "starts", &slot->outcome.starts);
        line_number(line, "handles", &slot->outcome.handles);
        complete(slot);
        output_file_clear(slot->worker_output); /* what it prints is of interest when it ends badly */
        return SLOT_FINISHED;
    }
    if (expected && strcmp(line->word, "part") == 0) {
        take_text(slot, line);
        return SLOT_GOING_ON;
    }
    for (size_t i = 0; expected && i < sizeof tellings / sizeof tellings[0]; i++) {
        if (strcmp(line->word, tellings[i].word) == 0) {
            take_telling(slot, settings, line, tellings[i].finding);
            return SLOT_GOING_ON;
        }
    }
    worker_slot_break(slot, ERROR_KIND_HARNESS, "the worker said something that makes no sense");
    return SLOT_FINISHED;
}

enum worker_slot_news worker_slot_listen(struct worker_slot *slot, const struct pool_settings *settings)
{
    char bytes[LINE_BYTES];
    size_t length;
    struct line line;
    switch (channel_receive(slot->channel, bytes, &length, 0)) {
    case CHANNEL_TIMEOUT:
        if (GetTickCount64() < slot->deadline)
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
    worker_slot_break(slot, ERROR_KIND_HARNESS, "the worker sent something that is no line of the protocol");
    return SLOT_FINISHED;
}
