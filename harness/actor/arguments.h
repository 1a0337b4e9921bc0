/* The arguments of a request. verbs.def says which keys a verb takes, of which type, with which limits, words and defaults;
 * request_check compares a request with it, so that the functions behind it cannot fail. Asking for a key that the verb does
 * not take, or as another type, is a mistake in the code and ends the process. */
#ifndef SHMCHECK_ARGUMENTS_H
#define SHMCHECK_ARGUMENTS_H

#include "reply.h"
#include "verb_table.h"

/* Whether the verb exists, a label is there as it needs one, every key is one that it takes, once and with a value of its type,
 * and every key that it requires is there. False after answering `bad` with what is wrong. */
bool request_check(const struct line *request, struct reply *reply);

bool argument_has(const struct line *request, const char *key);
/* Values, or the defaults of keys that are missing; 0, false and NULL for those without a default. */
uint64_t argument_number(const struct line *request, const char *key);
uintptr_t argument_address(const struct line *request, const char *key);
DWORD argument_constants(const struct line *request, const char *key);
bool argument_yes(const struct line *request, const char *key);
/* Of a CHOICE: the place of the word in `words`, from 0; CHOICE_MISSING for a missing key without a default. `words` are the
 * key's words in verbs.def, written again beside the table that they are the places of: a difference ends the process. */
#define CHOICE_MISSING SIZE_MAX
size_t argument_choice(const struct line *request, const char *key, const char *words);
/* Of a CHOICE: whether the value, or the default, is this word. A word that the key does not have ends the process. */
bool argument_is(const struct line *request, const char *key, const char *word);
/* Of WORDS: a bit for each word of the key, from bit 0 in their order; all of them for a missing key. */
unsigned argument_words(const struct line *request, const char *key);
/* Of a TEXT, LABEL, LABELS or NAME. It lives as long as the request. */
const char *argument_text(const struct line *request, const char *key);

/* The text in UTF-16; `out` has VALUE_UNITS units. False after answering `bad` if it is missing or not UTF-8 (nor WTF-8). */
#define VALUE_UNITS (LINE_BYTES + 4)
bool take_wide(const struct line *request, const char *key, WCHAR *out, struct reply *reply);

/* An object name: name=N, followed by name-repeat=N times the letter n. It is for the W functions (`wide`) or,
 * if `ansi`, for the A functions (`bytes`, as they came). NULL if there is neither key, "" for name= alone. */
struct name {
    WCHAR *wide;
    char *bytes;
    size_t wide_length; /* in units */
};
/* False after answering `bad` if it is not UTF-8 (nor WTF-8), or there is no memory. On true name_free frees it. */
bool take_name(const struct line *request, struct name *out, bool ansi, struct reply *reply);
void name_free(struct name *name);

/* OpenProcess (page nf-processthreadsapi-openprocess), for the keys that name a process. The caller closes the handle.
 * NULL after answering `fail ... call=OpenProcess`. */
HANDLE other_process_open(uint64_t pid, DWORD rights, struct reply *reply);

#endif
