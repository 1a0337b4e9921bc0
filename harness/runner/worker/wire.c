#include "wire.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a text that one line carries at most. Escaped they may be three times as many, and other fields of the line need
 * up to 200 bytes. */
#define PIECE_BYTES 250

static const char WORD_HELLO[] = "hello";
static const char WORD_SETTINGS[] = "settings";
static const char WORD_PLAY[] = "play";
static const char WORD_CASE[] = "case";
static const char WORD_PART[] = "part";
static const char WORD_TRANSCRIPT[] = "transcript";
static const char WORD_FINDING[] = "finding";
static const char WORD_DONE[] = "done";

static void put_word(struct text *out, uint32_t sequence, const char *word)
{
    text_format(out, "%lu %s", (unsigned long)sequence, word);
}

static void put_number(struct text *out, const char *key, uint64_t number)
{
    text_format(out, " %s=%llu", key, (unsigned long long)number);
}

static void put_bytes(struct text *out, const char *key, const char *bytes, size_t length)
{
    text_format(out, " %s=", key);
    escape_add(out, bytes, length);
}

static void put_flag(struct text *out, const char *key, bool flag)
{
    text_format(out, " %s=%s", key, flag ? "yes" : "no");
}

bool wire_put_part(struct text *out, uint32_t sequence, const char **text)
{
    if (strlen(*text) <= PIECE_BYTES)
        return false;
    put_word(out, sequence, WORD_PART);
    put_bytes(out, "text", *text, PIECE_BYTES);
    text_add(out, "\n");
    *text += PIECE_BYTES;
    return true;
}

/* The last field of a line: a text that fits into it. */
static void put_last(struct text *out, const char *text)
{
    put_bytes(out, "text", text, strlen(text));
    text_add(out, "\n");
}

/* Adds the line's piece to the text. False if there is none. */
static bool get_piece(const struct line *line, bool part, struct wire_text *text)
{
    const struct field *piece = line_field(line, "text");
    if (text->complete)
        text->bytes.length = 0;
    text->complete = false;
    if (!piece)
        return false;
    buffer_add(&text->bytes, piece->value, piece->length);
    text->complete = !part;
    return true;
}

const char *wire_text(const struct wire_text *text)
{
    return text->bytes.at ? text->bytes.at : "";
}

static bool get_word(const struct line *line, const char *key, char *out, size_t size)
{
    const struct field *field = line_field(line, key);
    if (!field || field->length >= size || strlen(field->value) != field->length)
        return false;
    memcpy(out, field->value, field->length + 1);
    return true;
}

static bool get_number(const struct line *line, const char *key, uint64_t most, uint64_t *out)
{
    return line_number(line, key, out) && *out <= most;
}

static bool get_flag(const struct line *line, const char *key, bool *out)
{
    const char *value = line_value(line, key, "");
    *out = strcmp(value, "yes") == 0;
    return *out || strcmp(value, "no") == 0;
}

enum wire_order wire_get_order(const struct line *line, struct wire_text *text)
{
    if (strcmp(line->word, WORD_CASE) == 0)
        return WIRE_CASE;
    enum wire_order order = strcmp(line->word, WORD_SETTINGS) == 0 ? WIRE_SETTINGS
                            : strcmp(line->word, WORD_PLAY) == 0   ? WIRE_PLAY
                            : strcmp(line->word, WORD_PART) == 0   ? WIRE_ORDER_PART
                                                                   : WIRE_NO_ORDER;
    if (order == WIRE_NO_ORDER || !get_piece(line, order == WIRE_ORDER_PART, text))
        return WIRE_NO_ORDER;
    return order;
}

void wire_put_settings(struct text *out, uint32_t sequence, const struct wire_settings *settings,
                       const char *actor)
{
    put_word(out, sequence, WORD_SETTINGS);
    put_bytes(out, "run", settings->run, strlen(settings->run));
    for (int i = 0; i < ARCH_COUNT; i++)
        if (settings->has_actor[i])
            put_flag(out, arch_name((enum arch)i), true);
    put_number(out, "scale-thousandths", (uint64_t)(settings->timeout_scale * 1000 + 0.5));
    put_flag(out, "volatile", settings->with_volatile);
    put_flag(out, "prestarted", settings->prestarted);
    put_flag(out, "reuse", settings->reuse);
    put_number(out, "mutate", settings->mutate_percent);
    put_number(out, "seed", settings->mutate_seed);
    put_last(out, actor);
}

bool wire_get_settings(const struct line *line, struct wire_settings *out)
{
    uint64_t thousandths, percent;
    *out = (struct wire_settings){0};
    for (int i = 0; i < ARCH_COUNT; i++)
        if (line_field(line, arch_name((enum arch)i)) &&
            !get_flag(line, arch_name((enum arch)i), &out->has_actor[i]))
            return false;
    if (!get_word(line, "run", out->run, sizeof out->run) ||
        !get_number(line, "scale-thousandths", UINT32_MAX, &thousandths) || thousandths == 0 ||
        !get_flag(line, "volatile", &out->with_volatile) || !get_flag(line, "prestarted", &out->prestarted) ||
        !get_flag(line, "reuse", &out->reuse) || !get_number(line, "mutate", 100, &percent) ||
        !line_number(line, "seed", &out->mutate_seed))
        return false;
    out->timeout_scale = (double)thousandths / 1000.0;
    out->mutate_percent = (unsigned)percent;
    return true;
}

void wire_put_play(struct text *out, uint32_t sequence, bool is_input, const char *path)
{
    put_word(out, sequence, WORD_PLAY);
    put_flag(out, "input", is_input);
    put_last(out, path);
}

bool wire_get_play(const struct line *line, bool *is_input)
{
    return get_flag(line, "input", is_input);
}

void wire_put_case(struct text *out, uint32_t sequence, const struct wire_case *which)
{
    char pair[PAIR_BYTES];
    pair_name(which->pair, pair);
    put_word(out, sequence, WORD_CASE);
    put_bytes(out, "id", which->id, strlen(which->id));
    put_number(out, "instance", which->instance);
    put_bytes(out, "pair", pair, strlen(pair));
    text_add(out, "\n");
}

bool wire_get_case(const struct line *line, struct wire_case *out)
{
    uint64_t instance;
    if (!get_word(line, "id", out->id, sizeof out->id) ||
        !get_number(line, "instance", UINT_MAX, &instance) ||
        !pair_find(line_value(line, "pair", ""), &out->pair))
        return false;
    out->instance = (unsigned)instance;
    return true;
}

void wire_put_hello(struct text *out)
{
    put_word(out, 0, WORD_HELLO);
    put_number(out, "protocol", PROTOCOL_VERSION);
    text_add(out, "\n");
}

bool wire_is_hello(const struct line *line)
{
    uint64_t version;
    return line->sequence == 0 && strcmp(line->word, WORD_HELLO) == 0 &&
           line_number(line, "protocol", &version) && version == PROTOCOL_VERSION;
}

static void put_finding(struct text *out, uint32_t sequence, const struct wire_finding *finding)
{
    const char *verdict = verdict_name(finding->verdict), *kind = error_kind_name(finding->error_kind);
    put_word(out, sequence, WORD_FINDING);
    put_bytes(out, "verdict", verdict, strlen(verdict));
    if (finding->verdict == VERDICT_ERROR)
        put_bytes(out, "kind", kind, strlen(kind));
    put_number(out, "line", finding->line > 0 ? (uint64_t)finding->line : 0);
}

void wire_put_text(struct text *out, uint32_t sequence, const struct wire_finding *finding, const char *text)
{
    if (finding)
        put_finding(out, sequence, finding);
    else
        put_word(out, sequence, WORD_TRANSCRIPT);
    put_last(out, text);
}

void wire_put_done(struct text *out, uint32_t sequence, const struct wire_done *done)
{
    put_word(out, sequence, WORD_DONE);
    put_number(out, "roles", done->use.roles);
    put_number(out, "starts", done->use.starts);
    put_number(out, "reused", done->use.reused);
    put_number(out, "retired", done->use.retired);
    put_bytes(out, "why", done->use.reasons, strlen(done->use.reasons));
    put_number(out, "handles", done->handles);
    text_add(out, "\n");
}

static bool get_verdict(const char *word, enum verdict *out)
{
    for (int i = 0; i < VERDICT_COUNT; i++) {
        *out = (enum verdict)i;
        if (strcmp(word, verdict_name(*out)) == 0)
            return true;
    }
    return false;
}

static bool get_error_kind(const char *word, enum error_kind *out)
{
    for (int i = 0; i < ERROR_KIND_COUNT; i++) {
        *out = (enum error_kind)i;
        if (strcmp(word, error_kind_name(*out)) == 0)
            return true;
    }
    return false;
}

static bool get_finding(const struct line *line, struct wire_finding *out)
{
    uint64_t number;
    *out = (struct wire_finding){0};
    if (!get_verdict(line_value(line, "verdict", ""), &out->verdict) ||
        !get_number(line, "line", INT_MAX, &number))
        return false;
    out->line = (int)number;
    return out->verdict != VERDICT_ERROR || get_error_kind(line_value(line, "kind", ""), &out->error_kind);
}

static bool get_done(const struct line *line, struct wire_done *out)
{
    return line_number(line, "roles", &out->use.roles) && line_number(line, "starts", &out->use.starts) &&
           line_number(line, "reused", &out->use.reused) && line_number(line, "retired", &out->use.retired) &&
           get_word(line, "why", out->use.reasons, sizeof out->use.reasons) &&
           line_number(line, "handles", &out->handles);
}

enum wire_report_kind wire_get_report(const struct line *line, uint32_t sequence, struct wire_report *report)
{
    if (line->sequence != sequence)
        return WIRE_NONSENSE;
    if (strcmp(line->word, WORD_DONE) == 0)
        return get_done(line, &report->done) ? WIRE_DONE : WIRE_NONSENSE;
    bool part = strcmp(line->word, WORD_PART) == 0, finding = strcmp(line->word, WORD_FINDING) == 0;
    if (!part && !finding && strcmp(line->word, WORD_TRANSCRIPT) != 0)
        return WIRE_NONSENSE;
    if ((finding && !get_finding(line, &report->finding)) || !get_piece(line, part, &report->text))
        return WIRE_NONSENSE;
    if (part)
        return WIRE_MORE;
    return finding ? WIRE_FINDING : WIRE_TRANSCRIPT;
}

void wire_report_free(struct wire_report *report)
{
    buffer_free(&report->text.bytes);
    *report = (struct wire_report){0};
}
