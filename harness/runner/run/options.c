#include "options.h"

#include <windows.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../common/line.h"
#include "../../common/utf16.h"

#define HELP_COLUMN 24 /* where the explanation of an option starts */
#define HELP_WIDTH 100

enum option_id {
#define ENTRY(id, name, type, argument, lowest, highest, initial, help) OPTION_##id,
#include "../../common/runner_options.def"
#undef ENTRY
    OPTION_COUNT
};

enum option_type {
    TYPE_FLAG,
    TYPE_ACTION,
    TYPE_GLOBS,
    TYPE_FILE,
    TYPE_FILES,
    TYPE_CHOICE,
    TYPE_COUNT,
    TYPE_FACTOR,
    TYPE_PAIRS,
    TYPE_NAME
};

static const struct option {
    enum option_id id;
    enum option_type type;
    const char *name, *argument, *initial, *help;
    double lowest, highest;
} table[] = {
#define ENTRY(id, name, type, argument, lowest, highest, initial, help)                                      \
    [OPTION_##id] = {OPTION_##id, TYPE_##type, name, argument, initial, help, lowest, highest},
#include "../../common/runner_options.def"
#undef ENTRY
};
static_assert(sizeof table / sizeof table[0] == OPTION_COUNT, "every option has its entry");

/* Adds the words of `help`, broken into lines that start at HELP_COLUMN. `column` is where the first one starts. */
static void add_wrapped(struct buffer *out, const char *help, size_t column)
{
    const char *separator = "";
    while (*help) {
        size_t length = strcspn(help, " ");
        if (column + strlen(separator) + length > HELP_WIDTH) {
            buffer_format(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
            separator = "";
        }
        buffer_add_string(out, separator);
        buffer_add(out, help, length);
        column += strlen(separator) + length;
        separator = " ";
        help += length;
        help += strspn(help, " ");
    }
    buffer_add_string(out, "\n");
}

void options_help(struct buffer *out)
{
    buffer_add_string(
        out, "shmcheck: does named shared memory on this system do what is documented?\n"
             "\n"
             "  shmcheck [options]    run every case; the last line is 'N passed, N failed, N skipped'\n"
             "\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        size_t start = out->length;
        buffer_format(out, "  %s%s%s", table[i].name, table[i].argument[0] ? " " : "", table[i].argument);
        if (out->length - start < HELP_COLUMN)
            buffer_format(out, "%*s", (int)(HELP_COLUMN - (out->length - start)), "");
        else
            buffer_format(out, "\n%*s", HELP_COLUMN, "");
        add_wrapped(out, table[i].help, HELP_COLUMN);
    }
    buffer_add_string(out,
                      "\nExit code: 0 all passed, skipped or known; 1 some fail or deviate; 2 some error; "
                      "3 could not run.\n");
}

static char *to_utf8(const wchar_t *word)
{
    size_t units = wcslen(word), size = units * 3 + 8;
    char *out = malloc(size);
    if (out && utf16_to_bytes(out, size, (const uint16_t *)word, units) == SIZE_MAX) {
        free(out);
        return NULL;
    }
    return out;
}

static bool parse_count(const char *word, const struct option *option, unsigned *out)
{
    uint64_t number;
    if (!number_parse(word, &number) || number < (uint64_t)option->lowest ||
        number > (uint64_t)option->highest)
        return false;
    *out = (unsigned)number;
    return true;
}

/* Digits and at most one point; not strtod, which follows the locale. */
static bool parse_factor(const char *word, const struct option *option, double *out)
{
    double value = 0, unit = 0;
    size_t digits = 0;
    for (; *word; word++) {
        if (*word == '.' && unit == 0) {
            unit = 1;
        } else if (*word >= '0' && *word <= '9' && digits < 9) {
            value = value * 10 + (*word - '0');
            unit *= 10;
            digits++;
        } else {
            return false;
        }
    }
    if (unit > 1)
        value /= unit;
    *out = value;
    return digits > 0 && value >= option->lowest && value <= option->highest;
}

/* Letters, digits, '_', '.' and '-', and a letter or digit first: what readers of reports take as a part of a name. */
static bool parse_name(const char *word, const struct option *option, char *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t length = strlen(word);
    if (length < (size_t)option->lowest || length > (size_t)option->highest ||
        strspn(word, plain) != length || strchr("_.-", word[0]))
        return false;
    memcpy(out, word, length + 1);
    return true;
}

/* The position of a word in a list like "strict|extended". False if it is not there. */
static bool parse_choice(const char *word, const struct option *option, unsigned *out)
{
    size_t length = strlen(word);
    unsigned position = 0;
    for (const char *at = option->argument; *at; position++) {
        size_t one = strcspn(at, "|");
        if (one == length && memcmp(at, word, length) == 0) {
            *out = position;
            return true;
        }
        at += one + (at[one] == '|');
    }
    return false;
}

/* One pair of a list. Naming a pair twice is an error: it would make two cases with the same name. */
static bool add_pair(struct options *out, const char *word, size_t length, struct text *error)
{
    char name[200];
    struct text text = text_over(name, sizeof name);
    struct pair pair;
    text_add_bytes(&text, word, length);
    if (!pair_find(name, &pair)) {
        text_format(error, "--pair takes pairs like x64-x86 with commas between them, of %s, not '%s'",
                    arch_names, name);
        return false;
    }
    for (size_t i = 0; i < out->pair_count; i++) {
        if (out->pairs[i].writer == pair.writer && out->pairs[i].reader == pair.reader) {
            text_format(error, "--pair names %s twice", name);
            return false;
        }
    }
    out->pairs[out->pair_count++] = pair;
    return true;
}

static bool parse_pairs(struct options *out, const char *list, struct text *error)
{
    for (;;) {
        size_t length = strcspn(list, ",");
        if (!add_pair(out, list, length, error))
            return false;
        if (!list[length])
            return true;
        list += length + 1;
    }
}

static struct patterns *patterns_of(struct options *options, enum option_id id)
{
    switch (id) {
    case OPTION_FILTER:
        return &options->filters;
    case OPTION_TOPIC:
        return &options->topics;
    case OPTION_ROW:
        return &options->rows;
    default:
        return NULL;
    }
}

static bool add_pattern(struct patterns *out, const struct option *option, const char *word,
                        struct text *error)
{
    if (out->count == OPTIONS_PATTERNS) {
        text_format(error, "%s is given more than %d times", option->name, OPTIONS_PATTERNS);
        return false;
    }
    size_t size = strlen(word) + 1;
    char *pattern = malloc(size);
    if (!pattern) {
        text_format(error, "not enough memory for the values of %s", option->name);
        return false;
    }
    memcpy(pattern, word, size);
    out->at[out->count++] = pattern;
    return true;
}

bool options_select(const struct options *options)
{
    return options->filters.count + options->topics.count + options->rows.count + options->play_count > 0;
}

static void add_patterns(struct text *out, const char *option, const struct patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++) {
        bool plain = strpbrk(patterns->at[i], "*? '\"") == NULL;
        text_format(out, "%s%s %s%s%s", out->length > 0 ? " " : "", option, plain ? "" : "'", patterns->at[i],
                    plain ? "" : "'");
    }
}

void options_selection(const struct options *options, struct text *out)
{
    add_patterns(out, "--filter", &options->filters);
    add_patterns(out, "--topic", &options->topics);
    add_patterns(out, "--row", &options->rows);
    for (size_t i = 0; i < options->play_count; i++)
        text_format(out, "%s--play %s", out->length > 0 ? " " : "", utf8(options->play[i]));
}

static unsigned default_jobs(void)
{
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    return system.dwNumberOfProcessors < 8 ? (unsigned)system.dwNumberOfProcessors : 8;
}

static unsigned *count_of(struct options *options, enum option_id id)
{
    switch (id) {
    case OPTION_JOBS:
        return &options->jobs;
    case OPTION_REPEAT:
        return &options->repeat;
    case OPTION_MUTATE:
        return &options->mutate;
    case OPTION_SEED:
        return &options->seed;
    case OPTION_ORDER_SEED:
        return &options->order_seed;
    default:
        return NULL;
    }
}

static const wchar_t **file_of(struct options *options, enum option_id id)
{
    switch (id) {
    case OPTION_JUNIT:
        return &options->junit;
    case OPTION_SUMMARY:
        return &options->summary;
    case OPTION_KNOWN:
        return &options->known;
    case OPTION_ACTOR:
        return &options->actor;
    default:
        return NULL;
    }
}

/* One value, as UTF-8, of an option that takes one and is no FILE. */
static bool take_word(struct options *out, const struct option *option, const char *word, struct text *error)
{
    unsigned choice;
    switch (option->type) {
    case TYPE_GLOBS:
        return add_pattern(patterns_of(out, option->id), option, word, error);
    case TYPE_PAIRS:
        return parse_pairs(out, word, error);
    case TYPE_COUNT:
        if (parse_count(word, option, count_of(out, option->id)))
            return true;
        break;
    case TYPE_FACTOR:
        if (parse_factor(word, option, &out->timeout_scale)) {
            out->timeout_scale_given = true;
            return true;
        }
        break;
    case TYPE_CHOICE:
        if (parse_choice(word, option, &choice)) {
            out->dialect = (enum junit_dialect)choice;
            return true;
        }
        text_format(error, "%s takes %s, not '%s'", option->name, option->argument, word);
        return false;
    case TYPE_NAME:
        if (parse_name(word, option, out->suite_prefix))
            return true;
        text_format(error,
                    "%s takes %.10g to %.10g letters, digits, '_', '.' and '-', the first one a letter or a "
                    "digit, not '%s'",
                    option->name, option->lowest, option->highest, word);
        return false;
    case TYPE_FLAG:
    case TYPE_ACTION:
    case TYPE_FILE:
    case TYPE_FILES:
        break;
    }
    text_format(error, "%s takes a number from %.10g to %.10g, not '%s'", option->name, option->lowest,
                option->highest, word);
    return false;
}

static bool add_play(struct options *out, const wchar_t *word, struct text *error)
{
    if (out->play_count == PLAY_FILES) {
        text_format(error, "--play is given more than %d files", PLAY_FILES);
        return false;
    }
    out->play[out->play_count++] = word;
    return true;
}

static bool take_value(struct options *out, const struct option *option, const wchar_t *word,
                       struct text *error)
{
    if (option->type == TYPE_FILES)
        return add_play(out, word, error);
    if (option->type == TYPE_FILE) {
        *file_of(out, option->id) = word;
        return true;
    }
    char *bytes = to_utf8(word);
    if (!bytes)
        text_format(error, "not enough memory for the value of %s", option->name);
    bool fine = bytes && take_word(out, option, bytes, error);
    free(bytes);
    return fine;
}

static void take_flag(struct options *out, enum option_id id)
{
    switch (id) {
    case OPTION_LIST:
        out->action = ACTION_LIST;
        break;
    case OPTION_SELF_TEST:
        out->action = ACTION_SELF_TEST;
        break;
    case OPTION_VERSION:
        out->action = ACTION_VERSION;
        break;
    case OPTION_HELP:
        out->action = ACTION_HELP;
        break;
    case OPTION_VERBOSE:
        out->verbose = true;
        break;
    case OPTION_QUIET:
        out->quiet = true;
        break;
    case OPTION_ALLOW_LARGE:
        out->allow_large = true;
        break;
    case OPTION_FAIL_FAST:
        out->fail_fast = true;
        break;
    case OPTION_FRESH_ACTORS:
        out->fresh_actors = true;
        break;
    default:
        break; /* takes a value */
    }
}

static const struct option *find_option(const wchar_t *word)
{
    const char *name = utf8(word);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* What the options have when the command line is empty. */
static bool set_defaults(struct options *out, struct text *error)
{
    *out = (struct options){.action = ACTION_RUN, .jobs = default_jobs()};
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (table[i].initial[0] && !take_word(out, &table[i], table[i].initial, error))
            return false;
    return true;
}

bool options_parse(struct options *out, int argc, wchar_t **argv, struct text *error)
{
    if (!set_defaults(out, error))
        return false;
    for (int i = 1; i < argc; i++) {
        const struct option *option = find_option(argv[i]);
        if (!option && out->play_count > 0 && (argv[i][0] != '-' || argv[i][1] == 0)) {
            if (!add_play(out, argv[i], error))
                return false;
            continue;
        }
        if (!option) {
            text_format(error, "unknown option '%s'; --help lists the options", utf8(argv[i]));
            return false;
        }
        if (option->type == TYPE_FLAG || option->type == TYPE_ACTION) {
            take_flag(out, option->id);
            continue;
        }
        if (i + 1 == argc || argv[i + 1][0] == 0) {
            text_format(error, "%s needs a value", option->name);
            return false;
        }
        if (!take_value(out, option, argv[++i], error))
            return false;
    }
    if (out->quiet && out->verbose) {
        text_add(error, "--quiet and --verbose exclude each other; leave one out");
        return false;
    }
    return true;
}

void options_free(struct options *options)
{
    struct patterns *each[] = {&options->filters, &options->topics, &options->rows};
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        while (each[i]->count > 0)
            free(each[i]->at[--each[i]->count]);
    }
}
