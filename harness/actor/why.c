#include "why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/line.h"
#include "../common/win32_constants.h"
#include "symptoms.h"
#include "verb_table.h"

#define ROWS_SHOWN 5
#define ROWS_MOST 512

static char last_step[LINE_BYTES];
static char last_reply[LINE_BYTES];

void why_note(const char *step, const char *reply)
{
    if (strncmp(reply, "fail", 4) != 0)
        return;
    snprintf(last_step, sizeof last_step, "%s", step);
    snprintf(last_reply, sizeof last_reply, "%s", reply);
}

/* ---- what failed ---- */

struct failure {
    const char *calls; /* the functions of the verb, as verbs.def has them */
    char error[16];    /* the last error as decimal digits; "" if the call set none */
    const char *status;
};

static struct failure read_failure(void)
{
    static struct line reply;
    struct failure failure = {.calls = "", .status = NULL};
    char numbered[LINE_BYTES + 2], verb[32];
    uint64_t number;
    int length = snprintf(numbered, sizeof numbered, "1 %s", last_reply);
    snprintf(verb, sizeof verb, "%.*s", (int)strcspn(last_step, " "), last_step);
    enum verb_id id = verb_find(verb);
    if (id != VERB_COUNT)
        failure.calls = verb_entries[id].calls;
    if (line_parse(&reply, numbered, (size_t)length) != NULL)
        return failure;
    if (line_number(&reply, "error", &number))
        snprintf(failure.error, sizeof failure.error, "%llu", (unsigned long long)number);
    if (line_number(&reply, "status", &number))
        failure.status = status_name((uint32_t)number);
    return failure;
}

/* ---- the rows ---- */

/* Whether a list of words between blanks has the word. */
static bool has_word(const char *list, const char *word, size_t length)
{
    for (const char *at = list; (at = strchr(at, ' ')) != NULL; at++)
        if (strncmp(at + 1, word, length) == 0 && at[1 + length] == ' ')
            return true;
    return false;
}

static bool is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether a text has the word with no letter, digit or '_' beside it. */
static bool text_has(const char *text, const char *word, size_t length)
{
    if (length == 0)
        return false;
    for (const char *at = text; *at; at++)
        if (strncmp(at, word, length) == 0 && !is_word_character(at[length]) &&
            (at == text || !is_word_character(at[-1])))
            return true;
    return false;
}

/* 0: the row is not about these calls; 1: it is about another form of one of them; 2: about one of them. */
static int rate_functions(const struct symptom_row *row, const char *calls)
{
    int best = 0;
    for (const char *at = row->functions + 1; *at;) {
        size_t length = strcspn(at, " ");
        const bool plain = *at == '*';
        int rating = text_has(calls, at + plain, length - plain) ? 2 - plain : 0;
        best = rating > best ? rating : best;
        at += length + (at[length] == ' ');
    }
    return best;
}

/* Whether a word of a step tells rows apart: a constant, or one of these keys. */
static bool tells(const char *word, size_t length)
{
    static const char keys[] = " offset length base size protect inherit ";
    return memchr(word, '_', length) != NULL || has_word(keys, word, length);
}

/* How many such words of the step the row has. */
static int rate_words(const struct symptom_row *row, const char *step)
{
    int found = 0;
    for (const char *at = step + strcspn(step, " "); *at;) {
        size_t length = 0;
        while (is_word_character(at[length]))
            length++;
        if (length > 0 && tells(at, length))
            found += text_has(row->statement, at, length) || text_has(row->expected, at, length) ||
                     text_has(row->id, at, length);
        at += length > 0 ? length : 1;
    }
    return found;
}

static int rate(const struct symptom_row *row, const struct failure *failure)
{
    int functions = rate_functions(row, failure->calls);
    const size_t error_length = strlen(failure->error);
    bool error = error_length > 0 && has_word(row->codes, failure->error, error_length);
    bool status = failure->status && has_word(row->codes, failure->status, strlen(failure->status));
    if (functions == 0 || !(error || status))
        return 0;
    if (failure->status && !status && strstr(row->codes, "STATUS_"))
        return 0; /* the same error for another reason */
    /* Rows that are about this error and no other, and those that many people met. */
    const bool only =
        strncmp(row->expected, "NULL; ", 6) == 0 && text_has(row->expected + 6, failure->error, error_length);
    return 8 * status + 4 * error + 6 * functions + 2 * only + 2 * (row->problem[0] != 0) +
           2 * rate_words(row, last_step);
}

struct rated {
    int rating;
    const struct symptom_row *row;
};

/* The best first; equal ones in the order of the contract. */
static int compare_rated(const void *first, const void *second)
{
    const struct rated *one = first, *other = second;
    if (one->rating != other->rating)
        return one->rating < other->rating ? 1 : -1;
    return (one->row > other->row) - (one->row < other->row);
}

static size_t find_rows(const struct failure *failure, struct rated out[ROWS_MOST])
{
    size_t count = 0;
    for (size_t i = 0; i < symptom_row_count && count < ROWS_MOST; i++) {
        out[count] = (struct rated){rate(&symptom_rows[i], failure), &symptom_rows[i]};
        count += out[count].rating > 0;
    }
    qsort(out, count, sizeof *out, compare_rated);
    return count;
}

/* ---- what to look at next ---- */

static const struct {
    const char *call;  /* the start of a function's name */
    const char *error; /* "": any error */
    const char *look;
} looks[] = {
    {"OpenFileMapping", "2",
     "names PREFIX lists the names that exist in Local\\ and in Global\\. A name ends with its last handle, "
     "and Local\\ is another directory in each session: system and identity tell=session compare two "
     "processes."},
    {"OpenFileMapping", "5",
     "describe name=N shows the access list and the integrity label of the object, identity shows who this "
     "process is."},
    {"OpenFileMapping", "6", "names PREFIX shows what kind of object has the name."},
    {"CreateFileMapping", "5",
     "identity tell=global-privilege: a new name in Global\\ needs SeCreateGlobalPrivilege. describe name=N "
     "shows the access list of an object that exists already."},
    {"CreateFileMapping", "6", "names PREFIX shows what kind of object has the name."},
    {"CreateFileMapping", "87",
     "help create lists protect=; a section without a file needs a size, and PAGE_NOACCESS is no protection "
     "of "
     "a section."},
    {"CreateFileMapping", "1455",
     "commitment shows the commit charge; SEC_RESERVE does not charge at the start."},
    {"MapViewOfFile", "5",
     "granted S shows the rights of the handle, size S the size of the section: a view that is too long "
     "fails "
     "with the same error as a missing right."},
    {"MapViewOfFile", "1132", "system shows the granularity: an offset and a base are multiples of it."},
    {"MapViewOfFile", "487", "regions and query show what lies at the address that base= asks for."},
    {"MapViewOfFile", "8",
     "system and addresses show how much address space there is; map less, or with a length."},
    {"MapViewOfFile", "6", "flags S shows whether the handle is one of this process."},
    {"", "127", "this version of Windows does not have the function; export FUNCTION asks for others."},
};

static bool calls_function(const char *calls, const char *start)
{
    return start[0] == '\0' || strstr(calls, start) != NULL;
}

static void add_looks(struct text *out, const struct failure *failure)
{
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (calls_function(failure->calls, looks[i].call) && strcmp(looks[i].error, failure->error) == 0)
            text_format(out, "look at: %s\n", looks[i].look);
}

static void add_problems(struct text *out, const struct rated *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool before = rows[i].row->problem[0] == '\0';
        for (size_t j = 0; j < i; j++)
            before = before || strcmp(rows[j].row->problem, rows[i].row->problem) == 0;
        if (!before)
            text_format(out, "frequent problem %s\n", rows[i].row->problem);
    }
}

void why_add(struct text *out)
{
    static struct rated rows[ROWS_MOST];
    if (!last_step[0]) {
        text_add(out, "no step has failed yet\n");
        return;
    }
    const struct failure failure = read_failure();
    size_t count = find_rows(&failure, rows), shown = count < ROWS_SHOWN ? count : ROWS_SHOWN;
    text_format(out, "%s -> ", last_step);
    char numbered[LINE_BYTES + 2];
    snprintf(numbered, sizeof numbered, "1 %s", last_reply);
    reply_describe(out, numbered);
    text_add(out, "\n");
    for (size_t i = 0; i < shown; i++)
        text_format(out, "row %s: %s\n    expected: %s\n", rows[i].row->id, rows[i].row->statement,
                    rows[i].row->expected);
    if (count > shown)
        text_format(out, "and %u more rows: scripts/explain \"error %s %.*s\"\n", (unsigned)(count - shown),
                    failure.error, (int)strcspn(failure.calls, ", "), failure.calls);
    if (count == 0)
        text_format(out, "no row of the contract has this error of %s\n",
                    failure.calls[0] ? failure.calls : "this step");
    add_problems(out, rows, shown);
    add_looks(out, &failure);
}
