/* The parser of a file of steps: its state, and what the parsers of headings (play_file.c) and of steps (play_step.c) share.
 * All functions that return false have put "SHOWN:LINE:COLUMN: what was expected, and what stands there" into the parser's
 * error. */
#ifndef SHMCHECK_PLAY_PARSER_H
#define SHMCHECK_PLAY_PARSER_H

#include "play_line.h"

struct play_parser {
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
bool play_wrong(struct play_parser *parser, const char *at, const char *expected, const char *found);

char *play_skip_blanks(char *at);
/* Ends the word at `at` with a 0 and returns what follows it. */
char *play_cut_word(char *at);
void play_cut_blanks_at_end(char *at);
/* Letters, digits and '-'; it starts with a letter. */
bool play_is_name(const char *word);

/* A new line at the end of the case. It belongs to the file. */
struct play_line *play_add_line(struct play_parser *parser, enum play_kind kind, const char *role);

/* What plays this role in the lines of the case so far. */
enum player { PLAYER_NONE, PLAYER_ACTOR, PLAYER_PROGRAM };
enum player play_player_of(const struct play_parser *parser, const char *role);

/* Whether the word is the name of a role. */
bool play_take_role(struct play_parser *parser, char *word);
/* Whether the word is the name of a role that an actor plays, and no external program. */
bool play_take_actor(struct play_parser *parser, char *role);

#endif
