#include "play_file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../common/line.h"
#include "../../common/win32_constants.h"

#define ARROW " -> "
#define NAME_BYTES (WORD_BYTES - 8) /* ".1000" of a repetition still fits behind it */

struct parser {
    struct play_file *out;
    const struct play_words *words;
    const char *shown;
    struct text *error;
    char *begin; /* of the line that is being read */
    int number;
    struct test_case *test; /* the case that lines belong to; NULL before the first */
    bool headed;            /* the file has the heading `case` */
    char *rows;             /* the rows of the case so far, in its own buffer; NULL if it has none */
};

/* An error at a place of the line. Always false. */
static bool wrong(struct parser *parser, const char *at, const char *expected, const char *found)
{
    text_format(parser->error, "%s:%d:%d: expected %s, found %s%s%s", parser->shown, parser->number,
                (int)(at - parser->begin) + 1, expected, *found ? "'" : "",
                *found ? found : "the end of the line", *found ? "'" : "");
    return false;
}

static char *skip_blanks(char *at)
{
    return at + strspn(at, " \t");
}

/* Ends the word at `at` with a 0 and returns what follows it. */
static char *cut_word(char *at)
{
    at += strcspn(at, " \t");
    if (*at)
        *at++ = '\0';
    return skip_blanks(at);
}

static void cut_blanks_at_end(char *at)
{
    size_t length = strlen(at);
    while (length > 0 && isspace((unsigned char)at[length - 1]))
        at[--length] = '\0';
}

/* Letters, digits and '-'; it starts with a letter. */
static bool is_name(const char *word)
{
    size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return islower((unsigned char)word[0]) && word[length] == '\0' && length < NAME_BYTES;
}

static bool is_role(const char *word)
{
    return is_name(word) && strlen(word) < 24;
}

static struct play_line *add_line(struct parser *parser, enum play_kind kind, const char *role)
{
    struct play_file *file = parser->out;
    struct play_line *line = &file->lines[file->line_count++];
    *line = (struct play_line){
        .kind = kind, .line = parser->number, .role = role, .other = "", .text = "", .expected = ""};
    file->cases[parser->test - file->tests].count++;
    return line;
}

static bool case_exists(const struct parser *parser, const char *name)
{
    for (const struct test_case *test = parser->out->tests; test < parser->test; test++)
        if (strcmp(test->name, name) == 0)
            return true;
    return false;
}

/* Begins a case. The lines after this one are its own. */
static bool add_case(struct parser *parser, const char *at, const char *name)
{
    struct play_file *file = parser->out;
    parser->test = &file->tests[file->topic.count];
    if (case_exists(parser, name))
        return wrong(parser, at, "a name that no case above has", name);
    parser->rows = NULL;
    file->cases[file->topic.count] = (struct play_case){&file->lines[file->line_count], 0};
    *parser->test = (struct test_case){
        .name = name,
        .run = parser->words->run,
        .line = parser->number,
        .rows = "",
        .play = &file->cases[file->topic.count],
    };
    file->topic.count++;
    return true;
}

/* The lines before the first heading `case` belong to one that is called as the topic. */
static bool in_case(struct parser *parser, const char *at)
{
    if (parser->test)
        return true;
    return add_case(parser, at, parser->out->name);
}

static bool take_case(struct parser *parser, char *rest)
{
    cut_blanks_at_end(rest);
    if (!is_name(rest))
        return wrong(parser, rest, "the name of the case: lower-case letters, digits and '-', 87 at most",
                     rest);
    if (parser->test && !parser->headed)
        return wrong(parser, parser->begin, "no heading 'case' behind steps that stand before all headings",
                     "case");
    parser->headed = true;
    return add_case(parser, rest, rest);
}

/* Rows of the case: all that its lines `row` name, in their order. They are gathered where the first one stands, because the
 * text of later lines is read only afterwards; hence the buffer on the heap. */
static bool add_row(struct parser *parser, const char *id)
{
    size_t old = parser->rows ? strlen(parser->rows) : 0, size = old + strlen(id) + 2;
    char *grown = realloc(parser->rows, size);
    if (!grown) {
        text_add(parser->error, "not enough memory for the file of steps");
        return false;
    }
    if (old > 0)
        grown[old++] = ' ';
    memcpy(grown + old, id, strlen(id) + 1);
    parser->rows = grown;
    parser->test->rows = grown;
    return true;
}

static bool take_row(struct parser *parser, char *rest)
{
    if (!*rest)
        return wrong(parser, rest, "the id of a row of the contract", rest);
    while (*rest) {
        char *id = rest;
        rest = cut_word(rest);
        cut_blanks_at_end(id);
        if (!parser->words->is_row(id))
            return wrong(parser, id, "the id of a row of the contract", id);
        if (!add_row(parser, id))
            return false;
        struct play_line *line = add_line(parser, PLAY_ROW, "");
        line->text = id;
    }
    return true;
}

static bool take_needs(struct parser *parser, char *rest)
{
    cut_blanks_at_end(rest);
    if (!*rest || !parser->words->needs(rest))
        return wrong(parser, rest, "needs that this program knows (scripts/run --list shows those in use)",
                     rest);
    if (parser->test->needs)
        return wrong(parser, parser->begin, "one line 'needs' for each case", "needs");
    parser->test->needs = rest;
    return true;
}

static bool take_role(struct parser *parser, char *word)
{
    if (!is_role(word))
        return wrong(parser, word, "the name of a role: lower-case letters, digits and '-', 23 at most",
                     word);
    return true;
}

/* ---- external programs ---- */

/* What plays this role in the lines of the case so far. */
enum player { PLAYER_NONE, PLAYER_ACTOR, PLAYER_PROGRAM };

static enum player player_of(const struct parser *parser, const char *role)
{
    const struct play_case *play = &parser->out->cases[parser->test - parser->out->tests];
    for (size_t i = 0; i < play->count; i++) {
        const struct play_line *line = &play->lines[i];
        if (strcmp(line->role, role) == 0 || strcmp(line->other, role) == 0)
            return line->kind == PLAY_EXTERNAL ? PLAYER_PROGRAM : PLAYER_ACTOR;
    }
    return PLAYER_NONE;
}

/* external ROLE PROGRAM [ARGUMENT...] */
static bool take_external(struct parser *parser, char *role)
{
    char *words = cut_word(role), *end = words + strcspn(words, " \t");
    if (!take_role(parser, role))
        return false;
    if (player_of(parser, role) != PLAYER_NONE)
        return wrong(parser, role, "a role that no line above has: 'external' begins a role", role);
    if (!*words)
        return wrong(parser, words, "the program that plays the role, and its arguments", words);
    const char after = *end;
    *end = '\0';
    if (!parser->words->program(words))
        return wrong(parser, words,
                     "a program: a path, or a name that is found beside shmcheck.exe, in the current "
                     "directory or in PATH; a blank in it is written %20",
                     words);
    *end = after;
    add_line(parser, PLAY_EXTERNAL, role)->text = words;
    return true;
}

static bool is_program_step(const char *request)
{
    return strcmp(request, "line") == 0 || strncmp(request, "line ", 5) == 0 ||
           (strncmp(request, "prints ", 7) == 0 && request[7]) || strcmp(request, "input-ends") == 0;
}

/* ROLE> line TEXT, prints TEXT or input-ends, with "-> ok" or without */
static bool take_program_step(struct parser *parser, char *role, char *request, char *expected)
{
    if (strcmp(request, "(killed)") == 0) {
        add_line(parser, PLAY_KILLS, role)->external = true;
        return true;
    }
    if (!is_program_step(request))
        return wrong(parser, request,
                     "line TEXT, prints TEXT or input-ends: an external program performs no other step",
                     request);
    if (*expected && strcmp(expected, "ok") != 0)
        return wrong(parser, expected, "ok behind '->' of an external program", expected);
    add_line(parser, PLAY_PROGRAM, role)->text = request;
    return true;
}

/* Refuses what only an actor can do. */
static bool take_actor(struct parser *parser, char *role)
{
    if (!take_role(parser, role))
        return false;
    if (player_of(parser, role) == PLAYER_PROGRAM)
        return wrong(parser, role,
                     "an actor: an external program performs line, prints and input-ends, and is ended by "
                     "'ends' and 'kills'",
                     role);
    return true;
}

/* starts ROLE WORDS */
static bool take_starts(struct parser *parser, char *role)
{
    char *words = cut_word(role);
    cut_blanks_at_end(words);
    if (!take_actor(parser, role))
        return false;
    if (!*words)
        return wrong(parser, words, "who the role is, for example identity=low or bits=32", words);
    add_line(parser, PLAY_STARTS, role)->text = words;
    return true;
}

/* spawns PARENT ROLE WORDS */
static bool take_spawns(struct parser *parser, char *parent)
{
    char *role = cut_word(parent), *words = cut_word(role);
    cut_blanks_at_end(words);
    if (!take_actor(parser, parent) || !take_actor(parser, role))
        return false;
    struct play_line *line = add_line(parser, PLAY_SPAWNS, role);
    line->other = parent;
    line->text = words;
    return true;
}

static bool take_lone_role(struct parser *parser, enum play_kind kind, char *role)
{
    char *rest = cut_word(role);
    if (!(kind == PLAY_KILLS ? take_role(parser, role) : take_actor(parser, role)))
        return false;
    if (*rest)
        return wrong(parser, rest, "nothing behind the role", rest);
    const bool external = player_of(parser, role) == PLAYER_PROGRAM;
    add_line(parser, kind, role)->external = external;
    return true;
}

/* ends ROLE CODE */
static bool take_ends(struct parser *parser, char *role)
{
    char *code = cut_word(role);
    uint64_t number;
    cut_blanks_at_end(code);
    if (!take_role(parser, role))
        return false;
    if (!number_parse(code, &number) || number > UINT32_MAX)
        return wrong(parser, code, "an exit code, for example 0xC0000005", code);
    const bool external = player_of(parser, role) == PLAYER_PROGRAM;
    struct play_line *line = add_line(parser, PLAY_ENDS, role);
    line->code = (uint32_t)number;
    line->external = external;
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
static bool check_expected(struct parser *parser, char *expected)
{
    static const char *const outcomes[] = {"ok", "fail", "fault", "bye", "*"};
    char word[LINE_BYTES], before[LINE_BYTES] = "";
    size_t length = strcspn(expected, " "), known = 0;
    while (known < 5 && (strlen(outcomes[known]) != length || memcmp(outcomes[known], expected, length) != 0))
        known++;
    if (known == 5)
        return wrong(parser, expected, "ok, fail, fault, bye or * behind '->'", expected);
    for (char *at = expected + length; *at; at += length) {
        at += strspn(at, " ");
        length = strcspn(at, " ");
        if (length >= sizeof word)
            return wrong(parser, at, "a field of at most 1,000 characters", "more");
        memcpy(word, at, length);
        word[length] = '\0';
        if (word[0] == '~')
            return wrong(parser, at, "a field without '~': such values differ from run to run", word);
        if (length > 0 && !strchr(word, '=') && strcmp(word, "*") != 0 && !names_number(word, before))
            return wrong(parser, at, "key=value, '*', or the name of the number before it", word);
        memcpy(before, word, length + 1);
    }
    return true;
}

static bool check_request(struct parser *parser, const char *request)
{
    struct line line;
    char numbered[LINE_BYTES];
    struct text text = text_over(numbered, sizeof numbered);
    text_format(&text, "1 %s", request);
    if (!*request)
        return wrong(parser, request, "a step: VERB [LABEL] [key=value ...]", request);
    const char *problem = text.cut ? "more than fits into a line" : line_parse(&line, numbered, text.length);
    if (problem) {
        char expected[200];
        snprintf(expected, sizeof expected, "a step: VERB [LABEL] [key=value ...], without %s", problem);
        return wrong(parser, request, expected, request);
    }
    return true;
}

/* The notation of transcripts for what is no ordinary step. */
static bool take_special(struct parser *parser, char *role, char *request, char *expected, bool *special)
{
    uint64_t code;
    *special = true;
    if (strcmp(request, "(killed)") == 0) {
        add_line(parser, PLAY_KILLS, role);
    } else if (strncmp(request, "(start) ", 8) == 0) {
        add_line(parser, PLAY_STARTS, role)->text = request + 8;
    } else if (strcmp(request, "exit") == 0) {
        add_line(parser, PLAY_LEAVES, role);
    } else if (strncmp(expected, "gone code=", 10) == 0) {
        cut_blanks_at_end(expected);
        if (!number_parse(expected + 10, &code) || code > UINT32_MAX)
            return wrong(parser, expected + 10, "an exit code, for example 0xC0000005", expected + 10);
        struct play_line *line = add_line(parser, PLAY_ENDS, role);
        line->text = request;
        line->code = (uint32_t)code;
        return check_request(parser, request);
    } else {
        *special = false;
    }
    return true;
}

/* The step that spawns() makes, as a transcript shows it: spawn CHILD pipe=$CHILD.token program=$CHILD.program WORDS */
static bool take_spawn_step(struct parser *parser, char *parent, char *request, bool *special)
{
    char *child = request + 6, *rest;
    *special = false;
    if (strncmp(request, "spawn ", 6) != 0 || !strstr(request, " pipe=$"))
        return true;
    *special = true;
    rest = cut_word(child);
    while (strncmp(rest, "pipe=$", 6) == 0 || strncmp(rest, "program=$", 9) == 0)
        rest = cut_word(rest);
    cut_blanks_at_end(rest);
    if (!take_actor(parser, child))
        return false;
    struct play_line *line = add_line(parser, PLAY_SPAWNS, child);
    line->other = parent;
    line->text = rest;
    return true;
}

/* ROLE> STEP [-> EXPECTED] */
static bool take_step(struct parser *parser, enum play_kind kind, char *role, char *request)
{
    char *expected = strstr(request, ARROW);
    bool special;
    request = skip_blanks(request);
    if (expected) {
        *expected = '\0';
        expected = skip_blanks(expected + strlen(ARROW));
        cut_blanks_at_end(expected);
    } else {
        expected = request + strlen(request);
    }
    cut_blanks_at_end(request);
    if (!(kind == PLAY_STEP ? take_role(parser, role) : take_actor(parser, role)))
        return false;
    if (player_of(parser, role) == PLAYER_PROGRAM)
        return take_program_step(parser, role, request, expected);
    if (kind == PLAY_STEP) {
        if (!take_special(parser, role, request, expected, &special) || special)
            return !parser->error->length;
        if (!take_spawn_step(parser, role, request, &special) || special)
            return !parser->error->length;
    } else if (*expected) {
        return wrong(parser, expected, "no '->' here: the line 'finishes' has it", expected);
    }
    if (!check_request(parser, request) || (*expected && !check_expected(parser, expected)))
        return false;
    struct play_line *line = add_line(parser, kind, role);
    line->text = request;
    line->expected = expected;
    return true;
}

/* finishes ROLE [-> EXPECTED] */
static bool take_finishes(struct parser *parser, char *role)
{
    char *rest = cut_word(role);
    if (!take_actor(parser, role))
        return false;
    if (strncmp(rest, "->", 2) == 0)
        rest = skip_blanks(rest + 2);
    else if (*rest)
        return wrong(parser, rest, "'->' and what is expected, or nothing", rest);
    cut_blanks_at_end(rest);
    if (*rest && !check_expected(parser, rest))
        return false;
    add_line(parser, PLAY_FINISHES, role)->expected = rest;
    return true;
}

static bool take_begins(struct parser *parser, char *role)
{
    char *arrow = strchr(role, '>');
    if (!arrow)
        return wrong(parser, role, "ROLE> STEP", role);
    *arrow = '\0';
    return take_step(parser, PLAY_BEGINS, role, arrow + 1);
}

/* A line that starts with a word of the grammar. */
static bool take_heading(struct parser *parser, char *word, char *rest)
{
    if (strcmp(word, "row") == 0)
        return take_row(parser, rest);
    if (strcmp(word, "needs") == 0)
        return take_needs(parser, rest);
    if (strcmp(word, "starts") == 0)
        return take_starts(parser, rest);
    if (strcmp(word, "spawns") == 0)
        return take_spawns(parser, rest);
    if (strcmp(word, "external") == 0)
        return take_external(parser, rest);
    if (strcmp(word, "kills") == 0)
        return take_lone_role(parser, PLAY_KILLS, rest);
    if (strcmp(word, "leaves") == 0)
        return take_lone_role(parser, PLAY_LEAVES, rest);
    if (strcmp(word, "ends") == 0)
        return take_ends(parser, rest);
    if (strcmp(word, "begins") == 0)
        return take_begins(parser, rest);
    if (strcmp(word, "finishes") == 0)
        return take_finishes(parser, rest);
    return wrong(parser, word,
                 "ROLE> STEP, or one of case, row, needs, starts, spawns, external, kills, leaves, ends, "
                 "begins, finishes",
                 word);
}

static bool take_line(struct parser *parser, char *line)
{
    char *at = skip_blanks(line), *arrow;
    parser->begin = line;
    /* '=' and '[[': what a case in C noted in its transcript, and the properties of a report. They are no steps. */
    if (!*at || *at == '#' || *at == '=' || strncmp(at, "[[", 2) == 0)
        return true;
    arrow = at + strcspn(at, " >");
    if (*arrow == '>') {
        *arrow = '\0';
        return in_case(parser, at) && take_step(parser, PLAY_STEP, at, arrow + 1);
    }
    char *rest = cut_word(at);
    cut_blanks_at_end(rest);
    if (strcmp(at, "case") == 0)
        return take_case(parser, rest);
    return in_case(parser, at) && take_heading(parser, at, rest);
}

static bool take_lines(struct parser *parser)
{
    char *at = parser->out->text;
    while (at && parser->error->length == 0) {
        char *end = strchr(at, '\n');
        if (end)
            *end = '\0';
        cut_blanks_at_end(at);
        parser->number++;
        if (!take_line(parser, at))
            return false;
        at = end ? end + 1 : NULL;
    }
    return parser->error->length == 0;
}

/* Memory for as many lines and cases as the file can have: one each line of text, and several rows on one line. */
static bool allocate(struct play_file *file, const char *shown, const char *name, const char *bytes,
                     size_t length)
{
    size_t most = 2;
    for (size_t i = 0; i < length; i++)
        most += bytes[i] == '\n' || bytes[i] == ' ' || bytes[i] == '\t';
    file->text = malloc(length + 1);
    file->name = malloc(strlen(name) + 1);
    file->shown = malloc(strlen(shown) + 1);
    file->lines = calloc(most, sizeof *file->lines);
    file->tests = calloc(most, sizeof *file->tests);
    file->cases = calloc(most, sizeof *file->cases);
    if (!file->text || !file->name || !file->shown || !file->lines || !file->tests || !file->cases)
        return false;
    memcpy(file->text, bytes, length);
    file->text[length] = '\0';
    memcpy(file->name, name, strlen(name) + 1);
    memcpy(file->shown, shown, strlen(shown) + 1);
    file->topic = (struct topic){file->name, file->tests, 0, file->shown};
    return true;
}

bool play_parse(struct play_file *out, const char *shown, const char *name, const char *bytes, size_t length,
                const struct play_words *words, struct text *error)
{
    struct parser parser = {.out = out, .words = words, .shown = shown, .error = error};
    const char *zero = memchr(bytes, '\0', length);
    *out = (struct play_file){0};
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) { /* the mark that some editors write */
        bytes += 3;
        length -= 3;
    }
    if (zero)
        text_format(error, "%s: a file of steps is text, and byte %llu of this one is 0", shown,
                    (unsigned long long)(zero - bytes));
    else if (!allocate(out, shown, name, bytes, length))
        text_format(error, "%s: not enough memory for the file of steps", shown);
    else if (take_lines(&parser) && out->topic.count == 0)
        text_format(error, "%s: there is no step in this file", shown);
    if (error->length == 0)
        return true;
    play_free(out);
    return false;
}

void play_free(struct play_file *file)
{
    for (size_t i = 0; file->tests && i < file->topic.count; i++)
        if (file->tests[i].rows && file->tests[i].rows[0])
            free((void *)(uintptr_t)file->tests[i].rows);
    free(file->text);
    free(file->name);
    free(file->shown);
    free(file->lines);
    free(file->tests);
    free(file->cases);
    *file = (struct play_file){0};
}
