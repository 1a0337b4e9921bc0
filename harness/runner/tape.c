#include "tape.h"

#include <stdlib.h>
#include <string.h>

void tape_record(struct tape *tape, enum tape_kind kind, bool flag, uint32_t number, const char *text)
{
    struct tape_entry *grown = realloc(tape->entries, (tape->count + 1) * sizeof *grown);
    char *copy = text ? malloc(strlen(text) + 1) : NULL;
    if (grown)
        tape->entries = grown;
    if (!grown || (text && !copy)) {
        free(copy);
        tape->incomplete = true;
        return;
    }
    if (text)
        strcpy(copy, text);
    grown[tape->count++] = (struct tape_entry){kind, flag, number, copy};
}

const struct tape_entry *tape_play(struct tape *tape, enum tape_kind kind)
{
    if (tape->next == tape->count || tape->entries[tape->next].kind != kind) {
        tape->strayed = true;
        return NULL;
    }
    return &tape->entries[tape->next++];
}

void tape_free(struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++)
        free(tape->entries[i].text);
    free(tape->entries);
    *tape = (struct tape){.mutated_at = SIZE_MAX};
}
