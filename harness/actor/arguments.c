#include "arguments.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/win32_constants.h"
#include "../common/utf16.h"

/* ---- checking a request ---- */

/* The place of a word among those of `words`, which blanks separate; SIZE_MAX if it is none of them. */
static size_t word_place(const char *words, const char *wanted, size_t wanted_length)
{
    size_t place = 0;
    for (const char *word = words; *word; place++) {
        size_t length = strcspn(word, " ");
        if (wanted_length == length && memcmp(wanted, word, length) == 0)
            return place;
        word += length + (word[length] == ' ');
    }
    return SIZE_MAX;
}

static bool check_number(const struct line *request, const struct verb_key *key, struct reply *reply)
{
    uint64_t value;
    if (!line_number(request, key->name, &value))
        return reply_bad(reply, "%s= is not a number of at most 64 bits", key->name);
    return value <= key->most ||
           reply_bad(reply, "%s= is more than %llu", key->name, (unsigned long long)key->most);
}

static bool check_constants(const char *value, const struct verb_key *key, struct reply *reply)
{
    uint64_t number;
    if (!constants_parse(value, &number))
        return reply_bad(reply, "%s=%s: not a number or a known constant", key->name, value);
    return number <= key->most || reply_bad(reply, "%s=%s: more than 32 bits", key->name, value);
}

static bool check_choice(const char *value, const struct verb_key *key, const char *words,
                         struct reply *reply)
{
    return word_place(words, value, strlen(value)) != SIZE_MAX ||
           reply_bad(reply, "%s=%s: not one of: %s", key->name, value, words);
}

static bool check_words(const char *value, const struct verb_key *key, struct reply *reply)
{
    for (;; value++) {
        size_t length = strcspn(value, ",");
        if (word_place(key->values, value, length) == SIZE_MAX)
            return reply_bad(reply, "%s=: '%.*s' is not one of: %s", key->name, (int)length, value,
                             key->values);
        value += length;
        if (!*value)
            return true;
    }
}

static bool check_value(const struct line *request, const struct field *field, const struct verb_key *key,
                        struct reply *reply)
{
    if (key->type != KEY_BYTES && strlen(field->value) != field->length)
        return reply_bad(reply, "%s= has a byte 0 in it", key->name);
    switch (key->type) {
    case KEY_NUMBER:
    case KEY_ADDRESS:
        return check_number(request, key, reply);
    case KEY_CONSTANTS:
        return check_constants(field->value, key, reply);
    case KEY_YES:
        return check_choice(field->value, key, "no yes", reply);
    case KEY_CHOICE:
        return check_choice(field->value, key, key->values, reply);
    case KEY_WORDS:
        return check_words(field->value, key, reply);
    default:
        return true;
    }
}

static bool check_required(const struct line *request, enum verb_id verb, struct reply *reply)
{
    for (size_t i = 0; i < verb_key_count; i++)
        if (verb_keys[i].verb == verb && verb_keys[i].required && !argument_has(request, verb_keys[i].name))
            return reply_bad(reply, "%s= is missing", verb_keys[i].name);
    return true;
}

bool request_check(const struct line *request, struct reply *reply)
{
    enum verb_id verb = verb_find(request->word);
    if (verb == VERB_COUNT)
        return reply_bad(reply, "no verb '%s'", request->word);
    if (verb_entries[verb].label == LABEL_REQUIRED && !request->label[0])
        return reply_bad(reply, "%s needs a label", request->word);
    if (verb_entries[verb].label == LABEL_NONE && request->label[0])
        return reply_bad(reply, "%s takes no label", request->word);
    for (size_t i = 0; i < request->count; i++) {
        const struct field *field = &request->fields[i];
        const struct verb_key *key = verb_key_find(verb, field->key);
        if (!key)
            return reply_bad(reply, "%s takes no %s=", request->word, field->key);
        if (!check_value(request, field, key, reply))
            return false;
    }
    return check_required(request, verb, reply);
}

/* ---- reading what was checked ---- */

/* A mistake in the code, not in the request. */
static _Noreturn void differs(const struct line *request, const char *key, const char *read)
{
    fprintf(stderr, "shmactor: the code reads the key '%s' of '%s' as %s, and verbs.def does not say so\n",
            key, request->word, read);
    abort();
}

static const struct verb_key *key_of(const struct line *request, const char *name, enum key_type type)
{
    const struct verb_key *key = verb_key_find(verb_find(request->word), name);
    if (!key || key->type != type)
        differs(request, name, "another type");
    return key;
}

bool argument_has(const struct line *request, const char *key)
{
    return line_field(request, key) != NULL;
}

static uint64_t number_of(const struct line *request, const struct verb_key *key)
{
    uint64_t value = 0;
    if (!line_number(request, key->name, &value) && !number_parse(key->preset, &value))
        return 0;
    return value;
}

uint64_t argument_number(const struct line *request, const char *key)
{
    return number_of(request, key_of(request, key, KEY_NUMBER));
}

uintptr_t argument_address(const struct line *request, const char *key)
{
    return (uintptr_t)number_of(request, key_of(request, key, KEY_ADDRESS));
}

DWORD argument_constants(const struct line *request, const char *key)
{
    uint64_t value = 0;
    const struct verb_key *entry = key_of(request, key, KEY_CONSTANTS);
    return constants_parse(line_value(request, key, entry->preset), &value) ? (DWORD)value : 0;
}

bool argument_yes(const struct line *request, const char *key)
{
    const struct verb_key *entry = key_of(request, key, KEY_YES);
    return strcmp(line_value(request, key, entry->preset), "yes") == 0;
}

size_t argument_choice(const struct line *request, const char *key, const char *words)
{
    const struct verb_key *entry = key_of(request, key, KEY_CHOICE);
    const char *value = line_value(request, key, entry->preset);
    if (strcmp(words, entry->values) != 0)
        differs(request, key, words);
    return word_place(words, value, strlen(value));
}

bool argument_is(const struct line *request, const char *key, const char *word)
{
    const struct verb_key *entry = key_of(request, key, KEY_CHOICE);
    if (word_place(entry->values, word, strlen(word)) == CHOICE_MISSING)
        differs(request, key, word);
    return strcmp(line_value(request, key, entry->preset), word) == 0;
}

unsigned argument_words(const struct line *request, const char *key)
{
    unsigned bits = 0;
    const struct verb_key *entry = key_of(request, key, KEY_WORDS);
    const char *words = line_value(request, key, NULL);
    while (words) {
        size_t length = strcspn(words, ",");
        bits |= 1u << word_place(entry->values, words, length);
        words = words[length] ? words + length + 1 : NULL;
    }
    return bits ? bits : UINT_MAX;
}

const char *argument_text(const struct line *request, const char *key)
{
    const struct verb_key *entry = verb_key_find(verb_find(request->word), key);
    if (!entry || entry->type < KEY_LABEL || entry->type > KEY_TEXT)
        entry = key_of(request, key, KEY_TEXT);
    return line_value(request, key, entry->preset[0] ? entry->preset : NULL);
}

/* ---- names ---- */

bool take_wide(const struct line *request, const char *key, WCHAR *out, struct reply *reply)
{
    const char *bytes = argument_text(request, key);
    if (!bytes)
        return reply_bad(reply, "%s= is missing", key);
    return utf16_from_bytes(out, VALUE_UNITS, bytes, strlen(bytes)) != SIZE_MAX ||
           reply_bad(reply, "%s= is not UTF-8 (nor WTF-8)", key);
}

static bool name_fill(struct name *out, const char *bytes, size_t length, size_t repeat, bool ansi,
                      struct reply *reply)
{
    /* Room for the three units that utf16_from_bytes wants to be left at its last step. */
    size_t room = length + repeat + 4;
    out->bytes = malloc(room);
    out->wide = ansi ? NULL : malloc(room * sizeof *out->wide);
    if (!out->bytes || (!out->wide && !ansi))
        return reply_bad(reply, "no memory for the name");
    memcpy(out->bytes, bytes, length);
    memset(out->bytes + length, 'n', repeat);
    out->bytes[length + repeat] = '\0';
    if (ansi)
        return true;
    out->wide_length = utf16_from_bytes(out->wide, room, out->bytes, length + repeat);
    return out->wide_length != SIZE_MAX || reply_bad(reply, "name= is not UTF-8 (nor WTF-8)");
}

bool take_name(const struct line *request, struct name *out, bool ansi, struct reply *reply)
{
    const char *bytes = argument_text(request, "name");
    size_t repeat = (size_t)argument_number(request, "name-repeat");
    *out = (struct name){0};
    if (!bytes && !argument_has(request, "name-repeat"))
        return true;
    if (!bytes)
        bytes = "";
    if (name_fill(out, bytes, strlen(bytes), repeat, ansi, reply))
        return true;
    name_free(out);
    return false;
}

void name_free(struct name *name)
{
    free(name->bytes);
    free(name->wide);
    *name = (struct name){0};
}

HANDLE other_process_open(uint64_t pid, DWORD rights, struct reply *reply)
{
    call_begins();
    HANDLE process = sys.OpenProcess(rights, FALSE, (DWORD)pid);
    struct call_result seen = call_ended();
    if (!process) {
        reply_fail(reply, seen);
        reply_add(reply, "call=OpenProcess");
    }
    return process;
}
