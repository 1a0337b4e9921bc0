#include "line.h"

#include <string.h>

#include "win32_constants.h"

/* The next token, terminated in place, or NULL at the end. */
static char *next_token(char **rest)
{
    char *token = *rest;
    if (!*token)
        return NULL;
    char *blank = strchr(token, ' ');
    if (blank) {
        *blank = '\0';
        *rest = blank + 1;
    } else {
        *rest = token + strlen(token);
    }
    return token;
}

static const char *parse_field(struct line *out, char *token)
{
    char *equals = strchr(token, '=');
    if (!equals) {
        if (out->count > 0 || out->label[0])
            return "a word without '=' after the label";
        out->label = token;
        return NULL;
    }
    if (equals == token)
        return "a value without a key";
    if (out->count == LINE_FIELDS)
        return "too many fields";
    *equals = '\0';
    if (line_field(out, token))
        return "a key that is given twice";
    struct field *field = &out->fields[out->count++];
    field->key = token;
    field->value = equals + 1;
    if (!escape_decode(equals + 1, &field->length))
        return "a broken percent-escape";
    return NULL;
}

const char *line_parse(struct line *out, const char *bytes, size_t length)
{
    if (length > 0 && bytes[length - 1] == '\r')
        length--;
    if (length >= sizeof out->storage)
        return "too long";
    if (length > 0 && bytes[length - 1] == ' ')
        return "a blank at the end";
    for (size_t i = 0; i < length; i++)
        if (bytes[i] < 0x20 || bytes[i] > 0x7E)
            return "a byte that is not printable ASCII";
    memcpy(out->storage, bytes, length);
    out->storage[length] = '\0';
    out->label = "";
    out->count = 0;

    char *rest = out->storage;
    char *token = next_token(&rest);
    uint64_t sequence;
    if (!token || !number_parse(token, &sequence) || sequence > UINT32_MAX)
        return "no sequence number";
    out->sequence = (uint32_t)sequence;
    out->word = next_token(&rest);
    if (!out->word || !*out->word || strchr(out->word, '='))
        return "no word after the sequence number";
    while ((token = next_token(&rest)) != NULL) {
        const char *wrong = *token ? parse_field(out, token) : "two blanks in a row";
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* A pointer into the storage of `from` as one into that of `out`; others point to constants. */
static const char *moved(const char *at, const struct line *from, const struct line *out)
{
    if (at < from->storage || at >= from->storage + sizeof from->storage)
        return at;
    return out->storage + (at - from->storage);
}

void line_copy(struct line *out, const struct line *from)
{
    *out = *from;
    out->word = moved(from->word, from, out);
    out->label = moved(from->label, from, out);
    for (size_t i = 0; i < from->count; i++) {
        out->fields[i].key = moved(from->fields[i].key, from, out);
        out->fields[i].value = moved(from->fields[i].value, from, out);
    }
}

const struct field *line_field(const struct line *line, const char *key)
{
    for (size_t i = 0; i < line->count; i++)
        if (strcmp(line->fields[i].key, key) == 0)
            return &line->fields[i];
    return NULL;
}

const char *line_value(const struct line *line, const char *key, const char *otherwise)
{
    const struct field *field = line_field(line, key);
    return field ? field->value : otherwise;
}

bool line_number(const struct line *line, const char *key, uint64_t *out)
{
    const struct field *field = line_field(line, key);
    return field && strlen(field->value) == field->length && number_parse(field->value, out);
}

char *line_reader_room(struct line_reader *reader, size_t *room)
{
    memmove(reader->bytes, reader->bytes + reader->start, reader->length);
    reader->start = 0;
    *room = sizeof reader->bytes - reader->length;
    return reader->bytes + reader->length;
}

void line_reader_added(struct line_reader *reader, size_t length)
{
    reader->length += length;
}

enum line_next line_reader_next(struct line_reader *reader, char *out, size_t *length)
{
    const char *first = reader->bytes + reader->start;
    const char *newline = memchr(first, '\n', reader->length < LINE_BYTES ? reader->length : LINE_BYTES);
    if (!newline)
        return reader->length < LINE_BYTES ? LINE_NEXT_NONE : LINE_NEXT_TOO_LONG;
    *length = (size_t)(newline - first);
    memcpy(out, first, *length);
    out[*length] = '\0';
    reader->start += *length + 1;
    reader->length -= *length + 1;
    return LINE_NEXT_READY;
}

static void describe_token(struct text *out, const char *token, size_t length)
{
    char copy[LINE_BYTES];
    struct text word = text_over(copy, sizeof copy);
    text_add_bytes(&word, token, length);
    text_add(out, copy);
    uint64_t number;
    const char *name = NULL;
    const char *equals = strchr(copy, '=');
    if (equals && number_parse(equals + 1, &number) && number > 0 && number <= UINT32_MAX) {
        if (strncmp(copy, "error=", 6) == 0)
            name = error_name((uint32_t)number);
        else if (strncmp(copy, "status=", 7) == 0 || strncmp(copy, "code=", 5) == 0)
            name = status_name((uint32_t)number);
    }
    if (name) {
        text_add(out, " ");
        text_add(out, name);
    }
}

static void describe(struct text *out, const char *raw, bool with_volatile)
{
    const char *token = strchr(raw, ' ');
    bool first = true;
    while (token && *token) {
        token++;
        size_t length = strcspn(token, " ");
        if ((*token != '~' || with_volatile) && length > 0) {
            if (!first)
                text_add(out, " ");
            first = false;
            describe_token(out, token, length);
        }
        token += length;
    }
}

void reply_describe(struct text *out, const char *raw)
{
    describe(out, raw, false);
}

void reply_describe_all(struct text *out, const char *raw)
{
    describe(out, raw, true);
}
