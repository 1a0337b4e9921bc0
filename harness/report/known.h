/* cases/known.toml: deviations that are expected on some platform, each with a reason. It is a strict small subset of
 * TOML: [[known]] tables of key = "string" pairs, comments, blank lines; anything else is an error. */
#ifndef SHMCHECK_KNOWN_H
#define SHMCHECK_KNOWN_H

#include "../common/fact.h"
#include "../common/text.h"

struct known_condition {
    char *fact; /* name of a fact */
    char *glob; /* a pattern for its value, or several with '|' between them: one must match */
};

/* One [[known]]. The keys case (a pattern for ids of cases), check (a pattern for the text of a failed check, without its
 * place) and reason are required and not empty. `since` (a date), `issue` (a link) and `rule` (a changed rule of the
 * model, for scripts/oracle) are optional. `depends_on` says on what else the deviation depends that no fact tells, for
 * example a file system: such an entry is never out of date. Every other key is a condition on the fact of that name,
 * which must be one of those that known_parse is given. */
struct known_entry {
    int line; /* of its [[known]] */
    char *case_glob, *check_glob, *reason;
    struct known_condition *conditions;
    size_t condition_count;
    bool depends; /* it has depends_on */
    bool applies; /* all conditions hold on this platform */
    bool used;    /* it excused at least one failed check; set by known_find */
};

struct known {
    struct known_entry *entries;
    size_t count;
};

/* Reads the text of a file. `fact_names` are the names that a condition may use. On an error the result is
 * false, `error` says "line 12: ..." and `out` is empty. */
bool known_parse(struct known *out, const char *bytes, size_t length, const char *const *fact_names,
                 size_t fact_name_count, struct text *error);
void known_free(struct known *known);

/* Sets `applies` of every entry. */
void known_apply(struct known *known, const struct fact *facts, size_t count);

/* The first entry that applies here and names this case and this failed check, marked as used; NULL if none
 * does. */
struct known_entry *known_find(struct known *known, const char *case_id, const char *check);

#endif
