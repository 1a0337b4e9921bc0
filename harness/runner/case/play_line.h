/* What a file of steps contains, once it is parsed: cases of lines. */
#ifndef SHMCHECK_PLAY_LINE_H
#define SHMCHECK_PLAY_LINE_H

#include "../../common/text.h"
#include "test_case.h"

/* One construct of a case; each is one line of the file. */
enum play_kind {
    PLAY_STEP,     /* role, text, expected */
    PLAY_STARTS,   /* role, text: the words of starts() */
    PLAY_SPAWNS,   /* other: the parent; role: the child; text: the words of spawns() */
    PLAY_KILLS,    /* role */
    PLAY_LEAVES,   /* role */
    PLAY_BEGINS,   /* role, text */
    PLAY_FINISHES, /* role, expected */
    PLAY_ENDS,     /* role, code; text: the step, or "" if it was begun before */
    PLAY_EXTERNAL, /* role, text: the program and its arguments */
    PLAY_PROGRAM,  /* role of an external program, text: a step that it can perform */
    PLAY_ROW       /* text: the id of the row that the lines after this one check */
};

struct play_line {
    enum play_kind kind;
    int line;         /* in the file, from 1 */
    const char *role; /* "" where the kind has none; likewise for the other texts */
    const char *other;
    const char *text;
    const char *expected; /* what stands behind "->"; "" if nothing does: the reply is recorded */
    uint32_t code;        /* an exit code */
    bool external;        /* of PLAY_KILLS and PLAY_ENDS: the role is an external program */
};

struct play_case {
    const struct play_line *lines;
    size_t count;
};

struct play_file {
    struct topic topic; /* its cases have .play set */
    char *name;         /* these are owned */
    char *shown;
    char *text;
    struct test_case *tests;
    struct play_case *cases;
    struct play_line *lines;
    size_t line_count;
};

/* What the parser asks about words that it does not know itself. */
struct play_words {
    bool (*is_row)(const char *id);  /* whether the contract has this row */
    bool (*needs)(const char *list); /* whether every word of the list is a need */
    /* Whether a program is found under this name, which is percent-escaped. */
    bool (*program)(const char *name);
    void (*run)(struct stage *); /* the function of each case */
};

#endif
