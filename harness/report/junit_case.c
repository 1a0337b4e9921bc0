#include "junit_case.h"

#include <string.h>

#include "xml.h"

#define MESSAGE_BYTES 300
#define LONG_TEXT_BYTES (64 * 1024)

/* A skip has no type attribute: readers with Surefire's schema reject one. */
static void add_type(struct buffer *out, const struct junit_case *add)
{
    char type[60];
    struct text text = text_over(type, sizeof type);
    text_add(&text, verdict_facts(add->verdict)->type);
    if (add->verdict == VERDICT_ERROR)
        text_add(&text, error_kind_name(add->error_kind));
    if (text.length > 0)
        xml_add_attribute(out, "type", type);
}

static void add_string_text(struct buffer *out, const char *string)
{
    xml_add_text(out, string, strlen(string));
}

static void add_place(struct buffer *out, const struct junit_case *add)
{
    char file[260];
    struct text text = text_over(file, sizeof file);
    xml_first_line(&text, add->file, strlen(add->file));
    buffer_add_string(out, "\n  at ");
    add_string_text(out, file);
    buffer_format(out, ":%d", add->line);
}

/* The message of an outcome in one line. False if there is more of it. */
static bool outcome_message(struct text *out, const struct junit_case *add)
{
    static const char known[] = "known: ";
    if (add->verdict == VERDICT_KNOWN && strncmp(add->message, known, sizeof known - 1) != 0)
        text_add(out, known);
    bool whole = xml_first_line(out, add->message, strlen(add->message));
    if (out->length == 0)
        text_format(out, "%s, without a message", verdict_name(add->verdict));
    return whole;
}

static void add_outcome(struct buffer *out, const struct junit_case *add)
{
    char message[MESSAGE_BYTES + 1];
    struct text text = text_over(message, sizeof message);
    bool whole = outcome_message(&text, add);
    const char *element = verdict_facts(add->verdict)->element;
    buffer_format(out, "      <%s", element);
    xml_add_attribute(out, "message", message);
    add_type(out, add);
    buffer_add_string(out, ">");
    add_string_text(out, message);
    if (add->line > 0)
        add_place(out, add);
    if (!whole) {
        buffer_add_string(out, "\n");
        xml_add_long_text(out, add->message, strlen(add->message), LONG_TEXT_BYTES);
    }
    if (add->details[0]) {
        buffer_add_string(out, "\n");
        xml_add_long_text(out, add->details, strlen(add->details), LONG_TEXT_BYTES);
    }
    buffer_format(out, "</%s>\n", element);
}

/* The reason of a skip once more, for readers that take nothing of a skipped element but that it is there. */
static void add_reason(struct buffer *out, const struct junit_case *add)
{
    char message[MESSAGE_BYTES + 1];
    struct text text = text_over(message, sizeof message);
    outcome_message(&text, add);
    buffer_add_string(out, "[[PROPERTY|reason=");
    add_string_text(out, message);
    buffer_add_string(out, "]]\n");
}

void junit_suite_name(struct buffer *out, const struct junit_style *style, const struct junit_case *add)
{
    if (style->suite_prefix[0]) {
        xml_add_value(out, style->suite_prefix);
        buffer_add_string(out, ".");
    }
    buffer_add_string(out, "shmcheck.");
    if (add->pair && add->pair[0]) {
        xml_add_value(out, add->pair);
        buffer_add_string(out, ".");
    }
    xml_add_value(out, add->topic);
}

/* Integers only: the decimal point that printf writes depends on the locale, and readers take "0,123" for 123 seconds. */
void junit_time(struct buffer *out, uint64_t milliseconds)
{
    buffer_format(out, " time=\"%llu.%03u\"", (unsigned long long)(milliseconds / 1000),
                  (unsigned)(milliseconds % 1000));
}

void junit_case_render(struct buffer *out, const struct junit_style *style, const struct junit_case *add)
{
    buffer_add_string(out, "    <testcase");
    xml_add_attribute(out, "name", add->id);
    buffer_add_string(out, " classname=\"");
    junit_suite_name(out, style, add);
    buffer_add_string(out, "\"");
    junit_time(out, add->milliseconds);
    if (style->dialect == JUNIT_EXTENDED && add->file[0]) {
        xml_add_attribute(out, "file", add->file);
        if (add->line > 0)
            buffer_format(out, " line=\"%d\"", add->line);
    }
    buffer_add_string(out, ">\n");
    if (verdict_facts(add->verdict)->element[0])
        add_outcome(out, add);
    buffer_format(out, "      <system-out>[[PROPERTY|verdict=%s]]\n", verdict_name(add->verdict));
    if (add->verdict == VERDICT_SKIP || add->verdict == VERDICT_KNOWN)
        add_reason(out, add);
    xml_add_long_text(out, add->output, add->output_length, LONG_TEXT_BYTES);
    buffer_add_string(out, "</system-out>\n");
    if (add->stray_length > 0) {
        buffer_add_string(out, "      <system-err>");
        xml_add_long_text(out, add->stray, add->stray_length, LONG_TEXT_BYTES);
        buffer_add_string(out, "</system-err>\n");
    }
    buffer_add_string(out, "    </testcase>\n");
}
