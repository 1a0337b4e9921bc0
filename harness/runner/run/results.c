#include "results.h"

#include <windows.h>

#include <stdio.h>
#include <string.h>

#include "../../common/text.h"
#include "../../report/known.h"
#include "../case/contract.h"
#include "../platform/system_calls.h"

/* Writing a growing report whenever a case begins or ends would take time in proportion to the square of their
 * number. So it is written while writing has taken less than this part of the run, or when it is so many
 * milliseconds old. */
#define WRITING_SHARE 100
#define OLD_MS 500

#define FILE_BYTES 600 /* of the name of a file in messages */

/* The file that a case stands in, as messages and reports name it. */
static void case_file(const struct plan_item *item, char *out, size_t size)
{
    const struct topic *topic = item->what.topic;
    if (topic->file)
        snprintf(out, size, "%s", topic->file);
    else
        snprintf(out, size, "cases/%s.c", topic->name);
}

/* The first lines of a case's output: its rows. */
static void add_head(struct buffer *out, const struct plan_item *item)
{
    char own[CASE_ID_BYTES], word[CASE_ID_BYTES];
    const char *rows = case_rows(item->what.test, own);
    while (word_next(&rows, word))
        buffer_format(out, "[[PROPERTY|row=%s]]\n", word);
}

struct judgement {
    enum verdict verdict;
    const struct finding *first; /* what the message is about; NULL for a pass */
    const char *reason;          /* why it is known, for VERDICT_KNOWN */
};

/* The worst finding that is not known decides; if all are known, the first one's reason is the message. A control
 * without effect decides only if nothing else does. */
static struct judgement judge(struct known *known, const char *id, const struct case_outcome *outcome)
{
    static const struct finding incomplete = {
        .verdict = VERDICT_ERROR, .text = "memory ran out: findings or transcript are incomplete"};
    struct judgement judgement = {VERDICT_PASS, NULL, NULL};
    const struct finding *powerless = NULL;
    int worst = 0;
    if (outcome->incomplete)
        return (struct judgement){VERDICT_ERROR, &incomplete, NULL};
    for (size_t i = 0; i < outcome->count; i++) {
        const struct finding *finding = &outcome->findings[i];
        if (finding->verdict == VERDICT_SKIP) {
            if (!powerless)
                powerless = finding;
            continue;
        }
        const struct known_entry *entry = known_find(known, id, finding->text);
        if (entry && worst == 0 && !judgement.first)
            judgement = (struct judgement){VERDICT_KNOWN, finding, entry->reason};
        int severity = verdict_facts(finding->verdict)->severity;
        if (!entry && severity > worst) {
            worst = severity;
            judgement = (struct judgement){finding->verdict, finding, NULL};
        }
    }
    if (powerless && judgement.verdict == VERDICT_PASS)
        judgement = (struct judgement){VERDICT_SKIP, powerless, NULL};
    return judgement;
}

static void add_details(struct buffer *out, const struct case_outcome *outcome,
                        const struct judgement *judgement)
{
    if (judgement->reason) {
        buffer_add_string(out, judgement->first->text);
        buffer_add_string(out, "\n");
    }
    for (size_t i = 0; i < outcome->count; i++) {
        const struct finding *finding = &outcome->findings[i];
        if (finding == judgement->first)
            continue;
        buffer_format(out, "line %d: ", finding->line);
        buffer_add_string(out, finding->text);
        buffer_add(out, "\n", 1);
    }
}

static void report_case(struct results *results, const struct plan_item *item,
                        const struct judgement *judgement, const struct case_outcome *outcome)
{
    char id[CASE_ID_BYTES], file[FILE_BYTES];
    struct buffer output = {0}, details = {0};
    int line =
        judgement->first && judgement->first->line > 0 ? judgement->first->line : item->what.test->line;
    plan_item_id(item, id);
    case_file(item, file, sizeof file);
    add_head(&output, item);
    if (outcome->transcript.at)
        buffer_add(&output, outcome->transcript.at, outcome->transcript.length);
    add_details(&details, outcome, judgement);
    const char *message = judgement->reason  ? judgement->reason
                          : judgement->first ? judgement->first->text
                                             : "";
    junit_add(results->junit,
              &(struct junit_case){
                  .topic = item->what.topic->name,
                  .pair = item->pair->name,
                  .id = id,
                  .position = (size_t)(item - results->plan->items),
                  .verdict = judgement->verdict,
                  .error_kind = judgement->first ? judgement->first->error_kind : ERROR_KIND_HARNESS,
                  .message = message,
                  .details = details.at ? details.at : "",
                  .file = file,
                  .line = line,
                  .milliseconds = outcome->milliseconds,
                  .output = output.at ? output.at : "",
                  .output_length = output.length,
                  .stray = outcome->stray.at ? outcome->stray.at : "",
                  .stray_length = outcome->stray.length,
              });
    buffer_free(&output);
    buffer_free(&details);
}

/* Adds "[row] step" and, in lines of their own, what was expected, what came back, and a remark on the expectation. */
static void add_finding(struct buffer *out, const char *indent, const char *text)
{
    static const char expected[] = ": expected ", got[] = ", got ", remark[] = "; " NO_EVIDENCE;
    const char *first = strstr(text, expected), *second = NULL;
    for (const char *at = first; at && (at = strstr(at, got)) != NULL; at++)
        second = at;
    buffer_add_string(out, indent);
    if (!first || !second) {
        buffer_add_string(out, text);
        return;
    }
    buffer_add(out, text, (size_t)(first - text));
    buffer_format(out, "\n%s  expected ", indent);
    first += sizeof expected - 1;
    buffer_add(out, first, (size_t)(second - first));
    buffer_format(out, "\n%s  got      ", indent);
    second += sizeof got - 1;
    const char *third = strstr(second, remark);
    if (!third) {
        buffer_add_string(out, second);
        return;
    }
    buffer_add(out, second, (size_t)(third - second));
    buffer_format(out, "\n%s  %s", indent, third + 2);
}

/* What was seen of a case that is not known, and where the case expects something else. */
static void add_findings(struct buffer *out, const char *indent, const struct plan_item *item,
                         const struct case_outcome *outcome)
{
    char file[FILE_BYTES];
    case_file(item, file, sizeof file);
    for (size_t i = 0; i < outcome->count; i++) {
        const struct finding *finding = &outcome->findings[i];
        add_finding(out, indent, finding->text);
        buffer_format(out, "\n%s  at %s:%d\n", indent, file,
                      finding->line > 0 ? finding->line : item->what.test->line);
    }
}

static void show_case(struct results *results, const struct plan_item *item,
                      const struct judgement *judgement, const struct case_outcome *outcome)
{
    char id[CASE_ID_BYTES], suite[CASE_ID_BYTES];
    struct buffer text = {0};
    plan_item_id(item, id);
    plan_item_suite(item, suite);
    if (judgement->reason) {
        buffer_add_string(&text, "known: ");
        buffer_add_string(&text, judgement->reason);
        buffer_add_string(&text, "\n");
    } else {
        add_findings(&text, "", item, outcome);
    }
    console_case(results->console, judgement->verdict, suite, id, outcome->milliseconds,
                 text.at ? text.at : "");
    buffer_free(&text);
}

/* Notes a case that failed for the end of the run. */
static void note_failure(struct results *results, const struct plan_item *item, enum verdict verdict,
                         const struct case_outcome *outcome)
{
    char id[CASE_ID_BYTES], own[CASE_ID_BYTES], suite[CASE_ID_BYTES];
    struct buffer *out = &results->failures;
    if (results->failed++ >= RESULTS_FAILURES)
        return;
    plan_item_id(item, id);
    plan_item_suite(item, suite);
    case_id(item->what.test, own);
    buffer_format(out, "  %s  %s/%s\n", console_verdict(results->console, verdict), suite, id);
    add_findings(out, "      ", item, outcome);
    buffer_format(out, "      alone: %s --filter %s", results->words.command, own);
    if (item->what.topic->file)
        buffer_format(out, " --play %s", item->what.topic->file);
    if (item->pair->name[0])
        buffer_format(out, " --pair %s", item->pair->name);
    buffer_add_string(out, "\n");
}

void results_skip(struct results *results, size_t index)
{
    const struct plan_item *item = &results->plan->items[index];
    char id[CASE_ID_BYTES], file[FILE_BYTES];
    struct buffer output = {0};
    plan_item_id(item, id);
    case_file(item, file, sizeof file);
    add_head(&output, item);
    junit_add(results->junit, &(struct junit_case){
                                  .topic = item->what.topic->name,
                                  .pair = item->pair->name,
                                  .id = id,
                                  .position = index,
                                  .verdict = VERDICT_SKIP,
                                  .message = item->skip,
                                  .details = "",
                                  .file = file,
                                  .line = item->what.test->line,
                                  .output = output.at ? output.at : "",
                                  .output_length = output.length,
                                  .stray = "",
                              });
    buffer_free(&output);
}

bool results_write(struct results *results, const size_t *running, size_t running_count)
{
    struct junit_case cases[OPTIONS_RUNNING];
    char ids[OPTIONS_RUNNING][CASE_ID_BYTES], files[OPTIONS_RUNNING][FILE_BYTES];
    struct buffer text = {0};
    struct text error = text_over(results->write_error, sizeof results->write_error);
    if (!results->file)
        return true;
    uint64_t before = system_milliseconds();
    for (size_t i = 0; i < running_count; i++) {
        const struct plan_item *item = &results->plan->items[running[i]];
        plan_item_id(item, ids[i]);
        case_file(item, files[i], sizeof files[i]);
        cases[i] = (struct junit_case){.topic = item->what.topic->name,
                                       .pair = item->pair->name,
                                       .id = ids[i],
                                       .position = running[i],
                                       .verdict = VERDICT_ERROR,
                                       .error_kind = ERROR_KIND_INTERRUPTED,
                                       .message = "the runner ended while this case ran",
                                       .details = "",
                                       .file = files[i],
                                       .line = item->what.test->line,
                                       .output = "",
                                       .stray = ""};
    }
    if (!junit_text(results->junit, cases, running_count, &text)) {
        text_add(&error, "not enough memory for the report");
        results->write_failed = true;
    } else {
        results->write_failed = !report_file_write(results->file, &text, &error);
    }
    buffer_free(&text);
    results->writing += system_milliseconds() - before;
    results->unwritten = false;
    return !results->write_failed;
}

DWORD results_refresh(struct results *results, const size_t *running, size_t running_count)
{
    uint64_t now = system_milliseconds(),
             affordable = results->run_started + results->writing * WRITING_SHARE;
    uint64_t old = results->unwritten_since + OLD_MS, due = affordable < old ? affordable : old;
    if (!results->unwritten || !results->file)
        return INFINITE;
    if (now < due)
        return (DWORD)(due - now);
    results_write(results, running, running_count);
    return INFINITE;
}

void results_start(struct results *results)
{
    if (!results->unwritten)
        results->unwritten_since = system_milliseconds();
    results->unwritten = true;
}

void results_add(struct results *results, size_t index, struct case_outcome *outcome)
{
    struct plan_item *item = &results->plan->items[index];
    char id[CASE_ID_BYTES];
    case_id(item->what.test, id);
    known_apply(results->known, item->pair->platform.facts, item->pair->platform.count);
    struct judgement judgement = judge(results->known, id, outcome);
    item->ended = true;
    item->verdict = judgement.verdict;
    if (judgement.verdict == VERDICT_SKIP)
        item->skip = "the run had no power: a control did not show its effect";
    report_case(results, item, &judgement, outcome);
    show_case(results, item, &judgement, outcome);
    if (verdict_facts(judgement.verdict)->exit_code > 0)
        note_failure(results, item, judgement.verdict, outcome);
    actor_totals_add(&results->actors, &outcome->use);
    case_outcome_free(outcome);
    results_start(results);
}

bool results_has_findings(const struct results *results)
{
    return junit_count(results->junit, VERDICT_FAIL) > 0 || junit_count(results->junit, VERDICT_DEVIATES) > 0;
}

int results_exit_code(const struct results *results)
{
    int code = 0;
    for (int i = 0; i < VERDICT_COUNT; i++) {
        int one = verdict_facts((enum verdict)i)->exit_code;
        if (junit_count(results->junit, (enum verdict)i) > 0 && one > code)
            code = one;
    }
    return code;
}

void results_free(struct results *results)
{
    buffer_free(&results->failures);
}
