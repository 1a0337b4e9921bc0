#include "play_parser.h"

#include <ctype.h>
#include <string.h>

#define NAME_BYTES (WORD_BYTES - 8) /* ".1000" of a repetition still fits behind it */

bool play_wrong(struct play_parser *parser, const char *at, const char *expected, const char *found)
{
    text_format(parser->error, "%s:%d:%d: expected %s, found %s%s%s", parser->shown, parser->number,
                (int)(at - parser->begin) + 1, expected, *found ? "'" : "",
                *found ? found : "the end of the line", *found ? "'" : "");
    return false;
}

char *play_skip_blanks(char *at)
{
    return at + strspn(at, " \t");
}

char *play_cut_word(char *at)
{
    at += strcspn(at, " \t");
    if (*at)
        *at++ = '\0';
    return play_skip_blanks(at);
}

void play_cut_blanks_at_end(char *at)
{
    size_t length = strlen(at);
    while (length > 0 && isspace((unsigned char)at[length - 1]))
        at[--length] = '\0';
}

bool play_is_name(const char *word)
{
    size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return islower((unsigned char)word[0]) && word[length] == '\0' && length < NAME_BYTES;
}

static bool is_role(const char *word)
{
    return play_is_name(word) && strlen(word) < 24;
}

struct play_line *play_add_line(struct play_parser *parser, enum play_kind kind, const char *role)
{
    struct play_file *file = parser->out;
    struct play_line *line = &file->lines[file->line_count++];
    *line = (struct play_line){
        .kind = kind, .line = parser->number, .role = role, .other = "", .text = "", .expected = ""};
    file->cases[parser->test - file->tests].count++;
    return line;
}

bool play_take_role(struct play_parser *parser, char *word)
{
    if (!is_role(word))
        return play_wrong(parser, word, "the name of a role: lower-case letters, digits and '-', 23 at most",
                          word);
    return true;
}

enum player play_player_of(const struct play_parser *parser, const char *role)
{
    const struct play_case *play = &parser->out->cases[parser->test - parser->out->tests];
    for (size_t i = 0; i < play->count; i++) {
        const struct play_line *line = &play->lines[i];
        if (strcmp(line->role, role) == 0 || strcmp(line->other, role) == 0)
            return line->kind == PLAY_EXTERNAL ? PLAYER_PROGRAM : PLAYER_ACTOR;
    }
    return PLAYER_NONE;
}

bool play_take_actor(struct play_parser *parser, char *role)
{
    if (!play_take_role(parser, role))
        return false;
    if (play_player_of(parser, role) == PLAYER_PROGRAM)
        return play_wrong(
            parser, role,
            "an actor: an external program performs line, prints and input-ends, and is ended by "
            "'ends' and 'kills'",
            role);
    return true;
}
