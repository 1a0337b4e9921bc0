#include "actor_spec.h"

#include <stdio.h>
#include <string.h>

static bool has_actor(const struct stage *stage, enum arch arch)
{
    return stage->settings->actors[arch][0] != 0;
}

/* bits=64 is this program's own architecture if that has 64 bits, and not one that the system emulates. */
static enum arch arch_of_bits(const struct stage *stage, const char *bits)
{
    if (strcmp(bits, "32") == 0)
        return ARCH_X86;
    if (arch_bits(ARCH_OWN) == 64)
        return ARCH_OWN;
    return has_actor(stage, ARCH_ARM64) ? ARCH_ARM64 : ARCH_X64;
}

/* The value of a word that starts with this key, else NULL. */
static const char *value_of(const char *word, const char *key)
{
    size_t length = strlen(key);
    return strncmp(word, key, length) == 0 ? word + length : NULL;
}

/* Reads one word. False if its value is wrong; a word that is not about the actor goes to the rest. */
static bool take_word(const struct stage *stage, struct actor_spec *spec, const char *word)
{
    const char *identity = value_of(word, "identity="), *bits = value_of(word, "bits="),
               *arch = value_of(word, "arch="), *aware = value_of(word, "large-address-aware=");
    if (identity)
        return (spec->identity = identity_find(identity)) != NULL;
    if (aware) {
        spec->aware = strcmp(aware, "yes") == 0;
        return spec->aware || strcmp(aware, "no") == 0;
    }
    if (!bits && !arch) {
        size_t length = strlen(spec->rest), room = sizeof spec->rest - length;
        return (size_t)snprintf(spec->rest + length, room, "%s%s", length > 0 ? " " : "", word) < room;
    }
    spec->chosen = arch ? "arch" : "bits";
    if (arch)
        return arch_find(arch, &spec->arch);
    spec->arch = arch_of_bits(stage, bits);
    return strcmp(bits, "32") == 0 || strcmp(bits, "64") == 0;
}

struct actor_spec actor_spec_parse(struct stage *stage, int line, const char *name, const char *arguments)
{
    const struct pair *pair = &stage->settings->pair;
    struct actor_spec spec = {.arch = strcmp(name, "reader") == 0 ? pair->reader : pair->writer, .aware = -1};
    while (*arguments) {
        char word[LINE_BYTES];
        size_t length = strcspn(arguments, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, arguments);
        if (length > 0 && !take_word(stage, &spec, word))
            stage_abort(stage, line, "role '%s': the option '%s' has a wrong value or is too long", name,
                        word);
        arguments += length + (arguments[length] == ' ');
    }
    if (!has_actor(stage, spec.arch))
        stage_abort(stage, line, "role '%s': this run has no %s actor; the case must have a need for it",
                    name, arch_name(spec.arch));
    return spec;
}

bool actor_spec_is_plain(const struct actor_spec *spec)
{
    return !spec->identity && spec->aware < 0;
}
