#include "xml_scan.h"

#include <string.h>

static enum scan_token wrong(struct scan *scan, const char *what)
{
    struct text text = text_over(scan->wrong, sizeof scan->wrong);
    text_format(&text, "byte %zu: %s", (size_t)(scan->at - scan->begin), what);
    return SCAN_ERROR;
}

static bool within(unsigned char byte, unsigned low, unsigned high)
{
    return byte >= low && byte <= high;
}

/* The length of a character that may stand in the report, or 0: table 3-7 of the Unicode standard, less what
 * XML 1.0 forbids (most C0 controls, U+FFFE, U+FFFF) and what the report escapes besides (DEL, C1, U+2028,
 * U+2029, CR). */
static size_t character(const char *bytes, size_t left)
{
    unsigned char b[4] = {0};
    for (size_t i = 0; i < 4 && i < left; i++)
        b[i] = (unsigned char)bytes[i];
    if (b[0] == '\t' || b[0] == '\n' || within(b[0], 0x20, 0x7E))
        return 1;
    bool second = within(b[1], 0x80, 0xBF), third = within(b[2], 0x80, 0xBF),
         fourth = within(b[3], 0x80, 0xBF);
    if (within(b[0], 0xC2, 0xDF) && second)
        return b[0] == 0xC2 && b[1] < 0xA0 ? 0 : 2;
    if (within(b[0], 0xE0, 0xEF) && second && third) {
        bool allowed = (b[0] != 0xE0 || b[1] >= 0xA0) && (b[0] != 0xED || b[1] <= 0x9F) &&
                       !(b[0] == 0xEF && b[1] == 0xBF && b[2] >= 0xBE) &&
                       !(b[0] == 0xE2 && b[1] == 0x80 && within(b[2], 0xA8, 0xA9));
        return allowed ? 3 : 0;
    }
    if (within(b[0], 0xF0, 0xF4) && second && third && fourth)
        return (b[0] != 0xF0 || b[1] >= 0x90) && (b[0] != 0xF4 || b[1] <= 0x8F) ? 4 : 0;
    return 0;
}

static bool take(struct scan *scan, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
        return false;
    scan->at += length;
    return true;
}

bool scan_begin(struct scan *scan, const char *bytes, size_t length)
{
    *scan = (struct scan){.begin = bytes, .at = bytes, .end = bytes + length};
    while (scan->at < scan->end) {
        size_t taken = character(scan->at, (size_t)(scan->end - scan->at));
        if (taken == 0)
            return wrong(scan, "a character that may not stand here"), false;
        scan->at += taken;
    }
    scan->at = bytes;
    if (!take(scan, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        return wrong(scan, "no XML declaration"), false;
    return true;
}

/* The reference at `at`. */
static bool read_reference(struct scan *scan, struct buffer *out)
{
    static const struct {
        const char *reference, *meaning;
    } table[] = {{"&amp;", "&"},   {"&lt;", "<"},   {"&gt;", ">"},
                 {"&quot;", "\""}, {"&#10;", "\n"}, {"&#9;", "\t"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (take(scan, table[i].reference)) {
            buffer_add_string(out, table[i].meaning);
            return true;
        }
    }
    return false;
}

/* Decodes up to one of the characters of `stop`. */
static const char *read_until(struct scan *scan, const char *stop, const char *forbidden, struct buffer *out)
{
    out->length = 0;
    buffer_add(out, "", 0);
    while (scan->at < scan->end && !strchr(stop, *scan->at)) {
        if (*scan->at == '&') {
            if (!read_reference(scan, out))
                return "a reference that the report does not use";
        } else if (strchr(forbidden, *scan->at)) {
            return "a character that must be escaped here";
        } else {
            buffer_add(out, scan->at++, 1);
        }
    }
    return NULL;
}

static bool read_name(struct scan *scan, char *out, size_t size)
{
    size_t length = 0;
    while (scan->at < scan->end &&
           (within((unsigned char)*scan->at, 'a', 'z') || within((unsigned char)*scan->at, 'A', 'Z') ||
            *scan->at == '-') &&
           length + 1 < size)
        out[length++] = *scan->at++;
    out[length] = '\0';
    return length > 0;
}

static enum scan_token read_attribute(struct scan *scan)
{
    if (scan->attribute_count == SCAN_ATTRIBUTES)
        return wrong(scan, "too many attributes");
    struct scan_attribute *attribute = &scan->attributes[scan->attribute_count];
    if (!read_name(scan, attribute->name, sizeof attribute->name) || !take(scan, "=\""))
        return wrong(scan, "a broken attribute");
    if (scan_attribute(scan, attribute->name))
        return wrong(scan, "an attribute that stands there twice");
    scan->attribute_count++;
    const char *what = read_until(scan, "\"", "<>\n\t", &attribute->value);
    if (what)
        return wrong(scan, what);
    return take(scan, "\"") ? SCAN_START : wrong(scan, "an attribute without an end");
}

static enum scan_token read_start(struct scan *scan)
{
    scan->attribute_count = 0;
    if (!read_name(scan, scan->name, sizeof scan->name))
        return wrong(scan, "no name of an element");
    while (take(scan, " "))
        if (read_attribute(scan) == SCAN_ERROR)
            return SCAN_ERROR;
    scan->empty_element = take(scan, "/>");
    if (!scan->empty_element && !take(scan, ">"))
        return wrong(scan, "a tag without an end");
    return SCAN_START;
}

enum scan_token scan_next(struct scan *scan)
{
    if (scan->empty_element) {
        scan->empty_element = false;
        return SCAN_STOP;
    }
    if (scan->at == scan->end)
        return SCAN_END;
    if (take(scan, "</")) {
        if (!read_name(scan, scan->name, sizeof scan->name) || !take(scan, ">"))
            return wrong(scan, "a broken end tag");
        return SCAN_STOP;
    }
    if (take(scan, "<"))
        return read_start(scan);
    const char *what = read_until(scan, "<", ">", &scan->text);
    return what ? wrong(scan, what) : SCAN_TEXT;
}

const char *scan_attribute(const struct scan *scan, const char *name)
{
    for (size_t i = 0; i < scan->attribute_count; i++)
        if (strcmp(scan->attributes[i].name, name) == 0)
            return scan->attributes[i].value.at;
    return NULL;
}

void scan_free(struct scan *scan)
{
    for (size_t i = 0; i < SCAN_ATTRIBUTES; i++)
        buffer_free(&scan->attributes[i].value);
    buffer_free(&scan->text);
}
