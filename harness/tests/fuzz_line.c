/* What arrives on the pipe: the first byte is the size of the fragments, the rest is the stream. */
#include "fuzz.h"

#include <string.h>

#include "../common/text.h"
#include "../common/line.h"
#include "../common/win32_constants.h"

static void write_again(const struct line *line, struct text *out)
{
    text_format(out, "%u %s", (unsigned)line->sequence, line->word);
    if (line->label[0])
        text_format(out, " %s", line->label);
    for (size_t i = 0; i < line->count; i++) {
        text_format(out, " %s=", line->fields[i].key);
        escape_add(out, line->fields[i].value, line->fields[i].length);
    }
}

static void expect_same(const struct line *a, const struct line *b)
{
    ALWAYS(a->sequence == b->sequence && a->count == b->count);
    ALWAYS(strcmp(a->word, b->word) == 0 && strcmp(a->label, b->label) == 0);
    for (size_t i = 0; i < a->count; i++) {
        const struct field *field = line_field(b, a->fields[i].key);
        ALWAYS(field && field->length == a->fields[i].length);
        ALWAYS(memcmp(field->value, a->fields[i].value, field->length + 1) == 0);
    }
}

static void use_fields(const struct line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        uint64_t value = 0, back = 1;
        bool number = line_number(line, line->fields[i].key, &value);
        if (!constants_parse(line->fields[i].value, &value))
            ALWAYS(!number || line->fields[i].length >= 64); /* no constant is that long */
        char room[1024];
        struct text names = text_over(room, sizeof room);
        constants_add(&names, CONSTANT_MAP_ACCESS, value);
        ALWAYS(!names.cut && constants_parse(room, &back) && back == value);
    }
}

static void use_line(const char *bytes, size_t length)
{
    struct line line, again;
    char described[4 * LINE_BYTES];
    struct text text = text_over(described, sizeof described);
    reply_describe(&text, bytes);
    if (line_parse(&line, bytes, length))
        return;
    use_fields(&line);
    char written[LINE_BYTES];
    struct text out = text_over(written, sizeof written);
    write_again(&line, &out);
    ALWAYS(!out.cut && out.length <= length); /* nothing is escaped that was not */
    ALWAYS(line_parse(&again, written, out.length) == NULL);
    expect_same(&line, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct line_reader reader = {.length = 0};
    size_t fragment = data[0] == 0 ? LINE_READER_BYTES : data[0];
    for (size_t at = 1; at < size;) {
        size_t room, length;
        char *to = line_reader_room(&reader, &room);
        size_t taken = size - at < fragment ? size - at : fragment;
        if (taken > room)
            taken = room;
        ALWAYS(taken > 0);
        memcpy(to, data + at, taken);
        line_reader_added(&reader, taken);
        at += taken;
        char line[LINE_BYTES];
        enum line_next next;
        while ((next = line_reader_next(&reader, line, &length)) == LINE_NEXT_READY) {
            ALWAYS(length < LINE_BYTES && line[length] == '\0' && !memchr(line, '\n', length));
            use_line(line, length);
        }
        if (next == LINE_NEXT_TOO_LONG)
            break;
    }
    return 0;
}
