#include "substitute.h"

#include <string.h>
#include <wchar.h>

#include "../../common/text.h"
#include "../../common/utf16.h"

static bool is_tag_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static size_t tag_length(const char *at)
{
    size_t length = 0;
    while (is_tag_character(at[length]))
        length++;
    return length;
}

static void add_name(const struct stage *stage, const char *tag, size_t length, struct text *out)
{
    text_format(out, "shmcheck-%s-%s-", stage->settings->run, stage->id);
    if (stage->settings->instance > 1) /* the same case may run several times at once */
        text_format(out, "%u-", stage->settings->instance);
    text_add_bytes(out, tag, length);
}

/* The path of a role's program; nothing if the actor that starts it uses its own image. */
static const char *add_program(const struct stage *stage, const struct role *role, struct text *out)
{
    char bytes[PROGRAM_PATH_UNITS * 3];
    const wchar_t *path = stage->settings->actors[role->arch];
    if (role->same_program)
        return NULL;
    size_t length = utf16_to_bytes(bytes, sizeof bytes, (const uint16_t *)path, wcslen(path));
    if (length == SIZE_MAX)
        return "a program whose path is too long";
    escape_add(out, bytes, length);
    return NULL;
}

/* "$role.field": adds the last value of that name that the role replied with. */
static const char *add_reference(struct stage *stage, const char **at, struct text *out)
{
    char role_name[ROLE_NAME_BYTES], field[40];
    size_t role_length = tag_length(*at), field_length;
    if (role_length == 0 || role_length >= sizeof role_name || (*at)[role_length] != '.')
        return "a '$' without ROLE.FIELD after it";
    memcpy(role_name, *at, role_length);
    role_name[role_length] = '\0';
    *at += role_length + 1;
    field_length = tag_length(*at);
    if (field_length == 0 || field_length >= sizeof field)
        return "a '$' without ROLE.FIELD after it";
    memcpy(field, *at, field_length);
    field[field_length] = '\0';
    *at += field_length;

    struct role *role = stage_find(stage, role_name);
    const struct external_role *external = stage_find_external(stage, role_name);
    if (external && strcmp(field, "pid") == 0) {
        text_format(out, "%llu", (unsigned long long)external->pid);
        return NULL;
    }
    if (external)
        return "a reference to an external program, which has the value pid and no other";
    if (!role)
        return "a reference to a role that has not appeared yet";
    if (strcmp(field, "pid") == 0) {
        text_format(out, "%llu", (unsigned long long)role->pid);
        return NULL;
    }
    if (strcmp(field, "token") == 0) {
        text_add(out, role->peer.pipe_name);
        return NULL;
    }
    if (strcmp(field, "program") == 0)
        return add_program(stage, role, out);
    for (size_t i = 0; i < ROLE_REMEMBERED; i++) {
        if (strcmp(role->remembered[i].field, field) == 0) {
            text_add(out, role->remembered[i].value);
            return NULL;
        }
    }
    return "a reference to a value that the role has not replied with yet";
}

/* "$role.field+4096": a number behind a reference is added to it. */
static const char *add_sum(const char **at, struct text *out, size_t start)
{
    uint64_t base, more;
    char digits[24];
    bool minus = **at == '-';
    size_t length = strspn(*at + 1, "0123456789");
    if (length == 0 || length >= sizeof digits || !number_parse(out->at + start, &base))
        return "a sum of something that is not a number";
    memcpy(digits, *at + 1, length);
    digits[length] = '\0';
    number_parse(digits, &more);
    *at += 1 + length;
    out->length = start;
    text_format(out, "0x%llx", (unsigned long long)(minus ? base - more : base + more));
    return NULL;
}

/* Whether "%XX" stands just before. */
static bool behind_escape(const char *request, const char *at)
{
    return at - request >= 3 && at[-3] == '%';
}

const char *substitute(struct stage *stage, const char *request, struct text *out)
{
    char before = ' ';
    for (const char *at = request; *at;) {
        const char *wrong = NULL;
        if (*at == '@' && before == '=') {
            size_t length = tag_length(at + 1);
            text_add(out, "Local\\");
            add_name(stage, at + 1, length, out);
            at += 1 + length;
        } else if (*at == '^' &&
                   (before == '=' || before == '\\' || before == '/' || behind_escape(request, at))) {
            size_t length = tag_length(at + 1);
            add_name(stage, at + 1, length, out);
            at += 1 + length;
        } else if (*at == '$' && (before == '=' || before == '\\' || before == ';')) {
            size_t start = out->length;
            at++;
            wrong = add_reference(stage, &at, out);
            if (!wrong && (*at == '+' || *at == '-'))
                wrong = add_sum(&at, out, start);
        } else {
            text_add_bytes(out, at++, 1);
        }
        if (wrong)
            return wrong;
        before = at[-1];
    }
    return out->cut ? "more than fits into a line" : NULL;
}
