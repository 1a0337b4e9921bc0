#include "check.h"

#include <stdio.h>
#include <string.h>

#include "../../common/text.h"
#include "../../common/win32_constants.h"
#include "../stage/actor_lifecycle.h"
#include "../stage/cmocka_bridge.h"
#include "../stage/step.h"
#include "case_run.h"
#include "catalogue.h"

static const struct contract_row *current_row(struct stage *stage, int line)
{
    if (!stage->case_state->row)
        stage_abort(stage, line, "the case names no row of the contract");
    return stage->case_state->row;
}

void check_unmet(struct stage *stage, int line, enum aspect aspect, const char *what, const char *expected,
                 const char *got)
{
    const struct contract_row *row = current_row(stage, line);
    enum basis basis = aspect == ASPECT_OUTCOME ? row->outcome
                       : aspect == ASPECT_CODE  ? row->code
                                                : BASIS_OBSERVED;
    char message[LINE_BYTES * 5];
    struct text text = text_over(message, sizeof message);
    text_format(&text, "[%s] %s: expected %s, got %s%s", row->id, what, expected, got,
                row->strength == STRENGTH_HYPOTHESIS ? "; " NO_EVIDENCE : "");
    bool strong = row->strength == STRENGTH_ASSERTED || row->strength == STRENGTH_DOCUMENTED;
    stage_tell(stage, basis == BASIS_DOCUMENTED && strong ? STAGE_FAIL : STAGE_DEVIATES, line, message);
}

static bool reply_differs(struct stage *stage, int line, const struct role *role, enum aspect aspect,
                          const char *expected)
{
    char what[LINE_BYTES * 2], got[LINE_BYTES * 2];
    struct text described = text_over(got, sizeof got);
    snprintf(what, sizeof what, "%s> %s", role->name, role->request);
    reply_describe(&described, role->raw);
    check_unmet(stage, line, aspect, what, expected, got);
    return false;
}

void check_row(struct stage *stage, const char *id)
{
    char own[CASE_ID_BYTES], word[WORD_BYTES];
    const char *rows = case_rows(stage->case_state->test, own);
    while (word_next(&rows, word)) {
        if (strcmp(word, id) == 0) {
            stage->case_state->row = contract_find(id);
            if (stage->case_state->row)
                return;
        }
    }
    stage_abort(stage, stage->case_state->test->line,
                "row '%s' is not in the contract, or not among the rows of this case", id);
}

static _Noreturn void precondition_failed(struct stage *stage, int line, const struct role *role,
                                          const char *expected)
{
    char got[LINE_BYTES * 2], message[LINE_BYTES * 5];
    struct text described = text_over(got, sizeof got), text = text_over(message, sizeof message);
    reply_describe(&described, role->raw);
    text_format(&text, "%s> %s: precondition failed: expected %s, got %s", role->name, role->request,
                expected, got);
    stage_cannot_go_on(stage, line, message);
}

/* The reply must be ok and, if it says so at all, have this last error. */
static void precondition(struct stage *stage, int line, const char *name, const char *request,
                         const char *error)
{
    struct role *role = actor_perform(stage, line, name, request);
    char expected[64];
    if (strcmp(role->reply.word, "ok") == 0 && strcmp(line_value(&role->reply, "error", error), error) == 0)
        return;
    snprintf(expected, sizeof expected, "ok error=%s", error);
    precondition_failed(stage, line, role, expected);
}

void check_must(struct stage *stage, int line, const char *name, const char *request)
{
    precondition(stage, line, name, request, "0");
}

void check_joins(struct stage *stage, int line, const char *name, const char *request)
{
    precondition(stage, line, name, request, "183");
}

/* Whether the reply has the field "key=value" of an expectation, whose value has the escapes of the protocol; a '*' in it
 * stands for any characters. */
static bool has_field(const struct role *role, const char *expected)
{
    char key[64], got[LINE_BYTES * 3];
    struct text value = text_over(got, sizeof got);
    const char *equals_sign = strchr(expected, '=');
    if (!equals_sign || (size_t)(equals_sign - expected) >= sizeof key)
        return false;
    snprintf(key, sizeof key, "%.*s", (int)(equals_sign - expected), expected);
    const struct field *field = line_field(&role->reply, key);
    if (!field)
        return false;
    escape_add(&value, field->value, field->length);
    if (strchr(equals_sign, '*'))
        return glob_matches(equals_sign + 1, got);
    return strcmp(got, equals_sign + 1) == 0;
}

/* What an expected field is about: the code of an error, the NTSTATUS behind it, or the outcome. */
static enum aspect aspect_of(const char *field)
{
    return strncmp(field, "error=", 6) == 0    ? ASPECT_CODE
           : strncmp(field, "status=", 7) == 0 ? ASPECT_STATUS
                                               : ASPECT_OUTCOME;
}

/* Whether the reply has the expected outcome and fields, as check_matches describes them. If not, *differs is the first of
 * outcome, code and status in which it differs. Words that are no fields name the number before them. */
static bool reply_matches(const struct role *role, const char *expected, enum aspect *differs)
{
    char word[LINE_BYTES];
    bool matches = true, first = true;
    for (const char *rest = expected; *rest;) {
        rest += strspn(rest, " ");
        size_t length = strcspn(rest, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, rest);
        rest += length;
        enum aspect aspect = first ? ASPECT_OUTCOME : aspect_of(word);
        bool fits = first ? strcmp(word, "*") == 0 || strcmp(word, role->reply.word) == 0
                          : !strchr(word, '=') || has_field(role, word);
        first = false;
        if (!fits && (matches || aspect < *differs))
            *differs = aspect;
        matches = matches && fits;
    }
    return matches;
}

/* Reports one failure for all differences of a reply. */
static bool compare_reply(struct stage *stage, int line, const struct role *role, const char *expected)
{
    enum aspect differs;
    return reply_matches(role, expected, &differs) || reply_differs(stage, line, role, differs, expected);
}

/* "ok" and the fields. */
static const char *ok_with(const char *fields, char out[LINE_BYTES * 2])
{
    snprintf(out, LINE_BYTES * 2, "ok%s%s", *fields ? " " : "", fields);
    return out;
}

void check_must_give(struct stage *stage, int line, const char *name, const char *request, const char *fields)
{
    struct role *role = actor_perform(stage, line, name, request);
    char expected[LINE_BYTES * 2];
    enum aspect differs;
    if (!reply_matches(role, ok_with(fields, expected), &differs))
        precondition_failed(stage, line, role, expected);
}

bool check_matches(struct stage *stage, int line, const char *name, const char *request, const char *expected)
{
    stage->case_state->checks++;
    return compare_reply(stage, line, actor_perform(stage, line, name, request), expected);
}

bool check_gives(struct stage *stage, int line, const char *name, const char *request, const char *fields)
{
    char expected[LINE_BYTES * 2];
    return check_matches(stage, line, name, request, ok_with(fields, expected));
}

/* The role that is busy with a step that begins() has sent. */
static struct role *busy_role(struct stage *stage, int line, const char *name)
{
    struct role *role = stage_find(stage, name);
    if (!role || role->state != ROLE_BUSY)
        stage_abort(stage, line, "'%s' has not begun anything", name);
    return role;
}

bool check_finishes_as(struct stage *stage, int line, const char *name, const char *expected)
{
    struct role *role = busy_role(stage, line, name);
    stage->case_state->checks++;
    step_receive(stage, line, role);
    return compare_reply(stage, line, role, expected);
}

bool check_finishes(struct stage *stage, int line, const char *name, const char *fields)
{
    char expected[LINE_BYTES * 2];
    return check_finishes_as(stage, line, name, ok_with(fields, expected));
}

/* Undoes a call that unexpectedly succeeded, so that the case can go on. That this works is expected too. */
static void undo(struct stage *stage, int line, const struct role *role)
{
    static const struct {
        const char *verb, *opposite;
    } verbs[] = {{"create", "close"},  {"createapp", "close"}, {"create2", "close"},   {"open", "close"},
                 {"openapp", "close"}, {"hold", "close"},      {"map", "unmap"},       {"mapapp", "unmap"},
                 {"map2", "unmap"},    {"map3", "unmap"},      {"reserve", "release"}, {"spawn", "close"},
                 {"ntopen", "close"},  {"namespace", "leave"}};
    char verb[16], label[64], step[100];
    size_t i;
    if (sscanf(role->request, "%15s %63s", verb, label) != 2)
        return;
    for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verb, verbs[i].verb) == 0)
            break;
    if (i == sizeof verbs / sizeof verbs[0])
        return;
    snprintf(step, sizeof step, "%s %s", verbs[i].opposite, label);
    check_gives(stage, line, role->name, step, "");
}

bool check_fails(struct stage *stage, int line, const char *name, const char *request, uint32_t error,
                 uint32_t status)
{
    char expected[200];
    struct text text = text_over(expected, sizeof expected);
    struct role *role = actor_perform(stage, line, name, request);
    uint64_t got;
    stage->case_state->checks++;
    text_add(&text, "fail");
    if (error != ANY_ERROR)
        text_format(&text, " error=%lu %s", (unsigned long)error, error_name(error) ? error_name(error) : "");
    if (status)
        text_format(&text, " status=0x%08lX %s", (unsigned long)status,
                    status_name(status) ? status_name(status) : "");
    if (strcmp(role->reply.word, "fail") != 0) {
        reply_differs(stage, line, role, ASPECT_OUTCOME, expected);
        if (strcmp(role->reply.word, "ok") == 0)
            undo(stage, line, role);
        return false;
    }
    bool has_error = line_number(&role->reply, "error", &got) && got != 0;
    if (error == ANY_ERROR && !has_error)
        return reply_differs(stage, line, role, ASPECT_OUTCOME, "fail with a last error other than 0");
    if (error != ANY_ERROR && (!has_error || got != error))
        return reply_differs(stage, line, role, ASPECT_CODE, expected);
    if (status && (!line_number(&role->reply, "status", &got) || got != status))
        return reply_differs(stage, line, role, ASPECT_STATUS, expected);
    return true;
}

/* Whether the reported address of the fault is in the range that the step touches: its at= and its length=, or at most
 * eight bytes for a single value. A place that is not an offset ("elsewhere") is in no range. */
static bool is_in_range(const struct role *role)
{
    struct line request;
    char numbered[LINE_BYTES];
    uint64_t start = 0, length = 8, at;
    int count = snprintf(numbered, sizeof numbered, "0 %s", role->request);
    const char *said = line_value(&role->reply, "at", "");
    if (count < 0 || line_parse(&request, numbered, (size_t)count) || said[0] != '+' ||
        !number_parse(said + 1, &at))
        return false;
    line_number(&request, "at", &start);
    line_number(&request, "length", &length);
    return at >= start && at - start < length;
}

bool check_faults(struct stage *stage, int line, const char *name, const char *request, const char *access)
{
    char expected[80];
    struct role *role = actor_perform(stage, line, name, request);
    uint64_t code = 0;
    stage->case_state->checks++;
    snprintf(expected, sizeof expected, "fault code=0xC0000005 access=%s in the range of the step", access);
    if (strcmp(role->reply.word, "fault") == 0 && line_number(&role->reply, "code", &code) &&
        code == 0xC0000005 && strcmp(line_value(&role->reply, "access", ""), access) == 0 &&
        is_in_range(role))
        return true;
    return reply_differs(stage, line, role, ASPECT_OUTCOME, expected);
}

static bool compare(struct stage *stage, int line, const char *what, bool truth, const char *expected,
                    const char *got)
{
    char text[LINE_BYTES];
    stage->case_state->checks++;
    if (truth)
        snprintf(text, sizeof text, "= %s: %s", what, expected);
    else
        snprintf(text, sizeof text, "= %s: %s instead of %s", what, got, expected);
    stage_tell(stage, STAGE_TRANSCRIPT, 0, text);
    if (!truth)
        check_unmet(stage, line, ASPECT_OUTCOME, what, expected, got);
    return truth;
}

bool check_equals(struct stage *stage, int line, const char *what, uint64_t actual, uint64_t expected)
{
    char wanted[24], got[24];
    snprintf(wanted, sizeof wanted, "%llu", (unsigned long long)expected);
    snprintf(got, sizeof got, "%llu", (unsigned long long)actual);
    return compare(stage, line, what, actual == expected, wanted, got);
}

bool check_holds(struct stage *stage, int line, const char *what, bool truth)
{
    return compare(stage, line, what, truth, "yes", "no");
}

bool check_ended(struct stage *stage, int line, const char *name, uint32_t exit_code)
{
    char expected[60], got[60];
    struct role *role = busy_role(stage, line, name);
    stage->case_state->checks++;
    snprintf(expected, sizeof expected, "the end of the process with code 0x%lX", (unsigned long)exit_code);
    if (step_receive_or_end(stage, line, role))
        return reply_differs(stage, line, role, ASPECT_OUTCOME, expected);
    DWORD code = step_see_end(stage, line, role, role->request);
    if (code == exit_code)
        return true;
    snprintf(got, sizeof got, "code 0x%lX", (unsigned long)code);
    check_unmet(stage, line, ASPECT_CODE, role->request, expected, got);
    return false;
}

bool check_ends(struct stage *stage, int line, const char *name, const char *request, uint32_t exit_code)
{
    step_send(stage, line, actor_of(stage, line, name), request);
    return check_ended(stage, line, name, exit_code);
}

void check_powered(struct stage *stage, int line, const char *what, bool seen)
{
    char text[LINE_BYTES];
    snprintf(text, sizeof text, "= control: %s: %s", what, seen ? "seen" : "not seen");
    stage_tell(stage, STAGE_TRANSCRIPT, 0, text);
    if (seen)
        return;
    snprintf(text, sizeof text, "no power on this machine, in this run: the control shows nothing: %s", what);
    stage_tell(stage, STAGE_POWERLESS, line, text);
}

/* Whether a reply has an outcome: ok, fail with its error, or fault with its code. */
static bool is_outcome(const struct line *reply)
{
    uint64_t code;
    return strcmp(reply->word, "ok") == 0 ||
           (strcmp(reply->word, "fail") == 0 && line_field(reply, "error")) ||
           (strcmp(reply->word, "fault") == 0 && line_number(reply, "code", &code));
}

void check_records(struct stage *stage, int line, const char *name, const char *request)
{
    const struct contract_row *row = current_row(stage, line);
    struct role *role = actor_perform(stage, line, name, request);
    stage->case_state->checks++;
    if (!is_outcome(&role->reply))
        stage_abort(stage, line, "%s> %s: the reply tells no outcome: %s", name, request, role->raw);
    if (row->outcome == BASIS_RECORD)
        recording_note_unjudged(stage->peers.recording, role->peer.recorded_at);
}
