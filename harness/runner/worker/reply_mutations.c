#include "reply_mutations.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Values of closed vocabularies: each turns into the next one, and the last into the first. */
static const char *const vocabularies[][6] = {
    {"yes", "no"},
    {"MEM_COMMIT", "MEM_RESERVE", "MEM_FREE"},
    {"MEM_MAPPED", "MEM_PRIVATE", "MEM_IMAGE"},
    {"PAGE_READONLY", "PAGE_READWRITE", "PAGE_WRITECOPY", "PAGE_NOACCESS"},
    {"PAGE_EXECUTE", "PAGE_EXECUTE_READ", "PAGE_EXECUTE_READWRITE", "PAGE_EXECUTE_WRITECOPY"},
    {"SEC_COMMIT", "SEC_RESERVE", "SEC_IMAGE"},
    {"WAIT_OBJECT_0", "WAIT_TIMEOUT", "WAIT_ABANDONED"},
    {"disabled", "enabled"},
    {"absent", "enabled"},
    {"read", "write", "execute"},
};

static const char *next_word_of(const char *value)
{
    for (size_t i = 0; i < COUNT_OF(vocabularies); i++) {
        const char *const *words = vocabularies[i];
        for (size_t k = 0; k < COUNT_OF(vocabularies[0]) && words[k]; k++)
            if (strcmp(words[k], value) == 0)
                return k + 1 < COUNT_OF(vocabularies[0]) && words[k + 1] ? words[k + 1] : words[0];
    }
    return NULL;
}

/* Two other last errors that a call with this outcome could have left. */
static bool add_other_error(struct text *out, bool ok, const char *value, size_t change)
{
    static const char *const words[2][3] = {{"5", "untouched", "87"}, {"0", "183", "untouched"}};
    size_t i = 0;
    for (size_t left = change; i < 3; i++)
        if (strcmp(words[ok][i], value) != 0 && left-- == 0)
            break;
    if (change > 1 || i == 3)
        return false;
    text_add(out, words[ok][i]);
    return true;
}

/* Another character of the same kind, so that the value stays what it was: text, or hexadecimal digits. */
static char other_character(char c)
{
    if (c == '0' || c == 'z' || c == 'Z')
        return c == '0' ? '1' : (char)(c - 1);
    if (c == '9' || c == 'F' || c == 'f')
        return (char)(c - 1);
    return (c >= '1' && c < '9') || (c >= 'A' && c < 'Z') || (c >= 'a' && c < 'z') ? (char)(c + 1) : 'x';
}

/* Data has two changes, at its first and at its last character, if these are two and no part of an escape. */
static bool add_other_data(struct text *out, const char *value, size_t change)
{
    size_t length = strlen(value), last = length > 0 ? length - 1 : 0;
    bool escaped[2] = {value[0] == '%', length > 2 && (value[length - 3] == '%' || value[length - 2] == '%')};
    if (escaped[0]) {
        text_format(out, "%sx", value);
        return change == 0;
    }
    if (length == 0 || change > 1 || (change == 1 && (last == 0 || escaped[1])))
        return false;
    size_t at = change == 0 ? 0 : last;
    char other[2] = {other_character(value[at]), '\0'};
    text_add_bytes(out, value, at);
    text_add(out, other);
    text_add(out, value + at + 1);
    return true;
}

/* The first entry of a descriptor is changed: allowed becomes denied and the other way round. A list without entries gets
 * one. */
static bool add_other_descriptor(struct text *out, const char *value, size_t change)
{
    const char *entry = strchr(value, '(');
    if (change > 0)
        return false;
    if (!entry) {
        text_format(out, "%s(A;;GA;;;WD)", value);
        return true;
    }
    text_add_bytes(out, value, (size_t)(entry - value) + 1);
    text_add(out, entry[1] == 'A' ? "D" : "A");
    text_add(out, entry[1] == '\0' ? "" : entry + 2);
    return true;
}

/* A volatile number becomes 0, or 1 if it is 0: a case can only expect whether it is 0, or how it compares with another one.
 * An address, which is hexadecimal, changes by one. */
static bool add_other_number(struct text *out, bool is_volatile, const char *value, uint64_t number,
                             size_t change)
{
    bool is_hex = value[0] == '0' && (value[1] == 'x' || value[1] == 'X');
    bool is_count = is_volatile && !is_hex;
    if (is_count)
        text_add(out, number == 0 ? "1" : "0");
    else if (is_hex)
        text_format(out, "0x%llX", (unsigned long long)(number ^ 1));
    else
        text_format(out, "%llu", (unsigned long long)(change == 0 ? number + 1 : number - 1));
    return change == 0 || (change == 1 && !is_hex && !is_count && number > 0);
}

/* Constants that are joined: the last one is left out. Everything else becomes another word. */
static bool add_other_word(struct text *out, const char *value, size_t change)
{
    const char *bar = strrchr(value, '|'), *next = next_word_of(value);
    if (bar)
        text_add_bytes(out, value, (size_t)(bar - value));
    else if (next)
        text_add(out, next);
    else
        text_format(out, "%sX", value);
    return change == 0;
}

/* The bits of a race are longer than any count that has the same name. */
static bool is_data(const char *key, const char *value)
{
    static const char *const keys[] = {"hex", "text", "~won", "~existed"};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (strcmp(key, keys[i]) == 0)
            return strlen(value) > (key[0] == '~' ? 12 : 0);
    return false;
}

/* Adds the changed value number `change` of a field. False if there are fewer; `out` is then unspecified. */
static bool add_other_value(struct text *out, bool ok, const char *key, const char *value, size_t change)
{
    bool is_volatile = key[0] == '~';
    uint64_t number;
    if (is_data(key, value))
        return add_other_data(out, value, change);
    if (strcmp(key, "error") == 0)
        return add_other_error(out, ok, value, change);
    if (strcmp(key, "sddl") == 0)
        return add_other_descriptor(out, value, change);
    if (number_parse(value, &number)) {
        if (strcmp(key, "status") != 0)
            return add_other_number(out, is_volatile, value, number, change);
        text_add(out, number == 0xC0000022 ? "0xC000000D" : "0xC0000022");
        return change == 0;
    }
    if (value[0] == '+' && number_parse(value + 1, &number)) {
        text_format(out, "+%llu", (unsigned long long)(number + 4096));
        return change == 0;
    }
    if (value[0] == '-' || strcmp(value, "elsewhere") == 0) {
        text_add(out, "+0");
        return change == 0;
    }
    return add_other_word(out, value, change);
}

/* Splits the next "key=value" off *rest. */
static bool next_field(const char **rest, char *key, size_t key_size, char *value, size_t value_size)
{
    struct text key_text = text_over(key, key_size), value_text = text_over(value, value_size);
    const char *token = *rest + strspn(*rest, " ");
    size_t length = strcspn(token, " "), name = strcspn(token, "= ");
    *rest = token + length;
    if (length == 0)
        return false;
    text_add_bytes(&key_text, token, name);
    if (name < length)
        text_add_bytes(&value_text, token + name + 1, length - name - 1);
    return true;
}

/* The parts of a recorded reply. */
struct parts {
    const struct recorded_entry *reply;
    size_t sequence; /* bytes of the sequence number */
    char word[16];
    const char *fields; /* all that follows the word */
    bool ok;
};

static bool take_apart(struct parts *parts, const struct recorded_entry *reply)
{
    struct text word = text_over(parts->word, sizeof parts->word);
    parts->reply = reply;
    parts->sequence = strcspn(reply->text, " ");
    const char *at = reply->text + parts->sequence + (reply->text[parts->sequence] == ' ');
    size_t length = strcspn(at, " ");
    text_add_bytes(&word, at, length);
    parts->fields = at + length;
    parts->ok = strcmp(parts->word, "ok") == 0;
    return parts->ok || strcmp(parts->word, "fail") == 0 || strcmp(parts->word, "fault") == 0;
}

/* Counts the changes of one field by making them; each field has only a few. */
static bool is_index_of(const struct parts *parts, const char *key, const char *value, size_t *index,
                        struct text *other)
{
    if (key[0] == '~' && !recording_was_read(parts->reply, key + 1))
        return false;
    for (size_t change = 0;; change++) {
        text_clear(other);
        if (!add_other_value(other, parts->ok, key, value, change))
            return false;
        if ((*index)-- == 0)
            return true;
    }
}

static bool change_field(const struct parts *parts, size_t index, struct text *line, struct text *field)
{
    char key[64], value[LINE_BYTES], changed[LINE_BYTES];
    struct text other = text_over(changed, sizeof changed);
    const char *rest = parts->fields;
    bool found = false;
    while (next_field(&rest, key, sizeof key, value, sizeof value)) {
        bool here = !found && is_index_of(parts, key, value, &index, &other);
        if (here) {
            text_add(field, key);
            /* If the change would make the line too long, the value is removed instead. */
            if (strlen(parts->reply->text) + other.length > strlen(value) + LINE_BYTES - 2)
                text_clear(&other);
        }
        text_format(line, " %s=%s", key, here ? changed : value);
        found = found || here;
    }
    return found;
}

/* Replies that no actor sends: an unknown outcome, and `fail` without error=. Only `fail` must have error=. */
static bool make_nonsense(const struct parts *parts, size_t index, struct text *line, struct text *field)
{
    char key[64], value[LINE_BYTES];
    const char *rest = parts->fields;
    text_format(line, " %s", index == 0 ? "perhaps" : parts->word);
    text_add(field, index == 0 ? "nonsense" : "error");
    while (next_field(&rest, key, sizeof key, value, sizeof value))
        if (index == 0 || strcmp(key, "error") != 0)
            text_format(line, " %s=%s", key, value);
    return index == 0 || (index == 1 && strcmp(parts->word, "fail") == 0 && strstr(parts->fields, " error="));
}

bool reply_mutation(const struct recorded_entry *reply, size_t index, char out[LINE_BYTES],
                    char field[MUTATION_FIELD_BYTES])
{
    struct parts parts;
    struct text line = text_over(out, LINE_BYTES), name = text_over(field, MUTATION_FIELD_BYTES);
    if (!take_apart(&parts, reply))
        return false;
    text_add_bytes(&line, reply->text, parts.sequence);
    if (reply->unjudged)
        return make_nonsense(&parts, index, &line, &name) && !line.cut;
    if (index == 0) {
        text_add(&name, "outcome");
        /* As an actor replies: a success has no fields of a failure, and the other way round. */
        text_add(&line, parts.ok ? " fail error=31 status=0xC0000001" : " ok");
        return true;
    }
    text_format(&line, " %s", parts.word);
    return change_field(&parts, index - 1, &line, &name) && !line.cut;
}
