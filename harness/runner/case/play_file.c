#include "play_file.h"
#include "play_step.h"

#include <stdlib.h>
#include <string.h>

#include "../../common/line.h"

static bool case_exists(const struct play_parser *parser, const char *name)
{
    for (const struct test_case *test = parser->out->tests; test < parser->test; test++)
        if (strcmp(test->name, name) == 0)
            return true;
    return false;
}

/* Begins a case. The lines after this one are its own. */
static bool add_case(struct play_parser *parser, const char *at, const char *name)
{
    struct play_file *file = parser->out;
    parser->test = &file->tests[file->topic.count];
    if (case_exists(parser, name))
        return play_wrong(parser, at, "a name that no case above has", name);
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
static bool in_case(struct play_parser *parser, const char *at)
{
    if (parser->test)
        return true;
    return add_case(parser, at, parser->out->name);
}

static bool take_case(struct play_parser *parser, char *rest)
{
    play_cut_blanks_at_end(rest);
    if (!play_is_name(rest))
        return play_wrong(parser, rest,
                          "the name of the case: lower-case letters, digits and '-', 87 at most", rest);
    if (parser->test && !parser->headed)
        return play_wrong(parser, parser->begin,
                          "no heading 'case' behind steps that stand before all headings", "case");
    parser->headed = true;
    return add_case(parser, rest, rest);
}

/* Rows of the case: all that its lines `row` name, in their order. They are gathered where the first one stands, because the
 * text of later lines is read only afterwards; hence the buffer on the heap. */
static bool add_row(struct play_parser *parser, const char *id)
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

static bool take_row(struct play_parser *parser, char *rest)
{
    if (!*rest)
        return play_wrong(parser, rest, "the id of a row of the contract", rest);
    while (*rest) {
        char *id = rest;
        rest = play_cut_word(rest);
        play_cut_blanks_at_end(id);
        if (!parser->words->is_row(id))
            return play_wrong(parser, id, "the id of a row of the contract", id);
        if (!add_row(parser, id))
            return false;
        struct play_line *line = play_add_line(parser, PLAY_ROW, "");
        line->text = id;
    }
    return true;
}

static bool take_needs(struct play_parser *parser, char *rest)
{
    play_cut_blanks_at_end(rest);
    if (!*rest || !parser->words->needs(rest))
        return play_wrong(parser, rest,
                          "needs that this program knows (scripts/run --list shows those in use)", rest);
    if (parser->test->needs)
        return play_wrong(parser, parser->begin, "one line 'needs' for each case", "needs");
    parser->test->needs = rest;
    return true;
}

/* external ROLE PROGRAM [ARGUMENT...] */
static bool take_external(struct play_parser *parser, char *role)
{
    char *words = play_cut_word(role), *end = words + strcspn(words, " \t");
    if (!play_take_role(parser, role))
        return false;
    if (play_player_of(parser, role) != PLAYER_NONE)
        return play_wrong(parser, role, "a role that no line above has: 'external' begins a role", role);
    if (!*words)
        return play_wrong(parser, words, "the program that plays the role, and its arguments", words);
    const char after = *end;
    *end = '\0';
    if (!parser->words->program(words))
        return play_wrong(parser, words,
                          "a program: a path, or a name that is found beside shmcheck.exe, in the current "
                          "directory or in PATH; a blank in it is written %20",
                          words);
    *end = after;
    play_add_line(parser, PLAY_EXTERNAL, role)->text = words;
    return true;
}

/* starts ROLE WORDS */
static bool take_starts(struct play_parser *parser, char *role)
{
    char *words = play_cut_word(role);
    play_cut_blanks_at_end(words);
    if (!play_take_actor(parser, role))
        return false;
    if (!*words)
        return play_wrong(parser, words, "who the role is, for example identity=low or bits=32", words);
    play_add_line(parser, PLAY_STARTS, role)->text = words;
    return true;
}

/* spawns PARENT ROLE WORDS */
static bool take_spawns(struct play_parser *parser, char *parent)
{
    char *role = play_cut_word(parent), *words = play_cut_word(role);
    play_cut_blanks_at_end(words);
    if (!play_take_actor(parser, parent) || !play_take_actor(parser, role))
        return false;
    struct play_line *line = play_add_line(parser, PLAY_SPAWNS, role);
    line->other = parent;
    line->text = words;
    return true;
}

static bool take_lone_role(struct play_parser *parser, enum play_kind kind, char *role)
{
    char *rest = play_cut_word(role);
    if (!(kind == PLAY_KILLS ? play_take_role(parser, role) : play_take_actor(parser, role)))
        return false;
    if (*rest)
        return play_wrong(parser, rest, "nothing behind the role", rest);
    const bool external = play_player_of(parser, role) == PLAYER_PROGRAM;
    play_add_line(parser, kind, role)->external = external;
    return true;
}

/* ends ROLE CODE */
static bool take_ends(struct play_parser *parser, char *role)
{
    char *code = play_cut_word(role);
    uint64_t number;
    play_cut_blanks_at_end(code);
    if (!play_take_role(parser, role))
        return false;
    if (!number_parse(code, &number) || number > UINT32_MAX)
        return play_wrong(parser, code, "an exit code, for example 0xC0000005", code);
    const bool external = play_player_of(parser, role) == PLAYER_PROGRAM;
    struct play_line *line = play_add_line(parser, PLAY_ENDS, role);
    line->code = (uint32_t)number;
    line->external = external;
    return true;
}

/* A line that starts with a word of the grammar. */
static bool take_heading(struct play_parser *parser, char *word, char *rest)
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
        return play_take_begins(parser, rest);
    if (strcmp(word, "finishes") == 0)
        return play_take_finishes(parser, rest);
    return play_wrong(
        parser, word,
        "ROLE> STEP, or one of case, row, needs, starts, spawns, external, kills, leaves, ends, "
        "begins, finishes",
        word);
}

static bool take_line(struct play_parser *parser, char *line)
{
    char *at = play_skip_blanks(line), *arrow;
    parser->begin = line;
    /* '=' and '[[': what a case in C noted in its transcript, and the properties of a report. They are no steps. */
    if (!*at || *at == '#' || *at == '=' || strncmp(at, "[[", 2) == 0)
        return true;
    arrow = at + strcspn(at, " >");
    if (*arrow == '>') {
        *arrow = '\0';
        return in_case(parser, at) && play_take_step(parser, PLAY_STEP, at, arrow + 1);
    }
    char *rest = play_cut_word(at);
    play_cut_blanks_at_end(rest);
    if (strcmp(at, "case") == 0)
        return take_case(parser, rest);
    return in_case(parser, at) && take_heading(parser, at, rest);
}

static bool take_lines(struct play_parser *parser)
{
    char *at = parser->out->text;
    while (at && parser->error->length == 0) {
        char *end = strchr(at, '\n');
        if (end)
            *end = '\0';
        play_cut_blanks_at_end(at);
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
    struct play_parser parser = {.out = out, .words = words, .shown = shown, .error = error};
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
