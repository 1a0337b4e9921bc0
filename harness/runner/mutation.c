#include "mutation.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* A value of a closed vocabulary and the one that it turns into. */
static const char *swapped(const char *value)
{
    static const char *const pairs[][2] = {
        {"yes", "no"},
        {"untouched", "0"},
        {"MEM_COMMIT", "MEM_RESERVE"},
        {"MEM_FREE", "MEM_COMMIT"},
        {"MEM_MAPPED", "MEM_PRIVATE"},
        {"MEM_IMAGE", "MEM_MAPPED"},
        {"PAGE_READWRITE", "PAGE_READONLY"},
        {"PAGE_WRITECOPY", "PAGE_READWRITE"},
        {"PAGE_NOACCESS", "PAGE_READONLY"},
        {"SEC_COMMIT", "SEC_RESERVE"},
        {"WAIT_OBJECT_0", "WAIT_TIMEOUT"},
        {"WAIT_ABANDONED", "WAIT_OBJECT_0"},
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        if (strcmp(value, pairs[i][0]) == 0)
            return pairs[i][1];
        if (strcmp(value, pairs[i][1]) == 0)
            return pairs[i][0];
    }
    return NULL;
}

static void add_other_number(struct text *out, const char *key, const char *value, uint64_t number)
{
    if (strcmp(key, "error") == 0)
        text_format(out, "%d", number == 0 ? 183 : number == 183 ? 0 : number == 5 ? 87 : 5);
    else if (strcmp(key, "status") == 0)
        text_add(out, number == 0xC0000022 ? "0xC000000D" : "0xC0000022");
    else if (value[0] == '0' && (value[1] == 'x' || value[1] == 'X'))
        text_format(out, "0x%llX", (unsigned long long)(number ^ 1));
    else
        text_format(out, "%llu", (unsigned long long)(number + 1));
}

/* Another character of the same kind, so that the value stays what it was: text, or hexadecimal digits. */
static char other_character(char c)
{
    return c == '0'                                                   ? '1'
           : c == 'Z' || c == 'z' || c == '9' || c == 'F' || c == 'f' ? (char)(c - 1)
                                                                      : (char)(c + 1);
}

static bool is_data(const char *key)
{
    static const char *const keys[] = {"hex", "text", "~won", "~existed", "sddl", "name"};
    return is_one_of(key, keys, COUNT_OF(keys));
}

/* Data has two changes, at its first and at its last character, if these are two and no part of an escape. */
static size_t changes_of(const char *key, const char *value)
{
    static const char *const volatile_counts[] = {"~won", "~existed", "~count"};
    if (key[0] == '~' && !is_one_of(key, volatile_counts, COUNT_OF(volatile_counts)))
        return 0;
    size_t length = strlen(value);
    return is_data(key) && length > 3 && value[0] != '%' && value[length - 3] != '%' &&
                   value[length - 2] != '%'
               ? 2
               : 1;
}

static void add_changed(struct text *out, const char *key, const char *value, size_t change)
{
    char copy[LINE_BYTES];
    uint64_t number;
    const char *other = swapped(value);
    size_t length = strlen(value);
    if (other) {
        text_add(out, other);
    } else if (is_data(key) && length > 0 && value[0] != '%') {
        memcpy(copy, value, length + 1);
        char *at = &copy[change == 0 ? 0 : length - 1];
        *at = other_character(*at);
        text_add(out, copy);
    } else if (number_parse(value, &number)) {
        add_other_number(out, key, value, number);
    } else if (value[0] == '+' && number_parse(value + 1, &number)) {
        text_format(out, "+%llu", (unsigned long long)(number + 4096));
    } else {
        text_format(out, "%s%s", value, length > 0 && value[0] == '%' ? "x" : "X");
    }
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

static bool change_field(const char *fields, size_t index, struct text *out, char *field)
{
    char key[64], value[LINE_BYTES];
    bool found = false;
    while (next_field(&fields, key, sizeof key, value, sizeof value)) {
        size_t changes = changes_of(key, value);
        text_format(out, " %s=", key);
        if (!found && index < changes) {
            struct text name = text_over(field, MUTATION_FIELD_BYTES);
            text_add(&name, key);
            add_changed(out, key, value, index);
            found = true;
        } else {
            text_add(out, value);
            index -= found ? 0 : changes;
        }
    }
    return found;
}

bool mutate_reply(const char *raw, size_t index, char out[LINE_BYTES], char field[MUTATION_FIELD_BYTES])
{
    char word[16];
    struct text line = text_over(out, LINE_BYTES), name = text_over(field, MUTATION_FIELD_BYTES);
    struct text word_text = text_over(word, sizeof word);
    size_t sequence = strcspn(raw, " ");
    const char *at = raw + sequence + (raw[sequence] == ' ');
    size_t length = strcspn(at, " ");
    text_add_bytes(&word_text, at, length);
    text_add_bytes(&line, raw, sequence);
    bool ok = strcmp(word, "ok") == 0;
    if (!ok && strcmp(word, "fail") != 0 && strcmp(word, "fault") != 0)
        return false;
    if (index == 0) {
        text_add(&name, "outcome");
        /* A success keeps no fields of a failure and the other way round, as an actor would have it. */
        text_add(&line, ok ? " fail error=31 status=0xC0000001" : " ok");
        return true;
    }
    text_format(&line, " %s", word);
    return change_field(at + length, index - 1, &line, field) && !line.cut;
}
