#include "toml.h"

#include <string.h>

#include "../common/utf16.h"

/* One line, its end excluded. Its characters are known to be allowed in TOML. */
struct piece {
    const char *at, *end;
};

void toml_start(struct toml *toml, const char *bytes, size_t length)
{
    *toml = (struct toml){.at = bytes, .end = bytes + length};
}

void toml_free(struct toml *toml)
{
    buffer_free(&toml->name);
    buffer_free(&toml->value);
}

static enum toml_item wrong(struct toml *toml, const char *what)
{
    struct text text = text_over(toml->wrong, sizeof toml->wrong);
    text_add(&text, what);
    return TOML_ERROR;
}

/* NULL, or what is wrong with the characters of a line. */
static const char *check_characters(struct toml *toml, struct piece line)
{
    while (line.at < line.end) {
        uint32_t point;
        size_t taken = wtf8_decode(line.at, (size_t)(line.end - line.at), &point);
        struct text text = text_over(toml->wrong, sizeof toml->wrong);
        if (taken == 0 || (point >= 0xD800 && point < 0xE000))
            text_format(&text, "the byte 0x%02X, which is not valid UTF-8",
                        (unsigned)(unsigned char)*line.at);
        else if (point == '\r')
            text_add(&text, "a carriage return that no line feed follows");
        else if ((point < 0x20 && point != '\t') || point == 0x7F)
            text_format(&text, "the control character 0x%02X", (unsigned)point);
        else if (point == 0xFEFF && toml->line == 1)
            text_add(&text, "a byte order mark");
        if (text.length > 0)
            return toml->wrong;
        line.at += taken;
    }
    return NULL;
}

/* Takes the next line off the bytes. */
static struct piece next_line(struct toml *toml)
{
    size_t left = (size_t)(toml->end - toml->at);
    const char *newline = memchr(toml->at, '\n', left);
    struct piece line = {toml->at, newline ? newline : toml->end};
    toml->at = newline ? newline + 1 : toml->end;
    toml->line++;
    if (newline && line.end > line.at && line.end[-1] == '\r')
        line.end--;
    return line;
}

static void skip_blanks(struct piece *line)
{
    while (line->at < line->end && (*line->at == ' ' || *line->at == '\t'))
        line->at++;
}

static bool skip(struct piece *line, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(line->end - line->at) < length || memcmp(line->at, word, length) != 0)
        return false;
    line->at += length;
    return true;
}

/* Whether nothing but a comment is left. */
static bool is_over(struct piece *line)
{
    skip_blanks(line);
    return line->at == line->end || *line->at == '#';
}

static bool read_name(struct toml *toml, struct piece *line)
{
    const char *from = line->at;
    while (line->at < line->end &&
           ((*line->at >= 'a' && *line->at <= 'z') || (*line->at >= 'A' && *line->at <= 'Z') ||
            (*line->at >= '0' && *line->at <= '9') || *line->at == '_' || *line->at == '-'))
        line->at++;
    toml->name.length = 0;
    buffer_add(&toml->name, from, (size_t)(line->at - from));
    return line->at > from;
}

/* The number behind \u or \U. NULL, or what is wrong. */
static const char *read_code(struct toml *toml, struct piece *line, int digits)
{
    uint32_t code = 0;
    for (; digits > 0; digits--) {
        static const char hexadecimal[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit =
            line->at < line->end ? memchr(hexadecimal, *line->at, sizeof hexadecimal - 1) : NULL;
        if (!digit)
            return "an escape with too few hexadecimal digits";
        code = code << 4 | (uint32_t)((digit - hexadecimal) & 15);
        line->at++;
    }
    if (code == 0)
        return "the character 0 in a string";
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return "an escape that is not a character";
    char bytes[5];
    size_t length = wtf8_encode(bytes, code);
    buffer_add(&toml->value, bytes, length);
    return NULL;
}

/* What follows a backslash. NULL, or what is wrong. */
static const char *read_escape(struct toml *toml, struct piece *line)
{
    static const char letters[] = "btnfr\"\\", meant[] = "\b\t\n\f\r\"\\";
    if (line->at == line->end)
        return "a string that does not end on its line";
    char letter = *line->at++;
    if (letter == 'u')
        return read_code(toml, line, 4);
    if (letter == 'U')
        return read_code(toml, line, 8);
    const char *found = memchr(letters, letter, sizeof letters - 1);
    if (!found)
        return "an escape that TOML does not have";
    buffer_add(&toml->value, &meant[found - letters], 1);
    return NULL;
}

/* A basic string. NULL, or what is wrong. */
static const char *read_string(struct toml *toml, struct piece *line)
{
    if (skip(line, "\"\"\""))
        return "a string of several lines, which is not supported here";
    if (!skip(line, "\""))
        return "a value that is not a string in double quotes";
    toml->value.length = 0;
    buffer_add(&toml->value, "", 0);
    while (line->at < line->end && *line->at != '"') {
        const char *from = line->at;
        while (line->at < line->end && *line->at != '"' && *line->at != '\\')
            line->at++;
        buffer_add(&toml->value, from, (size_t)(line->at - from));
        const char *what = skip(line, "\\") ? read_escape(toml, line) : NULL;
        if (what)
            return what;
    }
    return skip(line, "\"") ? NULL : "a string that does not end on its line";
}

static enum toml_item read_table(struct toml *toml, struct piece line)
{
    if (!skip(&line, "[[") || !read_name(toml, &line) || !skip(&line, "]]"))
        return wrong(toml, "a table that is not written as [[name]]");
    return is_over(&line) ? TOML_TABLE : wrong(toml, "something behind the ]] of the table");
}

static enum toml_item read_pair(struct toml *toml, struct piece line)
{
    if (!read_name(toml, &line))
        return wrong(toml, "neither a [[table]] nor a key of letters, digits, '_' and '-'");
    skip_blanks(&line);
    if (!skip(&line, "="))
        return wrong(toml, "a key without '=' behind it");
    skip_blanks(&line);
    const char *what = read_string(toml, &line);
    if (what)
        return wrong(toml, what);
    return is_over(&line) ? TOML_PAIR : wrong(toml, "something behind the string");
}

enum toml_item toml_next(struct toml *toml)
{
    while (toml->at < toml->end) {
        struct piece line = next_line(toml);
        if (check_characters(toml, line))
            return TOML_ERROR;
        if (is_over(&line))
            continue;
        enum toml_item item = *line.at == '[' ? read_table(toml, line) : read_pair(toml, line);
        if (toml->name.failed || toml->value.failed)
            return wrong(toml, "memory ran out");
        return item;
    }
    return TOML_END;
}
