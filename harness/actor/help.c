#include "help.h"

#include <assert.h>
#include <string.h>

#include "../common/win32_constants.h"
#include "verb_table.h"

static const char rules[] =
    "help VERB tells more about a verb, help constants lists the Win32 constants that have names here.\n"
    "names [PREFIX] lists the objects that have names, same A B says whether two labels are of one section, "
    "why says "
    "what the\n"
    "contract knows about the last fail. system tells the id of this process (pid), for to= and process= of "
    "another.\n"
    "In a value a blank is written %20 and a % is written %25; there are no quotes.\n"
    "Lines that begin with # are skipped. Every verb takes on=2: a second thread of the actor performs the "
    "step.\n"
    "Replies: ok; fail with the last error (untouched: the call did not set one; error 127: this Windows "
    "does not\n"
    "export the function); fault with the exception; bad for a request that makes no sense.\n";

static const char *const type_words[] = {
    [KEY_NUMBER] = "a number",
    [KEY_ADDRESS] = "a number that the process can address",
    [KEY_CONSTANTS] = "Win32 constants that are joined by |, or a number",
    [KEY_YES] = "yes or no",
    [KEY_CHOICE] = "one of these words",
    [KEY_WORDS] = "some of these words, joined by commas",
    [KEY_LABEL] = "a label",
    [KEY_LABELS] = "labels, joined by commas",
    [KEY_NAME] = "a name in UTF-8",
    [KEY_TEXT] = "text",
    [KEY_BYTES] = "bytes",
};
static_assert(sizeof type_words / sizeof type_words[0] == KEY_TYPES, "every type of a key has its words");

/* What stands behind `key=`: "N", "W|A|numa", "FIELD,FIELD,...". */
static void add_values(struct text *out, const struct verb_key *key)
{
    const char *values = key->type == KEY_YES ? "yes no" : key->values;
    for (; *values; values++)
        text_add_bytes(out, *values == ' ' ? (key->type == KEY_WORDS ? "," : "|") : values, 1);
}

static void add_synopsis(struct text *out, enum verb_id verb)
{
    const struct verb_entry *entry = &verb_entries[verb];
    text_add(out, entry->name);
    if (entry->word[0])
        text_format(out, entry->label == LABEL_OPTIONAL ? " [%s]" : " %s", entry->word);
    for (size_t i = 0; i < verb_key_count; i++) {
        const struct verb_key *key = &verb_keys[i];
        if (key->verb != verb)
            continue;
        text_format(out, key->required ? " %s=" : " [%s=", key->name);
        add_values(out, key);
        if (!key->required)
            text_add(out, "]");
    }
    text_add(out, "\n");
    if (entry->calls[0])
        text_format(out, "    %s", entry->calls);
    if (entry->reply[0])
        text_format(out, "%s-> %s", entry->calls[0] ? " " : "    ", entry->reply);
    text_add(out, "\n");
}

static void add_key(struct text *out, const struct verb_key *key)
{
    text_format(out, "    %s=  %s", key->name, type_words[key->type]);
    if (key->required)
        text_add(out, ", required");
    if (key->preset[0])
        text_format(out, ", %s without it", key->preset);
    if (key->help[0])
        text_format(out, "; %s", key->help);
    text_add(out, "\n");
}

static void add_verb(struct text *out, enum verb_id verb)
{
    add_synopsis(out, verb);
    for (size_t i = 0; i < verb_note_count; i++)
        if (verb_notes[i].verb == verb)
            text_format(out, "    %s\n", verb_notes[i].text);
    for (size_t i = 0; i < verb_key_count; i++)
        if (verb_keys[i].verb == verb || verb_keys[i].verb == VERB_COMMON)
            add_key(out, &verb_keys[i]);
}

void help_add(struct text *out, const char *topic)
{
    enum verb_id verb = verb_find(topic);
    if (verb != VERB_COUNT)
        add_verb(out, verb);
    else if (strcmp(topic, "constants") == 0)
        constants_list(out);
    else if (*topic)
        text_format(out, "no verb '%s'; help lists them\n", topic);
    for (int i = 0; !*topic && i < VERB_COUNT; i++)
        add_synopsis(out, (enum verb_id)i);
    if (!*topic)
        text_add(out, rules);
}
