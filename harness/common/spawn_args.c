#include "spawn_args.h"

size_t handle_list_build(void **out, void *const *in, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool wanted = in[i] != NULL && in[i] != (void *)(intptr_t)-1;
        for (size_t j = 0; wanted && j < kept; j++)
            wanted = out[j] != in[i];
        if (wanted)
            out[kept++] = in[i];
    }
    return kept;
}

struct units {
    uint16_t *at;
    size_t size, length;
    bool cut;
};

static void put(struct units *units, uint16_t unit, size_t times)
{
    for (; times > 0; times--) {
        if (units->length + 1 >= units->size) {
            units->cut = true;
            return;
        }
        units->at[units->length++] = unit;
    }
}

static bool needs_quotes(const uint16_t *argument)
{
    if (!*argument)
        return true;
    for (; *argument; argument++)
        if (*argument == ' ' || *argument == '\t' || *argument == '"' || *argument == '\n' ||
            *argument == '\v')
            return true;
    return false;
}

bool command_line_add(uint16_t *line, size_t size, const uint16_t *argument)
{
    struct units units = {line, size, 0, false};
    while (line[units.length])
        units.length++;
    size_t before = units.length;
    if (before > 0)
        put(&units, ' ', 1);
    if (!needs_quotes(argument)) {
        for (; *argument; argument++)
            put(&units, *argument, 1);
    } else {
        put(&units, '"', 1);
        for (;;) {
            size_t slashes = 0;
            for (; *argument == '\\'; argument++)
                slashes++;
            /* Backslashes are literal unless a quote follows them; then each one is doubled. */
            if (!*argument) {
                put(&units, '\\', 2 * slashes);
                break;
            }
            put(&units, '\\', *argument == '"' ? 2 * slashes + 1 : slashes);
            put(&units, *argument++, 1);
        }
        put(&units, '"', 1);
    }
    if (units.cut)
        units.length = before;
    line[units.length] = 0;
    return !units.cut;
}
