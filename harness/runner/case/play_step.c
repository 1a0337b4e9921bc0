#include "play_step.h"

#include <stdio.h>
#include <string.h>

#include "../../common/line.h"
#include "../../common/win32_constants.h"

#define ARROW " -> "

static bool is_program_step(const char *request)
{
    return strcmp(request, "line") == 0 || strncmp(request, "line ", 5) == 0 ||
           (strncmp(request, "prints ", 7) == 0 && request[7]) || strcmp(request, "input-ends") == 0;
}

/* ROLE> line TEXT, prints TEXT or input-ends, with "-> ok" or without */
static bool take_program_step(struct play_parser *parser, char *role, char *request, char *expected)
{
    if (strcmp(request, "(killed)") == 0) {
        play_add_line(parser, PLAY_KILLS, role)->external = true;
        return true;
    }
    if (!is_program_step(request))
        return play_wrong(parser, request,
                          "line TEXT, prints TEXT or input-ends: an external program performs no other step",
                          request);
    if (*expected && strcmp(expected, "ok") != 0)
        return play_wrong(parser, expected, "ok behind '->' of an external program", expected);
    play_add_line(parser, PLAY_PROGRAM, role)->text = request;
    return true;
}

/* Whether a word is a constant's name where one may stand: behind the number that it names. */
static bool names_number(const char *word, const char *before)
{
    static const char *const keys[] = {"error=", "status=", "code="};
    uint64_t number;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t length = strlen(keys[i]);
        if (strncmp(before, keys[i], length) == 0 && number_parse(before + length, &number)) {
            const char *name = i == 0 ? error_name((uint32_t)number) : status_name((uint32_t)number);
            return !name || strcmp(name, word) == 0;
        }
    }
    return false;
}

/* ok|fail|fault|bye and then key=value, names of the numbers before them, and '*'. */
static bool check_expected(struct play_parser *parser, char *expected)
{
    static const char *const outcomes[] = {"ok", "fail", "fault", "bye", "*"};
    char word[LINE_BYTES], before[LINE_BYTES] = "";
    size_t length = strcspn(expected, " "), known = 0;
    while (known < 5 && (strlen(outcomes[known]) != length || memcmp(outcomes[known], expected, length) != 0))
        known++;
    if (known == 5)
        return play_wrong(parser, expected, "ok, fail, fault, bye or * behind '->'", expected);
    for (char *at = expected + length; *at; at += length) {
        at += strspn(at, " ");
        length = strcspn(at, " ");
        if (length >= sizeof word)
            return play_wrong(parser, at, "a field of at most 1,000 characters", "more");
        memcpy(word, at, length);
        word[length] = '\0';
        if (word[0] == '~')
            return play_wrong(parser, at, "a field without '~': such values differ from run to run", word);
        if (length > 0 && !strchr(word, '=') && strcmp(word, "*") != 0 && !names_number(word, before))
            return play_wrong(parser, at, "key=value, '*', or the name of the number before it", word);
        memcpy(before, word, length + 1);
    }
    return true;
}

static bool check_request(struct play_parser *parser, const char *request)
{
    struct line line;
    char numbered[LINE_BYTES];
    struct text text = text_over(numbered, sizeof numbered);
    text_format(&text, "1 %s", request);
    if (!*request)
        return play_wrong(parser, request, "a step: VERB [LABEL] [key=value ...]", request);
    const char *problem = text.cut ? "more than fits into a line" : line_parse(&line, numbered, text.length);
    if (problem) {
        char expected[200];
        snprintf(expected, sizeof expected, "a step: VERB [LABEL] [key=value ...], without %s", problem);
        return play_wrong(parser, request, expected, request);
    }
    return true;
}

/* The notation of transcripts for what is no ordinary step. */
static bool take_special(struct play_parser *parser, char *role, char *request, char *expected, bool *special)
{
    uint64_t code;
    *special = true;
    if (strcmp(request, "(killed)") == 0) {
        play_add_line(parser, PLAY_KILLS, role);
    } else if (strncmp(request, "(start) ", 8) == 0) {
        play_add_line(parser, PLAY_STARTS, role)->text = request + 8;
    } else if (strcmp(request, "exit") == 0) {
        play_add_line(parser, PLAY_LEAVES, role);
    } else if (strncmp(expected, "gone code=", 10) == 0) {
        play_cut_blanks_at_end(expected);
        if (!number_parse(expected + 10, &code) || code > UINT32_MAX)
            return play_wrong(parser, expected + 10, "an exit code, for example 0xC0000005", expected + 10);
        struct play_line *line = play_add_line(parser, PLAY_ENDS, role);
        line->text = request;
        line->code = (uint32_t)code;
        return check_request(parser, request);
    } else {
        *special = false;
    }
    return true;
}

/* The step that spawns() makes, as a transcript shows it: spawn CHILD pipe=$CHILD.token program=$CHILD.program WORDS */
static bool take_spawn_step(struct play_parser *parser, char *parent, char *request, bool *special)
{
    char *child = request + 6, *rest;
    *special = false;
    if (strncmp(request, "spawn ", 6) != 0 || !strstr(request, " pipe=$"))
        return true;
    *special = true;
    rest = play_cut_word(child);
    while (strncmp(rest, "pipe=$", 6) == 0 || strncmp(rest, "program=$", 9) == 0)
        rest = play_cut_word(rest);
    play_cut_blanks_at_end(rest);
    if (!play_take_actor(parser, child))
        return false;
    struct play_line *line = play_add_line(parser, PLAY_SPAWNS, child);
    line->other = parent;
    line->text = rest;
    return true;
}

bool play_take_step(struct play_parser *parser, enum play_kind kind, char *role, char *request)
{
    char *expected = strstr(request, ARROW);
    bool special;
    request = play_skip_blanks(request);
    if (expected) {
        *expected = '\0';
        expected = play_skip_blanks(expected + strlen(ARROW));
        play_cut_blanks_at_end(expected);
    } else {
        expected = request + strlen(request);
    }
    play_cut_blanks_at_end(request);
    if (!(kind == PLAY_STEP ? play_take_role(parser, role) : play_take_actor(parser, role)))
        return false;
    if (play_player_of(parser, role) == PLAYER_PROGRAM)
        return take_program_step(parser, role, request, expected);
    if (kind == PLAY_STEP) {
        if (!take_special(parser, role, request, expected, &special) || special)
            return !parser->error->length;
        if (!take_spawn_step(parser, role, request, &special) || special)
            return !parser->error->length;
    } else if (*expected) {
        return play_wrong(parser, expected, "no '->' here: the line 'finishes' has it", expected);
    }
    if (!check_request(parser, request) || (*expected && !check_expected(parser, expected)))
        return false;
    struct play_line *line = play_add_line(parser, kind, role);
    line->text = request;
    line->expected = expected;
    return true;
}

bool play_take_finishes(struct play_parser *parser, char *role)
{
    char *rest = play_cut_word(role);
    if (!play_take_actor(parser, role))
        return false;
    if (strncmp(rest, "->", 2) == 0)
        rest = play_skip_blanks(rest + 2);
    else if (*rest)
        return play_wrong(parser, rest, "'->' and what is expected, or nothing", rest);
    play_cut_blanks_at_end(rest);
    if (*rest && !check_expected(parser, rest))
        return false;
    play_add_line(parser, PLAY_FINISHES, role)->expected = rest;
    return true;
}

bool play_take_begins(struct play_parser *parser, char *role)
{
    char *arrow = strchr(role, '>');
    if (!arrow)
        return play_wrong(parser, role, "ROLE> STEP", role);
    *arrow = '\0';
    return play_take_step(parser, PLAY_BEGINS, role, arrow + 1);
}
