#include "known.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../common/text.h"
#include "toml.h"

/* The keys of an entry that are not conditions on facts. */
enum key { KEY_CASE, KEY_CHECK, KEY_REASON, KEY_SINCE, KEY_ISSUE, KEY_RULE, KEY_DEPENDS, KEY_COUNT };
static const char *const key_names[] = {
    [KEY_CASE] = "case",   [KEY_CHECK] = "check", [KEY_REASON] = "reason",      [KEY_SINCE] = "since",
    [KEY_ISSUE] = "issue", [KEY_RULE] = "rule",   [KEY_DEPENDS] = "depends_on",
};
static_assert(sizeof key_names / sizeof key_names[0] == KEY_COUNT, "every key has its name");

struct parse {
    struct known *out;
    const char *const *fact_names;
    size_t fact_name_count;
    struct text *error;
    bool seen[KEY_COUNT]; /* in the last entry */
};

/* Starts the text of an error with its line; the caller adds what is wrong. */
static struct text *error_at(struct parse *parse, int line)
{
    text_clear(parse->error);
    text_format(parse->error, "line %d: ", line);
    return parse->error;
}

static bool out_of_memory(struct parse *parse, int line)
{
    text_add(error_at(parse, line), "memory ran out");
    return false;
}

static char *copy_value(const struct toml *toml)
{
    char *copy = malloc(toml->value.length + 1);
    if (copy)
        memcpy(copy, toml->value.at, toml->value.length + 1);
    return copy;
}

/* "2026-02-03"; the day is not checked against its month. */
static bool is_date(const char *value)
{
    static const char form[] = "0000-00-00";
    if (strlen(value) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '0' ? value[i] < '0' || value[i] > '9' : value[i] != form[i])
            return false;
    int month = (value[5] - '0') * 10 + value[6] - '0', day = (value[8] - '0') * 10 + value[9] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Ends the last entry, if there is one: what is required must be there. */
static bool end_entry(struct parse *parse)
{
    if (parse->out->count == 0)
        return true;
    const struct known_entry *entry = &parse->out->entries[parse->out->count - 1];
    for (int key = KEY_CASE; key <= KEY_REASON; key++) {
        if (!parse->seen[key]) {
            text_format(error_at(parse, entry->line), "this [[known]] has no %s", key_names[key]);
            return false;
        }
    }
    return true;
}

static bool start_entry(struct parse *parse, const struct toml *toml)
{
    if (!end_entry(parse))
        return false;
    if (strcmp(toml->name.at, "known") != 0) {
        text_format(error_at(parse, toml->line), "the table [[%s]]; only [[known]] is allowed",
                    toml->name.at);
        return false;
    }
    struct known *out = parse->out;
    struct known_entry *grown = realloc(out->entries, (out->count + 1) * sizeof out->entries[0]);
    if (!grown)
        return out_of_memory(parse, toml->line);
    out->entries = grown;
    grown[out->count++] = (struct known_entry){.line = toml->line};
    memset(parse->seen, 0, sizeof parse->seen);
    return true;
}

static bool add_key(struct parse *parse, const struct toml *toml, struct known_entry *entry, enum key key)
{
    if (parse->seen[key]) {
        text_format(error_at(parse, toml->line), "the key %s is given twice", key_names[key]);
        return false;
    }
    parse->seen[key] = true;
    if (key == KEY_SINCE && !is_date(toml->value.at)) {
        text_add(error_at(parse, toml->line), "since is not a date of the form 2026-02-03");
        return false;
    }
    entry->depends |= key == KEY_DEPENDS;
    char **field = key == KEY_CASE     ? &entry->case_glob
                   : key == KEY_CHECK  ? &entry->check_glob
                   : key == KEY_REASON ? &entry->reason
                                       : NULL;
    if (field)
        *field = copy_value(toml);
    return !field || *field || out_of_memory(parse, toml->line);
}

static bool is_fact(struct parse *parse, const struct toml *toml)
{
    for (size_t i = 0; i < parse->fact_name_count; i++)
        if (strcmp(parse->fact_names[i], toml->name.at) == 0)
            return true;
    struct text *error = error_at(parse, toml->line);
    text_format(error, "the unknown key %.80s; conditions are", toml->name.at);
    for (size_t i = 0; i < parse->fact_name_count; i++)
        text_format(error, "%s %s", i > 0 ? "," : "", parse->fact_names[i]);
    return false;
}

static bool add_condition(struct parse *parse, const struct toml *toml, struct known_entry *entry)
{
    if (!is_fact(parse, toml))
        return false;
    for (size_t i = 0; i < entry->condition_count; i++) {
        if (strcmp(entry->conditions[i].fact, toml->name.at) == 0) {
            text_format(error_at(parse, toml->line), "the key %s is given twice", toml->name.at);
            return false;
        }
    }
    struct known_condition *grown =
        realloc(entry->conditions, (entry->condition_count + 1) * sizeof entry->conditions[0]);
    if (!grown)
        return out_of_memory(parse, toml->line);
    entry->conditions = grown;
    struct known_condition *condition = &grown[entry->condition_count++];
    condition->glob = copy_value(toml);
    condition->fact = malloc(toml->name.length + 1);
    if (!condition->glob || !condition->fact)
        return out_of_memory(parse, toml->line);
    memcpy(condition->fact, toml->name.at, toml->name.length + 1);
    return true;
}

static bool add_pair(struct parse *parse, const struct toml *toml)
{
    if (parse->out->count == 0) {
        text_format(error_at(parse, toml->line), "the key %.80s before the first [[known]]", toml->name.at);
        return false;
    }
    if (toml->value.length == 0) {
        text_format(error_at(parse, toml->line), "the key %.80s has no value", toml->name.at);
        return false;
    }
    struct known_entry *entry = &parse->out->entries[parse->out->count - 1];
    for (int key = 0; key < KEY_COUNT; key++)
        if (strcmp(toml->name.at, key_names[key]) == 0)
            return add_key(parse, toml, entry, (enum key)key);
    return add_condition(parse, toml, entry);
}

static bool parse_items(struct parse *parse, struct toml *toml)
{
    for (;;) {
        bool good = true;
        switch (toml_next(toml)) {
        case TOML_END:
            return end_entry(parse);
        case TOML_TABLE:
            good = start_entry(parse, toml);
            break;
        case TOML_PAIR:
            good = add_pair(parse, toml);
            break;
        case TOML_ERROR:
            text_add(error_at(parse, toml->line), toml->wrong);
            return false;
        }
        if (!good)
            return false;
    }
}

bool known_parse(struct known *out, const char *bytes, size_t length, const char *const *fact_names,
                 size_t fact_name_count, struct text *error)
{
    *out = (struct known){0};
    struct parse parse = {
        .out = out, .fact_names = fact_names, .fact_name_count = fact_name_count, .error = error};
    struct toml toml;
    toml_start(&toml, bytes, length);
    bool good = parse_items(&parse, &toml);
    toml_free(&toml);
    if (!good)
        known_free(out);
    return good;
}

void known_free(struct known *known)
{
    for (size_t i = 0; i < known->count; i++) {
        struct known_entry *entry = &known->entries[i];
        for (size_t j = 0; j < entry->condition_count; j++) {
            free(entry->conditions[j].fact);
            free(entry->conditions[j].glob);
        }
        free(entry->conditions);
        free(entry->case_glob);
        free(entry->check_glob);
        free(entry->reason);
    }
    free(known->entries);
    *known = (struct known){0};
}

/* Whether one of the patterns between the bars matches. The text is cut at the bars for the comparison, and restored. */
static bool any_matches(char *globs, const char *word)
{
    bool found = false;
    for (char *at = globs; at && !found;) {
        char *bar = strchr(at, '|');
        if (bar)
            *bar = '\0';
        found = glob_matches(at, word);
        if (bar)
            *bar = '|';
        at = bar ? bar + 1 : NULL;
    }
    return found;
}

static bool condition_holds(const struct known_condition *condition, const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(facts[i].name, condition->fact) == 0)
            return any_matches(condition->glob, facts[i].value);
    return false;
}

void known_apply(struct known *known, const struct fact *facts, size_t count)
{
    for (size_t i = 0; i < known->count; i++) {
        struct known_entry *entry = &known->entries[i];
        entry->applies = true;
        for (size_t j = 0; j < entry->condition_count; j++)
            entry->applies = entry->applies && condition_holds(&entry->conditions[j], facts, count);
    }
}

struct known_entry *known_find(struct known *known, const char *case_id, const char *check)
{
    for (size_t i = 0; i < known->count; i++) {
        struct known_entry *entry = &known->entries[i];
        if (entry->applies && glob_matches(entry->case_glob, case_id) &&
            glob_matches(entry->check_glob, check)) {
            entry->used = true;
            return entry;
        }
    }
    return NULL;
}
