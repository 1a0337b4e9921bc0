/* The command line of shmcheck.exe; ../common/runner_options.def lists its options. */
#ifndef SHMCHECK_OPTIONS_H
#define SHMCHECK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include "../../common/arch.h"
#include "../../common/text.h"
#include "../../report/junit.h"
#include "../case/play.h"

#define OPTIONS_PATTERNS 1024
#define OPTIONS_PAIRS (ARCH_COUNT * ARCH_COUNT)

enum {
#define ENTRY(id, name, type, argument, lowest, highest, initial, help)                                      \
    OPTION_##id##_HIGHEST = (int)(highest),
#include "../../common/runner_options.def"
#undef ENTRY
    OPTIONS_JOBS = OPTION_JOBS_HIGHEST,
    OPTIONS_RUNNING = OPTIONS_JOBS + 1, /* cases at the same time, at most: one a job, and one that waits */
    OPTIONS_NAME_BYTES = OPTION_JUNIT_SUITE_PREFIX_HIGHEST
};

/* The values of an option that may be given several times. */
struct patterns {
    char *at[OPTIONS_PATTERNS]; /* UTF-8, owned */
    size_t count;               /* 0: the option is not given, and everything matches */
};

enum action { ACTION_RUN, ACTION_LIST, ACTION_SELF_TEST, ACTION_VERSION, ACTION_HELP };

struct options {
    enum action action;
    struct patterns
        filters;            /* of ids; a case is selected if each of these three has a pattern that matches */
    struct patterns topics; /* of names of topics */
    struct patterns rows;   /* of ids of rows, one of which the case checks */
    struct pair pairs[OPTIONS_PAIRS]; /* each once */
    size_t pair_count; /* 0: none was asked for, all actors are of this program's architecture */
    const wchar_t *play[PLAY_FILES]; /* likewise; files of steps, "-" is the standard input */
    size_t play_count;               /* 0: the cases that are built in run */
    const wchar_t *junit;            /* these point into argv; NULL if not given */
    const wchar_t *summary;
    const wchar_t *known;
    const wchar_t *actor;
    enum junit_dialect dialect;
    char suite_prefix[OPTIONS_NAME_BYTES + 1]; /* "" if not given */
    unsigned jobs;   /* 1 to OPTIONS_JOBS */
    unsigned repeat; /* 1 to 1,000 */
    double timeout_scale;
    bool timeout_scale_given; /* otherwise the self-test may change it */
    bool verbose;
    bool quiet;          /* nothing is printed while cases run; not together with verbose */
    bool allow_large;    /* cases that take over 1 GiB of memory or disk run too */
    bool fresh_actors;   /* every role gets a new process */
    unsigned order_seed; /* of a random order of the cases; 0: the order of the catalogue */
    bool fail_fast;      /* no case starts after one that fails or deviates */
    unsigned mutate;     /* percent of the changes of replies that are tried; 0: this is an ordinary run */
    unsigned seed;       /* chooses them */
};

/* False, and a sentence in `error`, if the command line is wrong. */
bool options_parse(struct options *out, int argc, wchar_t **argv, struct text *error);
void options_free(struct options *options);

/* Whether not all cases are asked for. */
bool options_select(const struct options *options);
/* Adds the options that select cases, as they would be written: "--filter 'life-*' --topic names". */
void options_selection(const struct options *options, struct text *out);

/* Adds the text of --help. Memory that runs out sets `failed` of the buffer. */
void options_help(struct buffer *out);

#endif
