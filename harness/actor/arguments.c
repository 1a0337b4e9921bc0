#include "arguments.h"

#include <stdlib.h>
#include <string.h>

#include "../common/win32_constants.h"
#include "../common/utf16.h"

bool argument_has(const struct line *request, const char *key)
{
    return line_field(request, key) != NULL;
}

static bool need(const struct line *request, const char *key, struct reply *reply)
{
    return argument_has(request, key) || reply_bad(reply, "%s= is missing", key);
}

bool take_number(const struct line *request, const char *key, uint64_t most, uint64_t *out,
                 struct reply *reply)
{
    uint64_t value;
    if (!argument_has(request, key))
        return true;
    if (!line_number(request, key, &value))
        return reply_bad(reply, "%s= is no number of at most 64 bits", key);
    if (value > most)
        return reply_bad(reply, "%s= is more than %llu", key, (unsigned long long)most);
    *out = value;
    return true;
}

bool need_number(const struct line *request, const char *key, uint64_t most, uint64_t *out,
                 struct reply *reply)
{
    return need(request, key, reply) && take_number(request, key, most, out, reply);
}

bool take_size(const struct line *request, const char *key, uintptr_t *out, struct reply *reply)
{
    uint64_t value = *out;
    if (!take_number(request, key, UINTPTR_MAX, &value, reply))
        return false;
    *out = (uintptr_t)value;
    return true;
}

bool need_size(const struct line *request, const char *key, uintptr_t *out, struct reply *reply)
{
    return need(request, key, reply) && take_size(request, key, out, reply);
}

bool take_names(const struct line *request, const char *key, DWORD *out, struct reply *reply)
{
    uint64_t value;
    const char *words = line_value(request, key, NULL);
    if (!words)
        return true;
    if (!constants_parse(words, &value))
        return reply_bad(reply, "%s=%s: not a number or a known constant", key, words);
    if (value > UINT32_MAX)
        return reply_bad(reply, "%s=%s: more than 32 bits", key, words);
    *out = (DWORD)value;
    return true;
}

bool need_names(const struct line *request, const char *key, DWORD *out, struct reply *reply)
{
    return need(request, key, reply) && take_names(request, key, out, reply);
}

bool take_choice(const struct line *request, const char *key, const char *words, size_t *out,
                 struct reply *reply)
{
    const char *value = line_value(request, key, NULL);
    if (!value)
        return true;
    size_t place = 0;
    for (const char *word = words; *word; place++) {
        size_t length = strcspn(word, " ");
        if (strlen(value) == length && strncmp(value, word, length) == 0) {
            *out = place;
            return true;
        }
        word += length + (word[length] == ' ');
    }
    return reply_bad(reply, "%s=%s: not one of: %s", key, value, words);
}

bool need_choice(const struct line *request, const char *key, const char *words, size_t *out,
                 struct reply *reply)
{
    return need(request, key, reply) && take_choice(request, key, words, out, reply);
}

bool take_yes(const struct line *request, const char *key, bool *out, struct reply *reply)
{
    size_t choice = *out;
    if (!take_choice(request, key, "no yes", &choice, reply))
        return false;
    *out = choice != 0;
    return true;
}

bool take_shown(const struct line *request, const char *const *names, unsigned count, unsigned *out,
                struct reply *reply)
{
    const char *rest;
    *out = (1u << count) - 1;
    if (!argument_has(request, "show"))
        return true;
    if (!need_word(request, "show", &rest, reply))
        return false;
    for (*out = 0;; rest++) {
        size_t length = strcspn(rest, ",");
        unsigned i = 0;
        while (i < count && (strlen(names[i]) != length || memcmp(names[i], rest, length) != 0))
            i++;
        if (i == count)
            return reply_bad(reply, "show=: '%.*s' is no field of a region", (int)length, rest);
        *out |= 1u << i;
        rest += length;
        if (!*rest)
            return true;
    }
}

bool need_word(const struct line *request, const char *key, const char **out, struct reply *reply)
{
    if (!need(request, key, reply))
        return false;
    const struct field *field = line_field(request, key);
    if (strlen(field->value) != field->length)
        return reply_bad(reply, "%s= has a byte 0 in it", key);
    *out = field->value;
    return true;
}

bool need_wide(const struct line *request, const char *key, WCHAR *out, struct reply *reply)
{
    const char *bytes;
    if (!need_word(request, key, &bytes, reply))
        return false;
    return utf16_from_bytes(out, VALUE_UNITS, bytes, strlen(bytes)) != SIZE_MAX ||
           reply_bad(reply, "%s= is no UTF-8 (nor WTF-8)", key);
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
    return out->wide_length != SIZE_MAX || reply_bad(reply, "name= is no UTF-8 (nor WTF-8)");
}

bool take_name(const struct line *request, struct name *out, bool ansi, struct reply *reply)
{
    uint64_t repeat = 0;
    const char *bytes = "";
    *out = (struct name){0};
    if (!take_number(request, "name-repeat", NAME_REPEAT_MOST, &repeat, reply))
        return false;
    if (argument_has(request, "name")) {
        if (!need_word(request, "name", &bytes, reply))
            return false;
    } else if (!argument_has(request, "name-repeat")) {
        return true;
    }
    if (name_fill(out, bytes, strlen(bytes), (size_t)repeat, ansi, reply))
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
    outcome_before();
    HANDLE process = sys.OpenProcess(rights, FALSE, (DWORD)pid);
    struct outcome seen = outcome_after();
    if (!process) {
        reply_fail(reply, seen);
        reply_add(reply, "call=OpenProcess");
    }
    return process;
}
