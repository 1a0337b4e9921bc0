#include "prompt.h"

#include <string.h>

#include "../common/text.h"
#include "footprint.h"
#include "prompt_command.h"
#include "serve.h"
#include "verbs.h"
#include "why.h"

#define BEFORE_LINE "1 " /* the prompt has no sequence numbers, lines do */

static void print(const char *bytes, size_t length)
{
    lines_write(GetStdHandle(STD_OUTPUT_HANDLE), bytes, length);
}

/* The reason of a `bad` as a sentence. */
static void print_bad(const char *reason)
{
    char decoded[LINE_BYTES], bytes[LINE_BYTES];
    size_t length;
    struct text word = text_over(decoded, sizeof decoded), out = text_over(bytes, sizeof bytes);
    text_add(&word, reason);
    if (!escape_decode(word.at, &length))
        return;
    text_format(&out, "bad: %s\n", word.at);
    print(out.at, out.length);
}

/* As reply_describe, with the volatile fields too. */
void prompt_print(const char *reply)
{
    static const char bad[] = "bad reason=";
    if (strncmp(reply, bad, sizeof bad - 1) == 0) {
        print_bad(reply + sizeof bad - 1);
        return;
    }
    char shown[LINE_BYTES], described[2 * LINE_BYTES];
    struct text plain = text_over(shown, sizeof shown), out = text_over(described, sizeof described);
    text_add(&plain, BEFORE_LINE);
    for (char before = ' '; *reply; before = *reply++)
        if (*reply != '~' || before != ' ')
            text_add_bytes(&plain, reply, 1);
    reply_describe(&out, plain.at);
    text_add(&out, "\n");
    print(out.at, out.length);
}

static void print_text(const struct text *text)
{
    print(text->at, text->length);
}

/* Performs one line. Returns whether another one may follow. */
static bool perform(const char *bytes, size_t length, struct reply *reply)
{
    static struct line request;
    static char room[64 * LINE_BYTES];
    char numbered[LINE_BYTES + sizeof BEFORE_LINE];
    struct text text = text_over(numbered, sizeof numbered), answer = text_over(room, sizeof room);
    text_add(&text, BEFORE_LINE);
    text_add_bytes(&text, bytes, length);
    const char *step = text.at + sizeof BEFORE_LINE - 1;
    if (prompt_command(step, &answer)) {
        print_text(&answer);
        return true;
    }
    const char *wrong = line_parse(&request, text.at, text.length);
    if (wrong)
        reply_bad(reply, "%s", wrong);
    else
        verb_perform(&request, reply);
    prompt_print(reply->text.at);
    why_note(step, reply->text.at);
    prompt_remark(step, wrong != NULL, &answer);
    print_text(&answer);
    return !reply->leaves;
}

/* An actor that this one starts must not hold the standard streams open. A console may refuse this. */
static void keep_from_children(void)
{
    static const DWORD streams[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++)
        SetHandleInformation(GetStdHandle(streams[i]), HANDLE_FLAG_INHERIT, 0);
}

uint32_t prompt(void)
{
    static struct line_reader reader;
    char line[LINE_BYTES], bytes[LINE_BYTES - 12];
    struct reply reply = {.text = text_over(bytes, sizeof bytes)};
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode;
    footprint_begin();
    keep_from_children();
    bool console = GetConsoleMode(input, &mode);
    for (;;) {
        size_t length;
        if (console)
            print("> ", 2);
        enum lines_next next = lines_read(input, &reader, line, &length);
        if (next == LINES_END)
            return 0;
        if (next == LINES_TOO_LONG) {
            print("a line of more than 1,024 bytes\n", 32);
            return EXIT_USAGE;
        }
        if (length > 0 && line[length - 1] == '\r')
            line[--length] = '\0';
        if (length == 0 || line[0] == '#')
            continue;
        if (!perform(line, length, &reply))
            return reply.exit_code;
    }
}
